"""Items, tables and keys to seal, and how hypothesis draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from engine.client.protocol import Json
from engine.itemcrypto.keyrings.hierarchy import BranchKey, BranchKeysAtHand, HierarchyKeyring
from engine.itemcrypto.keyrings.raw import RawAesKeyring
from engine.itemcrypto.schema import Action, Place, Schema
from tests.engine.itemcrypto.reader import AesKey, Branch, Table

KEY = bytes(range(32))
AES = RawAesKeyring("tests", "aes", KEY)
AES_READER = AesKey("tests", "aes", KEY)
_VERSION = UUID("e9ce18a3-edb5-4272-9f86-1cacb7997ff6")
BRANCH = HierarchyKeyring(BranchKeysAtHand([BranchKey("branch", _VERSION, KEY[::-1])]), "branch")
BRANCH_READER = Branch("branch", _VERSION.bytes, KEY[::-1])

PLACE = Place("orders", "id", "at", frozenset({"seen"}), ":")
ITEM: Json = {
    "id": {"S": "ada"},
    "at": {"N": "7"},
    "name": {"S": "Ada"},
    "paid": {"BOOL": True},
    "card": {"B": b"\x00\xff"},
    "tags": {"SS": ["b", "a"]},
    "lines": {"L": [{"M": {"price": {"N": "1.5"}}}]},
    "city": {"S": "London"},
    "seen": {"N": "3"},
    ":note": {"S": "free"},
}
ACTIONS = {
    "id": Action.SIGN_ONLY,
    "at": Action.SIGN_ONLY,
    "name": Action.ENCRYPT_AND_SIGN,
    "paid": Action.ENCRYPT_AND_SIGN,
    "card": Action.ENCRYPT_AND_SIGN,
    "tags": Action.ENCRYPT_AND_SIGN,
    "lines": Action.ENCRYPT_AND_SIGN,
    "city": Action.SIGN_ONLY,
}
SCHEMA = Schema(PLACE, ACTIONS)
VERSION_2 = Schema(
    PLACE,
    ACTIONS | dict.fromkeys(("id", "at", "city"), Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT),
)


def table_of(place: Place) -> Table:
    """The place as the second reader is told it."""
    return Table(
        place.table,
        place.partition_key,
        place.sort_key,
        tuple(place.unsigned),
        place.unsigned_prefix,
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_NUMBERS = st.one_of(
    st.integers(-(10**37), 10**37).map(str),
    st.decimals(-1000, 1000, places=3).map(str),
    st.sampled_from(("0", "-0", "1E+5", "1e-130", "007.10", ".5", "9.99E+125")),
)
_BY_VALUE = st.integers(-50, 50).map(str)


def _set_of(members: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(members, min_size=1, max_size=4, unique=True)


_SCALARS = st.one_of(
    st.builds(lambda text: {"S": text}, _TEXT),
    st.builds(lambda text: {"N": text}, _NUMBERS),
    st.builds(lambda data: {"B": data}, st.binary(max_size=8)),
    st.builds(lambda truth: {"BOOL": truth}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda found: {"SS": found}, st.lists(_TEXT, min_size=1, max_size=4, unique=True)),
    st.builds(
        lambda found: {"NS": found}, st.lists(_BY_VALUE, min_size=1, max_size=4, unique=True)
    ),
    st.builds(
        lambda found: {"BS": found},
        st.lists(st.binary(max_size=3), min_size=1, max_size=4, unique=True),
    ),
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda found: {"L": found}, st.lists(inner, max_size=3)),
        st.builds(
            lambda found: {"M": found},
            st.dictionaries(_TEXT.filter(bool), inner, max_size=3),
        ),
    ),
    max_leaves=6,
)
_KEYS = st.one_of(
    st.builds(lambda text: {"S": text}, _TEXT.filter(bool)),
    st.builds(lambda text: {"N": text}, _NUMBERS),
    st.builds(lambda data: {"B": data}, st.binary(min_size=1, max_size=8)),
)
_NAMES = _TEXT.filter(lambda name: name and not name.startswith("aws_dbe_"))


@st.composite
def sealed_things(draw: st.DrawFn) -> tuple[Json, Schema]:
    """An item, and a schema that fits it."""
    names = draw(st.lists(_NAMES, min_size=2, max_size=8, unique=True))
    partition, rest = names[0], names[1:]
    sort = rest.pop() if len(rest) > 1 and draw(st.booleans()) else None
    keys = [partition] if sort is None else [partition, sort]
    in_context = draw(st.booleans())
    kinds = list(Action) if in_context else [a for a in Action if "CONTEXT" not in a]
    actions: dict[str, Action] = {name: draw(st.sampled_from(kinds)) for name in rest}
    is_version_2 = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT in actions.values()
    key_action = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT if is_version_2 else Action.SIGN_ONLY
    actions |= dict.fromkeys(keys, key_action)
    unsigned = frozenset(n for n, action in actions.items() if action is Action.DO_NOTHING)
    item: Json = {name: draw(_KEYS) for name in keys} | {name: draw(VALUES) for name in rest}
    place = Place(draw(st.sampled_from(("t", "täble"))), partition, sort, unsigned)
    return item, Schema(place, actions, any_names=True)


def changed(item: Mapping[str, Any], **values: Any) -> Json:
    """The item with some attributes replaced, or taken away by None."""
    return {n: v for n, v in {**item, **values}.items() if v is not None}
