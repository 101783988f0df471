"""Whether a Region's key store is whole, and whether tables have the keys that they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.listed_tables import descriptions
from dyntui.core.text.amounts import counted
from engine.client.keys import AWS_MANAGED_ALIAS, KeyInfo, KeyTools
from engine.client.paging import answers
from engine.errors import ApiError, FolderError


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What the key store is, in words, and a line for each problem."""

    summary: str
    problems: list[str]


def checked_keys(connection: Connection) -> KeyCheck:
    """Look at the key store of a connection's Region, and at the keys that its tables name.

    Where a passphrase is needed that nobody has given, only the files are looked at.
    """
    keys = connection.tools.keys
    problems = keys.check()
    try:
        if keys.is_locked:
            return KeyCheck("locked: DYNTUI_MASTER_PASSPHRASE opens it", problems)
        found = keys.list_keys()
    except FolderError:
        return KeyCheck("cannot be opened", problems)
    problems += _table_problems(connection, {info.arn: info for info in found})
    return KeyCheck(_summary(keys, found), problems)


def _summary(keys: KeyTools, found: list[KeyInfo]) -> str:
    if not found:
        return "no keys"
    count = counted(len(found), "key")
    unusable = sum(info.state != "Enabled" for info in found)
    some = f", {unusable:,} of them not enabled" if unusable else ""
    return f"{count}{some}, master key: {keys.master_kind}"


def _table_problems(connection: Connection, keys: dict[str, KeyInfo]) -> Iterator[str]:
    for table, arn in _tables_under_keys(connection):
        info = keys.get(arn)
        if info is None:
            yield f"{table}: its key {arn} is missing"
        elif info.state != "Enabled":
            yield f"{table}: its key {arn} is {info.state}"


def _tables_under_keys(connection: Connection) -> Iterator[tuple[str, str]]:
    """Tables and the ARNs of their keys; as far as tables can be listed."""
    call = connection.client.call
    try:
        for answer in answers(call, "ListTables", {}):
            for described in descriptions(call, answer["TableNames"]):
                arn = described.get("SSEDescription", {}).get("KMSMasterKeyArn")
                if arn is not None and not arn.endswith(f":{AWS_MANAGED_ALIAS}"):
                    yield described["TableName"], arn
    except ApiError:
        # The check of the data tells why.
        return
