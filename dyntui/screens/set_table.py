"""Table class, deletion protection, encryption and tags of a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.connection.session import Session
from dyntui.core.security.overview import USABLE, name_of
from dyntui.core.settings.requests import (
    encryption_requests,
    key_kind,
    protection_requests,
    table_class_requests,
    tag_requests,
    untag_requests,
)
from dyntui.core.settings.rows import CLASS_NOTE, ENCRYPTION_NOTE, PROTECTION_NOTE, TAG_NOTE
from dyntui.core.tables.definition import TABLE_CLASSES
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.tables.table_keys import AWS_MANAGED, AWS_OWNED
from dyntui.screens.setting import SettingScreen, choice
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.toggle import Toggle
from engine.client.keys import KeyInfo

OTHER = "other"


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
    """The key that a table is encrypted under: one that is known, or one that is named."""

    TITLE = "Encryption"

    def __init__(
        self, session: Session, info: TableInfo, keys: Sequence[KeyInfo] | None = None
    ) -> None:
        super().__init__(session, info, ENCRYPTION_NOTE)
        self._keys = [key for key in keys or () if key.manager == "CUSTOMER"]

    def fields(self) -> Sequence[Widget]:
        """The key."""
        choices = [
            ("AWS owned: the default", AWS_OWNED),
            ("AWS managed: alias/aws/dynamodb", AWS_MANAGED),
        ]
        for key in self._keys:
            state = "" if key.state == USABLE else f" ({key.state})"
            choices.append((f"customer managed: {name_of(key)}{state}", key.arn))
        choices.append(("another, by its ARN, id or alias", OTHER))
        now = self._info.description.get("SSEDescription") or {}
        under = str(now.get("KMSMasterKeyArn", ""))
        named = key_kind(now)
        kind = named if named in (AWS_OWNED, AWS_MANAGED) else under
        known = any(kind == value for _, value in choices)
        other = Input(
            "" if known else under, placeholder="arn:aws:kms:…, or alias/…", id="key", compact=True
        )
        return (
            FormRow("Key", choice(choices, kind if known else OTHER, "kind")),
            FormRow("Another", other),
        )

    @property
    def _chosen(self) -> str:
        chosen = str(self.query_one("#kind", Select).value)
        return self.query_one("#key", Input).value.strip() if chosen == OTHER else chosen

    def show_fields(self) -> None:
        """Take a name where the key is none of the list."""
        self.query_one("#key", Input).disabled = self.query_one("#kind", Select).value != OTHER
        super().show_fields()

    def requests(self) -> list[Request]:
        """UpdateTable."""
        return encryption_requests(self._info, self._chosen)


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
