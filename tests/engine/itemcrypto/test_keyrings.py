"""Keyrings: each unwraps what it wrapped, under the same context, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError
from engine.itemcrypto.keyrings.hierarchy import BranchKey, BranchKeysAtHand, HierarchyKeyring
from engine.itemcrypto.keyrings.keyring import Keyring, MultiKeyring, WrappedKey
from engine.itemcrypto.keyrings.kms import BotoKeyStore, GeneratedKey, KmsKeyring
from engine.itemcrypto.keyrings.raw import RawAesKeyring, RawRsaKeyring, RsaPadding
from engine.itemcrypto.primitives import decrypt, encrypt, random_bytes

_CONTEXT = EncryptionContext.of({"aws-crypto-table-name": "orders"})
_OTHER = EncryptionContext.of({"aws-crypto-table-name": "plain"})
_ARN = "arn:aws:kms:us-east-1:000000000000:key/one"


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def branch_keys(*versions: int) -> BranchKeysAtHand:
    return BranchKeysAtHand(
        BranchKey("branch", UUID(int=version), bytes([version]) * 32) for version in versions
    )


class Vault:
    """A key store in memory, of one key that is called `one`."""

    arn = _ARN

    def __init__(self) -> None:
        self.key = random_bytes(32)

    def key_arn(self, key_id: str) -> str:
        if key_id.startswith("arn:"):
            return key_id
        return f"arn:aws:kms:us-east-1:000000000000:key/{key_id}"

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> GeneratedKey:
        plain = random_bytes(32)
        return GeneratedKey(self.key_arn(key_id), plain, self.encrypt(key_id, plain, context))

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        nonce = random_bytes(12)
        bound = EncryptionContext.of(context).serialised + self.key_arn(key_id).encode()
        return nonce + encrypt(self.key, nonce, plain, bound)

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        bound = EncryptionContext.of(context).serialised + key_id.encode()
        try:
            return decrypt(self.key, ciphertext[:12], ciphertext[12:], bound)
        except Exception as error:
            raise ItemKeyError("the vault does not open it") from error


def _rsa_keyring(padding: RsaPadding) -> Keyring:
    return RawRsaKeyring("tests", "rsa", padding, private_key=rsa_key())


def _keyrings() -> dict[str, Keyring]:
    aes = {f"aes-{size * 8}": RawAesKeyring("tests", "aes", bytes(size)) for size in (16, 24, 32)}
    return {
        **aes,
        **{padding.value: _rsa_keyring(padding) for padding in RsaPadding},
        "hierarchy": HierarchyKeyring(branch_keys(1), "branch"),
        "kms": KmsKeyring(Vault(), _ARN),
        "kms-id": KmsKeyring(Vault(), "one"),
    }


@pytest.mark.parametrize("name", _keyrings())
def test_a_key_is_unwrapped_under_its_context(name: str) -> None:
    keyring = _keyrings()[name]
    [new] = keyring.wrap(_CONTEXT)
    assert len(new.plain) == 32
    assert keyring.unwrap(new.wrapped, _CONTEXT) == new.plain
    altered = WrappedKey(
        new.wrapped.provider_id,
        new.wrapped.provider_info,
        bytes([new.wrapped.ciphertext[0] ^ 1]) + new.wrapped.ciphertext[1:],
    )
    if name != RsaPadding.PKCS1:
        # PKCS1 answers a damaged text with another key, which opens nothing then.
        with pytest.raises(ItemKeyError):
            keyring.unwrap(altered, _CONTEXT)
    if name not in list(RsaPadding):
        with pytest.raises(ItemKeyError):
            keyring.unwrap(new.wrapped, _OTHER)
    foreign = WrappedKey("foreign", new.wrapped.provider_info, new.wrapped.ciphertext)
    assert keyring.unwrap(foreign, _CONTEXT) is None


def test_two_keys_of_one_name_are_tried_both() -> None:
    old, new = (RawAesKeyring("tests", "aes", bytes([n]) * 32) for n in (1, 2))
    [made] = old.wrap(_CONTEXT)
    assert MultiKeyring([new, old]).unwrap(made.wrapped, _CONTEXT) == made.plain
    with pytest.raises(ItemKeyError):
        MultiKeyring([new, new]).unwrap(made.wrapped, _CONTEXT)


def test_a_public_key_wraps_and_does_not_unwrap() -> None:
    public = RawRsaKeyring(
        "tests", "rsa", RsaPadding.OAEP_SHA256, public_key=rsa_key().public_key()
    )
    [made] = public.wrap(_CONTEXT)
    assert public.unwrap(made.wrapped, _CONTEXT) is None
    assert _rsa_keyring(RsaPadding.OAEP_SHA256).unwrap(made.wrapped, _CONTEXT) == made.plain


def test_an_older_version_of_a_branch_key_still_opens() -> None:
    [made] = HierarchyKeyring(branch_keys(1), "branch").wrap(_CONTEXT)
    rotated = HierarchyKeyring(branch_keys(1, 2), "branch")
    assert rotated.unwrap(made.wrapped, _CONTEXT) == made.plain
    [newer] = rotated.wrap(_CONTEXT)
    with pytest.raises(ItemKeyError, match=r"branch key branch of .* is not there"):
        HierarchyKeyring(branch_keys(1), "branch").unwrap(newer.wrapped, _CONTEXT)
    with pytest.raises(ItemKeyError, match="branch key other is not there"):
        HierarchyKeyring(branch_keys(1), "other").wrap(_CONTEXT)


class _Kms:
    """What boto3's client of KMS answers."""

    def __init__(self) -> None:
        self.vault = Vault()

    def generate_data_key(
        self,
        *,
        KeyId: str,
        NumberOfBytes: int,
        EncryptionContext: dict[str, str],
    ) -> dict[str, object]:
        assert NumberOfBytes == 32
        made = self.vault.generate_data_key(KeyId, EncryptionContext)
        return {"KeyId": made.key_arn, "Plaintext": made.plain, "CiphertextBlob": made.ciphertext}

    def describe_key(self, *, KeyId: str) -> dict[str, dict[str, str]]:
        assert KeyId == "alias/one"
        return {"KeyMetadata": {"Arn": _ARN}}

    def decrypt(
        self,
        *,
        KeyId: str,
        CiphertextBlob: bytes,
        EncryptionContext: dict[str, str],
    ) -> dict[str, object]:
        from botocore.exceptions import ClientError

        try:
            return {"Plaintext": self.vault.decrypt(KeyId, CiphertextBlob, EncryptionContext)}
        except ItemKeyError as error:
            refused = {"Error": {"Code": "InvalidCiphertextException", "Message": ""}}
            raise ClientError(refused, "Decrypt") from error


def test_kms_through_boto() -> None:
    keyring = KmsKeyring(BotoKeyStore(_Kms()), _ARN)
    [made] = keyring.wrap(_CONTEXT)
    assert made.wrapped.provider_id == "aws-kms"
    assert made.wrapped.provider_info == _ARN.encode()
    assert keyring.unwrap(made.wrapped, _CONTEXT) == made.plain
    with pytest.raises(ItemKeyError, match=r"KMS: .*InvalidCiphertextException"):
        keyring.unwrap(made.wrapped, _OTHER)
    assert KmsKeyring(BotoKeyStore(_Kms()), "two").unwrap(made.wrapped, _CONTEXT) is None


def test_an_alias_means_one_key() -> None:
    keyring = KmsKeyring(BotoKeyStore(_Kms()), "alias/one")
    [made] = keyring.wrap(_CONTEXT)
    assert made.wrapped.provider_info == _ARN.encode()
    assert keyring.unwrap(made.wrapped, _CONTEXT) == made.plain
    other = WrappedKey("aws-kms", _ARN.encode() + b"2", made.wrapped.ciphertext)
    assert keyring.unwrap(other, _CONTEXT) is None


def test_keys_that_cannot_be_are_refused() -> None:
    with pytest.raises(CryptoConfigError, match="31 bytes"):
        RawAesKeyring("tests", "aes", bytes(31))
    with pytest.raises(CryptoConfigError, match="no namespace"):
        RawAesKeyring("aws-kms", "aes", bytes(32))
    with pytest.raises(CryptoConfigError, match="neither a public nor a private key"):
        RawRsaKeyring("tests", "rsa", RsaPadding.PKCS1)
    with pytest.raises(CryptoConfigError, match="3 bytes, not 32"):
        BranchKeysAtHand([BranchKey("branch", UUID(int=1), b"abc")])
    with pytest.raises(CryptoConfigError, match="has none"):
        MultiKeyring([])
