"""The place for lessons: the list of them, and the one that is read, step by step.

A lesson runs in a thread, on a sandbox of its own; the tables of the connection are not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.text.chart import Line
from dyntui.lessons.catalog import LESSONS
from dyntui.lessons.drawing import intro_lines, step_lines
from dyntui.lessons.lesson import Lesson
from dyntui.lessons.page import Run, run
from dyntui.lessons.progress import Progress
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.first_room import first_room
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.leads import Moved
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.messages import notify_error
from dyntui.widgets.row_list import QuietList
from dyntui.widgets.text_line import TextLine
from engine.errors import ApiError


class LearnView(Vertical, JobHost, Filtered):
    """Lists the lessons; beside them, or in their place where it is narrow, the one being read."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("learn")
    DEFAULT_CSS = """
    LearnView {
        #learn-head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        #learn-body { height: 1fr; }
        QuietList {
            width: 34; border-right: solid $border-blurred;
            &:focus { border-right: solid $border; background-tint: $foreground 0%; }
        }
        LinesView { width: 1fr; padding: 0 1; }
        #learn-about { display: none; height: auto; padding: 0 1; background: $panel; }
        &.-single QuietList { width: 1fr; border-right: none; }
        &.-single LinesView { display: none; }
        &.-single #learn-about { display: block; }
        &.-single.-reading #learn-about { display: none; }
        &.-single.-reading QuietList { display: none; }
        &.-single.-reading LinesView { display: block; }
    }
    """
    SINGLE_BELOW = 110

    def __init__(self, session: Session, _connection: Connection) -> None:
        super().__init__(id="learn")
        self._region = session.region
        self._progress = Progress()
        self._runs: dict[str, Run] = {}
        self._step = 0
        self._chosen = 0
        self._parameter = 0
        self._before_filter = LESSONS[0]

    def compose(self) -> ComposeResult:
        """A head, the list, the page."""
        yield Static("Learn", id="learn-head")
        with Horizontal(id="learn-body"):
            yield QuietList(*self._options())
            yield LinesView()
        yield TextLine(id="learn-about")

    def on_mount(self) -> None:
        """The first lesson that was not read yet is where one goes on."""
        self._lay_out(first_room(self).width)
        fresh = [one for one in LESSONS if not self._progress.is_done(one.name)]
        self._go_to(fresh[0] if fresh else LESSONS[0])
        self._show()

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def _lines(self) -> LinesView:
        return self.query_one(LinesView)

    @property
    def lesson(self) -> Lesson:
        """The lesson under the cursor, or where none is listed, the one that was."""
        option = self._list.highlighted_option
        if option is None:
            return self._before_filter
        return next(one for one in LESSONS if one.name == option.id)

    @property
    def run_shown(self) -> Run | None:
        """The run of the lesson under the cursor, if it was begun."""
        return self._runs.get(self.lesson.name)

    @property
    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through."""
        return (self._list, self._lines)

    @property
    def reading(self) -> bool:
        """Whether a lesson is read, rather than chosen."""
        return self.has_class("-reading")

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The place, and the lesson that is read."""
        return (Crumb("Learn"), *((Crumb(self.lesson.name),) if self.reading else ()))

    def focus_content(self) -> None:
        """The list, or the page that is read."""
        (self._lines if self.reading else self._list).focus()

    def back(self) -> bool:
        """From the page to the list; whether one was on it."""
        if self.cancel_jobs():
            return True
        if not self.reading:
            return self.close_filter()
        self.remove_class("-reading")
        self._list.focus()
        self._show()
        return True

    def reload(self) -> None:
        """Nothing is read again: lessons run on data of their own."""

    # The list.

    def _options(self) -> list[Option]:
        """The lessons that hold the words."""
        found = [one for one in LESSONS if self.held(f"{one.title} {one.teaches}")]
        return [Option(self._prompt(one), one.name) for one in found]

    def _go_to(self, lesson: Lesson) -> None:
        """Put the cursor on a lesson, where it is listed, else on the first."""
        shown = [option.id for option in self._list.options]
        place = shown.index(lesson.name) if lesson.name in shown else 0 if shown else None
        self._list.highlighted = place

    @property
    def filtered_list(self) -> OptionList:
        """See `Filtered`."""
        return self._list

    @property
    def below_filter(self) -> Horizontal:
        """See `Filtered`: the line stands above list and page."""
        return self.query_one("#learn-body", Horizontal)

    def action_filter(self) -> None:
        """Let the person type what the lessons are to hold; in a narrow place the list comes."""
        if self.reading:
            self.back()
        super().action_filter()

    def words_changed(self) -> None:
        """Show the lessons that hold the words, the cursor on the same one where it is there."""
        lesson = self._before_filter = self.lesson
        self._list.clear_options()
        self._list.add_options(self._options())
        self._go_to(lesson)
        self._show()

    # Showing.

    def _prompt(self, lesson: Lesson) -> Text:
        done = self._progress.is_done(lesson.name)
        return Text.assemble("✓ " if done else "  ", lesson.title, overflow="ellipsis")

    def _show(self) -> None:
        """The page as it is now."""
        self.post_message(Moved())
        done = sum(self._progress.is_done(lesson.name) for lesson in LESSONS)
        head = f"Learn  {done} of {len(LESSONS)} lessons read"
        listed = self._list.option_count
        if self._words:
            head = f"Learn  {listed} of {len(LESSONS)} lessons"
        if self.reading:
            head = f"Learn · {self.lesson.title}"
        self.query_one("#learn-head", Static).update(head)
        if not listed:
            self.query_one("#learn-about", TextLine).say(Text(self.none_held()))
            self._lines.show([((self.none_held(), "dim"),)])
            return
        about = Text(
            f"{self.lesson.teaches} {key_for('learn.begin')} begins it, "
            f"{key_for('learn.tour')} is a tour of the app."
        )
        self.query_one("#learn-about", TextLine).say(about)
        width = self._lines.room[0] - 1
        shown = self.run_shown
        if shown is None:
            lines: list[Line] = intro_lines(self.lesson, width)
        else:
            chosen = self._chosen if len(shown.steps[self._step].requests) > 1 else -1
            lines = step_lines(shown, self._step, width, chosen, self._marked_parameter(shown))
        self._lines.show(lines)

    def _marked_parameter(self, shown: Run) -> int:
        return self._parameter if len(shown.lesson.parameters) > 1 else -1

    @on(LinesView.Resized)
    def _resized(self, event: LinesView.Resized) -> None:
        event.stop()
        self._show()

    def on_resize(self) -> None:
        """In another room there is another place for list and page."""
        self._lay_out(self.size.width)

    def _lay_out(self, width: int) -> None:
        """In a narrow place list and page take turns."""
        self.set_class(width < self.SINGLE_BELOW, "-single")

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._step = self._chosen = self._parameter = 0
        self._go_to_top()

    def _go_to_top(self) -> None:
        self._show()
        self._lines.scroll_to(0, 0, animate=False)

    # Running.

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        """Begin the lesson under the cursor, or go on in it."""
        if self.reading:
            self.action_on()
            return
        if not self._list.option_count:
            return
        self.add_class("-reading")
        self._lines.focus()
        if self.run_shown is None:
            self._start({})
        else:
            self._go_to_top()

    def action_again(self) -> None:
        """Run the lesson again, as it is set."""
        shown = self.run_shown
        self._start(shown.values if shown is not None else {})

    def _start(self, values: dict[str, str]) -> None:
        lesson = self.lesson

        def work(_: Cancelled) -> Run:
            return run(lesson, values)

        self.run_job(f"lesson {lesson.name}", work, self._ran, self._failed, group="lesson")

    def _ran(self, result: Run) -> None:
        self._runs[result.lesson.name] = result
        if result.lesson is self.lesson:
            self._step = min(self._step, len(result.steps) - 1)
            self._chosen = 0
            self._arrived(result)
            self._show()

    def _failed(self, error: ApiError) -> None:
        notify_error(self, error)

    def _arrived(self, shown: Run) -> None:
        """Who comes to the last step has read the lesson."""
        lesson = shown.lesson
        if self._step == len(shown.steps) - 1 and not self._progress.is_done(lesson.name):
            self._progress.finish(lesson.name)
            if self._list.highlighted_option is None:
                return
            self._list.replace_option_prompt(lesson.name, self._prompt(lesson))

    # Reading.

    def action_on(self) -> None:
        """A page on where there is more of the step below, else the next step."""
        lines = self._lines
        if self.reading and lines.scroll_offset.y < lines.max_scroll_y:
            lines.scroll_page_down(animate=False)
        else:
            self.action_next()

    def action_next(self) -> None:
        """The next step; after the last one the list, on the next lesson."""
        shown = self.run_shown
        if shown is None:
            self.action_begin()
        elif self._step < len(shown.steps) - 1:
            self._turn_to(self._step + 1, shown)
        elif self.back():
            self._list.action_cursor_down()

    def action_previous(self) -> None:
        """The step before."""
        shown = self.run_shown
        if shown is not None and self._step > 0:
            self._turn_to(self._step - 1, shown)

    def _turn_to(self, step: int, shown: Run) -> None:
        self.add_class("-reading")
        self._lines.focus()
        self._step, self._chosen = step, 0
        self._arrived(shown)
        self._go_to_top()

    def action_more(self) -> None:
        """The next value of the parameter, and the lesson run with it."""
        self._change(1)

    def action_less(self) -> None:
        """The value before."""
        self._change(-1)

    def _change(self, by: int) -> None:
        shown = self.run_shown
        if shown is None or not shown.lesson.parameters:
            return
        parameter = shown.lesson.parameters[self._parameter]
        value = parameter.after(shown.values[parameter.name], by)
        self._start(shown.values | {parameter.name: value})

    def action_parameter(self) -> None:
        """Another parameter is changed from now on."""
        count = len(self.lesson.parameters)
        self._parameter = (self._parameter + 1) % count if count else 0
        self._show()

    def action_request(self) -> None:
        """Another request of the step is the one to be copied."""
        shown = self.run_shown
        if shown is not None and shown.steps[self._step].requests:
            self._chosen = (self._chosen + 1) % len(shown.steps[self._step].requests)
            self._show()

    def action_copy_as(self) -> None:
        """The chosen request of the step, to be copied."""
        from dyntui.screens.copy_as import CopyAsScreen

        shown = self.run_shown
        requests = shown.steps[self._step].requests if shown is not None else ()
        if not requests:
            self.notify("This step shows no request")
            return
        self.app.push_screen(CopyAsScreen(requests[self._chosen], self._region))

    def action_down(self) -> None:
        """A line down, or a lesson."""
        if self._list.has_focus:
            self._list.action_cursor_down()
        else:
            self._lines.scroll_down(animate=False)

    def action_up(self) -> None:
        """A line up, or a lesson."""
        if self._list.has_focus:
            self._list.action_cursor_up()
        else:
            self._lines.scroll_up(animate=False)
