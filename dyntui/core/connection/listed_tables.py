"""Tables that were listed, described one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from dyntui.core.text.amounts import counted
from engine.client.protocol import Json
from engine.errors import AccessDeniedException, ResourceNotFoundException


def passed_over(_name: str) -> None:
    """Say nothing: where tables are listed it is said."""


def descriptions(
    call: Callable[[str, Json], Json],
    names: Iterable[str],
    on_denied: Callable[[str], object] = passed_over,
) -> Iterator[Json]:
    """The TableDescriptions of tables, each asked for when it is wanted; raises as `call` does.

    A table that was dropped since it was listed is left out; so is one that whoever asks may not
    see, whose name `on_denied` is told.
    """
    for name in names:
        try:
            answer = call("DescribeTable", {"TableName": name})
        except ResourceNotFoundException:
            continue
        except AccessDeniedException:
            on_denied(name)
            continue
        yield answer["Table"]


def denied_text(names: Sequence[str]) -> str:
    """What is said of tables that were left out since they may not be seen."""
    return (
        f"{counted(len(names), 'table')} left out: DescribeTable is denied for {', '.join(names)}"
    )
