"""A table's stream, Time to Live and point-in-time recovery, on or off."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.connection.session import Session
from dyntui.core.settings.requests import (
    RECOVERY_DAYS_MAX,
    expiry_requests,
    recovery_requests,
    stream_requests,
)
from dyntui.core.settings.rows import on_or_off
from dyntui.core.streams.lines import due_text
from dyntui.core.streams.tail import VIEWS
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.setting import CommandScreen, SettingScreen, choice
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.toggle import Toggle

VIEW_TEXTS = {
    "NEW_AND_OLD_IMAGES": "the item before and after",
    "NEW_IMAGE": "the item after",
    "OLD_IMAGE": "the item before",
    "KEYS_ONLY": "only its key",
}
STREAM_ON = "It has the changes from then on, each for 24 hours. What it shows cannot be changed."
STREAM_OFF = (
    "Changes go to no stream any more. What it holds can be read for 24 hours; turning on makes a "
    "new one. Programs that follow it read no further."
)
EXPIRY_ON = (
    "Items whose time is over are deleted from then on, also those that are there already: the "
    "attribute is a number of seconds since 1970, and in the past by five years at most."
)
EXPIRY_OFF = "Items stay from then on, also those that have expired and are not deleted yet."
EXPIRE_NOW = (
    "They are deleted now, which happens by itself some time later; one whose time was changed "
    "meanwhile stays."
)
RECOVERY_ABOUT = (
    "While it is on, the table can be restored as of any second of the last days, from the moment "
    "when it is turned on. Where it is turned off, that window is given up, and begins anew."
)


class StreamScreen(SettingScreen):
    """Turns a table's stream on, or off."""

    def __init__(self, session: Session, info: TableInfo, *, on: bool) -> None:
        super().__init__(session, info, STREAM_ON if on else STREAM_OFF)
        self._on = on

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Stream {on_or_off(self._on)} · {self._info.name}")

    def fields(self) -> Sequence[Widget]:
        """The view."""
        if not self._on:
            return ()
        views = [(f"{VIEW_TEXTS[view]}: {view}", view) for view in VIEWS]
        return (FormRow("A record has", choice(views, VIEWS[0], "turned")),)

    def requests(self) -> list[Request]:
        """UpdateTable."""
        view = str(self.query_one("#turned", Select).value) if self._on else None
        return stream_requests(self._info, view)


class ExpiryScreen(SettingScreen):
    """Turns a table's Time to Live on, or off where items expire by an attribute."""

    def __init__(self, session: Session, info: TableInfo, expires_by: str | None) -> None:
        super().__init__(session, info, EXPIRY_ON if expires_by is None else EXPIRY_OFF)
        self._expires_by = expires_by

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Time to Live {on_or_off(self._expires_by is None)} · {self._info.name}")

    def fields(self) -> Sequence[Widget]:
        """The attribute."""
        if self._expires_by is not None:
            return ()
        return (FormRow("Attribute", Input(placeholder="expires", id="turned", compact=True)),)

    def requests(self) -> list[Request]:
        """UpdateTimeToLive."""
        name = self._expires_by or self.query_one("#turned", Input).value
        return expiry_requests(self._info, name, self._expires_by is None)


class ExpireScreen(CommandScreen):
    """Asks whether what has expired is to be deleted now."""

    def __init__(self, session: Session, info: TableInfo, due: int) -> None:
        about = f"{due_text(due)}. {EXPIRE_NOW}"
        super().__init__(session, info, "Delete what has expired", about, "ttl", "run")


class RecoveryScreen(SettingScreen):
    """Point-in-time recovery on or off, and how far it reaches back."""

    def __init__(
        self, session: Session, info: TableInfo, *, is_on: bool, days: int = RECOVERY_DAYS_MAX
    ) -> None:
        super().__init__(session, info, RECOVERY_ABOUT)
        self._is_on = is_on
        self._days = days

    def title_text(self) -> Text:
        """Of which table, and how it is."""
        return Text(f"Point-in-time recovery · {self._info.name} · {on_or_off(self._is_on)}")

    def fields(self) -> Sequence[Widget]:
        """On or off, first the other one than now; the days."""
        return (
            FormRow("", Toggle("on", not self._is_on, id="recovery-on", compact=True)),
            FormRow("Days", Input(str(self._days), id="recovery-days", compact=True)),
        )

    def requests(self) -> list[Request]:
        """UpdateContinuousBackups."""
        days = self.query_one("#recovery-days", Input).value.strip()
        return recovery_requests(self._info, self.query_one(Toggle).value, days)
