"""What a key store holds: keys with their material, and aliases."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

CUSTOMER = "CUSTOMER"
AWS = "AWS"


@dataclass(frozen=True, slots=True)
class Key:
    """A key; `materials` are its backing keys of 32 bytes, the last one encrypts.

    `unusable_us` is since when it is disabled or to be deleted.
    """

    key_id: str
    description: str
    manager: str
    created_us: int
    enabled: bool
    deletion_us: int | None
    rotated_us: tuple[int, ...]
    materials: tuple[bytes, ...] = field(repr=False)
    unusable_us: int | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """Which key a name means."""

    key_id: str
    created_us: int


@dataclass(frozen=True, slots=True)
class Vault:
    """Keys by id, in the order of their making, and aliases by name; never changed in place."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    aliases: Mapping[str, Alias] = field(default_factory=dict)

    def with_key(self, key: Key) -> Vault:
        """The same with a key that is new, or in the place of the one with its id."""
        return replace(self, keys={**self.keys, key.key_id: key})

    def with_alias(self, name: str, alias: Alias) -> Vault:
        """The same with a further alias."""
        return replace(self, aliases={**self.aliases, name: alias})

    def without_alias(self, name: str) -> Vault:
        """The same without an alias."""
        return replace(
            self, aliases={each: alias for each, alias in self.aliases.items() if each != name}
        )

    def as_of(self, now_us: int) -> Vault:
        """The same without the keys whose time is over, and without their aliases."""
        over = {
            key.key_id
            for key in self.keys.values()
            if key.deletion_us is not None and key.deletion_us <= now_us
        }
        if not over:
            return self
        return Vault(
            {key_id: key for key_id, key in self.keys.items() if key_id not in over},
            {name: alias for name, alias in self.aliases.items() if alias.key_id not in over},
        )


def dump_vault(vault: Vault) -> bytes:
    """A vault as bytes, to be sealed."""
    keys = [
        {
            "id": key.key_id,
            "description": key.description,
            "manager": key.manager,
            "created": key.created_us,
            "enabled": key.enabled,
            "deletion": key.deletion_us,
            "rotated": key.rotated_us,
            "unusable": key.unusable_us,
            "materials": [b64encode(material).decode() for material in key.materials],
        }
        for key in vault.keys.values()
    ]
    aliases = {
        name: {"key": alias.key_id, "created": alias.created_us}
        for name, alias in vault.aliases.items()
    }
    return orjson.dumps({"keys": keys, "aliases": aliases})


def load_vault(content: bytes) -> Vault:
    """What `dump_vault` gave; nobody else can have sealed it."""
    form = orjson.loads(content)
    keys = [
        Key(
            key_id=each["id"],
            description=each["description"],
            manager=each["manager"],
            created_us=each["created"],
            enabled=each["enabled"],
            deletion_us=each["deletion"],
            rotated_us=tuple(each["rotated"]),
            materials=tuple(b64decode(material) for material in each["materials"]),
            unusable_us=each.get("unusable"),
        )
        for each in form["keys"]
    ]
    aliases = {
        name: Alias(alias["key"], alias["created"]) for name, alias in form["aliases"].items()
    }
    return Vault({key.key_id: key for key in keys}, aliases)
