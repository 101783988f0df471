"""The two lists of the place for security: keys, and tables with their encryption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from dyntui.widgets.bindings import bindings
from dyntui.widgets.row_list import RowList


class SecurityList(RowList):
    """Asks the place for what is to be done with the row under the cursor."""

    @dataclass
    class Asked(Message):
        """Something is to be done; `what` is the name of an action of the list's context."""

        what: str

    def action_ask(self, what: str) -> None:
        """Have something done."""
        self.post_message(self.Asked(what))


class KeyList(SecurityList):
    """The keys of the Region."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("keys")


class EncryptionList(SecurityList):
    """Tables with their encryption."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sealing")
