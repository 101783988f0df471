"""Every value between a wrapped key and the tag of an item."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from engine.itemcrypto.context import serialised_context
from engine.itemcrypto.errors import ItemTamperedError
from engine.itemcrypto.header import COMMITMENT_BYTES
from engine.itemcrypto.primitives import decrypt, hkdf_sha512, hmac_sha384, hmac_sha512, sha384
from engine.itemcrypto.record import field_keys, in_order
from tests.vectors.comparing import check_equal

Entry = Mapping[str, Any]


def check(trace: Entry) -> None:
    """Each step from what the trace says of the step before."""
    context = serialised_context(trace["fullEncryptionContext"])
    check_equal(context.hex(), trace["serializedFullEncryptionContext"], "the context")
    _check_keys(trace, context)
    _check_record(trace)


def _check_keys(trace: Entry, context: bytes) -> None:
    tag_key, wrapping_key = hkdf_sha512(
        bytes.fromhex(trace["intermediateKey"]),
        b"AWS_MPL_INTERMEDIATE_KEYWRAP_MAC",
        b"AWS_MPL_INTERMEDIATE_KEYWRAP_ENC",
    )
    check_equal(tag_key.hex(), trace["symmetricSigningKey"], "the key of the tag")
    check_equal(wrapping_key.hex(), trace["keyEncryptionKey"], "the wrapping key")
    # Of several recipients, the trace follows the one whose intermediate key it tells.
    opened = []
    for key in trace["edk"]:
        with suppress(ItemTamperedError):
            wrapped = bytes.fromhex(key["wrappedDataKey"])
            opened.append(decrypt(wrapping_key, bytes(12), wrapped, context).hex())
    check_equal(opened, [trace["plaintextDataKey"]], "the data key")
    message_id = bytes.fromhex(trace["messageId"])
    commit_key, root_key = hkdf_sha512(
        bytes.fromhex(trace["plaintextDataKey"]),
        b"AWS_DBE_COMMIT_KEY" + message_id,
        b"AWS_DBE_DERIVE_KEY" + message_id,
    )
    check_equal(commit_key.hex(), trace["commitKey"], "the key of the commitment")
    check_equal(root_key.hex(), trace["fieldRootKey"], "the root of the field keys")


def _check_record(trace: Entry) -> None:
    record = bytes.fromhex(trace["canonicalRecord"])
    commitment = bytes.fromhex(trace["headerCommitment"])
    body = record[: record.index(commitment)]
    found = hmac_sha512(bytes.fromhex(trace["commitKey"]), body)[:COMMITMENT_BYTES]
    check_equal(found, commitment, "the commitment")
    digest = sha384(record)
    check_equal(digest.hex(), trace["canonicalHash"], "the hash")
    tag = hmac_sha384(bytes.fromhex(trace["symmetricSigningKey"]), digest)
    check_equal(tag.hex(), trace["recipientTag"], "the tag")
    signed = trace["signedFieldsInOrder"]
    table = trace["fullEncryptionContext"]["aws-crypto-table-name"]
    found_order = [
        (path.hex(), name) for path, name in in_order(table, (field["name"] for field in signed))
    ]
    told = [(field["canonicalPath"], field["name"]) for field in signed]
    check_equal(found_order, told, "the order of the fields")
    check_equal("".join(field["legend"] for field in signed), trace["legend"], "the legend")
    encrypted = [field["name"] for field in signed if field["legend"] == "e"]
    keys = field_keys(bytes.fromhex(trace["fieldRootKey"]), len(encrypted))
    found_keys = {name: b"".join(key).hex() for name, key in zip(encrypted, keys, strict=True)}
    check_equal(found_keys, trace["fieldKeys"], "the field keys")
    for name, value in trace["storedEncryptionContext"].items():
        check_equal(len(b64decode(value)), 49, name)
