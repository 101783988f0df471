"""The search finds what it is to find."""

from __future__ import annotations

import gzip
import os
import zlib
from base64 import b64encode
from pathlib import Path

import pytest
import zstandard

from tests.dyntui.disk.searching import forms_in, found_in, planted

_WORD = planted("word").encode()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (_WORD, "UTF-8"),
        (_WORD.upper(), "UTF-8"),
        (_WORD.decode().encode("utf-16-le"), "UTF-16"),
        (_WORD.decode().encode("utf-16-be"), "UTF-16 with the larger byte first"),
        (_WORD.hex().encode(), "hex"),
        (b64encode(_WORD), "base64 at 0"),
        (b64encode(b"x" + _WORD), "base64 at 1"),
        (b64encode(b"xy" + _WORD + b"z"), "base64 at 2"),
        (gzip.compress(_WORD.upper() * 2, mtime=0), "UTF-8 in gzip"),
        (zlib.compress(b64encode(_WORD)), "base64 at 0 in zlib"),
        (zstandard.compress(zlib.compress(b"word" + _WORD)), "UTF-8 in zlib in zstd"),
    ],
)
def test_each_form_is_found_between_other_bytes(content: bytes, form: str) -> None:
    assert form in forms_in(os.urandom(1_000) + content)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(500_000))
    (tmp_path / "exempt").write_bytes(_WORD)
    assert found_in(tmp_path, [tmp_path / "exempt"]) == []
    (tmp_path / planted("name")).touch()
    assert len(found_in(tmp_path)) == 2
