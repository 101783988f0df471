"""What official libraries read and write, where they are installed; else these are skipped.

`pip install dynamodb-encryption-sdk` for the legacy format, and
`pip install aws-cryptographic-material-providers` for the keyrings of the current one.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.context import rebuilt
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.branch_making import BranchKeyMaker
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.raw import RawRsaKeyring, RsaPadding
from engine.itemcrypto.legacy.keys import AesWrappingKey, HmacKey
from engine.itemcrypto.legacy.kms import KmsMaterials
from engine.itemcrypto.legacy.materials import DirectMaterials, Materials, WrappedMaterials
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema, open_legacy, seal_legacy
from engine.itemcrypto.opening import header_of
from engine.itemcrypto.primitives import hkdf_sha512, hmac_sha384, hmac_sha512
from engine.itemcrypto.schema import FOOTER, HEADER, Action, Schema
from engine.itemcrypto.sealing import seal
from tests.engine.itemcrypto import reader
from tests.engine.itemcrypto.samples import (
    AES,
    ITEM,
    KEY,
    PLACE,
    SCHEMA,
    VERSION_2,
    sealed_things,
    table_of,
)
from tests.engine.itemcrypto.test_keyrings import Vault, rsa_key
from tests.vectors.comparing import check_item

_SCHEMA = LegacySchema(
    "orders", "id", "at", {"city": LegacyAction.SIGN, "seen": LegacyAction.NOTHING}
)
_LEGACY_ACTIONS = {
    Action.ENCRYPT_AND_SIGN: LegacyAction.ENCRYPT,
    Action.SIGN_ONLY: LegacyAction.SIGN,
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: LegacyAction.SIGN,
    Action.DO_NOTHING: LegacyAction.NOTHING,
}
_MATERIALS: dict[str, Materials] = {
    "direct": DirectMaterials(HmacKey(KEY), KEY),
    "wrapped": WrappedMaterials(HmacKey(KEY), AesWrappingKey(KEY)),
}


def _peer(kind: str) -> Any:
    """The library's configuration for the same table and keys."""
    pytest.importorskip("dynamodb_encryption_sdk")
    from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey
    from dynamodb_encryption_sdk.encrypted import CryptoConfig
    from dynamodb_encryption_sdk.identifiers import (
        CryptoAction,
        EncryptionKeyType,
        KeyEncodingType,
    )
    from dynamodb_encryption_sdk.material_providers.static import (
        StaticCryptographicMaterialsProvider,
    )
    from dynamodb_encryption_sdk.material_providers.wrapped import (
        WrappedCryptographicMaterialsProvider,
    )
    from dynamodb_encryption_sdk.materials.raw import (
        RawDecryptionMaterials,
        RawEncryptionMaterials,
    )
    from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext

    def key(algorithm: str) -> Any:
        return JceNameLocalDelegatedKey(
            KEY, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW
        )

    if kind == "direct":
        provider = StaticCryptographicMaterialsProvider(
            encryption_materials=RawEncryptionMaterials(key("HmacSHA256"), key("AES")),
            decryption_materials=RawDecryptionMaterials(key("HmacSHA256"), key("AES")),
        )
    else:
        provider = WrappedCryptographicMaterialsProvider(
            signing_key=key("HmacSHA256"),
            wrapping_key=key("AESWrap"),
            unwrapping_key=key("AESWrap"),
        )
    actions = AttributeActions(
        attribute_actions={
            "id": CryptoAction.SIGN_ONLY,
            "at": CryptoAction.SIGN_ONLY,
            "city": CryptoAction.SIGN_ONLY,
            "seen": CryptoAction.DO_NOTHING,
        }
    )
    return CryptoConfig(
        materials_provider=provider,
        encryption_context=EncryptionContext(
            table_name="orders", partition_key_name="id", sort_key_name="at", attributes={}
        ),
        attribute_actions=actions,
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", _MATERIALS)
def test_legacy_items_go_both_ways(kind: str) -> None:
    config = _peer(kind)
    from dynamodb_encryption_sdk.encrypted.item import (
        decrypt_dynamodb_item,
        encrypt_dynamodb_item,
    )

    theirs: Json = encrypt_dynamodb_item(dict(ITEM), config)
    check_item(open_legacy(theirs, _SCHEMA, _MATERIALS[kind]), ITEM)
    ours = seal_legacy(ITEM, _SCHEMA, _MATERIALS[kind])
    check_item(decrypt_dynamodb_item(ours, config), ITEM)


def _is_exact_in_python(item: Json) -> bool:
    """Whether that library keeps an item's numbers: it has 28 digits for them, and a zero below."""
    return re.search(r"'-?[0-9]{29,}'|'-0(\\.0*)?'", repr(item)) is None


@pytest.mark.filterwarnings("ignore")
@given(thing=sealed_things().filter(lambda thing: _is_exact_in_python(thing[0])))
def test_legacy_items_of_any_kind_go_both_ways(thing: tuple[Json, Schema]) -> None:
    item, current = thing
    provider = _peer("direct").materials_provider
    from dynamodb_encryption_sdk.encrypted import CryptoConfig
    from dynamodb_encryption_sdk.encrypted.item import (
        decrypt_dynamodb_item,
        encrypt_dynamodb_item,
    )
    from dynamodb_encryption_sdk.identifiers import CryptoAction
    from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext

    actions = {name: _LEGACY_ACTIONS[action] for name, action in current.actions.items()}
    theirs_of = {
        LegacyAction.ENCRYPT: CryptoAction.ENCRYPT_AND_SIGN,
        LegacyAction.SIGN: CryptoAction.SIGN_ONLY,
        LegacyAction.NOTHING: CryptoAction.DO_NOTHING,
    }
    partition_key, sort_key = current.place.partition_key, current.place.sort_key
    config = CryptoConfig(
        materials_provider=provider,
        encryption_context=EncryptionContext(
            table_name="orders",
            partition_key_name=partition_key,
            sort_key_name=sort_key,
            attributes={},
        ),
        attribute_actions=AttributeActions(
            attribute_actions={name: theirs_of[action] for name, action in actions.items()}
        ),
    )
    schema = LegacySchema("orders", partition_key, sort_key, actions)
    theirs: Json = encrypt_dynamodb_item(dict(item), config)
    check_item(open_legacy(theirs, schema, _MATERIALS["direct"]), item)
    ours = seal_legacy(item, schema, _MATERIALS["direct"])
    check_item(decrypt_dynamodb_item(ours, config), item)


class _Kms:
    """AWS KMS as botocore's client sees it: answers before anything is sent."""

    def __init__(self, vault: Vault) -> None:
        import boto3

        self._vault = vault
        self.client = boto3.client(
            "kms", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.client.meta.events.register("before-call.kms.GenerateDataKey", self._generate)
        self.client.meta.events.register("before-call.kms.Decrypt", self._decrypt)

    def _generate(self, params: Json, **_: Any) -> tuple[Any, Json]:
        asked = json.loads(params["body"])
        made = self._vault.generate_data_key(asked["KeyId"], asked["EncryptionContext"])
        answer = {"KeyId": made.key_arn, "Plaintext": made.plain, "CiphertextBlob": made.ciphertext}
        return SimpleNamespace(status_code=200), answer

    def _decrypt(self, params: Json, **_: Any) -> tuple[Any, Json]:
        asked = json.loads(params["body"])
        blob = b64decode(asked["CiphertextBlob"])
        plain = self._vault.decrypt(Vault.arn, blob, asked["EncryptionContext"])
        return SimpleNamespace(status_code=200), {"Plaintext": plain, "KeyId": Vault.arn}


@pytest.mark.filterwarnings("ignore")
def test_legacy_items_under_kms_go_both_ways() -> None:
    config = _peer("wrapped")
    from dynamodb_encryption_sdk.encrypted.item import (
        decrypt_dynamodb_item,
        encrypt_dynamodb_item,
    )
    from dynamodb_encryption_sdk.material_providers.aws_kms import (
        AwsKmsCryptographicMaterialsProvider,
    )

    vault = Vault()
    config.materials_provider = AwsKmsCryptographicMaterialsProvider(
        Vault.arn, regional_clients={"us-east-1": _Kms(vault).client}
    )
    config.encryption_context.attributes = dict(ITEM)
    materials = KmsMaterials(vault, Vault.arn)
    theirs: Json = encrypt_dynamodb_item(dict(ITEM), config)
    check_item(open_legacy(theirs, _SCHEMA, materials), ITEM)
    ours = seal_legacy(ITEM, _SCHEMA, materials)
    config.encryption_context.attributes = dict(ours)
    check_item(decrypt_dynamodb_item(ours, config), ITEM)


def _materials_of_peer(keyring: Any, item: Json) -> Any:
    """What the library gives a reader of a sealed item: its data key, and the key of its tag."""
    from aws_cryptographic_material_providers.mpl import models
    from aws_cryptographic_material_providers.mpl.client import AwsCryptographicMaterialProviders
    from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig

    header = header_of(item)
    library = AwsCryptographicMaterialProviders(MaterialProvidersConfig())
    manager = library.create_default_cryptographic_materials_manager(
        models.CreateDefaultCryptographicMaterialsManagerInput(keyring=keyring(library, models))
    )
    names = [n for n, a in VERSION_2.actions.items() if "CONTEXT" in a]
    context = rebuilt(PLACE, header.version, item, names)
    answer = manager.decrypt_materials(
        models.DecryptMaterialsInput(
            algorithm_suite_id=models.AlgorithmSuiteIdDBE(f"0x{header.suite:04x}"),
            commitment_policy=models.CommitmentPolicyDBE(
                models.DBECommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
            ),
            encrypted_data_keys=[
                models.EncryptedDataKey(
                    key_provider_id=key.provider_id,
                    key_provider_info=key.provider_info,
                    ciphertext=key.ciphertext,
                )
                for key in header.data_keys
            ],
            encryption_context={**context, **header.stored_context},
            reproduced_encryption_context=context,
        )
    )
    return answer.decryption_materials


def _aes_of_peer(library: Any, models: Any) -> Any:
    return library.create_raw_aes_keyring(
        models.CreateRawAesKeyringInput(
            key_namespace="tests",
            key_name="aes",
            wrapping_key=KEY,
            wrapping_alg=models.AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16,
        )
    )


def _rsa_of_peer(library: Any, models: Any) -> Any:
    pem = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return library.create_raw_rsa_keyring(
        models.CreateRawRsaKeyringInput(
            key_namespace="tests",
            key_name="rsa",
            padding_scheme=models.PaddingScheme.OAEP_SHA384_MGF1,
            private_key=pem,
        )
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("schema", [SCHEMA, VERSION_2])
@pytest.mark.parametrize("kind", ["aes", "rsa"])
def test_data_keys_are_opened_by_the_official_keyrings(
    kind: str, schema: Schema, suite: Suite
) -> None:
    pytest.importorskip("aws_cryptographic_material_providers")
    rsa = RawRsaKeyring("tests", "rsa", RsaPadding.OAEP_SHA384, private_key=rsa_key())
    sealed = seal(ITEM, schema, rsa if kind == "rsa" else AES, suite)
    given = _materials_of_peer(_rsa_of_peer if kind == "rsa" else _aes_of_peer, sealed)
    head, foot = sealed[HEADER]["B"], sealed[FOOTER]["B"]
    [commit_key] = hkdf_sha512(
        given.plaintext_data_key, b"AWS_DBE_COMMIT_KEY" + header_of(sealed).message_id
    )
    assert hmac_sha512(commit_key, head[:-32])[:32] == head[-32:]
    opened = reader.record_digest(sealed, table_of(PLACE))
    assert hmac_sha384(given.symmetric_signing_key, opened) == foot[:48]


@pytest.mark.filterwarnings("ignore")
def test_branch_keys_that_we_make_are_read_by_the_official_key_store() -> None:
    pytest.importorskip("aws_cryptographic_material_providers")
    from aws_cryptographic_material_providers.keystore import models
    from aws_cryptographic_material_providers.keystore.client import KeyStore
    from aws_cryptographic_material_providers.keystore.config import KeyStoreConfig

    from dyntui import boto

    vault = Vault()
    with Engine.in_memory() as db:
        maker = BranchKeyMaker(db, "keys", "store", vault)
        maker.make_table()
        first = maker.make(Vault.arn, "tenant", {"team": "blue"})
        second = maker.rotate("tenant")
        beacon = BranchKeyTable(db, "keys", "store", vault).beacon_key("tenant")
        store = KeyStore(
            KeyStoreConfig(
                ddb_table_name="keys",
                kms_configuration=models.KMSConfigurationKmsKeyArn(Vault.arn),
                logical_key_store_name="store",
                ddb_client=boto.client(db),
                kms_client=_Kms(vault).client,
            )
        )
        active = store.get_active_branch_key(
            models.GetActiveBranchKeyInput(branch_key_identifier="tenant")
        ).branch_key_materials
        older = store.get_branch_key_version(
            models.GetBranchKeyVersionInput(
                branch_key_identifier="tenant", branch_key_version=str(first.version)
            )
        ).branch_key_materials
        found = store.get_beacon_key(models.GetBeaconKeyInput(branch_key_identifier="tenant"))
    assert bytes(active.branch_key) == second.key
    assert bytes(older.branch_key) == first.key
    assert dict(active.encryption_context) == {"team": "blue"}
    assert bytes(found.beacon_key_materials.beacon_key) == beacon
