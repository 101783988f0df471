"""Beacons: short keyed digests beside encrypted attributes, by which they can be searched.

A standard beacon is a few bits of an HMAC of the value, so that different values share one on
purpose; whoever finds items by it compares the decrypted values again. A compound beacon joins
beacons and plain texts, each behind a prefix. Beacons are outside the signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError, SealRefusedError
from engine.itemcrypto.primitives import hkdf_sha512, hmac_sha384
from engine.itemcrypto.schema import RESERVED
from engine.itemcrypto.serialisation import serialised

BEACON_PREFIX = RESERVED + "b_"
VERSION_NAME = RESERVED + "v_1"
VERSION_VALUE: Json = {"S": " "}
BITS_MAX = 63
_INFO = b"AWS_DBE_SCAN_BEACON"
_HMAC_KEY_BYTES = 64
_HASH_BYTES = 8


def hmac_key(beacon_key: bytes, name: str) -> bytes:
    """The key of one beacon, of the key that all beacons share."""
    [key] = hkdf_sha512(beacon_key, _INFO + name.encode(), length=_HMAC_KEY_BYTES)
    return key


def truncated(key: bytes, data: bytes, bits: int, partition: int = 0) -> str:
    """A beacon of that many bits, as hexadecimal digits; `key` is the beacon's own."""
    suffix = bytes((partition,)) if partition else b""
    digest = hmac_sha384(key, data + suffix)[:_HASH_BYTES]
    low = int.from_bytes(digest, "big") & ((1 << bits) - 1)
    return f"{low:0{-(-bits // 4)}x}"


class Beacon(Protocol):
    """What leads a search for equal values."""

    @property
    def name(self) -> str:
        """The name by which it is searched."""
        ...

    @property
    def stored_name(self) -> str:
        """The name of the attribute that holds it."""
        ...

    def of_value(self, value: Json) -> str:
        """The beacon of a value that is searched for; raises SealRefusedError."""
        ...

    def of_item(self, item: Json) -> str | None:
        """The beacon of a plain item; None where it lacks what is needed.

        Raises SealRefusedError.
        """
        ...

    def searched_of(self, item: Json) -> Json | None:
        """The plain value that the beacon of an item stands for; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class StandardBeacon:
    """A beacon of one attribute, of 1 to 63 bits; `key` is its own, see `hmac_key`."""

    name: str
    bits: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= BITS_MAX:
            raise CryptoConfigError(
                f"the beacon {self.name} has {self.bits} bits, not 1 to {BITS_MAX}"
            )

    @property
    def stored_name(self) -> str:
        """The name of the attribute that holds the beacon."""
        return BEACON_PREFIX + self.name

    def of_value(self, value: Json) -> str:
        """The beacon of an attribute value; raises SealRefusedError."""
        return truncated(self.key, serialised(value)[1], self.bits)

    def of_item(self, item: Json) -> str | None:
        """See `Beacon.of_item`."""
        value = item.get(self.name)
        return None if value is None else self.of_value(value)

    def searched_of(self, item: Json) -> Json | None:
        """See `Beacon.searched_of`."""
        return item.get(self.name)

    def of_text(self, text: str) -> str:
        """The beacon of a text."""
        return truncated(self.key, text.encode(), self.bits)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a compound beacon: a prefix, and the text of a value, or the beacon of it.

    `path` are the names that lead to the value in an item.
    """

    name: str
    prefix: str
    path: tuple[str, ...]
    beacon: StandardBeacon | None = None

    def text_of(self, item: Json, separator: str) -> str | None:
        """The plain text of an item's part; None where the item lacks it.

        Raises SealRefusedError where the separator is in it, or the value has no text.
        """
        value = value_at(item, self.path)
        if value is None:
            return None
        text = part_text(value)
        if separator in text:
            raise SealRefusedError(f"{self.name} holds the separator {separator!r} of a beacon")
        return text

    def stored_text(self, text: str) -> str:
        """What stands for a plain text in the beacon, behind the prefix."""
        return self.prefix + (text if self.beacon is None else self.beacon.of_text(text))


@dataclass(frozen=True, slots=True)
class CompoundBeacon:
    """Parts joined by a separator of one character.

    `constructors` are tried in order: names of parts, each with whether it must be there. Without
    one, all signed parts and then all encrypted parts must.
    """

    name: str
    separator: str
    parts: Sequence[Part]
    constructors: Sequence[Sequence[tuple[str, bool]]] = ()

    def __post_init__(self) -> None:
        if len(self.separator) != 1:
            raise CryptoConfigError(f"the separator of the beacon {self.name} is not one character")
        prefixes = [part.prefix for part in self.parts]
        for place, prefix in enumerate(prefixes):
            others = prefixes[:place] + prefixes[place + 1 :]
            if not prefix or any(other.startswith(prefix) for other in others):
                raise CryptoConfigError(
                    f"the prefix {prefix!r} of the beacon {self.name} is empty, or begins another"
                )
        known = {part.name for part in self.parts}
        unknown = {name for one in self.constructors for name, _ in one} - known
        if unknown or not known:
            raise CryptoConfigError(f"the beacon {self.name} lacks the parts {sorted(unknown)}")

    @property
    def is_signed(self) -> bool:
        """Whether all parts are plain, so that the whole is an attribute that is signed."""
        return all(part.beacon is None for part in self.parts)

    @property
    def stored_name(self) -> str:
        """The name of the attribute that holds the beacon."""
        return self.name if self.is_signed else BEACON_PREFIX + self.name

    def of_item(self, item: Json) -> str | None:
        """See `Beacon.of_item`: None where no constructor fits."""
        found = self._parts_of(item)
        return None if found is None else self._joined([part.stored_text(t) for part, t in found])

    def searched_of(self, item: Json) -> Json | None:
        """See `Beacon.searched_of`: the parts as plain text."""
        found = self._parts_of(item)
        if found is None:
            return None
        return {"S": self._joined([part.prefix + text for part, text in found])}

    def of_value(self, value: Json) -> str:
        """See `Beacon.of_value`: plain parts, such as `N_Ada.Y_1984`."""
        parts = []
        for text in str(value.get("S", "")).split(self.separator):
            part = next((part for part in self.parts if text.startswith(part.prefix)), None)
            if part is None:
                raise SealRefusedError(f"{text!r} is no part of the beacon {self.name}")
            parts.append(part.stored_text(text.removeprefix(part.prefix)))
        return self._joined(parts)

    def _joined(self, texts: Sequence[str]) -> str:
        return self.separator.join(texts)

    def _parts_of(self, item: Json) -> list[tuple[Part, str]] | None:
        """The parts that the first fitting constructor takes, each with its plain text."""
        parts = {part.name: part for part in self.parts}
        texts = {name: part.text_of(item, self.separator) for name, part in parts.items()}
        ordered = sorted(self.parts, key=lambda part: part.beacon is not None)
        for constructor in self.constructors or [[(part.name, True) for part in ordered]]:
            if all(texts[name] is not None for name, is_required in constructor if is_required):
                found = [(n, text) for n, _ in constructor if (text := texts[n]) is not None]
                return [(parts[name], text) for name, text in found] or None
        return None


def value_at(item: Json, path: Sequence[str]) -> Json | None:
    """The value that names lead to, through maps; None where there is none."""
    value: Json | None = {"M": item}
    for name in path:
        inner = value.get("M") if value is not None else None
        value = inner.get(name) if inner is not None else None
    return value


def part_text(value: Json) -> str:
    """The text of a part; raises SealRefusedError where a value has none."""
    match value:
        case {"S": str(text)} | {"N": str(text)}:
            return text
        case {"BOOL": bool(truth)}:
            return "true" if truth else "false"
        case {"NULL": _}:
            return "null"
    raise SealRefusedError("only a text, number, Boolean or null can be a part of a beacon")
