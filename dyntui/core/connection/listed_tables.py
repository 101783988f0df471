"""Tables that were listed, described one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.client.protocol import Json
from engine.errors import ResourceNotFoundException


def descriptions(call: Callable[[str, Json], Json], names: Iterable[str]) -> Iterator[Json]:
    """The TableDescriptions of tables, each asked for when it is wanted; raises as `call` does.

    A table that was dropped since it was listed is left out.
    """
    for name in names:
        try:
            answer = call("DescribeTable", {"TableName": name})
        except ResourceNotFoundException:
            continue
        yield answer["Table"]
