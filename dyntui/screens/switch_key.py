"""A table put under another key: the choice, and the request that is sent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.requests import Request
from dyntui.core.security import USABLE, TableSecurity, name_of, switch_request
from dyntui.core.session import Session
from dyntui.core.table_keys import AWS_MANAGED, AWS_OWNED
from dyntui.screens.turn import TurnScreen
from dyntui.widgets.form_fields import FormRow
from engine.client.keys import KeyInfo

ABOUT = (
    "The table is read and written meanwhile. What is written from then on is under the new key, "
    "what is there follows; backups keep the key of their time."
)
OTHER = "other"


class SwitchKeyScreen(TurnScreen):
    """Sends UpdateTable with an SSESpecification."""

    LACKS = "the key is missing"
    QUESTION = "Which key? Its ARN, its id or an alias names it."

    def __init__(
        self, session: Session, table: TableSecurity, keys: Sequence[KeyInfo] | None
    ) -> None:
        super().__init__(session, table.info.name, ABOUT)
        self._keys = keys

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"The key of {self._table}")

    def fields(self) -> list[Widget]:
        """The key: one that is known, or one that is named."""
        choices = [
            ("AWS owned: the default", AWS_OWNED),
            ("AWS managed: alias/aws/dynamodb", AWS_MANAGED),
        ]
        for key in self._keys or ():
            if key.manager == "CUSTOMER":
                state = "" if key.state == USABLE else f" ({key.state})"
                choices.append((f"customer managed: {name_of(key)}{state}", key.arn))
        choices.append(("another, by its ARN, id or alias", OTHER))
        select = Select(choices, value=AWS_OWNED, allow_blank=False, id="turned", compact=True)
        other = Input(placeholder="arn:aws:kms:…, or alias/…", id="other", compact=True)
        return [FormRow("Key", select), FormRow("Another", other)]

    def request(self) -> Request | None:
        """UpdateTable."""
        choice = str(self.query_one("#turned", Select).value)
        field = self.query_one("#other", Input)
        field.disabled = choice != OTHER
        if choice == OTHER:
            choice = field.value.strip()
        return switch_request(self._table, choice) if choice else None
