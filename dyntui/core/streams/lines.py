"""The lines of a page on streams, made from what is known; those of changes are made once."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.streams.kept_changes import KeptChanges
from dyntui.core.streams.page import (
    change_line,
    marked,
    shard_lines,
    shards_text,
    since_text,
    stream_line,
    wanted_text,
)
from dyntui.core.streams.state import StreamState
from dyntui.core.streams.tail import Change, Start
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import Line
from dyntui.core.text.moments import moment_text
from engine.client.protocol import DUE_MAX

Json = dict[str, Any]

MARGIN = 2
NO_STREAM = (
    "This table has no stream.",
    "{stream.stream} turns one on: it has each change of an item from then on, for 24 hours.",
)
GONE = (
    "This table is gone.",
    "It was dropped, or has another name: {browser.reload} reloads the tables.",
)
_STATES = {"ENABLED": "on", "DISABLED": "off"}


class StreamLines:
    """Makes lines; those of changes are kept as long as they are shown."""

    def __init__(self) -> None:
        self._today = ""
        self._made: dict[tuple[str, str], Line] = {}

    def changes(self, shown: Sequence[Change], row: int, now_s: float) -> list[Line]:
        """Changes, with a mark at the one under the cursor."""
        today = moment_text(now_s)[:10]
        before = self._made if today == self._today else {}
        self._today = today
        self._made = {
            place: before.get(place) or change_line(change, today)
            for change in shown
            for place in ((change.shard, change.number),)
        }
        return marked(self._made.values(), row)

    def nothing(
        self, state: StreamState | None, kept: KeptChanges, start: Start, width: int
    ) -> list[Line]:
        """Why there are no changes."""
        if state is None:
            return []
        if state.current is None:
            return _no_stream(state, width)
        which = wanted_text(kept.wanted)
        first = f"No change so far: {which}." if which else "No change so far."
        hint = "{stream.filter} shows others." if which else ""
        if start == "now":
            hint += " {stream.start} begins with the oldest change that the stream still has."
        return sentences((first, with_keys(hint).strip()), width)


def facts(state: StreamState | None, described: Json | None) -> list[tuple[str, str]]:
    """How the stream that is followed and Time to Live stand, each with its name."""
    if state is None:
        return [("Stream", "…"), ("TTL", "…")]
    stream = "off"
    if described is not None:
        view, status = described["StreamViewType"], described["StreamStatus"]
        stream = f"{view} · {status} since {since_text(described)} · {shards_text(described)}"
    if state.is_gone:
        return [("Stream", stream), ("TTL", "the table is gone")]
    expiry = expiry_state(state.expiry["TimeToLiveStatus"])
    if state.expires_by is not None:
        expiry = f"{expiry} by {state.expires_by}"
    if state.due is not None:
        expiry += f" · {due_text(state.due)}"
    return [("Stream", stream), ("TTL", expiry)]


def _no_stream(state: StreamState, width: int) -> list[Line]:
    """Why there is nothing to follow."""
    texts = GONE if state.is_gone else NO_STREAM
    return sentences(tuple(map(with_keys, texts)), width)


def expiry_state(status: str) -> str:
    """Whether Time to Live is on, in a word: a TimeToLiveStatus, or why there is none."""
    return _STATES.get(status, status)


def due_text(due: int) -> str:
    """How many items have expired and are still there; many are not counted."""
    many = " at least" if due >= DUE_MAX else ""
    return f"{due:,}{many} item{'' if due == 1 else 's'} due"


def state_text(mark: str, start: Start, kept: KeptChanges) -> str:
    """Whether changes come, how many came, and which are shown."""
    count = counted(kept.seen, "change")
    if kept.seen > len(kept.shown):
        count += f", the newest {len(kept.shown):,}"
    since = " from the start" if start == "start" else ""
    return " · ".join(filter(None, [mark + since, count, wanted_text(kept.wanted)]))


def shards_page(state: StreamState | None, described: Json | None, width: int) -> list[Line]:
    """The shards of the stream that is followed; nothing before anything is known of it."""
    if state is None:
        return []
    if described is None:
        return _no_stream(state, width)
    return shard_lines(described["Shards"], width)


def streams_page(streams: Sequence[Json] | None, row: int, width: int) -> list[Line]:
    """The streams of the Region, with a mark at the one under the cursor."""
    if streams is None:
        return []
    if not streams:
        return sentences(("No table of this Region has a stream.",), width)
    cells = max(len(one["TableName"]) for one in streams)
    lines = [stream_line(one, cells) for one in streams]
    return marked(lines, min(row, len(streams) - 1))


def sentences(texts: Sequence[str], width: int) -> list[Line]:
    """Sentences in place of a list."""
    lines: list[Line] = []
    for text in texts:
        wrapped = textwrap.wrap(text, max(1, width - 2 * MARGIN))
        lines += [(), *(((" " * MARGIN + line, ""),) for line in wrapped)]
    return lines
