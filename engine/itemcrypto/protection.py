"""How the items of one table are protected: what is written, and what may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.client.protocol import Json
from engine.itemcrypto.beacons import (
    VERSION_NAME,
    VERSION_VALUE,
    Beacon,
    CompoundBeacon,
    StandardBeacon,
)
from engine.itemcrypto.errors import CryptoConfigError, ItemCryptoError, NotSealedError
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.keyring import Keyring
from engine.itemcrypto.legacy.materials import Materials
from engine.itemcrypto.legacy.sealing import (
    LegacyAction,
    LegacySchema,
    is_legacy,
    open_legacy,
    seal_legacy,
)
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.schema import FOOTER, HEADER, RESERVED, Action, Schema
from engine.itemcrypto.sealing import seal


class PlainItems(StrEnum):
    """What is allowed of items without a seal: nothing, reading them, also writing them."""

    REFUSED = "refused"
    READ = "read"
    WRITTEN = "written"


class State(StrEnum):
    """Which seal a stored item has."""

    SEALED = "sealed"
    LEGACY = "legacy"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class LegacyProtection:
    """Items of the legacy format are read, and where `is_written` also written."""

    schema: LegacySchema
    materials: Materials
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Protection:
    """All that a client needs to seal and open the items of a table.

    `plain` and `legacy` are for tables that are on their way to the current format; only one of
    them can be used, and none together with beacons. Raises CryptoConfigError.
    """

    schema: Schema
    keyring: Keyring
    suite: Suite = Suite.SIGNED
    plain: PlainItems = PlainItems.REFUSED
    legacy: LegacyProtection | None = None
    beacons: Sequence[Beacon] = field(default=())

    def __post_init__(self) -> None:
        allows_plain = self.plain is not PlainItems.REFUSED
        if allows_plain + (self.legacy is not None) + bool(self.beacons) > 1:
            raise CryptoConfigError(
                "plain items, legacy items and beacons: only one of them at a time"
            )
        for beacon in self.beacons:
            self._check_beacon(beacon)

    def _check_beacon(self, beacon: Beacon) -> None:
        actions = self.schema.actions
        if isinstance(beacon, StandardBeacon):
            if actions.get(beacon.name) is not Action.ENCRYPT_AND_SIGN:
                raise CryptoConfigError(
                    f"{beacon.name} has a beacon, and is not an attribute that is encrypted"
                )
        elif isinstance(beacon, CompoundBeacon):
            if beacon.name in actions or beacon.is_signed:
                raise CryptoConfigError(
                    f"the compound beacon {beacon.name} has the name of an attribute, or no part "
                    "that is encrypted"
                )
            for part in beacon.parts:
                is_encrypted = actions.get(part.path[0]) is Action.ENCRYPT_AND_SIGN
                if is_encrypted != (part.beacon is not None):
                    raise CryptoConfigError(
                        f"{part.name}: encrypted attributes are encrypted parts of a beacon, and "
                        "others signed parts"
                    )

    def state_of(self, item: Json) -> State:
        """Which seal a stored item has; with a marker missing it still counts as sealed."""
        if HEADER in item or FOOTER in item:
            return State.SEALED
        if is_legacy(item, None if self.legacy is None else self.legacy.schema):
            return State.LEGACY
        return State.PLAIN

    def seal(self, item: Json) -> Json:
        """The item as it is to be stored; raises SealRefusedError or ItemKeyError."""
        if self.legacy is not None and self.legacy.is_written:
            return seal_legacy(item, self.legacy.schema, self.legacy.materials)
        if self.plain is PlainItems.WRITTEN:
            return dict(item)
        sealed = seal(item, self.schema, self.keyring, self.suite)
        if not self.beacons:
            return sealed
        return {**sealed, **self._beacons_of(item), VERSION_NAME: VERSION_VALUE}

    def _beacons_of(self, item: Json) -> Json:
        place = self.schema.place
        try:
            return {
                beacon.stored_name: {"S": text}
                for beacon in self.beacons
                if (text := beacon.of_item(item)) is not None
            }
        except ItemCryptoError as error:
            raise error.of_item(place.table, place.key_of(item)) from error

    def open(self, item: Json) -> Json:
        """The attributes of a stored item, verified and plain; raises ItemRefusedError."""
        place = self.schema.place
        match self.state_of(item):
            case State.LEGACY if self.legacy is not None:
                return open_legacy(item, self.legacy.schema, self.legacy.materials)
            case State.PLAIN if self.plain is not PlainItems.REFUSED:
                return {n: value for n, value in item.items() if not n.startswith(RESERVED)}
            case State.LEGACY | State.PLAIN as state:
                error = NotSealedError(f"it is {state}, and only sealed items are read here")
                raise error.of_item(place.table, place.key_of(item))
        return open_item(item, place, self.keyring).item

    @property
    def has_only_sealed(self) -> bool:
        """Whether no other items are read than sealed ones of the current format."""
        return self.plain is PlainItems.REFUSED and self.legacy is None

    def is_encrypted(self, name: str) -> bool:
        """Whether an attribute of that name may be stored encrypted, or is only a beacon."""
        if self.beacon_of(name) is not None:
            return True
        if self.schema.actions.get(name) is Action.ENCRYPT_AND_SIGN:
            return True
        return self.legacy is not None and (
            self.legacy.schema.action_of(name) is LegacyAction.ENCRYPT
        )

    def is_signed(self, name: str) -> bool:
        """Whether a change of an attribute of that name would break a seal, or forge one."""
        if name.startswith(RESERVED):
            return True
        if self.legacy is not None and (
            name in self.legacy.schema.markers
            or self.legacy.schema.action_of(name) is not LegacyAction.NOTHING
        ):
            return True
        return not self.schema.place.is_unsigned(name)

    def beacon_of(self, name: str) -> Beacon | None:
        """The beacon by which a name is searched, if there is one."""
        return next((beacon for beacon in self.beacons if beacon.name == name), None)
