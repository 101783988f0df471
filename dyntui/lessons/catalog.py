"""The lessons in the order in which they build on each other."""

from __future__ import annotations

from difflib import get_close_matches

from dyntui.lessons import (
    back_pressure,
    backoff,
    burst,
    clean_up,
    consistency,
    counters,
    expired,
    export,
    indexes,
    key_choice,
    large_items,
    locking,
    pages,
    recovery,
    scans,
    sessions,
    sharding,
    transactions,
    units,
    write_types,
)
from dyntui.lessons.lesson import Lesson, LessonError

LESSONS: tuple[Lesson, ...] = (
    units.LESSON,
    key_choice.LESSON,
    burst.LESSON,
    backoff.LESSON,
    large_items.LESSON,
    consistency.LESSON,
    pages.LESSON,
    scans.LESSON,
    indexes.LESSON,
    back_pressure.LESSON,
    locking.LESSON,
    write_types.LESSON,
    counters.LESSON,
    transactions.LESSON,
    sessions.LESSON,
    expired.LESSON,
    sharding.LESSON,
    recovery.LESSON,
    clean_up.LESSON,
    export.LESSON,
)


def lesson_named(name: str) -> Lesson:
    """The lesson of a name; raises `LessonError`."""
    for lesson in LESSONS:
        if lesson.name == name:
            return lesson
    names = [lesson.name for lesson in LESSONS]
    near = get_close_matches(name, names, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
    raise LessonError(f"there is no lesson {name!r}{hint}")
