"""What holds for every lesson: its claims, whatever is changed; its drawing; its parameters."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from dyntui.cli.command import global_options
from dyntui.cli.main import cli
from dyntui.core.statements.extended import read_extended
from dyntui.lessons.catalog import LESSONS, lesson_named
from dyntui.lessons.drawing import intro_lines, lesson_lines, plain, shortened, step_lines
from dyntui.lessons.lesson import Lesson, LessonError, Parameter
from dyntui.lessons.page import Exchange, Hint, Run, run
from engine.partiql.parser import parsed

EACH = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
STOPS = [
    pytest.param(lesson, parameter.name, stop, id=f"{lesson.name}-{parameter.name}-{stop}")
    for lesson in LESSONS
    for parameter in lesson.parameters
    for stop in (*parameter.stops[1:], *(f"{bound:g}" for bound in parameter.bounds or ()))
]


@cache
def ran(lesson: Lesson) -> Run:
    """The lesson's run as it is set at first, made once."""
    return run(lesson)


def unmet(done: Run) -> list[str]:
    """The claims that the run does not bear out."""
    return [claim.text for claim in done.claims if not claim.holds]


@EACH
def test_a_lesson_bears_out_what_it_claims_and_the_same_every_time(lesson: Lesson) -> None:
    done = ran(lesson)
    assert unmet(done) == []
    assert done.claims
    assert done.outcome
    assert len(done.steps) >= 2
    again = run(lesson)
    assert again.outcome == done.outcome
    assert [claim.text for claim in again.claims] == [claim.text for claim in done.claims]


@pytest.mark.parametrize(("lesson", "name", "stop"), STOPS)
def test_its_claims_hold_with_every_value_that_it_offers_and_at_the_bounds(
    lesson: Lesson, name: str, stop: str
) -> None:
    assert unmet(run(lesson, {name: stop})) == []


@EACH
def test_a_lesson_shows_requests_and_where_the_same_can_be_done(lesson: Lesson) -> None:
    blocks = [block for step in ran(lesson).steps for block in step.blocks]
    assert any(isinstance(block, Exchange) for block in blocks)
    ways = {block.way for block in blocks if isinstance(block, Hint)}
    assert ways
    assert ways <= {"app", "CLI", "PartiQL"}


def hints(way: str) -> list[str]:
    """What lessons say of one way, each without the remark that follows it."""
    return [
        block.text.partition("   ")[0]
        for lesson in LESSONS
        for step in ran(lesson).steps
        for block in step.blocks
        if isinstance(block, Hint) and block.way == way
    ]


def test_hints_name_verbs_and_options_that_there_are() -> None:
    for hint in hints("CLI"):
        words = shlex.split(hint)
        assert words[0] == "dyntui"
        verb = words[1]
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None, hint
        if isinstance(command, click.Group) and verb != "dynamodb":
            command = command.get_command(click.Context(command), words[2])
            assert command is not None, hint
        known = {name for option in [*command.params, *global_options()] for name in option.opts}
        given = {word for word in words if word.startswith("-")}
        assert verb == "dynamodb" or given <= known, hint
        if verb == "put":
            assert words[3].startswith("file://") or "--plain" in words, hint


def test_statements_in_hints_can_be_read() -> None:
    assert len(hints("PartiQL")) > 5
    for hint in hints("PartiQL"):
        assert read_extended(hint) or parsed(hint), hint


@EACH
@pytest.mark.parametrize("width", [30, 78, 200])
def test_lines_fit_the_width(lesson: Lesson, width: int) -> None:
    done = ran(lesson)
    lines = [*intro_lines(lesson, width), *lesson_lines(done, width)]
    # What is JSON, a table or a bar has a width of its own; prose is wrapped.
    prose = [line for line in lines if len(line) == 1 and line[0][1] == ""]
    assert max(cell_len(plain(line)) for line in prose) <= max(width, 78)
    for number in range(len(done.steps)):
        assert plain(step_lines(done, number, width)[0]).startswith(done.steps[number].title)


def test_names_are_unique_and_short() -> None:
    names = [lesson.name for lesson in LESSONS]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name == name.lower() and len(name) <= 16 for name in names)


def test_a_name_that_is_no_lesson() -> None:
    with pytest.raises(LessonError, match=r"there is no lesson 'bursts'; did you mean burst\?"):
        lesson_named("bursts")
    with pytest.raises(LessonError, match="there are units, keys"):
        lesson_named("?")


SIZE = Parameter("size", "size", ("4", "2", "10"), "KB", (1, 20), whole=True)


@pytest.mark.parametrize(("text", "kept"), [("4", "4"), (" 7 ", "7"), ("7.0", "7"), ("1e1", "10")])
def test_a_value_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert SIZE.checked(text) == kept


@pytest.mark.parametrize("text", ["", "0", "21", "7.5", "nan", "inf", "-inf", "seven", "1" * 400])
def test_a_value_that_cannot_be(text: str) -> None:
    with pytest.raises(LessonError, match="size is a whole number from 1 to 20 KB, not"):
        SIZE.checked(text)


def test_a_value_that_is_none_of_the_choices() -> None:
    with pytest.raises(LessonError, match="key is one of genre, "):
        lesson_named("keys").values({"key": "title"})
    with pytest.raises(LessonError, match="keys has no parameter 'size'; there is key"):
        lesson_named("keys").values({"size": "1"})


def test_one_steps_through_values_in_their_order_round_and_round() -> None:
    assert [SIZE.after(value, 1) for value in ("4", "10", "2", "7")] == ["10", "2", "4", "10"]
    assert SIZE.after("2", -1) == "10"


def test_bulk_is_left_out_and_says_so() -> None:
    assert shortened({"Keys": [1, 2, 3, 4], "text": "x" * 5_000}) == {
        "Keys": [1, 2, "… 2 more"],
        "text": "xxx… 5,000 characters",
    }
    assert shortened([1, 2, 3]) == [1, 2, 3]


def test_the_page_lists_every_lesson_with_what_can_be_changed() -> None:
    page = Path(__file__).parents[3] / "docs" / "learn.md"
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*) \|$", page.read_text("utf-8"), re.MULTILINE)
    assert rows == [
        (
            lesson.name,
            f"{lesson.title}. {lesson.teaches}",
            ", ".join(f"{one.title} (`{one.name}`)" for one in lesson.parameters),
        )
        for lesson in LESSONS
    ]


@pytest.mark.parametrize("name", ["units", "consistency", "export"])
def test_a_lesson_leaves_nothing_on_the_disk(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(lesson_named(name))
    assert list(tmp_path.iterdir()) == []
