"""A table's changes as they come, its streams' shards, and its Time to Live."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.streams.lines import (
    StreamLines,
    facts,
    shards_page,
    state_text,
    streams_page,
)
from dyntui.core.streams.page import change_head, diff_lines
from dyntui.core.streams.tail import Change, Wanted
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import Line
from dyntui.core.text.formats import dynamodb_json
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import STREAMS, TIMELINE, Leads, Moved
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.messages import notify_error
from dyntui.widgets.stream_reader import StreamReader
from dyntui.widgets.stream_tab import StreamTab
from engine.client.protocol import Context, LocalTools
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.screens.setting import SettingScreen

Json = dict[str, Any]

PAGES = ("changes", "shards", "streams")


class StreamView(LinesView):
    """The list; its keys act on the board."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("stream")

    def action_ask(self, what: str) -> None:
        """Have the board do something."""
        self.query_ancestor(StreamBoard).ask(what)


class ChangeView(LinesView):
    """What a change did; a click in it chooses nothing."""

    def on_click(self, event: events.Click) -> None:
        """Leave the list's cursor where it is."""
        event.prevent_default()


class StreamBoard(StreamReader, Filtered):
    """Shows changes, shards or all streams, and does what keys and clicks say."""

    DEFAULT_CSS = """
    StreamBoard {
        #stream-facts { height: auto; max-height: 4; padding: 0 1; background: $surface; }
        #stream-bar { height: 1; background: $panel; }
        #stream-state { width: 1fr; padding: 0 1; text-align: right; color: $secondary;
            text-wrap: nowrap; text-overflow: ellipsis; }
        StreamView { height: 1fr; padding: 0; }
        #stream-head { height: 1; padding: 0 1; background: $panel; color: $text-muted;
            text-wrap: nowrap; text-overflow: ellipsis; }
        #stream-diff { height: 40%; padding: 0 1; }
        #stream-diff:focus { background: $boost; }
        &.-bare #stream-head, &.-bare #stream-diff { display: none; }
    }
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self.add_class("-bare")
        self._page = PAGES[0]
        self._stream_row = 0
        self._chosen: Change | None = None
        self._lines = StreamLines()

    def compose(self) -> ComposeResult:
        """How things stand; the pages' names; the list; the change under the cursor."""
        yield Static(id="stream-facts")
        with Horizontal(id="stream-bar"):
            for page in PAGES:
                yield Choice(page, page)
            yield Static(id="stream-state")
        yield StreamView(id="stream")
        yield Static(id="stream-head")
        yield ChangeView(id="stream-diff")

    @property
    def _view(self) -> StreamView:
        return self.query_one(StreamView)

    @property
    def _diff(self) -> ChangeView:
        return self.query_one(ChangeView)

    @property
    def panels(self) -> tuple[Widget, ...]:
        """The list, and the change."""
        return tuple(self.query(LinesView))

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The page, where it is not that of changes."""
        return () if self._page == PAGES[0] else (Crumb(self._page),)

    def focus_content(self) -> None:
        """The list; at once, or as soon as it is there."""
        self.call_later(lambda: self._view.focus())

    def back(self) -> bool:
        """From the change to the list, and to the changes; whether there was anything."""
        if self.query("#stream-diff:focus"):
            self._view.focus()
        elif self.close_filter():
            pass
        elif self._page != PAGES[0]:
            self._show_page(PAGES[0])
        else:
            return False
        return True

    # The filter of shards and streams; that of changes says which of them are kept.

    @property
    def filtered_list(self) -> StreamView:
        """See `Filtered`."""
        return self._view

    def words_changed(self) -> None:
        """Show the shards, or the streams, that hold the words."""
        self._stream_row = 0
        self._view.scroll_to(y=0, animate=False)
        self.draw()

    @property
    def _streams(self) -> tuple[Json, ...]:
        """The streams of the Region that hold the words."""
        found = self._all_streams or ()
        return tuple(one for one in found if self.held(f"{one['TableName']} {one['StreamArn']}"))

    def _list_lines(self, width: int) -> list[Line]:
        """Shards or streams."""
        if self._page == "shards":
            lines = shards_page(self._state, self._described, width)
            lines = [line for line in lines if self.held("".join(text for text, _ in line))]
        elif self._all_streams is None or not self._words:
            lines = streams_page(self._all_streams, self._stream_row, width)
        else:
            lines = streams_page(self._streams, self._stream_row, width) if self._streams else []
        return lines or ([((self.none_held(), "dim"),)] if self._words else [])

    # Drawing.

    def on_mount(self) -> None:
        """Mark the page that is shown."""
        Choice.mark(self, self._page)

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table: its changes first."""
        self._show_page(PAGES[0])
        super().show_table(info, index)

    @on(LinesView.Resized)
    def _resized(self, message: LinesView.Resized) -> None:
        message.stop()
        self.draw()

    def draw(self) -> None:
        """Show what is known by now, unless it is not whole yet."""
        if not self.query(ChangeView):
            return
        state = self._state
        self.query_one("#stream-facts", Static).update(self._facts())
        self.query_one("#stream-state", Static).update(self._state_text(), layout=False)
        change = self._change if self._page == "changes" else None
        self.set_class(change is None, "-bare")
        width = self._view.room[0]
        if self._page != "changes":
            self._view.show(self._list_lines(width))
        elif change is None:
            self._view.show(self._lines.nothing(state, self._kept, self._start, width))
        else:
            row = self._row
            now_s = self._session.clock.now_us() / 1_000_000
            self._view.show(self._lines.changes(self._kept.shown, row, now_s))
            self._view.reveal(row)
        if change is not None:
            self.query_one("#stream-head", Static).update(Text(change_head(change)))
            expires_by = None if state is None else state.expires_by
            self._diff.show(diff_lines(change, self._diff.room[0], expires_by))

    def _facts(self) -> Text:
        """How the stream and Time to Live stand."""
        colours = self.app.theme_variables
        if self._problem:
            return Text(self._problem, style=colours["error"])
        text = Text()
        for place, (name, fact) in enumerate(facts(self._state, self._described)):
            text.append("\n" if place else "")
            text.append(f"{name:<8}", style=colours["secondary"])
            text.append(fact)
        return text

    def _state_text(self) -> Text:
        """Whether changes come, how many came, and which are shown."""
        following = self._following
        if following is None:
            return Text("")
        mark = "‖ paused" if self._paused else "■ ended" if following.is_ended else "● live"
        return Text(state_text(mark, self._start, self._kept))

    @property
    def _described(self) -> Json | None:
        """The stream that is followed, as it stands."""
        if self._state is None or self._following is None:
            return None
        arn = self._following.arn
        return next((one for one in self._state.streams if one["StreamArn"] == arn), None)

    @property
    def _row(self) -> int:
        """Where the chosen change stands; the newest, where none is chosen or it is gone."""
        shown = enumerate(self._kept.shown)
        return next((place for place, one in shown if one is self._chosen), 0)

    @property
    def _change(self) -> Change | None:
        """The change under the cursor."""
        shown = self._kept.shown
        return shown[self._row] if shown else None

    # What keys and clicks do.

    def ask(self, what: str) -> None:
        """Do one of the actions of the context `stream`."""
        page = max(1, self._view.size.height - 1)
        actions: dict[str, Callable[[], None]] = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "page_up": lambda: self._move(-page),
            "page_down": lambda: self._move(page),
            "first": lambda: self._move(-self._view.virtual_size.height),
            "last": lambda: self._move(self._view.virtual_size.height),
            "open": self._open,
            "history": self._show_history,
            "pause": self._pause,
            "filter": self._ask_filter if self._page == "changes" else self.action_filter,
            "only": self._only_this,
            "start": self._from_start,
            "page": lambda: self._show_page(PAGES[(PAGES.index(self._page) + 1) % len(PAGES)]),
            "stream": self._turn_stream,
            "expiry": self._turn_expiry,
            "expire": self._ask_expire,
            "copy": self._copy_change,
            "copy_as": self._copy_as,
        }
        actions[what]()

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """A click on a page's name."""
        message.stop()
        self._show_page(message.value)

    def _show_page(self, page: str) -> None:
        if page != self._page:
            self.close_filter()
        self._page = page
        self._wants_all_streams = page == "streams"
        if self.query(Choice):
            Choice.mark(self, page)
            self._view.scroll_to(y=0, animate=False)
            self.draw()
            self.post_message(Moved())
            if page == "streams":
                self.look()

    @on(LinesView.Clicked)
    def _clicked(self, message: LinesView.Clicked) -> None:
        message.stop()
        if self._page == "changes":
            self._move(message.row - self._row)
        elif self._page == "streams":
            self._move(message.row - self._stream_row)

    def _move(self, step: int) -> None:
        """Move the cursor, or scroll where there is none. On the newest change it stays there."""
        if self._page == "changes" and self._kept.shown:
            shown = self._kept.shown
            row = min(max(self._row + step, 0), len(shown) - 1)
            self._chosen = shown[row] if row else None
            self._diff.scroll_to(y=0, animate=False)
            self.draw()
        elif self._page == "streams" and self._streams:
            self._stream_row = min(max(self._stream_row + step, 0), len(self._streams) - 1)
            self.draw()
            self._view.reveal(self._stream_row)
        else:
            self._view.scroll_relative(y=step, animate=False)

    def _open(self) -> None:
        """The item of the change, or the stream under the cursor."""
        if self._info is None:
            return
        if self._page == "changes" and self._change is not None:
            self.post_message(Leads(self._info.name, item=self._change.keys))
        elif self._page == "streams" and self._streams:
            chosen = self._streams[min(self._stream_row, len(self._streams) - 1)]
            if chosen["TableName"] != self._info.name:
                self.post_message(Leads(chosen["TableName"], STREAMS))
                return
            self._picked, self._start = chosen["StreamArn"], "start"
            self._show_page(PAGES[0])
            self._follow(chosen)

    def _show_history(self) -> None:
        """The history of the item of the change under the cursor."""
        from dyntui.screens.history import HistoryLeft, HistoryScreen

        info, change = self._info, self._change
        if info is None or change is None or self._page != "changes":
            return

        def closed(left: HistoryLeft | None) -> None:
            if left is not None and left.undone:
                self.post_message(StreamTab.Altered(info.name))
            if left is not None and left.at_s is not None:
                self.post_message(Leads(info.name, TIMELINE, at_s=left.at_s))

        self.app.push_screen(HistoryScreen(self._connection, info, change.keys), closed)

    def _pause(self) -> None:
        self._paused = not self._paused
        self.draw()
        self._poll()

    def _from_start(self) -> None:
        """Begin with the oldest change that is left, or with what comes from now on."""
        self._start = "now" if self._start == "start" else "start"
        self._paused = False
        self._follow(self._described)

    # Which changes.

    def _ask_filter(self) -> None:
        from dyntui.screens.filter_changes import FilterChangesScreen

        def closed(wanted: Wanted | None) -> None:
            if wanted is not None:
                self._want(wanted)

        if self._info is not None:
            self.app.push_screen(FilterChangesScreen(self._info, self._kept.wanted), closed)

    def _only_this(self) -> None:
        """Only the changes of this item, or those of all again."""
        wanted = self._kept.wanted
        key = {} if wanted.key or self._change is None else self._change.keys
        self._want(Wanted(wanted.events, key))

    def _want(self, wanted: Wanted) -> None:
        self._kept.want(wanted)
        self._show_page(PAGES[0])

    # What is changed.

    def _turn(self, screen: SettingScreen) -> None:
        def closed(sent: bool | None) -> None:
            if sent:
                self._picked = None
                self.look()

        self.app.push_screen(screen, closed)

    def _turn_stream(self) -> None:
        from dyntui.screens.set_lifetime import StreamScreen

        if self._info is not None and self._state is not None:
            self._turn(StreamScreen(self._session, self._info, on=not self._state.is_on))

    def _turn_expiry(self) -> None:
        from dyntui.screens.set_lifetime import ExpiryScreen

        if self._info is not None and self._state is not None:
            self._turn(ExpiryScreen(self._session, self._info, self._state.expires_by))

    def _ask_expire(self) -> None:
        """Delete what has expired now, if that is wanted."""
        state, info, tools = self._state, self._info, self._connection.local_tools
        if info is None or state is None or state.expires_by is None:
            self.notify(
                with_keys("Time to Live is off for this table: {stream.expiry} turns it on.")
            )
        elif tools is None:
            self.notify("A remote deletes what has expired by itself, some time later.")
        elif not state.due:
            self.notify("No item has expired.")
        else:
            from dyntui.screens.set_lifetime import ExpireScreen

            def closed(wanted: bool | None) -> None:
                if wanted:
                    self._expire(info.name, tools)

            self.app.push_screen(ExpireScreen(self._session, info, state.due), closed)

    def _expire(self, table: str, tools: LocalTools) -> None:
        def done(count: int) -> None:
            self.notify(f"{counted(count, 'item')} had expired")
            self.post_message(StreamTab.Altered(table))
            self.reload()

        def failed(error: ApiError) -> None:
            notify_error(self, error)

        def work(cancelled: Cancelled) -> int:
            return tools.expire(table, Context(origin="person", cancelled=cancelled))

        self.run_job(f"deleting what has expired of {table}", work, done, failed, group="expire")

    # Copies.

    def _copy_change(self) -> None:
        """The record as DynamoDB JSON."""
        if self._change is not None:
            text = dynamodb_json(self._change.record)
            copy_measured(self, text, "the record")

    def _copy_as(self) -> None:
        from dyntui.core.streams.code import tail_boto3, tail_command
        from dyntui.screens.copy_as import CopyScreen

        info, following = self._info, self._following
        if info is None or following is None:
            return
        wanted = self._kept.wanted
        texts = {
            "command": tail_command(info.name, self._start, wanted, info.key_names),
            "boto3": tail_boto3(self._session.region, following.arn, self._start, wanted),
        }
        forms = {"command": "dyntui", "boto3": "boto3"}
        self.app.push_screen(CopyScreen(f"Changes of {info.name}", forms, texts.__getitem__))
