"""Stored items that are sealed, as people see them: closed, and opened on request.

The modules with the cryptography are imported with the first sealed item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.connection.connect import Connection
from dyntui.core.security.crypto_place import Config, protection_at
from dyntui.core.text.formats import bytes_text, cell_text
from engine.itemcrypto.schema import FOOTER, HEADER, Action, Place

if TYPE_CHECKING:
    from engine.itemcrypto.inspection import Inspection

Json = dict[str, Any]

MARK = "▣"
LEGACY_MARKERS = ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*")
"""The legacy format's material description and signature."""
NO_CONFIG = "the table's configuration (TABLE.crypto.toml) is not in this folder"
_UNKNOWN_PLACE = Place("table", "key")


@dataclass(frozen=True, slots=True)
class Seal:
    """What is known of the seal of a stored item.

    `unsigned` are attributes that anybody could have changed, None where nobody knows. Only what is
    verified has `opened`; of what is refused, `reason` says why.
    """

    kind: Literal["sealed", "legacy", "plain"]
    verdict: Literal["not checked", "verified", "refused"] = "not checked"
    reason: str = ""
    unsigned: tuple[str, ...] | None = None
    opened: Json | None = None

    def line(self, config: Config | None, *, can_open: bool = True) -> str:
        """All of it in a line; where an item can be opened, also by what."""
        unsigned = ""
        if self.unsigned:
            unsigned = f" · unsigned: {', '.join(self.unsigned)}"
        if self.verdict == "verified":
            return f"✓ {self.kind}: verified, and shown opened{unsigned}"
        if self.verdict == "refused":
            return f"✗ refused, and not opened: {self.reason}"
        if self.kind == "plain":
            return "▲ not sealed, though the table's configuration seals items"
        means = ""
        if can_open:
            means = (
                NO_CONFIG
                if config is None
                else f"{key_for('item.seal')} opens it by {config.path.name}"
            )
            means = f" · {means}"
        return f"{MARK} {self.kind}: not checked{means}{unsigned}"


def is_sealed(item: Json) -> bool:
    """Whether a stored item has a marker of a seal."""
    return _kind(item) is not None


def _kind(item: Json) -> Literal["sealed", "legacy"] | None:
    if HEADER in item or FOOTER in item:
        return "sealed"
    return "legacy" if any(name in item for name in LEGACY_MARKERS) else None


def seal_of(item: Json, config: Config | None) -> Seal | None:
    """What is seen of an item's seal without a key; None where it needs none."""
    kind = _kind(item)
    if kind is None:
        return Seal("plain", unsigned=()) if config is not None and not config.problem else None
    return Seal(kind, unsigned=_unsigned(item, config))


def opened_seal(stored: Json, key: Json, config: Config, connection: Connection) -> Seal:
    """What an item's seal says to who has its keys: verified and opened, or refused.

    `stored` is the whole item that was read by `key`. Keys are read, so that it is for a thread.
    """
    from engine.itemcrypto.answers import opened_at
    from engine.itemcrypto.errors import ItemCryptoError

    kind = _kind(stored) or "plain"
    try:
        opened = opened_at(stored, [key], protection_at(config, connection))
    except ItemCryptoError as error:
        return Seal(kind, "refused", error.reason)
    return Seal(kind, "verified", "", _unsigned(stored, config), opened)


def sealed_texts(item: Json, place: Place | None) -> dict[str, str]:
    """What is shown in place of each value that is sealed, or belongs to the seal."""
    kind = _kind(item)
    if kind is None:
        return {}
    if kind == "legacy":
        return {name: _size("seal", item[name]) for name in LEGACY_MARKERS if name in item}
    texts = {name: _size("seal", item[name]) for name in (HEADER, FOOTER) if name in item}
    seen = _inspected(item, place)
    for name, action in () if seen is None else seen.actions.items():
        if action is Action.ENCRYPT_AND_SIGN:
            texts[name] = _size("sealed", item[name])
    return texts


def _size(word: str, value: Json) -> str:
    content = next(iter(value.values()))
    size = len(content) if isinstance(content, bytes) else len(str(content)) * 3 // 4
    return f"{MARK} {word} {bytes_text(size)}"


def _inspected(item: Json, place: Place | None) -> Inspection | None:
    """What an item says of itself, as far as that can be read."""
    from engine.itemcrypto.errors import ItemCryptoError
    from engine.itemcrypto.inspection import inspected

    try:
        return inspected(item, place or _UNKNOWN_PLACE)
    except ItemCryptoError:
        return None


def _unsigned(item: Json, config: Config | None) -> tuple[str, ...] | None:
    if _kind(item) == "legacy":
        return ("the material description",)
    seen = _inspected(item, None if config is None else config.place)
    if seen is None:
        return None
    names = [name for name, action in seen.actions.items() if action is Action.DO_NOTHING]
    return (*names, *seen.beacons)


@dataclass(frozen=True, slots=True)
class Seen:
    """An attribute as an outsider sees it, and as its owner does."""

    name: str
    outside: str
    inside: str
    is_sealed: bool


def both_sides(stored: Json, seal: Seal, place: Place | None) -> list[Seen]:
    """Every attribute of an item, seen from both sides; the owner sees nothing of what is refused.

    The keys come first where `place` says which they are.
    """
    texts = sealed_texts(stored, place)
    keys: Sequence[str] = () if place is None else place.key_names
    names = dict.fromkeys((*keys, *stored, *(seal.opened or {})))
    shown = []
    for name in names:
        outside = texts.get(name) or (cell_text(stored[name]) if name in stored else "")
        inside = ""
        if seal.opened is not None and name in seal.opened:
            inside = cell_text(seal.opened[name])
        shown.append(Seen(name, outside, inside, name in texts))
    return shown
