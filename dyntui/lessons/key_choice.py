"""The choice of a partition key, seen in how hot partitions become."""

from __future__ import annotations

from collections import Counter

from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import definition, sample_items
from engine.errors import ApiError

PARTITIONS = 4
WRITES_A_SECOND = 3_900
UNITS = (1, WRITES_A_SECOND)
UNKNOWN: Json = {"S": "unknown"}

Second = tuple[Counter[int], Counter[int]]
"""Writes that each partition took, and that it refused."""


def tell(page: Page) -> None:
    """Count values of the key, then write all films within a second, by that key and by id."""
    key = page.value("key")
    films = sample_items("movies")
    values = Counter(film.get(key, UNKNOWN)["S"] for film in films)
    _values(page, key, values, len(films))
    seen = _heat(page, key, films)
    _against(page, key, seen, _second(page, definition("films-by-id", "id", units=UNITS), films))


def _values(page: Page, key: str, values: Counter[str], count: int) -> None:
    page.step(
        "A key of few values is few places",
        "The partition key's value decides where an item lives: its hash picks the partition. "
        "All items of a value live together, so a key of few values gives DynamoDB few places "
        "to spread the work over. A film's language is the usual example; the sample films do not "
        f"tell theirs, so {key} stands for it here.",
    )
    top = dict(values.most_common(6))
    page.bars("films", {name: float(number) for name, number in top.items()})
    share = max(values.values()) / count
    page.claim(
        f"{key} has {len(values):,} values for {count:,} films; "
        f"the most frequent one takes {share:.1%} of them.",
        sum(values.values()) == count,
        values=len(values),
        top_share=round(share, 4),
    )
    page.hint("PartiQL", f"SELECT {key}, COUNT(*) FROM movies GROUP BY {key}")


def _second(page: Page, made: Json, films: list[Json]) -> Second:
    """Write every film within one second: how many each partition took, and refused."""
    engine, table = page.box.engine, made["TableName"]
    key = made["KeySchema"][0]["AttributeName"]
    if table not in engine.call("ListTables", {})["TableNames"]:
        engine.call("CreateTable", made)
    taken: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    places: dict[str, int] = {}
    for film in films:
        value = film.get(key, UNKNOWN)
        number = places.get(value["S"])
        if number is None:
            number = places[value["S"]] = engine.partition_of(table, {key: value}).number
        try:
            engine.call("PutItem", {"TableName": table, "Item": {"id": film["id"], key: value}})
        except ApiError:
            refused[number] += 1
        else:
            taken[number] += 1
    return taken, refused


def _heat(page: Page, key: str, films: list[Json]) -> Second:
    page.step(
        "The heat of partitions",
        f"A table of {WRITES_A_SECOND:,} write units a second has {PARTITIONS} partitions, and "
        "none of them can take more than 1,000 a second, whatever the table as a whole has. "
        f"Here all {len(films):,} films are written within one second.",
    )
    table = f"films-by-{key}"
    made = definition(table, key, "id", units=UNITS)
    page.do("CreateTable", made)
    taken, refused = _second(page, made, films)
    asked = {f"partition {n}": float(taken[n] + refused[n]) for n in range(1, PARTITIONS + 1)}
    hot = [f"partition {n}" for n in refused]
    page.bars("writes asked for", asked, hot)
    hottest = max(asked.values()) / len(films)
    lost = sum(refused.values())
    page.claim(
        f"With {key} as the key the hottest partition gets {hottest:.0%} of the writes "
        f"(an even share is {1 / PARTITIONS:.0%}), and {lost:,} writes are throttled.",
        (lost > 0) == (max(asked.values()) > 1_000),
        hottest_share=round(hottest, 4),
        throttled=lost,
    )
    page.hint("app", "Tab 3, Capacity: the heat of partitions and the hottest keys, live.")
    page.hint("CLI", f"dyntui stats {table}")
    return taken, refused


def _against(page: Page, key: str, this: Second, good: Second) -> None:
    page.step(
        "Against a key of many values",
        "The film's id has a value of its own for every film. What the same second costs then:",
    )
    page.table(
        ("key", "hottest partition", "written", "throttled"),
        [
            (name, max((taken + refused).values()), sum(taken.values()), sum(refused.values()))
            for name, (taken, refused) in ((key, this), ("id", good))
        ],
    )
    taken, refused = good
    share = max((taken + refused).values()) / sum((taken + refused).values())
    page.claim(
        f"With id the hottest partition gets {share:.1%}, and nothing is throttled.",
        share < 1.15 / PARTITIONS and not refused,
        id_hottest_share=round(share, 4),
        id_throttled=sum(refused.values()),
    )
    page.say(
        "Choose a key with many values that are asked for about equally often. Where one needs to "
        "look films up by genre, that is what an index is for (lesson indexes); where a value is "
        "hot by its nature, it can be sharded (lesson sharding)."
    )


LESSON = Lesson(
    name="keys",
    title="Key choice and distribution",
    teaches="Why a partition key needs many values: a film's id against its genre or rating.",
    tell=tell,
    parameters=(Parameter("key", "partition key", ("genre", "mpaa_rating", "creative_type")),),
    throttles=True,
)
