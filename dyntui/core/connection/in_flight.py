"""Several requests on their way at once, where their order does not matter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import TypeVar

IN_FLIGHT = 8
"""So many at once: fewer than the connections that botocore keeps open to a remote."""

_JOIN_S = 0.1

Item = TypeVar("Item")


def send_each(
    send: Callable[[Item], None], items: Iterable[Item], stopped: Callable[[], bool]
) -> None:
    """Have `send` called with each item, in up to `IN_FLIGHT` threads, until `stopped`.

    `items` are taken one by one. Once it is stopped no other is sent, and those on their way are
    waited for. What `send` or `items` raises stops it too, and is raised here: the first of it.
    """
    pending, taking = iter(items), threading.Lock()
    raised: list[BaseException] = []
    ended = threading.Event()

    def work() -> None:
        try:
            while True:
                with taking:
                    if ended.is_set() or stopped():
                        return
                    item = next(pending)
                send(item)
        except StopIteration:
            pass
        except BaseException as error:
            raised.append(error)
        finally:
            ended.set()

    # Each in a copy of the caller's context: what they consume is part of the same action.
    threads = [threading.Thread(target=copy_context().run, args=(work,)) for _ in range(IN_FLIGHT)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                # In steps, since an interrupt does not end a wait for a lock everywhere.
                thread.join(_JOIN_S)
    finally:
        ended.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if raised:
        raise raised[0]
