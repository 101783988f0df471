"""What is encrypted under which key: the keys of a Region, its tables, their configurations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.listed_tables import descriptions
from dyntui.core.connection.session import Session
from dyntui.core.security.crypto_place import Config, config_of
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.tables.table_keys import sse_specification
from engine.client.keys import AWS_MANAGED_ALIAS, KeyInfo, KeySwitch, TableKey
from engine.client.protocol import Json
from engine.errors import FolderError

Owner = Literal["AWS owned", "AWS managed", "customer managed", "KMS"]
"""Whose key a table is under; `KMS` where only the key's ARN is known."""

INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
ARCHIVED = "ARCHIVED"
SWITCHING = ("ENABLING", "DISABLING", "UPDATING")
USABLE = "Enabled"


@dataclass(frozen=True, slots=True)
class TableSecurity:
    """A table with the key that it is under, and the configuration that seals its items.

    `key` is that key where it is known, and the new one during a switch; `key_arn` is None under
    the key that AWS owns. `at_rest` is what an engine tells beside DescribeTable.
    """

    info: TableInfo
    owner: Owner
    key_arn: str | None
    key: KeyInfo | None
    config: Config | None
    at_rest: TableKey | None = None

    @property
    def status(self) -> str:
        """The status of the encryption at rest, as the service names it."""
        encryption = self.info.description.get("SSEDescription", {})
        return str(encryption.get("Status", "ENABLED"))

    @property
    def switch(self) -> KeySwitch | None:
        """How far a switch to another key is, where that is known."""
        return None if self.at_rest is None else self.at_rest.switch

    @property
    def denied(self) -> str | None:
        """Why nothing of the table can be read, where that is known."""
        return None if self.at_rest is None else self.at_rest.denied

    def needs(self, key: KeyInfo) -> bool:
        """Whether the table is under a key, or still partly under it."""
        former = None if self.at_rest is None else self.at_rest.arn
        return self.key == key or (former is not None and is_named(key, former))

    @property
    def is_switching(self) -> bool:
        """Whether the table is on its way to another key."""
        return self.switch is not None or self.status in SWITCHING

    @property
    def is_archived(self) -> bool:
        """Whether the table's key was of no use for so long that a backup alone has its items."""
        return self.info.status == ARCHIVED

    @property
    def is_inaccessible(self) -> bool:
        """Whether the table's key cannot be used, and so nothing of the table read."""
        encryption = self.info.description.get("SSEDescription", {})
        if self.denied is not None or self.info.status in (INACCESSIBLE, ARCHIVED):
            return True
        return "InaccessibleEncryptionDateTime" in encryption

    @property
    def key_name(self) -> str:
        """The key as people call it: its alias, else its id."""
        if self.key is not None:
            return name_of(self.key)
        return "" if self.key_arn is None else self.key_arn.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Security:
    """What was found. `keys` is None where the key store is not at hand, and `why_no_keys` why.

    `master_kind` is where the master key comes from, empty where there is no key store; `is_locked`
    says that a passphrase is needed first.
    """

    tables: tuple[TableSecurity, ...]
    keys: tuple[KeyInfo, ...] | None
    why_no_keys: str = ""
    master_kind: str = ""
    is_locked: bool = False

    def users(self, key: KeyInfo) -> list[str]:
        """The tables that are under a key at rest."""
        return [one.info.name for one in self.tables if one.needs(key)]

    def sealers(self, key: KeyInfo) -> list[str]:
        """The tables whose items are sealed under a key, as their configurations say."""
        return [
            one.info.name
            for one in self.tables
            if one.config is not None and any(is_named(key, name) for name in one.config.key_ids)
        ]


REMOTE_KEYS = (
    "Keys of a remote are those of its key service, AWS KMS, which answers other operations than "
    "DynamoDB: `aws kms list-keys` and the console have them. Tables are switched to a key here "
    "all the same, by its ARN or alias, and items are sealed under it."
)


def read_security(
    session: Session, connection: Connection, cancelled: Callable[[], bool] | None = None
) -> Security:
    """Ask for all of it; raises `engine.errors.ApiError`."""
    keys: tuple[KeyInfo, ...] | None = None
    why_no_keys, master_kind, is_locked = REMOTE_KEYS, "", False
    at_rest: dict[str, TableKey] = {}
    if connection.local_tools is not None:
        store, why_no_keys = connection.local_tools.keys, ""
        try:
            master_kind, is_locked = store.master_kind, store.is_locked
            if not is_locked:
                keys = tuple(store.list_keys())
            at_rest = keys_of_tables(connection)
        except FolderError as error:
            why_no_keys = str(error)
    ask = partial(session.call, cancelled=cancelled)
    tables = tuple(
        table_security(described, keys or (), at_rest.get(described["TableName"]))
        for described in descriptions(ask, session.table_names(cancelled))
    )
    return Security(tables, keys, why_no_keys, master_kind, is_locked)


def keys_of_tables(connection: Connection) -> dict[str, TableKey]:
    """What an engine tells of the keys of tables, beside DescribeTable; nothing on a remote."""
    tools = connection.local_tools
    return {} if tools is None else {each.table: each for each in tools.table_keys()}


def table_security(
    description: Json, keys: Sequence[KeyInfo], at_rest: TableKey | None = None
) -> TableSecurity:
    """A TableDescription with the key that it names, of those that are known."""
    info = TableInfo.from_description(description)
    config = config_of(info)
    encryption = description.get("SSEDescription", {})
    arn = None if encryption.get("Status") == "DISABLED" else encryption.get("KMSMasterKeyArn")
    if at_rest is not None and at_rest.switch is not None:
        arn = at_rest.switch.arn
    if arn is None:
        return TableSecurity(info, "AWS owned", None, None, config, at_rest)
    key = next((one for one in keys if is_named(one, arn)), None)
    owner: Owner = "KMS"
    if arn.endswith(f":{AWS_MANAGED_ALIAS}") or (key is not None and key.manager == "AWS"):
        owner = "AWS managed"
    elif key is not None:
        owner = "customer managed"
    return TableSecurity(info, owner, arn, key, config, at_rest)


def is_named(key: KeyInfo, name: str) -> bool:
    """Whether an id, an ARN, an alias or an alias's ARN names a key."""
    return name in (key.key_id, key.arn) or name.rpartition(":")[2] in key.aliases


def name_of(key: KeyInfo) -> str:
    """A key as people call it: its first alias, else its id."""
    return key.aliases[0] if key.aliases else key.key_id


def switch_request(table: str, key: str) -> Request:
    """The UpdateTable that puts a table under a key, named as `sse_specification` takes it."""
    return Request("UpdateTable", {"TableName": table, "SSESpecification": sse_specification(key)})
