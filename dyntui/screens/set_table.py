"""Table class, deletion protection, encryption and tags of a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.definition import TABLE_CLASSES
from dyntui.core.requests import Request
from dyntui.core.schema import TableInfo
from dyntui.core.session import Session
from dyntui.core.setting_requests import (
    KEY_KINDS,
    encryption_requests,
    key_kind,
    protection_requests,
    table_class_requests,
    tag_requests,
    untag_requests,
)
from dyntui.core.setting_rows import CLASS_NOTE, ENCRYPTION_NOTE, PROTECTION_NOTE, TAG_NOTE
from dyntui.screens.setting import SettingScreen, choice
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.toggle import Toggle


class TableClassScreen(SettingScreen):
    """Another table class."""

    TITLE = "Table class"

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__(session, info, CLASS_NOTE)

    def fields(self) -> Sequence[Widget]:
        """The class."""
        classes = [(name.replace("-", " "), member) for name, member in TABLE_CLASSES.items()]
        return (FormRow("Class", choice(classes, self._info.table_class, "class")),)

    def requests(self) -> list[Request]:
        """UpdateTable."""
        chosen = str(self.query_one("#class", Select).value)
        return table_class_requests(self._info, chosen)


class ProtectionScreen(SettingScreen):
    """Deletion protection on or off."""

    TITLE = "Deletion protection"

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__(session, info, PROTECTION_NOTE)

    def fields(self) -> Sequence[Widget]:
        """On or off; first the other one than now."""
        on = not self._info.deletion_protection
        return (FormRow("", Toggle("deletion protection", on, id="protection", compact=True)),)

    def requests(self) -> list[Request]:
        """UpdateTable."""
        return protection_requests(self._info, self.query_one(Toggle).value)


class EncryptionScreen(SettingScreen):
    """The kind of key that a table is encrypted under."""

    TITLE = "Encryption"

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__(session, info, ENCRYPTION_NOTE)

    def fields(self) -> Sequence[Widget]:
        """The kind, and which key where it is one's own."""
        now = self._info.description.get("SSEDescription") or {}
        kind = key_kind(now)
        under = str(now.get("KMSMasterKeyArn", "")) if kind == "customer" else ""
        kinds = [(text, name) for name, text in KEY_KINDS.items()]
        key = FormRow("Key", Input(under, placeholder="alias/films", id="key", compact=True))
        key.add_class("-key")
        return (FormRow("Under", choice(kinds, kind, "kind")), key)

    @property
    def _kind(self) -> str:
        return str(self.query_one("#kind", Select).value)

    def show_fields(self) -> None:
        """Ask for a key where it is one's own."""
        self.query_one(".-key").set_class(self._kind != "customer", "-unused")
        super().show_fields()

    def requests(self) -> list[Request]:
        """UpdateTable."""
        key = self.query_one("#key", Input).value.strip()
        return encryption_requests(self._info, self._kind, key)


class TagScreen(SettingScreen):
    """A tag added, or changed."""

    def __init__(
        self, session: Session, info: TableInfo, before: tuple[str, str] | None = None
    ) -> None:
        super().__init__(session, info, TAG_NOTE)
        self._before = before

    def title_text(self) -> Text:
        """Which tag."""
        what = "Add a tag" if self._before is None else f"Tag {self._before[0]}"
        return Text(f"{what} · {self._info.name}")

    def fields(self) -> Sequence[Widget]:
        """Key and value."""
        key, value = self._before or ("", "")
        return (
            FormRow("Key", Input(key, placeholder="team", id="tag-key", compact=True)),
            FormRow("Value", Input(value, placeholder="films", id="tag-value", compact=True)),
        )

    def requests(self) -> list[Request]:
        """TagResource, and UntagResource where the key is another one."""
        key, value = (self.query_one(f"#tag-{part}", Input).value for part in ("key", "value"))
        return tag_requests(self._info, self._before, key, value)


class UntagScreen(SettingScreen):
    """A tag taken away."""

    def __init__(self, session: Session, info: TableInfo, tag: tuple[str, str]) -> None:
        super().__init__(session, info, f"It is {tag[0]} = {tag[1]}. The table stays as it is.")
        self._key = tag[0]

    def title_text(self) -> Text:
        """Which tag."""
        return Text(f"Remove the tag {self._key} · {self._info.name}")

    def requests(self) -> list[Request]:
        """UntagResource."""
        return untag_requests(self._info, self._key)
