"""An action of the app, and those that every grid, list and text has.

An id is `<context>.<name>`. The context says where the action's keys work; the method that does
it is `action_<name>` of the widget or screen that stands for the context.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    `keys` are Textual's names of keys; the first one is shown. `short` stands in the footer, if
    anything does; `title` in help and palette. `call` is the action's text where it takes
    arguments or belongs to a base class.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    short: str = ""
    call: str = ""
    palette: bool = True

    @property
    def context(self) -> str:
        """Where the keys work."""
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """The action's text, as Textual takes it."""
        return self.call or self.id.partition(".")[2]


def moves_in(context: str) -> tuple[Action, ...]:
    """How one moves in a grid."""
    keys_of = (
        ("left", ("left", "h"), "Left", False),
        ("right", ("right", "l"), "Right", False),
        ("up", ("up", "k"), "Up", False),
        ("down", ("down", "j"), "Down", False),
        ("page_up", ("pageup",), "A page up", False),
        ("page_down", ("pagedown",), "A page down", False),
        ("first_row", ("g", "ctrl+home"), "First row", True),
        ("last_row", ("G",), "Last row read so far", True),
        ("first_column", ("0", "home"), "First column", False),
        ("last_column", ("dollar_sign", "end"), "Last column", False),
    )
    return tuple(
        Action(f"{context}.{name}", keys, title, palette=palette)
        for name, keys, title, palette in keys_of
    )


def looks_at(context: str) -> tuple[Action, ...]:
    """How one looks at the rows of a grid that have been read."""
    return (
        Action(f"{context}.find", ("slash",), "Filter the rows in memory", "Filter", "ask('find')"),
        Action(f"{context}.pager", ("f3",), "Show the item in $PAGER", call="ask('pager')"),
        Action(f"{context}.sort", ("s",), "Sort the rows in memory", call="ask('sort')"),
    )


def ends_of(context: str) -> tuple[Action, ...]:
    """How one gets to the ends of a list."""
    return (
        Action(f"{context}.first", ("g",), "To the first line", palette=False),
        Action(f"{context}.last", ("G",), "To the last line", palette=False),
    )


def branches_of(context: str) -> tuple[Action, ...]:
    """How one opens and closes the branches of a tree."""
    close = "Close the branch, or to the one above"
    return (
        Action(f"{context}.fold", ("left", "h"), close, palette=False),
        Action(f"{context}.unfold", ("right", "l"), "Open the branch", palette=False),
    )


def reads_in(context: str) -> tuple[Action, ...]:
    """How one moves in a text that is looked at."""
    return (
        Action(f"{context}.down", ("j",), "Down", palette=False),
        Action(f"{context}.up", ("k",), "Up", palette=False),
        *ends_of(context),
    )
