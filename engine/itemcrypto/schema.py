"""What is done with each attribute of a table's items, and the rules for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError, SealRefusedError

HEADER = "aws_dbe_head"
FOOTER = "aws_dbe_foot"
RESERVED = "aws_dbe_"
_ENCRYPTED_MAX = 2**32 // 3


class Action(StrEnum):
    """What is done with an attribute."""

    ENCRYPT_AND_SIGN = "ENCRYPT_AND_SIGN"
    SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT = "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"
    SIGN_ONLY = "SIGN_ONLY"
    DO_NOTHING = "DO_NOTHING"


SIGNED_PLAIN = (Action.SIGN_ONLY, Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where items belong, and which of their attributes are not signed: all that a reader needs.

    `table` is the logical name of the table, which is bound into every item and stays the same
    when the table is copied to another name.
    """

    table: str
    partition_key: str
    sort_key: str | None = None
    unsigned: frozenset[str] = frozenset()
    unsigned_prefix: str | None = None

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the key attributes."""
        return (
            (self.partition_key,) if self.sort_key is None else (self.partition_key, self.sort_key)
        )

    def is_unsigned(self, name: str) -> bool:
        """Whether an attribute of that name is never signed."""
        return name in self.unsigned or bool(
            self.unsigned_prefix and name.startswith(self.unsigned_prefix)
        )

    def signed_names(self, names: Iterable[str]) -> list[str]:
        """Those of a stored item's attributes that must be signed."""
        prefixes = (self.unsigned_prefix, RESERVED) if self.unsigned_prefix else RESERVED
        return [
            name for name in names if name not in self.unsigned and not name.startswith(prefixes)
        ]

    def key_of(self, item: Json) -> Json:
        """The key attributes that an item has, to name it."""
        return {name: item[name] for name in self.key_names if name in item}


# One schema is not like another: what was found of it is kept for it alone.
@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A place, and the action for each attribute: what a writer needs.

    Raises CryptoConfigError where a rule is broken. Names beyond ASCII are refused unless
    `any_names`: no other implementation could be asked how it counts their length.
    """

    place: Place
    actions: Mapping[str, Action]
    any_names: bool = False
    is_version_2: bool = field(init=False)

    def __post_init__(self) -> None:
        context = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
        object.__setattr__(self, "is_version_2", context in self.actions.values())
        _check_place(self.place)
        for name, action in self.actions.items():
            self._check_action(name, action)
        wanted = context if self.is_version_2 else Action.SIGN_ONLY
        for name in self.place.key_names:
            if self.actions.get(name) != wanted:
                reason = "some attribute is in the encryption context" if self.is_version_2 else ""
                raise CryptoConfigError(
                    f"the key attribute {name} must be {wanted}" + (f": {reason}" if reason else "")
                )

    def _check_action(self, name: str, action: Action) -> None:
        _check_name(name)
        unsigned = self.place.is_unsigned(name)
        if unsigned and action is not Action.DO_NOTHING:
            raise CryptoConfigError(
                f"{name} is allowed to be unsigned, so that no reader would look whether it is "
                f"signed: its action must be {Action.DO_NOTHING}"
            )
        if action is Action.DO_NOTHING and not unsigned:
            raise CryptoConfigError(
                f"{name} is not signed, so that readers must know it: list it among the unsigned "
                "attributes, or give it their prefix"
            )

    def action_of(self, name: str) -> Action:
        """The action for an attribute; raises SealRefusedError."""
        action = self.actions.get(name)
        if action is not None:
            return action
        if self.place.is_unsigned(name):
            return Action.DO_NOTHING
        raise SealRefusedError(f"there is no action for the attribute {name}")

    def actions_of(self, names: Iterable[str]) -> dict[str, Action]:
        """The action for each attribute of an item to be sealed; raises SealRefusedError."""
        chosen = {}
        for name in names:
            if name.startswith(RESERVED):
                raise SealRefusedError(f"{name}: names that begin with {RESERVED} are reserved")
            chosen[name] = self.action_of(name)
        self._check_present(chosen)
        if not self.any_names:
            _check_ascii(name for name, action in chosen.items() if action != Action.DO_NOTHING)
        encrypted = sum(action is Action.ENCRYPT_AND_SIGN for action in chosen.values())
        if encrypted > _ENCRYPTED_MAX:
            raise SealRefusedError(f"more than {_ENCRYPTED_MAX:,} attributes would be encrypted")
        return chosen

    def _check_present(self, chosen: Mapping[str, Action]) -> None:
        for name in self.place.key_names:
            if name not in chosen:
                raise SealRefusedError(f"the key attribute {name} is missing")
        if not self.is_version_2:
            return
        for name, action in self.actions.items():
            if action is Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT and name not in chosen:
                raise SealRefusedError(f"{name} is in the encryption context, but missing")


def _check_place(place: Place) -> None:
    if not place.table:
        raise CryptoConfigError("the logical name of the table is missing")
    if not place.partition_key:
        raise CryptoConfigError("the name of the partition key is missing")
    if place.unsigned_prefix == "":
        raise CryptoConfigError("the prefix of unsigned attributes is empty: all would be unsigned")
    for name in place.unsigned:
        _check_name(name)
    if place.unsigned_prefix is not None:
        _check_name(place.unsigned_prefix)
    for name in place.key_names:
        if place.is_unsigned(name):
            raise CryptoConfigError(f"the key attribute {name} must be signed")


def _check_name(name: str) -> None:
    if name.startswith(RESERVED):
        raise CryptoConfigError(f"{name}: names that begin with {RESERVED} are reserved")


def _check_ascii(names: Iterable[str]) -> None:
    for name in names:
        if not name.isascii():
            raise SealRefusedError(
                f"the name of the attribute {name} is not ASCII; other implementations may count "
                "its length otherwise, unless any_names allows that"
            )
