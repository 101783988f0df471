"""A Scan in parallel segments: a thread for each, their pages as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue

from engine.client.protocol import Json

Call = Callable[[Json, Callable[[], bool]], Json]
"""Answers a Scan; the function tells whether it was cancelled."""

_PUT_S = 0.1


def segment_pages(call: Call, request: Json, segments: int) -> Generator[Json, None, None]:
    """The pages of all segments, in the order in which they come.

    What a thread raises is raised here, and ends the others.
    """
    stopped = threading.Event()
    found: Queue[Json | BaseException | None] = Queue(maxsize=segments)

    def put(what: Json | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                found.put(what, timeout=_PUT_S)
            except Full:
                continue
            return

    def read(segment: int) -> None:
        members = {**request, "Segment": segment, "TotalSegments": segments}
        try:
            while not stopped.is_set():
                page = call(members, stopped.is_set)
                put(page)
                if "LastEvaluatedKey" not in page:
                    break
                members = {**members, "ExclusiveStartKey": page["LastEvaluatedKey"]}
            put(None)
        except BaseException as error:
            put(error)

    # Each in a copy of the caller's context: what they consume is part of the same action.
    threads = [
        threading.Thread(target=copy_context().run, args=(read, number))
        for number in range(segments)
    ]
    try:
        for thread in threads:
            thread.start()
        yield from _until_all_ended(found, segments)
    finally:
        stopped.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _until_all_ended(found: Queue[Json | BaseException | None], segments: int) -> Iterator[Json]:
    while segments:
        try:
            # In steps, since an interrupt does not end a wait for a lock everywhere.
            page = found.get(timeout=_PUT_S)
        except Empty:
            continue
        if isinstance(page, BaseException):
            raise page
        if page is None:
            segments -= 1
        else:
            yield page
