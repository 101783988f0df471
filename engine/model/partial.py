"""Decoding only some attributes of an item: those that a filter and a projection name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, TypedDict

import orjson

from engine.client.protocol import Json

# Requests repeat their expressions; making a decoder takes as long as decoding some hundred items.
_DECODERS_CACHED = 256


@lru_cache(maxsize=_DECODERS_CACHED)
def decoder_of(names: frozenset[str]) -> Callable[[bytes], Json]:
    """What decodes the stored JSON of an item to those of its attributes that are named.

    The rest is skipped without making anything of it, which takes less than half the time, where
    the names are ASCII. The attributes come in the order of the item.
    """
    if not all(name.isascii() for name in names):
        # msgspec finds such a name only where its UTF-8 was made before (its pull request 1126).
        return partial(_picked, names)
    # Imported by the first filter, since a command that has none need not wait for it.
    from msgspec.json import Decoder

    # mypy takes literal names only.
    attributes = TypedDict("attributes", dict.fromkeys(names, Any), total=False)  # type: ignore[misc]
    decoder: Decoder[Any] = Decoder(attributes)
    return decoder.decode


def _picked(names: frozenset[str], stored: bytes) -> Json:
    """The attributes that are named, of an item that is decoded as a whole."""
    return {name: value for name, value in orjson.loads(stored).items() if name in names}
