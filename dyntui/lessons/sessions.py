"""Sessions with Time to Live, and when another store fits better."""

from __future__ import annotations

from math import ceil

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sized

TABLE = "sessions"
LIFE_S = 3_600
MINUTE_S = 60
VISIT_MINUTES = 50
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}
SETTING: Json = {"AttributeName": "expires_at", "Enabled": True}


def tell(page: Page) -> None:
    """Sign in, let sessions expire, and reckon what a visit costs."""
    page.box.create(TABLE, "id")
    size = round(page.number("size_kb") * 1024)
    _expire(page)
    always = _visit(page, size, "always", 0)
    lazily = _visit(page, size, "lazily", LIFE_S // 2)
    _cost(page, size, always, lazily)


def _expire(page: Page) -> None:
    page.step(
        "Sessions that end by themselves",
        "An attribute holds when a session expires, in seconds since 1970; DynamoDB deletes what "
        "has expired some time later, mostly within two days, and free of charge.",
    )
    request = {"TableName": TABLE, "TimeToLiveSpecification": SETTING}
    page.do("UpdateTimeToLive", request)
    for name, life_s in (("old", LIFE_S // 2), ("young", 2 * LIFE_S)):
        item = {"id": {"S": name}, "expires_at": {"N": str(page.box.now_s + life_s)}}
        page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})
    # Not long after the expiry, so that nothing was deleted yet.
    page.box.clock.advance(LIFE_S // 2 + 10)
    page.step(
        "Expired is not yet deleted",
        "Until it is deleted, an expired session is found by every read. Who reads must filter it "
        "out, or look at the time.",
    )
    there = page.box.engine.call("Scan", {"TableName": TABLE})["Count"]
    valid: Json = {
        "TableName": TABLE,
        "FilterExpression": "expires_at > :now",
        "ExpressionAttributeValues": {":now": {"N": str(page.box.now_s)}},
    }
    filtered = page.ask("Scan", valid, "Count", "ScannedCount")["Count"]
    deleted = page.box.engine.expire(TABLE)
    left = page.box.engine.call("Scan", {"TableName": TABLE})["Count"]
    page.claim(
        f"{there} sessions are there, {filtered} is valid; deletion takes {deleted} away "
        f"and leaves {left}.",
        (there, filtered, deleted, left) == (2, 1, 1, 1),
        found=there,
        valid=filtered,
        deleted=deleted,
    )
    page.hint("CLI", f"dyntui ttl run {TABLE}   deletes what has expired, at once")
    page.hint(
        "app",
        "Tab 5, Streams: {stream.expiry} turns Time to Live on, {stream.expire} deletes "
        "what has expired.",
    )


def _visit(page: Page, size: int, name: str, renew_below_s: int) -> tuple[float, float, int]:
    """A visit with a request every minute: read and write units, and renewals.

    The session is renewed with a request where less than `renew_below_s` is left of it; 0: always.
    """
    engine, clock = page.box.engine, page.box.clock
    key: Json = {"id": {"S": name}}
    expires_s = page.box.now_s + LIFE_S
    engine.call("PutItem", {"TableName": TABLE, "Item": _session(key, size, expires_s)})
    reads = writes = 0.0
    renewals = 0
    for _ in range(VISIT_MINUTES):
        clock.advance(MINUTE_S)
        reads += units_of(engine.call("GetItem", {"TableName": TABLE, "Key": key} | TOLD))
        if renew_below_s and expires_s - page.box.now_s >= renew_below_s:
            continue
        expires_s = page.box.now_s + LIFE_S
        writes += units_of(engine.call("UpdateItem", _renewal(key, expires_s) | TOLD))
        renewals += 1
    return reads, writes, renewals


def _session(key: Json, size: int, expires_s: int) -> Json:
    number = len("expires_at") + 6
    return sized(key, size - number) | {"expires_at": {"N": str(expires_s)}}


def _renewal(key: Json, expires_s: int) -> Json:
    return {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "SET expires_at = :then",
        "ExpressionAttributeValues": {":then": {"N": str(expires_s)}},
    }


def _cost(
    page: Page,
    size: int,
    always: tuple[float, float, int],
    lazily: tuple[float, float, int],
) -> None:
    page.step(
        "Renewing is what costs",
        f"A visit of {VISIT_MINUTES} requests, one a minute, with a session of "
        f"{page.value('size_kb')} KB that lasts an hour. Every request reads it. Renewing it with "
        "each of them writes all of it each time; renewing it when half of its life is over, once.",
    )
    page.do("UpdateItem", _renewal({"id": {"S": "always"}}, page.box.now_s + LIFE_S))
    page.table(
        ("renewed", "times", "RCU", "WCU"),
        [
            ("with every request", always[2], always[0], always[1]),
            ("when half is over", lazily[2], lazily[0], lazily[1]),
        ],
    )
    each = ceil(size / 1024)
    page.claim(
        f"Renewing lazily takes {counted(lazily[1], 'write unit')} instead of {always[1]:g}.",
        always[1] == VISIT_MINUTES * each and lazily[1] == lazily[2] * each < always[1],
        always_write_units=always[1],
        lazy_write_units=lazily[1],
        read_units=always[0],
    )
    page.say(
        "DynamoDB fits sessions that must not be lost, that several Regions or many servers share, "
        "and whose number rises and falls. Another store fits better where a session changes with "
        "every click and may be lost (a cache in memory), where it must end to the second, where "
        "an answer has to come within microseconds (DAX, or that cache), and where it is small "
        "and needs no storing at all (a signed cookie)."
    )


LESSON = Lesson(
    name="sessions",
    title="Sessions with Time to Live",
    teaches="A session store: expiry, what is read until deletion, what renewing costs.",
    tell=tell,
    parameters=(Parameter("size_kb", "session", ("2", "0.5", "10", "100"), "KB", (0.2, 300)),),
)
