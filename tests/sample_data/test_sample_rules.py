"""The rules that make keys and attributes of source values."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data import DATASETS
from sample_data.draws import Draws
from sample_data.earthquakes import iso_time, place
from sample_data.flights import departure
from sample_data.movies import release_date, repaired_title, slug, unique_id

MOVIES = {item["id"]["S"]: item for item in DATASETS["movies"].items()}


@pytest.mark.parametrize(
    ("published", "iso"),
    [
        ("Jun 12 1998", "1998-06-12"),
        ("Dec 15 2039", "1939-12-15"),
        ("Feb 08 2015", "1915-02-08"),
        ("Dec 23 2011", "2011-12-23"),
        ("Dec 31 1928", "1928-12-31"),
    ],
)
def test_release_date(published: str, iso: str) -> None:
    assert release_date(published) == iso


@pytest.mark.parametrize(
    ("published", "title"),
    [
        ("LÈon", "Léon"),
        ("DÈj‡ Vu", "Déjà Vu"),
        ("The Naked Gun 2Ω: The Smell of Fear", "The Naked Gun 2½: The Smell of Fear"),
        ("I Love You Ö Don't Touch Me!", "I Love You … Don't Touch Me!"),
        ("Alien³", "Alien³"),
        ("Ri¢hie Ri¢h", "Ri¢hie Ri¢h"),
        ("Zoom", "Zoom"),
    ],
)
def test_repaired_title(published: str, title: str) -> None:
    assert repaired_title(published) == title


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The Land Girls", "the-land-girls"),
        ("10,000 B.C.", "10-000-b-c"),
        ("Déjà Vu", "deja-vu"),
        ("Alien³", "alien3"),
        ("***", "untitled"),
        ("", "untitled"),
        (None, "untitled"),
    ],
)
def test_slug(title: str | None, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_a_slug_is_plain_and_never_empty(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title))


@given(st.lists(st.tuples(st.text("ab2- ", max_size=4), st.integers(1990, 1992))))
def test_ids_of_films_stay_apart(films: list[tuple[str, int]]) -> None:
    taken: Counter[str] = Counter()
    ids = [unique_id(f"{slug(title)}-{year}", taken) for title, year in films]
    assert len(set(ids)) == len(films)


def test_a_second_film_of_a_title_and_year_has_a_suffix() -> None:
    taken: Counter[str] = Counter()
    assert [unique_id("heat-1995", taken) for _ in range(3)] == [
        "heat-1995",
        "heat-1995-2",
        "heat-1995-3",
    ]


@pytest.mark.parametrize(
    ("film", "attributes"),
    [
        ("1776-1972", {"title": {"S": "1776"}, "us_gross": {"N": "0"}}),
        ("untitled-2006", {"released": {"S": "2006-11-03"}, "year": {"N": "2006"}}),
        (
            "gone-with-the-wind-1939",
            {"year": {"N": "1939"}, "corrected_from": {"M": {"released": {"S": "Dec 15 2039"}}}},
        ),
        (
            "leon-1994",
            {"title": {"S": "Léon"}, "corrected_from": {"M": {"title": {"S": "LÈon"}}}},
        ),
    ],
)
def test_odd_films_are_kept(film: str, attributes: dict[str, Any]) -> None:
    assert MOVIES[film].items() >= attributes.items()


def test_a_film_without_a_title_has_no_such_attribute() -> None:
    assert [film for film, item in MOVIES.items() if "title" not in item] == ["untitled-2006"]


def test_only_certain_errors_of_films_are_corrected() -> None:
    kinds = Counter(
        name for item in MOVIES.values() for name in item.get("corrected_from", {"M": {}})["M"]
    )
    assert kinds == {"released": 22, "title": 18}
    assert all(datetime.fromisoformat(item["released"]["S"]) for item in MOVIES.values())
    assert {int(item["year"]["N"]) for item in MOVIES.values()} <= set(range(1915, 2012))


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        (1517966773840, "2018-02-07T01:26:13.840Z"),
        (1517966400000, "2018-02-07T01:20:00.000Z"),
        (7, "1970-01-01T00:00:00.007Z"),
    ],
)
def test_iso_time(epoch_ms: int, text: str) -> None:
    assert iso_time(epoch_ms) == text


moments = st.integers(0, 253_402_300_799_999)


@given(moments, moments)
def test_text_order_is_time_order(one: int, other: int) -> None:
    assert (one < other) == (iso_time(one) < iso_time(other))


def test_place_with_a_distance() -> None:
    assert place("4km W of Castaic, CA") == {
        "description": {"S": "4km W of Castaic, CA"},
        "distance_km": {"N": "4"},
        "bearing": {"S": "W"},
        "nearest": {"S": "Castaic, CA"},
    }


def test_place_without_a_distance() -> None:
    assert place("Reykjanes Ridge") == {"description": {"S": "Reykjanes Ridge"}}


def test_departures_of_one_minute_stay_in_order() -> None:
    keys = [departure("2001-01-03T21:01", ordinal) for ordinal in (1, 2, 3)]
    assert keys == ["2001-01-03T21:01", "2001-01-03T21:01#2", "2001-01-03T21:01#3"]
    assert sorted([*keys, departure("2001-01-03T21:02", 1)])[:3] == keys


def test_both_flights_of_one_minute_are_kept() -> None:
    second = [item for item in DATASETS["flights"].items() if item["departed"]["S"].endswith("#2")]
    assert len(second) == 23


@given(st.integers(0, 2**32), st.integers(-50, 50), st.integers(0, 50))
def test_draws_stay_within_their_bounds(seed: int, low: int, width: int) -> None:
    draws = Draws(seed)
    for _ in range(20):
        assert low <= draws.whole(low, low + width) <= low + width
        assert low <= draws.skewed(low, low + width) <= low + width
    assert draws.some("abc", 0.0) == ["a"]
    assert draws.some("abc", 1.0) == ["a", "b", "c"]
    assert len(draws.octets(5)) == 5
