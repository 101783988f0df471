"""A Scan in parallel segments: a thread for each, their pages as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue

from engine.client.protocol import Json

Call = Callable[[Json, Callable[[], bool]], Json]
"""Answers a Scan; the function tells whether it was cancelled."""

_Found = tuple[int, Json] | BaseException | None
"""A page with the number of its segment, what a segment's thread has raised, or that it is done."""

_PUT_S = 0.1


def segment_pages(
    call: Call, request: Json, segments: int, left: dict[int, Json | None] | None = None
) -> Generator[Json, None, None]:
    """The pages of all segments, in the order in which they come.

    What a thread raises is raised here, and ends the others. Only those segments are read that are
    `left`, by their numbers, each from behind a key, or with None from its beginning. What has been
    given is taken out of `left` when the next page is asked for: it says where to go on.
    """
    left = dict.fromkeys(range(segments)) if left is None else left
    stopped = threading.Event()
    found: Queue[_Found] = Queue(maxsize=segments)

    def put(what: _Found) -> None:
        while not stopped.is_set():
            try:
                found.put(what, timeout=_PUT_S)
            except Full:
                continue
            return

    def read(segment: int, start: Json | None) -> None:
        members = {**request, "Segment": segment, "TotalSegments": segments}
        if start is not None:
            members["ExclusiveStartKey"] = start
        try:
            while not stopped.is_set():
                page = call(members, stopped.is_set)
                put((segment, page))
                if "LastEvaluatedKey" not in page:
                    break
                members = {**members, "ExclusiveStartKey": page["LastEvaluatedKey"]}
            put(None)
        except BaseException as error:
            put(error)

    # Each in a copy of the caller's context: what they consume is part of the same action.
    threads = [
        threading.Thread(target=copy_context().run, args=(read, number, start))
        for number, start in left.items()
    ]
    try:
        for thread in threads:
            thread.start()
        for segment, page in _until_all_ended(found, len(threads)):
            yield page
            if "LastEvaluatedKey" in page:
                left[segment] = page["LastEvaluatedKey"]
            else:
                del left[segment]
    finally:
        stopped.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _until_all_ended(found: Queue[_Found], segments: int) -> Iterator[tuple[int, Json]]:
    while segments:
        try:
            # In steps, since an interrupt does not end a wait for a lock everywhere.
            one = found.get(timeout=_PUT_S)
        except Empty:
            continue
        if isinstance(one, BaseException):
            raise one
        if one is None:
            segments -= 1
        else:
            yield one
