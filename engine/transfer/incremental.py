"""Lines of incremental exports: the net change of each key in a window of time.

    {"Metadata": {"WriteTimestampMicros": {"N": …}}, "Keys": {…}, "OldImage": {…}, "NewImage": {…}}

Without NewImage the item is gone. In Ion the same stands in a struct with one field, Record
(facts/recovery-and-transfer.md §3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import orjson

from engine.client.protocol import Json
from engine.transfer import ion
from engine.transfer.dynamodb_json import parsed
from engine.transfer.records import Record, lines_of, too_long


class NetChange(NamedTuple):
    """What became of one key in a window: images are JSON as stored, None where there is none."""

    written_us: int
    keys: Json
    old: bytes | None
    new: bytes | None


def line(change: NetChange, form: str, with_old: bool) -> bytes:
    """The line of a change, in DYNAMODB_JSON or ION; `with_old` is NEW_AND_OLD_IMAGES."""
    old = change.old if with_old else None
    if form == "ION":
        images = {"OldImage": old, "NewImage": change.new}
        fields = "".join(
            f",{name}:{ion.text_of(orjson.loads(raw))}" for name, raw in images.items() if raw
        )
        stamp = ion.number_text(str(change.written_us))
        keys = ion.text_of(change.keys)
        metadata = f"{{WriteTimestampMicros:{stamp}}}"
        text = f"$ion_1_0 {{Record:{{Keys:{keys},Metadata:{metadata}{fields}}}}}\n"
        return text.encode()
    record: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(change.written_us)}},
        "Keys": change.keys,
    }
    if old is not None:
        record["OldImage"] = orjson.Fragment(old)
    if change.new is not None:
        record["NewImage"] = orjson.Fragment(change.new)
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def read(stream: BinaryIO, form: str) -> Iterator[Record]:
    """The changes of a file, "dynamodb-json" or "ion": items that are there, and keys removed."""
    parse = _ion_record if form == "ion" else _json_record
    for number, text, whole in lines_of(stream):
        yield parse(number, text) if whole else too_long(number, text)


def _json_record(number: int, text: bytes) -> Record:
    document, fault = parsed(number, text)
    if fault is not None:
        return fault
    return _record(number, document, text)


def _ion_record(number: int, text: bytes) -> Record:
    value, fault = ion.parsed_line(number, text)
    if fault is not None:
        return fault
    record = value.get("Record") if isinstance(value, Mapping) else None
    if not isinstance(record, Mapping):
        return _record(number, None, text)
    try:
        images = {
            name: {inner: ion.from_ion(member) for inner, member in record[name].items()}
            for name in ("Keys", "NewImage")
            if isinstance(record.get(name), Mapping)
        }
    except ValueError as error:
        return Record.rejected(number, str(error), text)
    return _record(number, images, text)


def _record(number: int, document: object, text: bytes) -> Record:
    if isinstance(document, dict) and isinstance(document.get("Keys"), dict):
        new = document.get("NewImage")
        if isinstance(new, dict):
            return Record(number, new)
        if new is None:
            return Record(number, document["Keys"], removed=True)
    return Record.rejected(number, "the record has no Keys, or no sound NewImage", text)
