"""Sealing and opening an item, against nothing but the cryptography that it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from time import process_time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.header import Suite
from engine.itemcrypto.inspection import scanned, verified
from engine.itemcrypto.keyrings.branch_making import BranchKeyMaker
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.hierarchy import HierarchyKeyring
from engine.itemcrypto.keyrings.raw import RawAesKeyring
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.protection import Protection
from engine.itemcrypto.schema import Action, Place, Schema
from engine.itemcrypto.sealing import seal
from engine.security.item_keys import ItemKeys
from tests.benchmarks.engines import create_table
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item
from tests.benchmarks.pairing import compare

_ITEM = make_item(7)
_KEYS = ("customer", "order")
_PLACE = Place(TABLE, *_KEYS)
_SCHEMA = Schema(
    _PLACE,
    {n: Action.SIGN_ONLY if n in _KEYS else Action.ENCRYPT_AND_SIGN for n in _ITEM},
)
_KEYRING = RawAesKeyring("benchmarks", "aes", bytes(32))
_ECDSA = ec.ECDSA(SHA384())
_SIGNATURE_BYTES = 103
# The context and the record of such an item, and how large its encrypted attributes are.
_CONTEXT = bytes(250)
_RECORD = bytes(2_000)
_FIELDS = (14, 7, 2, 1, 7, 20, 40, 678)


def sealing(setting: Setting) -> Iterable[Figure]:
    """A new item sealed, and opened, with and without a signature."""
    for suite, name, calls in (
        (Suite.MAC_ONLY, "unsigned", setting.count(200, least=5)),
        (Suite.SIGNED, "signed", setting.count(20, least=2)),
    ):
        sealed = seal(_ITEM, _SCHEMA, _KEYRING, suite)
        works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "seal": (partial(seal, _ITEM, _SCHEMA, _KEYRING, suite), partial(_seal_floor, suite)),
            "open": (partial(open_item, sealed, _PLACE, _KEYRING), _opening_floor(suite)),
        }
        for verb, (subject, floor) in works.items():
            yield _figure(f"{verb}-{name}", subject, floor, calls, setting.rounds)


def cached(setting: Setting) -> Iterable[Figure]:
    """Items under one branch key, which is read and unwrapped once: its derivation is all more."""
    calls = setting.count(200, least=5)
    with Engine.in_memory() as db:
        db.keys.create(alias="alias/root")
        maker = BranchKeyMaker(db, "keys", "keys", ItemKeys(db.keys))
        maker.make_table()
        maker.make("alias/root", "branch")
        table = BranchKeyTable(db, "keys", "keys", ItemKeys(db.keys))
        keyring = HierarchyKeyring(table, "branch")
        sealed = seal(_ITEM, _SCHEMA, keyring, Suite.MAC_ONLY)
        opening = _opening_floor(Suite.MAC_ONLY)
        works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "seal": (
                partial(seal, _ITEM, _SCHEMA, keyring, Suite.MAC_ONLY),
                _with_derivation(partial(_seal_floor, Suite.MAC_ONLY)),
            ),
            "open": (partial(open_item, sealed, _PLACE, keyring), _with_derivation(opening)),
        }
        for verb, (subject, floor) in works.items():
            yield _figure(f"{verb}-branch-key", subject, floor, calls, setting.rounds)


def _with_derivation(floor: Callable[[], object]) -> Callable[[], object]:
    def work() -> None:
        code = HMAC(bytes(32), SHA256())
        code.update(_CONTEXT[:56])
        code.finalize()
        floor()

    return work


def verifying(setting: Setting) -> Iterable[Figure]:
    """A verification of a table, without and with signatures, to opening its items alone."""
    count = setting.count(1_000, least=20)
    for suite, name in ((Suite.MAC_ONLY, "unsigned"), (Suite.SIGNED, "signed")):
        protection = Protection(_SCHEMA, _KEYRING, suite)
        with Engine.in_memory() as db:
            create_table(db, TABLE)
            client = EncryptedClient(db, {TABLE: protection})
            for number in range(count):
                client.put_item(TableName=TABLE, Item=make_item(number))
            items = [item for page in scanned(partial(db.call, "Scan"), TABLE) for item in page]
            pair = compare(
                partial(_check, db, protection, count),
                partial(_open_all, items, protection),
                max(setting.rounds // 10, 3),
            )
        told = f"{count / median(pair.subject_s):,.0f} items/s, {count:,} items"
        yield Figure(f"verify-{name}", pair.ratio, told)


def _check(db: Engine, protection: Protection, count: int) -> None:
    *_, report = verified(scanned(partial(db.call, "Scan"), TABLE), protection)
    assert (report.item_count, report.refusals) == (count, [])


def _open_all(items: Iterable[Json], protection: Protection) -> None:
    for item in items:
        protection.open(item)


def _figure(
    name: str, subject: Callable[[], object], floor: Callable[[], object], calls: int, rounds: int
) -> Figure:
    def repeated(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(calls):
                work()

        return run

    # Neither waits: processor time is what they take.
    pair = compare(repeated(subject), repeated(floor), rounds, process_time)
    return Figure(name, pair.ratio, pair.detail(calls))


def _seal_floor(suite: Suite) -> None:
    """What sealing has to compute, whatever the values are."""
    key, middle, nonce = os.urandom(32), os.urandom(32), os.urandom(12)
    AESGCM(bytes(32)).encrypt(nonce, middle, _CONTEXT)
    AESGCM(key).encrypt(bytes(12), key, _CONTEXT)
    signing_key = ec.generate_private_key(ec.SECP384R1()) if suite is Suite.SIGNED else None
    root = _derive(middle, key)
    for size, (field_key, field_nonce) in zip(_FIELDS, _field_keys(root), strict=True):
        AESGCM(field_key).encrypt(field_nonce, bytes(size), _CONTEXT[:30])
    digest = _authenticate(root)
    if signing_key is not None:
        while len(signing_key.sign(digest, _ECDSA)) != _SIGNATURE_BYTES:
            pass


def _opening_floor(suite: Suite) -> Callable[[], None]:
    """What opening has to compute, whatever the values are."""
    root = bytes(32)
    signing_key = ec.generate_private_key(ec.SECP384R1())
    signature = signing_key.sign(root, _ECDSA)
    public_key = signing_key.public_key()
    point = public_key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    wrapped = AESGCM(root).encrypt(bytes(12), root, _CONTEXT)
    fields = [
        (key, nonce, AESGCM(key).encrypt(nonce, bytes(size), _CONTEXT[:30]))
        for size, (key, nonce) in zip(_FIELDS, _field_keys(root), strict=True)
    ]

    def work() -> None:
        for _ in range(2):
            AESGCM(root).decrypt(bytes(12), wrapped, _CONTEXT)
        _derive(root, root)
        _authenticate(root)
        if suite is Suite.SIGNED:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point)
            key.verify(signature, root, _ECDSA)
        _field_keys(root)
        for key_bytes, nonce, sealed in fields:
            AESGCM(key_bytes).decrypt(nonce, sealed, _CONTEXT[:30])

    return work


def _derive(middle: bytes, key: bytes) -> bytes:
    """Four keys by HKDF; gives the last one."""
    for info in (b"AWS_MPL_INTERMEDIATE_KEYWRAP_MAC", b"AWS_MPL_INTERMEDIATE_KEYWRAP_ENC"):
        HKDF(SHA512(), 32, None, info).derive(middle)
    HKDF(SHA512(), 32, None, b"AWS_DBE_COMMIT_KEY" + middle).derive(key)
    return HKDF(SHA512(), 32, None, b"AWS_DBE_DERIVE_KEY" + middle).derive(key)


def _field_keys(root: bytes) -> list[tuple[bytes, bytes]]:
    stream = Cipher(algorithms.AES(root), modes.CTR(bytes(16))).encryptor()
    keys = [stream.update(bytes(48)) for _ in _FIELDS]
    return [(key[:32], key[32:44]) for key in keys]


def _authenticate(key: bytes) -> bytes:
    """The commitment, the hash of the record, and a tag."""
    commitment = HMAC(key, SHA512())
    commitment.update(_CONTEXT)
    commitment.finalize()
    digest = Hash(SHA384())
    digest.update(_RECORD)
    found = digest.finalize()
    tag = HMAC(key, SHA384())
    tag.update(found)
    tag.finalize()
    return found
