"""The lessons in the order in which they build on each other."""

from __future__ import annotations

from difflib import get_close_matches

from dyntui.lessons import burst, key_choice, units
from dyntui.lessons.lesson import Lesson, LessonError

LESSONS: tuple[Lesson, ...] = (
    units.LESSON,
    key_choice.LESSON,
    burst.LESSON,
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
