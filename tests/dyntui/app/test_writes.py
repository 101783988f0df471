"""Writes worked out before they are sent: requests, locks, costs."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.browse.writes import (
    MAX_CHECKED_PATHS,
    applied,
    change_item,
    create_item,
    delete_item,
    differences,
    path_text,
)
from dyntui.core.tables.cost import write_units
from tests.dyntui.app.descriptions import FILMS

Json = dict[str, Any]

FILM: Json = {
    "id": {"S": "the-matrix"},
    "year": {"N": "1999"},
    "genre": {"S": "Action"},
    "ratings": {"M": {"imdb": {"N": "8.7"}, "votes": {"N": "12"}}},
    "cast": {"L": [{"S": "Reeves"}, {"S": "Moss"}]},
}


def test_a_new_item_must_not_exist() -> None:
    write = create_item(FILMS, FILM)
    assert write.request.operation == "PutItem"
    assert write.request.members == {
        "TableName": "films",
        "Item": FILM,
        "ConditionExpression": "attribute_not_exists(id)",
    }
    assert (write.old_size, write.old) == (0, None)


def test_the_smallest_update_with_its_lock() -> None:
    new = {name: value for name, value in FILM.items() if name != "genre"}
    new["ratings"] = {"M": {"imdb": {"N": "8.8"}, "votes": {"N": "12"}}}
    new["cast"] = {"L": [{"S": "Reeves"}, {"S": "Fishburne"}]}
    new["seen"] = {"BOOL": True}
    write = change_item(FILMS, FILM, new)
    assert write.request.operation == "UpdateItem"
    assert write.request.members == {
        "TableName": "films",
        "Key": {"id": {"S": "the-matrix"}},
        "UpdateExpression": "SET ratings.imdb = :v0, #cast[1] = :v1, seen = :v2 REMOVE genre",
        "ConditionExpression": "genre = :v3 AND ratings.imdb = :v4 AND #cast[1] = :v5"
        " AND attribute_not_exists(seen)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeNames": {"#cast": "cast"},
        "ExpressionAttributeValues": {
            ":v0": {"N": "8.8"},
            ":v1": {"S": "Fishburne"},
            ":v2": {"BOOL": True},
            ":v3": {"S": "Action"},
            ":v4": {"N": "8.7"},
            ":v5": {"S": "Moss"},
        },
    }


def test_only_additions_still_need_the_item() -> None:
    write = change_item(FILMS, FILM, {**FILM, "seen": {"BOOL": True}})
    assert write.request.members["ConditionExpression"] == (
        "attribute_exists(id) AND attribute_not_exists(seen)"
    )


def test_a_list_of_another_length_is_written_whole() -> None:
    new = {**FILM, "cast": {"L": [{"S": "Reeves"}]}}
    [change] = differences(FILM, new)
    assert change.path == ("cast",)


def test_no_difference_is_no_change() -> None:
    assert change_item(FILMS, FILM, dict(FILM)).changes == ()


def test_very_many_changes_put_the_whole_item() -> None:
    old = {"id": {"S": "a"}, **{f"n{i}": {"N": "1"} for i in range(MAX_CHECKED_PATHS + 1)}}
    new = {"id": {"S": "a"}, **{f"n{i}": {"N": "2"} for i in range(MAX_CHECKED_PATHS + 1)}}
    write = change_item(FILMS, old, new)
    assert write.request.operation == "PutItem"
    assert write.request.members["Item"] == new
    assert write.request.members["ConditionExpression"] == "attribute_exists(id)"
    assert "ExpressionAttributeValues" not in write.request.members


def test_long_names_put_the_whole_item() -> None:
    old = {"id": {"S": "a"}, **{f"{'long_name_' * 12}{i}": {"N": "1"} for i in range(40)}}
    new = {"id": {"S": "a"}, **{f"{'long_name_' * 12}{i}": {"N": "2"} for i in range(40)}}
    write = change_item(FILMS, old, new)
    assert write.request.operation == "PutItem"
    assert len(write.request.members["ConditionExpression"]) <= 4096


def test_a_delete_checks_every_attribute() -> None:
    write = delete_item(FILMS, {"id": {"S": "a"}, "seen": {"BOOL": True}})
    assert write.request.operation == "DeleteItem"
    assert write.request.members == {
        "TableName": "films",
        "Key": {"id": {"S": "a"}},
        "ConditionExpression": "seen = :v0",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeValues": {":v0": {"BOOL": True}},
    }
    assert (write.new_size, write.new) == (0, None)


def test_a_delete_of_a_bare_key_still_needs_the_item() -> None:
    write = delete_item(FILMS, {"id": {"S": "a"}})
    assert write.request.members["ConditionExpression"] == "attribute_exists(id)"


def test_path_text() -> None:
    assert path_text(("a", 0, "b c")) == "a[0].b c"


# Costs: each index pays for what changes in it.


def test_an_item_without_index_keys_costs_the_table_only() -> None:
    assert write_units(FILMS, None, {"id": {"S": "a"}}) == {"films": 1}


def test_a_new_entry_costs_one_write() -> None:
    assert write_units(FILMS, None, FILM) == {"films": 1, "by-genre": 1}


def test_an_entry_that_moves_costs_two_writes() -> None:
    new = {**FILM, "genre": {"S": "Drama"}}
    assert write_units(FILMS, FILM, new) == {"films": 1, "by-genre": 2}


def test_what_an_index_does_not_hold_costs_it_nothing() -> None:
    old = {"id": {"S": "a"}, "director": {"S": "x"}, "seen": {"N": "1"}}
    new = {**old, "seen": {"N": "2"}}
    assert write_units(FILMS, old, new) == {"films": 1}


def test_the_larger_image_is_paid_for() -> None:
    large = {"id": {"S": "a"}, "text": {"S": "x" * 3_000}}
    assert write_units(FILMS, large, {"id": {"S": "a"}}) == {"films": 3}
    assert write_units(FILMS, large, None) == {"films": 3}


_VALUES = st.recursive(
    st.builds(lambda number: {"N": str(number)}, st.integers(0, 3))
    | st.builds(lambda text: {"S": text}, st.sampled_from(["", "a"])),
    lambda inner: (
        st.builds(
            lambda members: {"M": members},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        )
        | st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=3))
    ),
    max_leaves=8,
)
_ITEMS = st.dictionaries(st.sampled_from("wxyz"), _VALUES, max_size=4)


@given(old=_ITEMS, new=_ITEMS)
def test_the_differences_turn_one_item_into_the_other(old: Json, new: Json) -> None:
    assert applied(old, tuple(differences(old, new))) == new


@given(old=_ITEMS, new=_ITEMS, other=_ITEMS)
def test_changes_can_be_put_on_any_item(old: Json, new: Json, other: Json) -> None:
    changes = tuple(differences(old, new))
    once = applied(other, changes)
    assert applied(once, changes) == once
