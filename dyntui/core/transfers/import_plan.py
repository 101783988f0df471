"""An import as a person asks for it: what is read, how, into which table."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import BinaryIO, cast

from dyntui.core.transfers.export_plan import Call
from dyntui.core.transfers.importing import (
    ImportRefusedError,
    Source,
    key_attributes,
    reading_for,
    source_at,
)
from engine.client.protocol import Existing, Json
from engine.errors import ApiError, ResourceNotFoundException
from engine.transfer.compression import Compression
from engine.transfer.sources import Format, Reading
from engine.transfer.typing_rules import parse_types

ON_DUPLICATE: dict[str, Existing] = {"replace": "replace", "keep": "keep", "fail": "refuse"}


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What `dyntui import` takes. `types` and `keys` are as they were typed."""

    address: str
    table: str
    form: Format | None = None
    compression: Compression | None = None
    keys: tuple[str, ...] = ()
    types: str = ""
    infer: bool = False
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    on_duplicate: str = "replace"
    errors_max: int | None = None

    @property
    def command(self) -> str:
        """The command that does the same, for a shell."""
        flags = {
            "--format": self.form or "",
            "--compression": (self.compression or "").lower(),
            "--types": self.types,
            "--delimiter": "" if self.delimiter == "," else self.delimiter,
            "--columns": ",".join(self.columns),
            "--on-duplicate": "" if self.on_duplicate == "replace" else self.on_duplicate,
            "--errors-max": "" if self.errors_max is None else str(self.errors_max),
        }
        words = ["dyntui", "import", self.address, self.table]
        words += [word for key in self.keys for word in ("--key", key)]
        words += ["--infer"] * self.infer
        words += [word for flag, value in flags.items() if value for word in (flag, value)]
        return shlex.join(words)

    def open(self, call: Call, stdin: BinaryIO, *, for_a_look: bool = False) -> Opened:
        """Look at the source and the table; `for_a_look` the table need not be known yet.

        Raises `ImportRefusedError`, `ValueError` for types, `ManifestError`, `StoreError`,
        `ApiError`.
        """
        source = source_at(self.address, stdin)
        told = Reading(
            "csv",
            self.compression,
            self.delimiter,
            self.columns or None,
            parse_types(self.types),
            self.infer,
        )
        try:
            definition, is_new = self._definition(call, source)
        except ImportRefusedError:
            if not for_a_look:
                raise
            definition, is_new = {"AttributeDefinitions": [], "KeySchema": []}, True
        key_types = {
            one["AttributeName"]: one["AttributeType"] for one in definition["AttributeDefinitions"]
        }
        how = None if source.exports else reading_for(source, told, self.form, key_types)
        return Opened(source, how, definition, is_new)

    def _definition(self, call: Call, source: Source) -> tuple[Json, bool]:
        """The table that is there, or how one is to be made, and whether it is."""
        if not self.table:
            return self._new_table(source), True
        try:
            found = call("DescribeTable", {"TableName": self.table})["Table"]
        except Exception as error:
            if not isinstance(_refusal(error), ResourceNotFoundException):
                raise
            return self._new_table(source), True
        return cast("Json", found), False

    def _new_table(self, source: Source) -> Json:
        if self.keys:
            return _made_of(self.table, key_attributes(self.keys))
        if source.table is not None:
            return source.table | {"TableName": self.table}
        raise ImportRefusedError(
            f"there is no table {self.table}, and the source does not say its keys: "
            "give --key NAME:TYPE"
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A source and its table, looked at: how it is read, and the table's definition.

    `definition` is a TableDescription, or the CreateTable request of a table that `is_new`.
    """

    source: Source
    how: Reading | None
    definition: Json
    is_new: bool

    @property
    def key_types(self) -> dict[str, str]:
        """The types of the table's key attributes."""
        types = {
            one["AttributeName"]: one["AttributeType"]
            for one in self.definition["AttributeDefinitions"]
        }
        names = [key["AttributeName"] for key in self.definition["KeySchema"]]
        return {name: types[name] for name in names}


def _refusal(error: Exception) -> ApiError | None:
    """The API's error, which a face may have wrapped into its own."""
    found = error if isinstance(error, ApiError) else error.__cause__
    return found if isinstance(found, ApiError) else None


def _made_of(table: str, keys: list[tuple[str, str]]) -> Json:
    if len(keys) > 2:
        raise ImportRefusedError("--key is given once for the partition key, once for the sort key")
    return {
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in keys
        ],
        "KeySchema": [
            {"AttributeName": name, "KeyType": kind}
            for (name, _), kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
    }
