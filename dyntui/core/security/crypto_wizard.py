"""A first configuration chosen attribute by attribute; `dyntui crypto init` makes the same."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dyntui.core.security.crypto_setup import Choices, setup_text, suggested, write_setup
from dyntui.core.security.sealed_items import Seal, Seen, both_sides
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json
from engine.itemcrypto.beacons import StandardBeacon, hmac_key
from engine.itemcrypto.errors import ItemCryptoError
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.raw import RawAesKeyring
from engine.itemcrypto.primitives import KEY_BYTES, random_bytes
from engine.itemcrypto.schema import RESERVED, Action, Schema
from engine.itemcrypto.sealing import seal

ACTION_TEXTS = {
    Action.ENCRYPT_AND_SIGN: "encrypted and signed",
    Action.SIGN_ONLY: "signed, readable",
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: "signed, readable, and in every item",
    Action.DO_NOTHING: "neither: anybody can change it",
}
_CONTEXT = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
_ORDER = tuple(ACTION_TEXTS)
BITS = (8, 16, 24, 32)
"""Lengths of beacons to choose from: one in 2^bits of other values is found with the right one."""


@dataclass(slots=True)
class Wizard:
    """What is chosen so far. `items` are the table's first, as they are stored.

    Raises `engine.itemcrypto.errors.CryptoConfigError`.
    """

    info: TableInfo
    items: Sequence[Json]
    signature: bool = True
    kms_key: str | None = None
    branch_key: tuple[str, str] | None = None
    chosen: dict[str, Action] = field(default_factory=dict)
    beacons: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chosen = dict(self.schema().actions)

    @property
    def names(self) -> list[str]:
        """All attributes, the keys first."""
        return list(self.chosen)

    def why_fixed(self, name: str) -> str:
        """Why an attribute's action is not to be chosen; empty where it is."""
        if name in self.info.key_names:
            return "a key: always signed"
        return ""

    def possible(self, name: str) -> list[Action]:
        """What can be chosen for an attribute: keys of indexes must stay readable."""
        if self.why_fixed(name):
            return [self.chosen[name]]
        is_index_key = name in self._index_keys
        return [
            action for action in _ORDER if not (is_index_key and action is Action.ENCRYPT_AND_SIGN)
        ]

    def choose(self, name: str, action: Action) -> None:
        """Choose one of the possible actions; a beacon goes with its attribute's encryption."""
        self.chosen[name] = action
        if action is not Action.ENCRYPT_AND_SIGN:
            self.beacons.pop(name, None)
        # Keys of the table follow: they are in the context as soon as any attribute is.
        self.chosen |= self.schema().actions

    def turn(self, name: str) -> None:
        """Choose the next action for an attribute."""
        possible = self.possible(name)
        self.choose(name, possible[(possible.index(self.chosen[name]) + 1) % len(possible)])

    def why_no_beacon(self, name: str) -> str:
        """Why an attribute is not to have a beacon; empty where it may."""
        if self.chosen[name] is not Action.ENCRYPT_AND_SIGN:
            return "it is not encrypted, so that it is found as it is"
        return ""

    def turn_beacon(self, name: str) -> None:
        """Choose the next length of an attribute's beacon; none after the longest."""
        if self.why_no_beacon(name):
            return
        before = self.beacons.get(name, 0)
        bits = next((length for length in BITS if length > before), None)
        self.beacons.pop(name, None)
        if bits is not None:
            self.beacons[name] = bits

    @property
    def _index_keys(self) -> set[str]:
        return {key for index in self.info.indexes for key in index.key_names}

    @property
    def choices(self) -> Choices:
        """What was chosen, as `suggested` takes it."""
        keys = self.info.key_names
        by_action = {
            action: sorted(
                name for name, one in self.chosen.items() if one is action and name not in keys
            )
            for action in Action
        }
        return Choices(
            sign=by_action[Action.SIGN_ONLY],
            context=by_action[_CONTEXT],
            unsigned=by_action[Action.DO_NOTHING],
            beacons=dict(self.beacons) or None,
            signature=self.signature,
            kms_key=self.kms_key,
            branch_key=self.branch_key,
        )

    def schema(self) -> Schema:
        """The actions as they are written down."""
        return suggested(self.info, self.items, self.choices)

    def text(self, path: Path) -> str:
        """What is written into the configuration."""
        return setup_text(path, self.schema(), self.choices)

    def write(self, path: Path) -> list[Path]:
        """Write it, and new keys beside it; gives the files."""
        return write_setup(path, self.schema(), self.choices)

    @property
    def command(self) -> str:
        """The command that does the same."""
        choices = self.choices
        words = ["dyntui", "crypto", "init", self.info.name]
        for option, names in (
            ("--sign", [name for name in choices.sign if name not in self._index_keys]),
            ("--context", choices.context),
            ("--unsigned", choices.unsigned),
        ):
            for name in names:
                words += [option, name]
        for name, bits in self.beacons.items():
            words += ["--beacon", f"{name}={bits}"]
        if not choices.signature:
            words.append("--no-signature")
        if choices.kms_key:
            words += ["--kms-key", choices.kms_key]
        if choices.branch_key:
            words += ["--branch-key", "/".join(choices.branch_key)]
        return shlex.join(words)


def preview(wizard: Wizard) -> list[Seen]:
    """The first item as it would be stored, beside what its owner sees, under a key thrown away.

    Empty where there is no plain item, or what is chosen does not let one be sealed.
    """
    plain = [item for item in wizard.items if not is_sealed_already([item])]
    if not plain:
        return []
    schema = wizard.schema()
    keyring = RawAesKeyring("dyntui", schema.place.table, random_bytes(KEY_BYTES))
    try:
        stored = seal(
            plain[0], schema, keyring, Suite.SIGNED if wizard.signature else Suite.MAC_ONLY
        )
    except ItemCryptoError:
        return []
    stored |= {
        f"{RESERVED}b_{name}": {"S": text}
        for name, bits in wizard.beacons.items()
        if (text := _beacon(name, bits, plain[0])) is not None
    }
    return both_sides(stored, Seal("sealed", opened=plain[0]), schema.place)


def _beacon(name: str, bits: int, item: Json) -> str | None:
    beacon = StandardBeacon(name, bits, hmac_key(random_bytes(KEY_BYTES), name))
    return beacon.of_item(item)


def is_sealed_already(items: Sequence[Json]) -> bool:
    """Whether any of a table's items has a seal of the current format."""
    return any(name.startswith(RESERVED) for item in items for name in item)
