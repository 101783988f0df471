"""SSESpecification, SSEDescription: the key that a table is under, and switching to another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.client.keys import AWS_MANAGED_ALIAS, KeySwitch, TableKey
from engine.client.protocol import Json
from engine.errors import (
    ApiError,
    FolderError,
    LimitExceededException,
    ResourceInUseException,
    TableKeyDenied,
    ValidationException,
)
from engine.operations.region import Region
from engine.security.errors import NotFoundException
from engine.storage.catalog import Catalog, Table
from engine.storage.data_keys import Encryption, denied
from engine.storage.reader import Reader
from engine.storage.resealing import KIND, begin_switch
from engine.storage.transaction import WriteTransaction

INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
KEY_LOST = "KeyLostUs"
"""The setting of a table whose key is lost that says since when."""
_INVALID = "One or more parameter values were invalid: "
_DAY_S = 86_400
_QUIET_S = 6 * 3_600


def wanted_encryption(region: Region, specification: Json | None) -> Encryption | None:
    """The key that an SSESpecification asks for; None for the AWS owned key.

    The AWS managed key is made where it is missing.
    """
    if specification is None:
        return None
    kind, key = specification.get("SSEType"), specification.get("KMSMasterKeyId")
    if not specification.get("Enabled"):
        if key is not None:
            raise ValidationException(f"{_INVALID}KMSMasterKeyId can be set only if SSEType is KMS")
        if kind is not None:
            raise ValidationException(f"{_INVALID}SSEType can not be specified if Enabled is false")
        return None
    if kind == "AES256":
        raise ValidationException(f"{_INVALID}SSEType AES256 is not supported")
    if key is not None and kind is None:
        raise ValidationException(
            f"{_INVALID}SSEType KMS is required if KMSMasterKeyId is specified"
        )
    return Encryption(_usable_key(region, key or AWS_MANAGED_ALIAS))


def _usable_key(region: Region, key_id: str) -> str:
    """The ARN of a key that a table can be put under."""
    if key_id == AWS_MANAGED_ALIAS.removeprefix("alias/"):
        key_id = AWS_MANAGED_ALIAS
    try:
        info = region.database.data_keys.keys.describe(key_id)
    except NotFoundException as error:
        raise ValidationException(f"{_INVALID}KMS key {key_id}: {error.message}") from error
    except FolderError as error:
        raise denied(error) from error
    if info.state != "Enabled":
        state = "disabled" if info.state == "Disabled" else "pending deletion"
        raise ValidationException(f"{_INVALID}KMS key {info.arn} is {state}")
    return info.arn


def switch_key(
    region: Region, transaction: WriteTransaction, table: Table, specification: Json
) -> tuple[Table, int]:
    """The table, which is being switched to another key from now on; and the job that does it."""
    before = table.encryption
    if before is not None and before.switching:
        raise ResourceInUseException(
            "Attempt to change a resource which is still in use: Table is being updated: "
            f"{table.name}"
        )
    after = wanted_encryption(region, specification)
    if after is None and before is None:
        raise ValidationException(f"{_INVALID}Table is already encrypted by default")
    if after is not None and before is not None and after.key_arn == before.key_arn:
        raise ValidationException(f"{_INVALID}Table is already encrypted by given KMSMasterKey")
    now_s = transaction.stamp_us / 1_000_000
    switches = _switches(table, region.settings.key_switches, now_s)
    return begin_switch(
        transaction,
        table.with_settings(KeySwitches=switches),
        None if after is None else after.key_arn,
    )


def _switches(table: Table, switches_max: int, now_s: float) -> list[float]:
    """When the table's key was switched in the last 24 hours, this time included.

    One more is granted after six hours without any.
    """
    before: Sequence[float] = table.settings.get("KeySwitches", ())
    recent = [at_s for at_s in before if now_s - at_s < _DAY_S]
    if switches_max and len(recent) >= switches_max and now_s - recent[-1] < _QUIET_S:
        raise LimitExceededException(
            "Subscriber limit exceeded: Server-Side Encryption modifications are limited to "
            f"{switches_max} in 24 hours, and one more after 6 hours without any"
        )
    return [*recent, now_s]


# As it is described.


def denial(region: Region, table: Table) -> str | None:
    """Why nothing of a table can be read or written; None where it can."""
    try:
        region.require_key(region.database.catalog, table)
    except TableKeyDenied as error:
        return error.message
    return None


def sse_description(table: Table) -> Json | None:
    """The SSEDescription; while a table is switched, it shows the key from before."""
    encryption = table.encryption
    if encryption is None:
        return None
    status = "UPDATING" if encryption.switching else "ENABLED"
    arn = encryption.switching_from or encryption.key_arn
    return {"Status": status, "SSEType": "KMS", "KMSMasterKeyArn": arn}


class Loss(NamedTuple):
    """Whether a key is of no use that a table needs, and since when (µs), where the key tells."""

    is_lost: bool
    since_us: int | None


def loss_of(region: Region, table: Table) -> Loss | None:
    """Whether a table's key is lost; None where the key store cannot be read."""
    encryption = table.encryption
    assert encryption is not None
    keys = region.database.data_keys.keys
    is_lost, since_us = False, []
    for arn in (encryption.key_arn, encryption.switching_from):
        try:
            info = None if arn is None else keys.describe(arn)
        except NotFoundException:
            is_lost = True
            continue
        except (ApiError, FolderError):
            return None
        if info is not None and info.state != "Enabled":
            is_lost = True
            since_us += [] if info.unusable_us is None else [info.unusable_us]
    return Loss(is_lost, min(since_us, default=None))


def unusable_since_s(region: Region, table: Table) -> float | None:
    """Since when a key that the table needs is of no use; None where that is not known."""
    loss = loss_of(region, table)
    if loss is None:
        return None
    since_us = table.settings.get(KEY_LOST) if loss.since_us is None else loss.since_us
    return None if since_us is None else since_us / 1_000_000


def table_keys(region: Region) -> tuple[TableKey, ...]:
    """See `LocalTools.table_keys`."""

    def read(reader: Reader, catalog: Catalog) -> tuple[TableKey, ...]:
        states = {job.subject: job.state for job in reader.jobs() if job.kind == KIND}
        now_us = region.clock.now_us()
        return tuple(
            _table_key(region, table, states.get(table.table_id))
            for _, table in sorted(catalog.tables.items())
            if not table.is_gone(now_us)
        )

    return region.database.read(read)


def _table_key(region: Region, table: Table, state: Json | None) -> TableKey:
    encryption = table.encryption
    if encryption is None:
        return TableKey(table.name, None, None, None)
    denied = denial(region, table)
    if not encryption.switching:
        return TableKey(table.name, encryption.key_arn, denied, None)
    done, total = (0, 0) if state is None else (state["done"], state["total"])
    switch = KeySwitch(encryption.key_arn, done, total)
    return TableKey(table.name, encryption.switching_from, denied, switch)
