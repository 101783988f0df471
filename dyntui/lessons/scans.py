"""Scans: in parallel, and held to a rate so that others are not throttled."""

from __future__ import annotations

from math import ceil

from dyntui.core.connection.rate_limit import RateLimit, RateLimitedClient
from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sample_items
from engine.client.paging import answers
from engine.client.protocol import Client
from engine.errors import ApiError
from sample_data import DATASETS

TABLE = "movies"
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}
FILMS = DATASETS[TABLE].row_count
SMALL = "films"
GET: Json = {"TableName": SMALL, "Key": {"id": {"S": "jaws-1975"}}}
UNITS = 25
RATE = 20


def tell(page: Page) -> None:
    """Scan all films at once, in segments, and on a table with few units, at a rate."""
    page.box.load_sample(TABLE)
    whole = _whole(page)
    _segments(page, round(page.number("segments")), whole)
    _greedy(page)
    _polite(page, whole)


def _scan(client: Client, request: Json) -> tuple[list[str], float]:
    """The ids of all pages, and what they cost."""
    ids: list[str] = []
    units = 0.0
    request = {"TableName": TABLE, "ProjectionExpression": "id"} | TOLD | request
    for answer in answers(client.call, "Scan", request):
        ids += [item["id"]["S"] for item in answer["Items"]]
        units += units_of(answer)
    return ids, units


def _whole(page: Page) -> float:
    page.step(
        "A scan reads everything",
        "Scan looks at every item of a table and pays for all of them, whatever a filter lets "
        "through. It is for exports and clean-ups, not for answering questions.",
    )
    request: Json = {
        "TableName": TABLE,
        "FilterExpression": "director = :d",
        "ExpressionAttributeValues": {":d": {"S": "Steven Spielberg"}},
    }
    page.ask("Scan", request | TOLD, "Count", "ScannedCount", "ConsumedCapacity")
    ids, units = _scan(page.box.engine, {})
    query: Json = {
        "TableName": TABLE,
        "IndexName": "by-director",
        "KeyConditionExpression": "director = :d",
        "ExpressionAttributeValues": {":d": {"S": "Steven Spielberg"}},
    }
    asked = page.box.engine.call("Query", query | TOLD)
    page.claim(
        f"Scanning {len(ids):,} films takes {counted(units, 'unit')}; the index by director "
        f"finds the {asked['Count']} films for {units_of(asked):g}.",
        units > 20 * units_of(asked),
        scan_units=units,
        query_units=units_of(asked),
    )
    return units


def _segments(page: Page, segments: int, whole: float) -> None:
    page.step(
        "In parallel",
        f"Segments are parts of the range of hashes. {segments} workers take one each and share "
        "nothing, so that a long scan takes a part of the time; what it costs stays the same.",
    )
    page.ask(
        "Scan",
        {"TableName": TABLE, "Segment": 0, "TotalSegments": segments, "Select": "COUNT"},
    )
    parts = [
        _scan(page.box.engine, {"Segment": number, "TotalSegments": segments})
        for number in range(segments)
    ]
    page.bars("films", {f"segment {n}": float(len(ids)) for n, (ids, _) in enumerate(parts)})
    ids = [one for found, _ in parts for one in found]
    units = sum(cost for _, cost in parts)
    page.claim(
        f"The {segments} segments have {len(ids):,} films together, each once, for {units:g} "
        f"units; one scan took {whole:g}.",
        len(ids) == len(set(ids)) == FILMS and abs(units - whole) <= segments,
        segment_units=units,
        largest_segment=max(len(found) for found, _ in parts),
    )
    page.hint("CLI", f"dyntui scan movies --segments {segments}")


def _greedy(page: Page) -> None:
    page.step(
        "A scan in haste throttles others",
        f"The same films in a table of {UNITS} read units a second. One page of a scan takes more "
        "than a hundred at once: it is let in, overdraws, and everybody else has to wait.",
    )
    page.box.create(SMALL, "id", units=(UNITS, 1))
    page.box.load(SMALL, sample_items(TABLE))
    answer = page.ask("Scan", {"TableName": SMALL} | TOLD, "Count", "ConsumedCapacity")
    error = page.refused("GetItem", GET)
    seconds = 0
    while error is not None:
        page.box.clock.advance(1)
        seconds += 1
        try:
            page.box.engine.call("GetItem", GET)
        except ApiError:
            continue
        error = None
    units = units_of(answer)
    page.claim(
        f"The page took {units:g} units; a GetItem is refused for {seconds} seconds.",
        1 <= seconds <= ceil(units / UNITS) + 1,
        page_units=units,
        refused_seconds=seconds,
    )


def _polite(page: Page, whole: float) -> None:
    page.step(
        "At a rate",
        f"A scan that keeps to {RATE} units a second, in small pages, leaves the rest to others.",
    )
    clock = page.box.clock
    clock.advance(10)
    limited = RateLimitedClient(page.box.engine, reads=RateLimit(RATE, clock, sleep=clock.advance))
    refused = 0
    request: Json = {"TableName": SMALL, "ProjectionExpression": "id"} | TOLD
    began_s = clock.monotonic_s()
    spent: dict[int, float] = {}
    for answer in answers(limited.call, "Scan", request):
        second = int(clock.monotonic_s() - began_s)
        spent[second] = spent.get(second, 0.0) + units_of(answer)
        try:
            page.box.engine.call("GetItem", GET)
        except ApiError:
            refused += 1
    took_s = clock.monotonic_s() - began_s
    series = [spent.get(second, 0.0) for second in range(max(spent) + 1)]
    page.chart("read units of the scan, by second", series, [0] * len(series), float(UNITS))
    page.claim(
        f"It takes {took_s:.1f} s for {sum(series):g} units, and {refused} of the reads beside "
        "it are refused.",
        refused == 0 and took_s >= whole / RATE - 1,
        polite_seconds=round(took_s, 1),
        refused_beside=refused,
    )
    page.hint("CLI", f"dyntui scan films --max-rcu {RATE}")


LESSON = Lesson(
    name="scans",
    title="Parallel and rate-limited scans",
    teaches="What a scan costs, how segments share it, and how a rate keeps others from waiting.",
    tell=tell,
    parameters=(Parameter("segments", "segments", ("4", "2", "8"), "", (1, 32), whole=True),),
    throttles=True,
)
