"""The material description of a legacy item: texts that say how its keys are found.

It is not signed: what it says is a hint, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.itemcrypto.cursor import Cursor, with_length
from engine.itemcrypto.errors import ItemFormatError

CONTENT_KEY = "amzn-ddb-env-key"
CONTENT_ALGORITHM = "amzn-ddb-env-alg"
WRAPPING_ALGORITHM = "amzn-ddb-wrap-alg"
MAC_ALGORITHM = "amzn-ddb-sig-alg"
STORE_ID = "amzn-ddb-meta-id"
PREFIX = "amzn-ddb-map-"
CIPHER = "sym-mode"
SIGNATURE_ALGORITHM = "signingAlg"
_VERSION = bytes(4)
_WHAT = "the material description"


def serialised(entries: Mapping[str, str]) -> bytes:
    """The entries in order of their keys."""
    encoded = sorted((name.encode(), text.encode()) for name, text in entries.items())
    parts = [with_length(text, 4) for pair in encoded for text in pair]
    return _VERSION + b"".join(parts)


def parse(data: bytes) -> dict[str, str]:
    """The entries; raises ItemFormatError."""
    cursor = Cursor(data, _WHAT)
    if cursor.take(len(_VERSION)) != _VERSION:
        raise ItemFormatError(f"{_WHAT} is of an unknown version")
    entries: dict[str, str] = {}
    while not cursor.is_at_end:
        name = cursor.text(4)
        if name in entries:
            raise ItemFormatError(f"{_WHAT} has an entry twice")
        entries[name] = cursor.text(4)
    return entries
