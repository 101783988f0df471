"""What can be seen of stored items without a key, and whether they are right with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from engine.client.paging import answers
from engine.client.protocol import Json
from engine.itemcrypto.errors import ItemCryptoError, ItemFormatError
from engine.itemcrypto.header import EncryptedDataKey, Suite
from engine.itemcrypto.keyrings.raw import aes_key_name
from engine.itemcrypto.opening import footer_of, header_of
from engine.itemcrypto.protection import Protection, State
from engine.itemcrypto.record import action_of_letter, canonical_path
from engine.itemcrypto.schema import FOOTER, HEADER, RESERVED, Action, Place
from engine.itemcrypto.serialisation import binary


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who can open an item: the provider of the key, and the key's name there."""

    provider_id: str
    key_name: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a sealed item says of itself; nothing of it is verified. Sizes in bytes.

    `actions` has every attribute but the markers; `beacons` are attributes of the reserved names,
    which are not signed.
    """

    version: int
    suite: Suite
    message_id: bytes
    recipients: tuple[Recipient, ...]
    actions: dict[str, Action]
    beacons: tuple[str, ...]
    header_bytes: int
    footer_bytes: int


def inspected(item: Json, place: Place) -> Inspection:
    """What a sealed item says of itself; raises ItemRefusedError."""
    header = header_of(item)
    signed = place.signed_names(item)
    if len(signed) != len(header.legend):
        raise ItemFormatError(
            f"{len(header.legend)} attributes were signed, and the item has {len(signed)}"
        )
    in_order = sorted(signed, key=lambda name: canonical_path(place.table, name))
    letters = dict(zip(in_order, header.legend, strict=True))
    return Inspection(
        version=header.version,
        suite=header.suite,
        message_id=header.message_id,
        recipients=tuple(map(_recipient, header.data_keys)),
        actions={
            name: action_of_letter(letters.get(name))
            for name in item
            if not name.startswith(RESERVED)
        },
        beacons=tuple(
            name for name in item if name.startswith(RESERVED) and name not in (HEADER, FOOTER)
        ),
        header_bytes=len(binary(item[HEADER]["B"])),
        footer_bytes=len(footer_of(item)) if FOOTER in item else 0,
    )


def _recipient(key: EncryptedDataKey) -> Recipient:
    name = aes_key_name(key.provider_info)
    if name is None:
        name = key.provider_info.decode(errors="backslashreplace")
    return Recipient(key.provider_id, name)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that is not right: its key, and why."""

    key: Json
    error: ItemCryptoError


@dataclass(slots=True)
class Report:
    """What a verification found so far."""

    counts: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def item_count(self) -> int:
        """How many items were looked at."""
        return sum(self.counts.values())

    def add(self, item: Json, protection: Protection) -> None:
        """Look at one stored item."""
        self.counts[protection.state_of(item)] += 1
        try:
            protection.open(item)
        except ItemCryptoError as error:
            self.refusals.append(Refusal(protection.schema.place.key_of(item), error))


def scanned(scan: Callable[[Json], Json], table: str) -> Iterator[list[Json]]:
    """The pages of a table's stored items; `scan` answers Scan."""
    for answer in answers(lambda _, request: scan(request), "Scan", {"TableName": table}):
        yield answer["Items"]


def verified(pages: Iterable[list[Json]], protection: Protection) -> Iterator[Report]:
    """The report of a table, after each of its pages."""
    report = Report()
    yield report
    for items in pages:
        for item in items:
            report.add(item, protection)
        yield report
