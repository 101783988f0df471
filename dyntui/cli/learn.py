"""`dyntui learn`: the lessons, in a terminal step by step, in a pipe as one text."""

from __future__ import annotations

import os
import re
import shutil
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click

from dyntui.cli.command import Command, given, report_option
from dyntui.cli.exits import UNMET
from dyntui.cli.output import write_document, write_rows
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import Line
from dyntui.lessons.catalog import LESSONS, lesson_named
from dyntui.lessons.drawing import lesson_lines, plain, step_lines
from dyntui.lessons.lesson import Lesson, LessonError, Parameter
from dyntui.lessons.page import Run, Step, run
from dyntui.lessons.progress import Progress
from engine.client.protocol import Json

STYLES: dict[str, Json] = {
    "bold": {"bold": True},
    "dim": {"dim": True},
    "chosen": {"fg": "cyan", "bold": True},
    "good": {"fg": "green"},
    "mark": {"fg": "red", "bold": True},
    "over": {"fg": "yellow"},
    "bar": {"fg": "blue"},
    "limit": {"dim": True},
}
KEYS_BYTES = 4_096
"""As many as a terminal holds: no key is cut in two."""
KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|.", re.DOTALL)
NEXT = (" ", "\r", "\n", "n", "j", "l", "\x1b[C", "\x1b[B", "\x1b[6~")
BACK = ("b", "N", "k", "h", "\x1b[D", "\x1b[A", "\x1b[5~")
QUIT = ("q", "\x1b", "\x03", "\x04")


@click.command(cls=Command)
@click.argument("lesson", required=False, shell_complete=lambda *words: _beginning(words[2]))
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Run it with another value of a parameter; may be given several times.",
)
@click.option("--all", "everything", is_flag=True, help="Run all lessons, one after the other.")
@report_option("Text to read, or what came out as JSON.")
@click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@click.pass_context
def learn(
    context: click.Context,
    lesson: str | None,
    settings: tuple[str, ...],
    everything: bool,
    output: str,
    as_json: bool,
) -> None:
    """List the lessons, or run one.

    A lesson makes requests on tables of its own, in memory: yours are never touched. In a terminal
    it is read step by step, in a pipe it is one text. Ends with 1 where a claim of a lesson is not
    borne out by its run.
    """
    if everything and (lesson or settings):
        raise click.UsageError("--all runs every lesson as it is: it takes no lesson and no --set")
    if settings and lesson is None:
        raise click.UsageError("--set belongs to a lesson; which one?")
    to_json = as_json or output == "json"
    try:
        chosen = LESSONS if everything else (lesson_named(lesson),) if lesson else ()
        values = dict(map(_pair, settings))
        if not chosen:
            _list(to_json)
            return
        progress = Progress()
        if len(chosen) == 1 and not to_json and sys.stdin.isatty() and sys.stdout.isatty():
            runs = [_read_through(chosen[0], values, progress)]
        else:
            runs = _run(chosen, values, progress, to_json)
    except LessonError as error:
        raise click.UsageError(str(error), context) from None
    if not all(run.holds for run in runs):
        context.exit(UNMET)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise LessonError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def _beginning(incomplete: str) -> list[str]:
    return [lesson.name for lesson in LESSONS if lesson.name.startswith(incomplete)]


def _list(to_json: bool) -> None:
    progress = Progress()
    if to_json:
        listed = [
            {
                "lesson": lesson.name,
                "title": lesson.title,
                "teaches": lesson.teaches,
                "parameters": {one.name: list(one.stops) for one in lesson.parameters},
                "done": progress.is_done(lesson.name),
            }
            for lesson in LESSONS
        ]
        write_document(listed)
        return
    rows = [
        (lesson.name, "✓" if progress.is_done(lesson.name) else "", lesson.title)
        for lesson in LESSONS
    ]
    write_rows(("lesson", "done", "what it is about"), rows, (False, False, False))
    done = sum(progress.is_done(lesson.name) for lesson in LESSONS)
    click.echo(f"\n{done} of {len(LESSONS)} done; dyntui learn {LESSONS[0].name} runs one")


def _run(
    lessons: tuple[Lesson, ...], values: dict[str, str], progress: Progress, to_json: bool
) -> list[Run]:
    """Run lessons one after the other, each shown once it has run."""
    runs: list[Run] = []
    for lesson in lessons:
        done = run(lesson, values)
        if not to_json:
            if runs:
                click.echo()
            for line in lesson_lines(done, _width()):
                click.echo(_styled(line))
            if len(lessons) == 1:
                progress.finish(lesson.name)
        runs.append(done)
    if to_json:
        outcomes = [_outcome(done) for done in runs]
        document = outcomes[0] if len(lessons) == 1 else outcomes
        write_document(document)
    return runs


def _outcome(done: Run) -> Json:
    return {
        "lesson": done.lesson.name,
        "parameters": done.values,
        "outcome": done.outcome,
        "claims": [{"text": claim.text, "holds": claim.holds} for claim in done.claims],
        "holds": done.holds,
    }


def _read_through(lesson: Lesson, values: dict[str, str], progress: Progress) -> Run:
    """Show a lesson step by step, as its reader goes."""
    with _keys_pressed() as keys:
        return _go_through(run(lesson, values), keys, progress)


def _go_through(done: Run, keys: Iterator[str], progress: Progress) -> Run:
    lesson = done.lesson
    number, parameter, top = 0, 0, 0
    said = ""
    while True:
        last = number == len(done.steps) - 1
        if last:
            progress.finish(lesson.name)
        below = _show(done, number, parameter, top, said)
        key, said = next(keys, "q"), ""
        if key in QUIT or (key in NEXT and not below and last):
            # What comes next on the terminal begins a line of its own.
            click.echo()
            return done
        if key in NEXT and below:
            top += _height()
        elif key in NEXT:
            number, top = number + 1, 0
        elif key in BACK and top:
            top = max(top - _height(), 0)
        elif key in BACK:
            number = max(number - 1, 0)
        elif key == "r":
            done = run(lesson, done.values)
        elif key == "c":
            said = _copied(done.steps[number])
        elif key in ("p", "\t") and lesson.parameters:
            parameter = (parameter + 1) % len(lesson.parameters)
        elif key in ("+", "-") and lesson.parameters:
            changed = _changed(lesson.parameters[parameter], done, 1 if key == "+" else -1)
            done = run(lesson, changed)
            number = min(number, len(done.steps) - 1)


@contextmanager
def _keys_pressed() -> Iterator[Iterator[str]]:
    """The keys that are pressed, one by one, until the terminal is closed.

    It hands them over as they come all the while: were it asked to for each key, as
    `click.getchar` does, those would be lost that are typed while a step is drawn.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSADRAIN)
    try:
        read = iter(partial(os.read, terminal, KEYS_BYTES), b"")
        yield (key for typed in read for key in KEY.findall(typed.decode(errors="replace")))
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _changed(parameter: Parameter, done: Run, step: int) -> dict[str, str]:
    value = parameter.after(done.values[parameter.name], step)
    return done.values | {parameter.name: value}


def _copied(step: Step) -> str:
    """Copy a step's requests as commands of the AWS CLI; how that went, in words."""
    if not step.requests:
        return "This step shows no request"
    from dyntui.core.connection.choices import region_name
    from dyntui.core.tables.requests import as_aws_cli
    from dyntui.core.text.clipboard import Clipboard

    region = region_name(given(click.get_current_context(), "region"))
    try:
        copied = Clipboard().copy("\n".join(as_aws_cli(one, region) for one in step.requests))
    except OSError as error:
        return f"Not copied: {error}"
    sys.stdout.write(copied.sequence)
    return f"Copied {counted(len(step.requests), 'request')} {copied.way}"


def _show(done: Run, number: int, parameter: int, top: int, said: str) -> bool:
    """Show a step from line `top` on, and the keys, or what is said in their place.

    Gives whether there is more of it below.
    """
    marked = parameter if len(done.lesson.parameters) > 1 else -1
    lines = step_lines(done, number, _width(), parameter=marked)
    below = top + _height() < len(lines)
    click.clear()
    for line in lines[top : top + _height()]:
        click.echo(_styled(line))
    ends = number == len(done.steps) - 1 and not below
    keys = [f"Space {'end' if ends else 'more' if below else 'next'}", "b back", "r again"]
    if done.steps[number].requests:
        keys.append("c copy")
    if done.lesson.parameters:
        keys.append("+ - change")
    if marked >= 0:
        keys.append("p which")
    text = (said or "  ".join([*keys, "q quit"]))[: _width() - 1]
    click.echo("\n" + click.style(text, dim=True), nl=False)
    sys.stdout.flush()
    return below


def _styled(line: Line) -> str:
    """A line in colours; click takes them out where they cannot be shown."""
    if os.environ.get("NO_COLOR"):
        return plain(line)
    return "".join(
        click.style(text, **STYLES[kind]) if kind in STYLES else text for text, kind in line
    ).rstrip()


def _width() -> int:
    return shutil.get_terminal_size().columns


def _height() -> int:
    """Lines of a step that are shown at once: all but a blank one and that of the keys."""
    return max(shutil.get_terminal_size().lines - 2, 3)
