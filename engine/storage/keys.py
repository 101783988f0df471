"""Keys as one order-preserving blob.

    table  hash prefix · partition key · sort key
    index  hash prefix · partition keys · sort keys · the item's table key

Every part is escaped and ends with a terminator, so that comparing blobs compares part by part, an
item collection is one range, and a prefix of a string is a range too. The hash prefix makes scan
order hash order: a parallel-scan segment is a range of it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import md5

from engine.client.protocol import Json

HASH_PREFIX_BYTES = 4
HASH_SPACE = 1 << (8 * HASH_PREFIX_BYTES)
# Greater than every key: a partition key of 2,048 bytes 0xff behind a full hash prefix is shorter.
KEYS_END = b"\xff" * 2_100
_TERMINATOR = b"\x00\x00"
# Numbers: base-100 digits behind a byte for sign and exponent. Ten to the 125th has the base-100
# exponent 63, ten to the -130th has -64, so that both signs fit into one byte.
_EXPONENT_BIAS = 64
_ZERO = b"\x80"
_NEGATIVE_END = 102
# Two decimal digits read as one byte of hex digits, to the base-100 digit as it is stored.
_DIGITS = bytes((high * 10 + low + 1) % 256 for high in range(16) for low in range(16))
_NEGATIVE_DIGITS = bytes((101 - high * 10 - low) % 256 for high in range(16) for low in range(16))
_SALTED = md5(b"Outliers", usedforsecurity=False)


@lru_cache(maxsize=16_384)
def encode_number(canonical: str) -> bytes:
    """Bytes whose order is the numeric order; `canonical` as `numbers.canonical` gives it."""
    if canonical == "0":
        return _ZERO
    negative = canonical[0] == "-"
    text = canonical[1:] if negative else canonical
    whole, point, fraction = text.partition(".")
    if not point:
        digits = whole
        exponent = len(whole)
    elif whole == "0":
        digits = fraction.lstrip("0")
        exponent = len(digits) - len(fraction)
    else:
        digits = whole + fraction
        exponent = len(whole)
    if exponent & 1:
        digits = "0" + digits
        exponent += 1
    digits = digits.rstrip("0")
    if len(digits) & 1:
        digits += "0"
    high = exponent // 2 + _EXPONENT_BIAS
    pairs = bytes.fromhex(digits)
    if negative:
        return b"%c%b%c" % (127 - high, pairs.translate(_NEGATIVE_DIGITS), _NEGATIVE_END)
    return b"%c%b" % (128 + high, pairs.translate(_DIGITS))


def decode_number(raw: bytes) -> str:
    """The canonical number of which `encode_number` made these bytes."""
    if raw == _ZERO:
        return "0"
    negative = raw[0] < 128
    if negative:
        high, pairs = 127 - raw[0], [101 - byte for byte in raw[1:-1]]
    else:
        high, pairs = raw[0] - 128, [(byte - 1) % 256 for byte in raw[1:]]
    digits = "".join(f"{pair:02}" for pair in pairs)
    exponent = 2 * (high - _EXPONENT_BIAS)
    if exponent <= 0:
        whole, fraction = "0", "0" * -exponent + digits
    else:
        whole, fraction = digits[:exponent].ljust(exponent, "0").lstrip("0"), digits[exponent:]
    fraction = fraction.rstrip("0")
    sign = "-" if negative else ""
    return f"{sign}{whole or '0'}.{fraction}" if fraction else f"{sign}{whole}"


def value_bytes(value: Json, kind: str) -> bytes:
    """The bytes by which a canonical key value is ordered and hashed.

    Raises `KeyError` where the value is not of that kind, one of S, N, B.
    """
    if kind == "S":
        text: str = value["S"]
        return text.encode()
    return encode_number(value["N"]) if kind == "N" else b64decode(value["B"])


def escape(raw: bytes) -> bytes:
    """`raw` with its zero bytes escaped: what a prefix of a part looks like."""
    return raw.replace(b"\x00", b"\x00\xff") if b"\x00" in raw else raw


def part(raw: bytes) -> bytes:
    """One part of a key, with its terminator."""
    return escape(raw) + _TERMINATOR


def collection_prefix(raws: Sequence[bytes]) -> bytes:
    """The common prefix of an item collection: of one partition key, or of an index's several."""
    if len(raws) == 1:
        raw = raws[0]
        return (
            _hash(raw)
            + (raw.replace(b"\x00", b"\x00\xff") if b"\x00" in raw else raw)
            + _TERMINATOR
        )
    parts = b"".join([part(raw) for raw in raws])
    return _hash(parts) + parts


def _hash(raw: bytes) -> bytes:
    salted = _SALTED.copy()
    salted.update(raw)
    return salted.digest()[:HASH_PREFIX_BYTES]


def collection_of(key: bytes) -> bytes:
    """The prefix that a table's key shares with its item collection."""
    return key[: key.index(_TERMINATOR, HASH_PREFIX_BYTES) + len(_TERMINATOR)]


def first_parts(key: bytes, count: int) -> bytes | None:
    """The hash and the first parts of a key, as many as are asked for; None where it has fewer."""
    end = HASH_PREFIX_BYTES
    for _ in range(count):
        found = key.find(_TERMINATOR, end)
        if found < 0:
            return None
        end = found + len(_TERMINATOR)
    return key[:end]


def part_values(collection: bytes, kinds: Sequence[str]) -> list[Json]:
    """The attribute values of the parts of an item collection's prefix; `kinds` are their types."""
    values: list[Json] = []
    begin = HASH_PREFIX_BYTES
    for kind in kinds:
        end = collection.index(_TERMINATOR, begin)
        raw = collection[begin:end].replace(b"\x00\xff", b"\x00")
        begin = end + len(_TERMINATOR)
        if kind == "S":
            values.append({"S": raw.decode()})
        elif kind == "N":
            values.append({"N": decode_number(raw)})
        else:
            values.append({"B": b64encode(raw).decode()})
    return values


def increment(prefix: bytes) -> bytes:
    """The smallest blob that is greater than every blob with this prefix."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes([stripped[-1] + 1])


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys from `low` (inclusive) up to `high` (exclusive)."""

    low: bytes
    high: bytes


def segment_range(segment: int, total_segments: int) -> KeyRange:
    """The keys of one segment of a parallel scan."""
    low = -(-segment * HASH_SPACE // total_segments)
    high = -(-(segment + 1) * HASH_SPACE // total_segments)
    return KeyRange(
        low.to_bytes(HASH_PREFIX_BYTES, "big"),
        KEYS_END if high == HASH_SPACE else high.to_bytes(HASH_PREFIX_BYTES, "big"),
    )


def sort_range(collection: bytes, operator: str, operands: Sequence[bytes]) -> KeyRange:
    """The keys of an item collection whose next sort key part satisfies a condition.

    `collection` is the prefix made of the partition and of sort key parts with equality;
    `operator` one of = < <= > >= BETWEEN begins_with; `operands` as `value_bytes` gives them.
    """
    if operator == "begins_with":
        prefix = collection + escape(operands[0])
        return KeyRange(prefix, increment(prefix))
    first = collection + part(operands[0])
    if operator == "=":
        return KeyRange(first, increment(first))
    if operator == "<":
        return KeyRange(collection, first)
    if operator == "<=":
        return KeyRange(collection, increment(first))
    if operator == ">":
        return KeyRange(increment(first), increment(collection))
    if operator == ">=":
        return KeyRange(first, increment(collection))
    return KeyRange(first, increment(collection + part(operands[1])))


def collection_range(collection: bytes) -> KeyRange:
    """All keys of an item collection."""
    return KeyRange(collection, increment(collection))
