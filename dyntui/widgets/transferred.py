"""What a transfer tells the screen around it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class TransferredTo(Message):
    """An import into a table has ended: it may be new, and has other items."""

    table: str
