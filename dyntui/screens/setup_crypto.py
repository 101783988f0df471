"""How a table's items are to be sealed, chosen attribute by attribute; writes the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.crypto_edit_wizard import EditWizard
from dyntui.core.security.crypto_place import config_path
from dyntui.core.security.crypto_setup import key_files
from dyntui.core.security.crypto_wizard import ACTION_TEXTS, Wizard, is_sealed_already
from dyntui.core.security.overview import USABLE, name_of
from dyntui.core.security.sealed_tables import first_items
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.drawer import Drawer, Json
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.row_list import QuietList
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine.client.keys import KeyInfo
from engine.errors import ApiError

_SAMPLE_ITEMS = 100
FILE = "file"
OTHER = "other"
MISSING = "…"
"""Stands for a key that nobody has named yet."""


class SetupScreen(Drawer[str | Wizard | None], Filtered):
    """Writes a configuration, and a new key beside it; gives what to say of it, or what was chosen
    and not written. `draft` is what was chosen before, or what changes a configuration."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("setup")
    DEFAULT_CSS = """
    SetupScreen {
        #setup-form { height: auto; padding: 1 1 0 1; }
        Select { width: 1fr; }
        TextView { height: 1fr; }
    }
    SetupScreen.-narrow #setup-form { padding: 0 1; }
    """

    def __init__(
        self,
        session: Session,
        connection: Connection,
        info: TableInfo,
        keys: Sequence[KeyInfo],
        draft: Wizard | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._connection = connection
        self._info = info
        self._keys = [key for key in keys if key.state == USABLE]
        self._wizard = draft

    @property
    def _path(self) -> Path:
        return config_path(self._info.name)

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Seal the items of {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """Keyring and signature, the attributes, the configuration that they make.

        The keyring of a configuration that is there stays.
        """
        signed = True if self._wizard is None else self._wizard.signature
        with Vertical(id="setup-form"):
            if not isinstance(self._wizard, EditWizard):
                yield from self._compose_keyring(self._wizard)
            yield Toggle(
                "An ECDSA signature of each writing, beside the tags",
                signed,
                id="signed",
                compact=True,
            )
        yield Static("attributes: Space chooses what is done, b a beacon", classes="caption")
        yield QuietList()
        yield Static(str(self._path), classes="caption", markup=False)
        yield TextView(json=False)

    def _compose_keyring(self, draft: Wizard | None) -> ComposeResult:
        kms = "AWS KMS" if self._connection.local_tools is None else "the key store"
        choices = [(f"a new key in {key_files(self._path)[0]}", FILE)]
        choices += [(f"{name_of(key)}, a key of this folder", key.arn) for key in self._keys]
        choices.append((f"another key of {kms}, by ARN, id or alias", OTHER))
        key, listed = None if draft is None else draft.kms_key, dict(choices).values()
        named = "" if key is None or key in listed else key.replace(MISSING, "")
        chosen = FILE if key is None else key if key in listed else OTHER
        yield FormRow(
            "Keyring",
            Select(choices, value=chosen, allow_blank=False, id="keyring", compact=True),
        )
        yield FormRow("Another key", Input(named, id="other", compact=True))

    def on_mount(self) -> None:
        """Look at the first items: what attributes there are."""
        name = self._info.name
        self.filtered_list.focus()
        if self._wizard is not None:
            # Once the list has its width.
            self.call_after_refresh(self._show)
            return

        def work(cancelled: Cancelled) -> list[Json]:
            return first_items(self._session, name, _SAMPLE_ITEMS, cancelled)

        self.run_job(f"Scan {name}", work, self._read, self.show_error, group="reading")

    def _read(self, items: list[Json]) -> None:
        if is_sealed_already(items):
            self.show_error(
                "Items of this table are sealed already: their configuration and keys belong here."
            )
        try:
            self._wizard = Wizard(self._info, items)
        except ApiError as error:
            self.show_error(error)
        self._show()

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _show(self) -> None:
        """The attributes, and the configuration."""
        wizard = self._wizard
        if not isinstance(wizard, EditWizard):
            self._take_keyring(wizard)
        if wizard is None:
            return
        wizard.signature = self.query_one("#signed", Toggle).value
        self._show_attributes(wizard)
        view = self.query_one(TextView)
        try:
            view.show(wizard.text(self._path), json=False)
        except ApiError as error:
            view.show(f"✗ {error.message}", json=False)

    def _take_keyring(self, wizard: Wizard | None) -> None:
        keyring = str(self.query_one("#keyring", Select).value)
        other = self.query_one("#other", Input)
        other.disabled = keyring != OTHER
        if wizard is None:
            return
        wizard.kms_key = None if keyring == FILE else keyring
        if keyring == OTHER:
            wizard.kms_key = other.value.strip() or MISSING

    @property
    def filtered_list(self) -> OptionList:
        """See `Filtered`."""
        return self.query_one(OptionList)

    def words_changed(self) -> None:
        """Show the attributes that hold the words."""
        if self._wizard is not None:
            self._show_attributes(self._wizard)
            self.show_error("" if self.filtered_list.option_count else self.none_held())

    def _show_attributes(self, wizard: Wizard) -> None:
        """The attributes that hold the words, the cursor on the same one where it is there."""
        options, colours = self.filtered_list, self.app.theme_variables
        names = [name for name in wizard.names if self.held(name)]
        at = names.index(self._attribute) if self._attribute in names else 0
        width = max(map(len, wizard.names))
        action_width = max(map(len, wizard.chosen.values()))
        prompts = []
        for name in names:
            action = wizard.chosen[name]
            prompt = Text(f"{name:<{width}}  ", style=colours["accent"])
            prompt.append(f"{action.value:<{action_width}}  ", style=colours["foreground"])
            about = wizard.why_fixed(name) or ACTION_TEXTS[action]
            if name in wizard.beacons:
                about += f", found by a beacon of {wizard.beacons[name]} bits"
            prompt.append(about, style=colours["secondary"])
            prompt.truncate(max(20, options.size.width - 4), overflow="ellipsis")
            prompts.append(Option(prompt, name))
        options.clear_options()
        options.add_options(prompts)
        options.highlighted = at if names else None

    @property
    def _attribute(self) -> str | None:
        """The attribute under the cursor."""
        option = self.filtered_list.highlighted_option
        return None if option is None else option.id

    def action_next_action(self) -> None:
        """Another action for the attribute under the cursor."""
        name, wizard = self._attribute, self._wizard
        if wizard is None or name is None:
            return
        if wizard.why_fixed(name):
            self.notify(f"{name}: {wizard.why_fixed(name)}", markup=False)
        elif len(wizard.possible(name)) == 1:
            self.notify(f"{name}: it has to stay so, as in the items stored", markup=False)
        wizard.turn(name)
        self._show()

    def action_beacon(self) -> None:
        """Another length for the beacon of the attribute under the cursor, or none."""
        name, wizard = self._attribute, self._wizard
        if wizard is None or name is None:
            return
        if wizard.why_no_beacon(name):
            self.notify(f"{name}: {wizard.why_no_beacon(name)}", markup=False)
        wizard.turn_beacon(name)
        self._show()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_next_action()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_submit(self) -> None:
        """Write the configuration, and the key where it is a new one."""
        wizard = self._wizard
        if wizard is None or self.job_running:
            return
        if wizard.kms_key == MISSING:
            self.show_error("Which key? Its ARN, its id or an alias names it.")
            return
        path, tools = self._path, self._connection.local_tools

        def work(_: Cancelled) -> list[Path]:
            if wizard.kms_key is not None and tools is not None:
                tools.keys.describe(wizard.kms_key)
            return wizard.write(path)

        self.show_error("")
        self.run_job(f"writing {path}", work, self._written, self.show_error, group="writing")

    def _written(self, files: list[Path]) -> None:
        name = self._info.name
        again = " --again" if isinstance(self._wizard, EditWizard) else ""
        self.dismiss(
            f"Wrote {', '.join(map(str, files))}. New items are sealed so; "
            f"`dyntui encrypt-table {name}{again}` seals those that are there."
        )

    def action_copy_as(self) -> None:
        """Copy the command."""
        if self._wizard is not None:
            self.copy(self._wizard.command, "the command")

    def action_close(self) -> None:
        """Back; what is chosen is kept. First to all attributes, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss(self._wizard)
