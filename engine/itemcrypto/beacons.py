"""Beacons: short keyed digests beside encrypted attributes, by which they can be searched.

A standard beacon is a few bits of an HMAC of the value, so that different values share one on
purpose; whoever finds items by it compares the decrypted values again. A compound beacon joins
beacons and plain texts, each behind a prefix. Beacons are outside the signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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


def check_bits(name: str, bits: int) -> None:
    """Raises CryptoConfigError where a beacon cannot be that long."""
    if not 1 <= bits <= BITS_MAX:
        raise CryptoConfigError(f"the beacon {name} has {bits} bits, not 1 to {BITS_MAX}")


@dataclass(frozen=True, slots=True)
class StandardBeacon:
    """A beacon of one attribute, of 1 to 63 bits; `key` is its own, see `hmac_key`."""

    name: str
    bits: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_bits(self.name, self.bits)

    @property
    def stored_name(self) -> str:
        """The name of the attribute that holds the beacon."""
        return BEACON_PREFIX + self.name

    def of_value(self, value: Json) -> str:
        """The beacon of an attribute value; raises SealRefusedError."""
        return truncated(self.key, serialised(value)[1], self.bits)

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

    def of_item(self, item: Json, separator: str) -> str | None:
        """The part of an item; None where the item lacks it. Raises SealRefusedError."""
        value = value_at(item, self.path)
        if value is None:
            return None
        text = part_text(value)
        if separator in text:
            raise SealRefusedError(f"{self.name} holds the separator {separator!r} of a beacon")
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
        """The beacon of an item; None where no constructor fits. Raises SealRefusedError."""
        texts = {part.name: part.of_item(item, self.separator) for part in self.parts}
        ordered = sorted(self.parts, key=lambda part: part.beacon is not None)
        for constructor in self.constructors or [[(part.name, True) for part in ordered]]:
            if all(texts[name] is not None for name, is_required in constructor if is_required):
                found = [text for name, _ in constructor if (text := texts[name]) is not None]
                return self.separator.join(found) if found else None
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
