"""Every way to alter a sealed item, bit by bit and attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.client.protocol import Json
from engine.itemcrypto.errors import ItemRefusedError
from engine.itemcrypto.keyrings.keyring import Keyring
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.schema import FOOTER, HEADER, Schema
from tests.engine.itemcrypto.samples import PLACE, changed


def altered_items(sealed: Json, schema: Schema) -> Iterator[tuple[str, Json]]:
    """Altered items, each with what was done: every bit of every part flipped, and more."""
    signed = schema.place.signed_names(sealed)
    parts = [*signed, *_MARKERS]
    for name in parts:
        [(kind, content)] = sealed[name].items()
        if kind in ("B", "S"):
            yield from _flipped(sealed, name, kind, content)
        yield f"{name} is gone", changed(sealed, **{name: None})
        yield f"{name} is another type", changed(sealed, **{name: {"NULL": True}})
    yield "an attribute more", changed(sealed, more={"S": "x"})
    yield (
        "header and footer swapped",
        changed(sealed, **{HEADER: sealed[FOOTER], FOOTER: sealed[HEADER]}),
    )
    for marker in _MARKERS:
        data = sealed[marker]["B"]
        for length in {0, 1, len(data) // 2, len(data) - 1}:
            yield f"{marker} cut to {length}", changed(sealed, **{marker: {"B": data[:length]}})
        yield f"{marker} longer", changed(sealed, **{marker: {"B": data + b"\x00"}})


_MARKERS = (HEADER, FOOTER)


def _flipped(sealed: Json, name: str, kind: str, content: Any) -> Iterator[tuple[str, Json]]:
    data = content if kind == "B" else content.encode()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        value: Any = bytes(flipped)
        if kind == "S":
            value = value.decode("latin-1")
        yield f"bit {bit} of {name}", changed(sealed, **{name: {kind: value}})


def refused(item: Json, keyring: Keyring) -> bool:
    """Whether an item is refused, with the error for that."""
    try:
        open_item(item, PLACE, keyring)
    except ItemRefusedError:
        return True
    return False
