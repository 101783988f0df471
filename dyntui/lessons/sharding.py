"""Write sharding: a counter of votes that one key could not take."""

from __future__ import annotations

from collections import Counter
from hashlib import md5

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import definition
from engine.errors import ApiError

TABLE = "counts"
UNITS = 3_900
PARTITIONS = 4
VOTES = 1_500
PARTITION_MAX = 1_000
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def tell(page: Page) -> None:
    """Count votes under one key, then under several, by lot and by calculation; add them up."""
    shards = round(page.number("shards"))
    _one_key(page)
    _random(page, shards)
    _calculated(page, shards)
    _sample(page)


def _vote(key: str) -> Json:
    return {
        "TableName": TABLE,
        "Key": {"candidate": {"S": key}},
        "UpdateExpression": "ADD votes :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def _second(page: Page, keys: list[str]) -> tuple[int, Counter[int]]:
    """All votes within a second: how many were counted, and what each partition was asked for."""
    taken = 0
    asked: Counter[int] = Counter()
    engine = page.box.engine
    places = {
        key: engine.partition_of(TABLE, {"candidate": {"S": key}}).number for key in set(keys)
    }
    for key in keys:
        asked[places[key]] += 1
        try:
            engine.call("UpdateItem", _vote(key))
        except ApiError:
            continue
        taken += 1
    page.box.clock.advance(30)
    return taken, asked


def _heat(page: Page, asked: Counter[int]) -> None:
    figures = {f"partition {n}": float(asked[n]) for n in range(1, PARTITIONS + 1)}
    hot = [name for name, count in figures.items() if count > PARTITION_MAX]
    page.bars("votes in a second", figures, hot)


def _one_key(page: Page) -> None:
    page.step(
        "One key, one partition",
        f"Candidate ada gets {VOTES:,} votes within a second, each one an atomic update of one "
        f"item. The table is given {UNITS:,} write units, but no partition, and so no key, takes "
        f"more than {PARTITION_MAX:,} a second.",
    )
    page.do("CreateTable", definition(TABLE, "candidate", units=(100, UNITS)))
    taken, asked = _second(page, ["ada"] * VOTES)
    _heat(page, asked)
    page.claim(
        f"{taken:,} votes were counted, {VOTES - taken:,} were throttled.",
        taken == PARTITION_MAX,
        counted_by_one_key=taken,
    )
    page.hint("app", "Tab 3, Capacity, names the hot key and its share of the writes.")


def _random(page: Page, shards: int) -> None:
    page.step(
        "A suffix by lot",
        f"Now the key has a suffix from 0 to {shards - 1}, drawn for each vote: ada#0, ada#1 and "
        "so on. The lots of this run go round, so that it is the same every time.",
    )
    keys = [f"ada#{number % shards}" for number in range(VOTES)]
    page.do("UpdateItem", _vote(keys[1 % shards]) | {"ReturnValues": "UPDATED_NEW"})
    taken, asked = _second(page, keys)
    _heat(page, asked)
    lost = VOTES - taken
    page.claim(
        f"With {counted(shards, 'shard')} {taken:,} votes were counted, {lost:,} were throttled.",
        (lost > 0) == (max(asked.values()) >= PARTITION_MAX),
        counted_by_lot=taken,
        hottest_partition=max(asked.values()),
    )
    total, units = _sum(page, [f"ada#{n}" for n in range(shards)])
    page.claim(
        f"Reading the result adds up {counted(shards, 'item')}: {total:,} votes for "
        f"{counted(units, 'read unit')}.",
        total == taken + 1 and units == shards / 2,
        result=total,
        result_units=units,
    )


def _sum(page: Page, keys: list[str]) -> tuple[int, float]:
    """The votes of all shards, and what reading them cost."""
    total, units = 0, 0.0
    for key in keys:
        get = {"TableName": TABLE, "Key": {"candidate": {"S": key}}} | TOLD
        answer = page.box.engine.call("GetItem", get)
        total += int(answer.get("Item", {"votes": {"N": "0"}})["votes"]["N"])
        units += units_of(answer)
    return total, units


def _shard_of(voter: str, shards: int) -> int:
    return int.from_bytes(md5(voter.encode(), usedforsecurity=False).digest()[:4], "big") % shards


def _calculated(page: Page, shards: int) -> None:
    page.step(
        "A suffix that can be calculated",
        "Where one item has to be found again, the suffix is made from what is known of it, such "
        "as a hash of the voter. It spreads as well, and a voter's shard is known without looking.",
    )
    keys = [f"bob#{_shard_of(f'voter-{number}', shards)}" for number in range(VOTES)]
    taken, asked = _second(page, keys)
    _heat(page, asked)
    spread = Counter(keys)
    page.claim(
        f"The fullest shard has {max(spread.values()):,} of {VOTES:,} votes, the emptiest "
        f"{min(spread.values()):,}; {VOTES - taken:,} were throttled.",
        len(spread) == min(shards, VOTES)
        and ((taken < VOTES) == (max(asked.values()) > PARTITION_MAX)),
        counted_by_calculation=taken,
        fullest_shard=max(spread.values()),
    )
    voter = "voter-17"
    page.ask(
        "GetItem",
        {
            "TableName": TABLE,
            "Key": {"candidate": {"S": f"bob#{_shard_of(voter, shards)}"}},
        },
    )


def _sample(page: Page) -> None:
    page.step(
        "The sample votes",
        "The sample table votes is made so: the counters of four candidates, each over ten shards, "
        "by hour. A query of each shard gives a candidate's day.",
    )
    page.box.load_sample("votes")
    total, units = 0, 0.0
    for shard in range(10):
        query: Json = {
            "TableName": "votes",
            "KeyConditionExpression": "candidate_shard = :s",
            "ExpressionAttributeValues": {":s": {"S": f"ada#{shard}"}},
        } | TOLD
        shown = ("Count", "ConsumedCapacity")
        answer = page.ask("Query", query, *shown) if shard == 0 else _query(page, query)
        items = answer.get("Items", [])
        total += sum(int(item["votes"]["N"]) for item in items)
        units += units_of(answer)
    items = page.box.engine.call("Scan", {"TableName": "votes"})["Items"]
    wanted = sum(int(item["votes"]["N"]) for item in items if item["candidate"]["S"] == "ada")
    page.claim(
        f"ada has {total:,} votes: ten queries, {counted(units, 'read unit')}.",
        total == wanted > 0,
        sample_votes=total,
        sample_units=units,
    )
    page.hint(
        "PartiQL",
        "SELECT candidate, SUM(votes) FROM votes GROUP BY candidate",
    )


def _query(page: Page, query: Json) -> Json:
    return page.box.engine.call("Query", query)


LESSON = Lesson(
    name="sharding",
    title="Write sharding of a counter",
    teaches="How a key that takes too many writes is spread by a suffix, and added up again.",
    tell=tell,
    parameters=(Parameter("shards", "shards", ("10", "1", "4", "20"), "", (1, 50), whole=True),),
    throttles=True,
)
