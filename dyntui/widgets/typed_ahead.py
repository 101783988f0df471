"""Keys one after another: each reaches what the one before has brought the focus to.

A key may open a field, a drawer or a place, which takes a while. What is typed meanwhile is meant
for it, but Textual would hand it to whatever has the focus still: each letter of a word for a
filter would be done as a command. Over a slow line, where keys come in bursts, that is the rule.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump
from textual.widget import Widget

SETTLED_S_MAX = 2.0
"""After how long the next key is let through whatever goes on: nothing may make keys stick."""
ROUND_S = 0.004
Typed = events.Key | events.Paste


class TypedAhead(App[None]):
    """An app that holds keys back while the one before is at work.

    What a key has read or computed in a thread is not waited for: that can take any time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[Typed] = deque()
        self._next: Typed | None = None
        self._following: asyncio.Task[None] | None = None
        self._before = ""

    def hold_keys_during(self, work: Coroutine[Any, Any, object]) -> None:
        """Hold back what is typed until the work is done with which the app begins."""
        self._following = asyncio.create_task(self._follow_after(work))

    @property
    def keys_under_way(self) -> bool:
        """Whether a key is at work, or waits for one that is."""
        return self._following is not None

    async def on_event(self, event: events.Event) -> None:
        """Hand an event on; what is typed waits for its turn."""
        if not isinstance(event, Typed):
            await super().on_event(event)
            return
        # There is no screen any more where a key before it has ended the app.
        with suppress(ScreenStackError):
            if event.is_forwarded:
                await super().on_event(event)
            else:
                await self._take(event)

    async def _take(self, event: Typed) -> None:
        if event is not self._next and not self._may_pass(event):
            self._held.append(event)
            return
        self._before = _key_of(event)
        await super().on_event(event)
        if self._following is None:
            self._following = asyncio.create_task(self._follow())

    def _may_pass(self, event: Typed) -> bool:
        """Whether nothing stands before a key, or only what leads nowhere else.

        That is the same key again, as when it is held down, and letters in a field.
        """
        if self._held:
            return False
        writes = len(self._before) == 1 and has_cursor(self.focused)
        return self._following is None or _key_of(event) == self._before or writes

    async def _follow_after(self, work: Coroutine[Any, Any, object]) -> None:
        await work
        await self._follow()

    async def _follow(self) -> None:
        """Wait for the effect of a key, and let the next one through, as long as there are any."""
        while True:
            with suppress(TimeoutError, ScreenStackError):
                async with asyncio.timeout(SETTLED_S_MAX):
                    await self._settled()
            if not self._held:
                self._following = None
                return
            self._next = self._held.popleft()
            self.post_message(self._next)

    async def _settled(self) -> None:
        """Until all that the key has led to is done."""
        while True:
            for node in (self.focused or self.screen).ancestors_with_self:
                await _reached(node)
            if not self._leads_on():
                return
            await asyncio.sleep(ROUND_S)

    def _leads_on(self) -> bool:
        """Whether some widget has still something to do."""
        return bool(self.screen._callbacks) or any(
            node.message_queue_size or node._next_callbacks
            for node in self.screen.walk_children(with_self=True)
        )


async def _reached(node: MessagePump) -> None:
    """Until a widget has done all that it was to do by now."""
    reached = asyncio.Event()
    if node.call_later(reached.set):
        await reached.wait()


def has_cursor(widget: Widget | None) -> bool:
    """Whether a widget is a text to type into.

    Not asked by its class: an editor's takes long to import, and the app begins without one.
    """
    return hasattr(widget, "cursor_blink")


def _key_of(event: Typed) -> str:
    """A key, or its character where it writes one."""
    if isinstance(event, events.Paste):
        return event.text
    return event.character if event.character and event.is_printable else event.key
