"""What can be kept of a table as it is now: a backup, or a snapshot."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

Kind = Literal["backup", "snapshot", "all"]
KINDS: dict[Kind, str] = {
    "backup": "backup of the table",
    "snapshot": "snapshot of the table",
    "all": "snapshot of all tables",
}


@dataclass(frozen=True, slots=True)
class Keep:
    """What is to be made, and its name."""

    kind: Kind
    name: str

    def command(self, table: str) -> str:
        """The command that makes the same."""
        if self.kind == "backup":
            return shlex.join(["dyntui", "backup", "create", table, self.name])
        tables = [] if self.kind == "all" else [table]
        return shlex.join(["dyntui", "snapshot", "create", self.name, *tables])
