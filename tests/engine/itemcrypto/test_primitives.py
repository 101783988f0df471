"""Key derivation is that of the standard, however it is computed."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from engine.itemcrypto.primitives import hkdf_sha512


@given(key=st.binary(), infos=st.lists(st.binary(), max_size=3), length=st.integers(1, 64))
def test_keys_are_those_of_hkdf(key: bytes, infos: list[bytes], length: int) -> None:
    expected = [HKDF(SHA512(), length, None, info).derive(key) for info in infos]
    assert hkdf_sha512(key, *infos, length=length) == expected
