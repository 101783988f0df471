"""What official libraries read and write, where they are installed; else these are skipped.

`pip install dynamodb-encryption-sdk` for the legacy format.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.client.protocol import Json
from engine.itemcrypto.legacy.keys import AesWrappingKey, HmacKey
from engine.itemcrypto.legacy.materials import DirectMaterials, Materials, WrappedMaterials
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema, open_legacy, seal_legacy
from tests.engine.itemcrypto.samples import ITEM, KEY
from tests.vectors.comparing import check_item

_SCHEMA = LegacySchema(
    "orders", "id", "at", {"city": LegacyAction.SIGN, "seen": LegacyAction.NOTHING}
)
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
