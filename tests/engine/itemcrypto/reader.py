"""A second reader of sealed items, which shares no code with the first.

It knows AES, RSA and hierarchy keys at hand. What is wrong raises WrongItemError.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Item = dict[str, Any]
_IDS = {
    0x0000: "NULL",
    0x0001: "S",
    0x0002: "N",
    0x0004: "BOOL",
    0xFFFF: "B",
    0x0101: "SS",
    0x0102: "NS",
    0x01FF: "BS",
    0x0200: "M",
    0x0300: "L",
}


class WrongItemError(Exception):
    """The item is not right."""


@dataclass
class AesKey:
    """A raw AES key with its namespace and name."""

    namespace: str
    name: str
    key: bytes

    def unwrap(self, provider: str, info: bytes, data: bytes, aad: bytes) -> bytes | None:
        """The intermediate key; None where the entry is not for this key."""
        head = self.name.encode() + struct.pack(">II", 128, 12)
        if provider != self.namespace or info[: len(head)] != head or len(info) != len(head) + 12:
            return None
        return AESGCM(self.key).decrypt(info[-12:], data, aad)


@dataclass
class RsaKey:
    """A raw RSA key with its namespace and name; `oaep` is the hash's name, None for PKCS1."""

    namespace: str
    name: str
    key: rsa.RSAPrivateKey
    oaep: str | None

    def unwrap(self, provider: str, info: bytes, data: bytes, aad: bytes) -> bytes | None:
        """The intermediate key; None where the entry is not for this key."""
        del aad
        if provider != self.namespace or info != self.name.encode():
            return None
        if self.oaep is None:
            return self.key.decrypt(data, padding.PKCS1v15())
        algorithm = getattr(hashes, self.oaep)()
        return self.key.decrypt(data, padding.OAEP(padding.MGF1(algorithm), algorithm, None))


@dataclass
class Branch:
    """A version of a branch key."""

    name: str
    version: bytes
    key: bytes

    def unwrap(self, provider: str, info: bytes, data: bytes, aad: bytes) -> bytes | None:
        """The intermediate key; None where the entry is not for this key."""
        if provider != "aws-kms-hierarchy" or info != self.name.encode():
            return None
        salt, nonce, version, sealed = data[:16], data[16:28], data[28:44], data[44:]
        if version != self.version or len(sealed) != 48:
            return None
        block = struct.pack(">I", 1) + b"aws-kms-hierarchy\x00" + salt + struct.pack(">I", 256)
        wrapping = hmac.new(self.key, block, "sha256").digest()
        bound = b"aws-kms-hierarchy" + info + version + aad
        return AESGCM(wrapping).decrypt(nonce, sealed, bound)


Key = AesKey | RsaKey | Branch


@dataclass
class Table:
    """What a reader is configured with."""

    name: str
    partition: str
    sort: str | None = None
    unsigned: tuple[str, ...] = ()
    prefix: str | None = None


def read(item: Item, table: Table, keys: list[Key]) -> Item:
    """The plain item; raises WrongItemError."""
    try:
        return _read(item, table, keys)
    except (InvalidTag, InvalidSignature, KeyError, IndexError, ValueError, struct.error) as error:
        raise WrongItemError(repr(error)) from error


def _read(item: Item, table: Table, keys: list[Key]) -> Item:
    head, foot = item["aws_dbe_head"]["B"], item["aws_dbe_foot"]["B"]
    version, flavour, message, legend, stored, wrapped_keys = _header(head)
    names, letters, context = _parts(item, table, version, legend)
    for key, value in stored.items():
        _require(context.get(key, value) == value, key)
    context |= stored
    aad = _pairs(context)
    data_key, mac_key = _data_key(wrapped_keys, keys, aad)

    commit = _hkdf(data_key, b"AWS_DBE_COMMIT_KEY" + message)
    made = hmac.new(commit, head[:-32], "sha512").digest()[:32]
    _require(hmac.compare_digest(made, head[-32:]), "the commitment")
    digest = _digest(head, aad, item, table, letters)
    _check_foot(foot, len(wrapped_keys), mac_key, digest, context if flavour else None)

    root = _hkdf(data_key, b"AWS_DBE_DERIVE_KEY" + message)
    plain = {name: item[name] for name in names}
    encrypted = [name for name, letter in letters.items() if letter == "e"]
    for ordinal, name in enumerate(encrypted):
        counter = b"AwsDbeField" + b"," + struct.pack(">I", 3 * ordinal)
        stream = Cipher(algorithms.AES(root), modes.CTR(counter)).encryptor().update(bytes(44))
        value = item[name]["B"]
        body = AESGCM(stream[:32]).decrypt(stream[32:], value[2:], _path(table.name, name))
        plain[name], rest = _from_bytes(int.from_bytes(value[:2], "big"), body, len(body))
        _require(not rest, "bytes left over")
    return plain


def _parts(
    item: Item, table: Table, version: int, legend: bytes
) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """All names, the letter of each signed one in order, and the context that is not stored."""
    names = [name for name in item if not name.startswith("aws_dbe_")]
    signed = [name for name in names if not _is_unsigned(name, table)]
    signed.sort(key=lambda name: _path(table.name, name))
    _require(len(signed) == len(legend), "the legend")
    letters = dict(zip(signed, legend.decode(), strict=True))
    return names, letters, _context(version, item, table, letters)


def record_digest(item: Item, table: Table) -> bytes:
    """The hash that tags and signature of a sealed item are of."""
    head = item["aws_dbe_head"]["B"]
    version, _, _, legend, stored, _ = _header(head)
    _, letters, context = _parts(item, table, version, legend)
    return _digest(head, _pairs(context | stored), item, table, letters)


def _digest(head: bytes, aad: bytes, item: Item, table: Table, letters: dict[str, str]) -> bytes:
    record = head + struct.pack(">Q", len(aad)) + aad
    for name, letter in letters.items():
        record += _path(table.name, name)
        if letter == "e":
            value = item[name]["B"]
            record += struct.pack(">Q", len(value) - 2) + b"ENCRYPTED" + value
        else:
            body = to_bytes(item[name])
            record += struct.pack(">Q", len(body)) + b"PLAINTEXT" + _id(item[name]) + body
    return hashlib.sha384(record).digest()


def _header(head: bytes) -> tuple[int, int, bytes, bytes, dict[str, str], list[list[bytes]]]:
    version, flavour, message = head[0], head[1], head[2:34]
    _require(version in (1, 2) and flavour in (0, 1), "version or flavour")
    legend, rest = _lv(head[34:])
    _require(set(legend) <= set(b"esc"), "the legend's letters")
    count, rest = int.from_bytes(rest[:2], "big"), rest[2:]
    stored: dict[str, str] = {}
    last = b""
    for _ in range(count):
        key, rest = _lv(rest)
        value, rest = _lv(rest)
        _require(key > last, "the order of the context")
        last = key
        stored[key.decode()] = value.decode()
    entries, rest = rest[0], rest[1:]
    _require(entries > 0, "the number of keys")
    wrapped_keys = []
    for _ in range(entries):
        parts = []
        for _ in range(3):
            part, rest = _lv(rest)
            parts.append(part)
        wrapped_keys.append(parts)
    _require(len(rest) == 32, "the length of the header")
    return version, flavour, message, legend, stored, wrapped_keys


def _context(version: int, item: Item, table: Table, letters: dict[str, str]) -> dict[str, str]:
    context = {
        "aws-crypto-table-name": table.name,
        "aws-crypto-partition-name": table.partition,
    }
    if table.sort is not None:
        context["aws-crypto-sort-name"] = table.sort
    if version == 1:
        for name in filter(None, (table.partition, table.sort)):
            both = _id(item[name]) + to_bytes(item[name])
            context["aws-crypto-attr." + name] = base64.b64encode(both).decode()
        return context
    kinds = {}
    for name in (name for name, letter in letters.items() if letter == "c"):
        [(kind, content)] = item[name].items()
        text = base64.b64encode(_id(item[name]) + to_bytes(item[name])).decode()
        if kind == "S":
            text = content
        elif kind in ("N", "NULL"):
            text = _number(content) if kind == "N" else "null"
        elif kind == "BOOL":
            text = "true" if content else "false"
        context["aws-crypto-attr." + name] = text
        kinds["aws-crypto-attr." + name] = {"S": "S", "N": "N", "BOOL": "L", "NULL": "L"}.get(
            kind, "B"
        )
    order = sorted(kinds, key=lambda key: key.encode())
    context["aws-crypto-legend"] = "".join(kinds[key] for key in order)
    return context


def _data_key(wrapped_keys: list[list[bytes]], keys: list[Key], aad: bytes) -> tuple[bytes, bytes]:
    for provider, info, data in wrapped_keys:
        for key in keys:
            middle = key.unwrap(provider.decode(), info, data[48:], aad)
            if middle is not None:
                wrapping = _hkdf(middle, b"AWS_MPL_INTERMEDIATE_KEYWRAP_ENC")
                opened = AESGCM(wrapping).decrypt(bytes(12), data[:48], aad)
                return opened, _hkdf(middle, b"AWS_MPL_INTERMEDIATE_KEYWRAP_MAC")
    raise WrongItemError("no key")


def _check_foot(
    foot: bytes, count: int, mac_key: bytes, digest: bytes, context: dict[str, str] | None
) -> None:
    _require(len(foot) == 48 * count + (103 if context is not None else 0), "the footer's length")
    tag = hmac.new(mac_key, digest, "sha384").digest()
    _require(tag in [foot[48 * n : 48 * n + 48] for n in range(count)], "the tag")
    if context is not None:
        point = base64.b64decode(context["aws-crypto-public-key"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point)
        key.verify(foot[-103:], digest, ec.ECDSA(hashes.SHA384()))


def _is_unsigned(name: str, table: Table) -> bool:
    return name in table.unsigned or (table.prefix is not None and name.startswith(table.prefix))


def _path(table: str, name: str) -> bytes:
    units = len(name.encode("utf-16-be")) // 2
    return table.encode() + struct.pack(">Q", 1) + b"$" + struct.pack(">Q", units) + name.encode()


def _pairs(context: dict[str, str]) -> bytes:
    encoded = sorted((key.encode(), value.encode()) for key, value in context.items())
    out = struct.pack(">H", len(encoded))
    for pair in encoded:
        for part in pair:
            out += struct.pack(">H", len(part)) + part
    return out


def _hkdf(key: bytes, info: bytes) -> bytes:
    extracted = hmac.new(bytes(64), key, "sha512").digest()
    return hmac.new(extracted, info + b"\x01", "sha512").digest()[:32]


def _lv(data: bytes) -> tuple[bytes, bytes]:
    [length] = struct.unpack(">H", data[:2])
    _require(len(data) >= 2 + length, "a length")
    return data[2 : 2 + length], data[2 + length :]


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise WrongItemError(what)


def _id(value: Item) -> bytes:
    [kind] = value
    return next(number for number, name in _IDS.items() if name == kind).to_bytes(2, "big")


def _number(text: str) -> str:
    value = Decimal(text)
    if not value:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def to_bytes(value: Item) -> bytes:
    """The serialised form of a value."""
    [(kind, content)] = value.items()
    match kind:
        case "NULL":
            return b""
        case "BOOL":
            return bytes([content])
        case "S":
            return bytes(content.encode())
        case "N":
            return _number(content).encode()
        case "B":
            return bytes(content)
        case "SS":
            ordered = sorted(content, key=lambda text: text.encode("utf-16-be"))
            members = [text.encode() for text in ordered]
        case "NS":
            members = sorted(_number(text).encode() for text in content)
        case "BS":
            members = sorted(content)
        case "L":
            return struct.pack(">I", len(content)) + b"".join(map(_inner, content))
        case _:
            out = struct.pack(">I", len(content))
            for name in sorted(content, key=lambda text: text.encode("utf-16-be")):
                key = name.encode()
                out += b"\x00\x01" + struct.pack(">I", len(key)) + key + _inner(content[name])
            return out
    lengths = (struct.pack(">I", len(member)) + member for member in members)
    return struct.pack(">I", len(members)) + b"".join(lengths)


def _inner(value: Item) -> bytes:
    body = to_bytes(value)
    return _id(value) + struct.pack(">I", len(body)) + body


def _from_bytes(number: int, data: bytes, length: int) -> tuple[Item, bytes]:
    kind = _IDS[number]
    body, rest = data[:length], data[length:]
    _require(len(body) == length, "a value's length")
    content: Any
    match kind:
        case "NULL":
            content = True
        case "BOOL":
            content = body == b"\x01"
        case "S" | "N":
            content = body.decode()
        case "B":
            content = body
        case _:
            return {kind: _members(kind, body)}, rest
    return {kind: content}, rest


def _members(kind: str, body: bytes) -> Any:
    [count], body = struct.unpack(">I", body[:4]), body[4:]
    found: list[Any] = []
    for _ in range(count):
        name = None
        if kind == "M":
            [length] = struct.unpack(">I", body[2:6])
            name, body = body[6 : 6 + length].decode(), body[6 + length :]
        if kind in ("M", "L"):
            number, length = struct.unpack(">HI", body[:6])
            value, body = _from_bytes(number, body[6:], length)
            found.append((name, value) if kind == "M" else value)
        else:
            [length] = struct.unpack(">I", body[:4])
            member, body = body[4 : 4 + length], body[4 + length :]
            found.append(member if kind == "BS" else member.decode())
    _require(not body, "bytes left over")
    return dict(found) if kind == "M" else found
