"""What a statement will do and cost, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dyntui.core.statements.statements import Prepared, TableOf
from dyntui.core.text.amounts import counted
from engine.client.protocol import Explanation, LocalTools

Json = dict[str, Any]


def explain(
    tools: LocalTools | None,
    prepared: Prepared,
    parameters: Sequence[Json] = (),
    consistent: bool = False,
    *,
    table_of: TableOf,
) -> Explanation:
    """Explain a statement: nothing is done, no unit is charged; parameters may be missing.

    Where there are no tools, on a remote, what is read is judged by the table's description, for
    which `table_of` is asked. Raises `ApiError`.
    """
    if tools is None:
        from dyntui.core.statements.described_explain import explain_described

        return explain_described(prepared, parameters, consistent and prepared.is_read, table_of)
    return tools.explain(prepared.text, parameters, consistent and prepared.is_read)


def explanation_lines(explanation: Explanation, prepared: Prepared) -> Iterator[str]:
    """The explanation for people, the way to the data first."""
    target = explanation.table
    if explanation.index is not None:
        target += f", index {explanation.index}"
    scan = "  (full scan)" if explanation.full_scan else ""
    yield f"{explanation.operation}  {target}{scan}"
    for number, key in enumerate(explanation.keys):
        yield f"{'key' if not number else '   '}     {key}"
    if explanation.filter is not None:
        yield f"filter  {explanation.filter}"
    if prepared.is_read and explanation.descending:
        yield "order   descending"
    if prepared.done_here:
        yield f"here    {', '.join(prepared.done_here)}: beyond the service, done while rows stream"
    least = "" if explanation.exact else "at least "
    items = counted(explanation.items, "item")
    if prepared.is_read:
        yield f"reads   {least}{items}, {explanation.units:g} RCU"
    else:
        yield f"writes  {items}, about {explanation.units:g} WCU"
    for doubt in prepared.doubts:
        yield f"note    {doubt}"
    for better in explanation.better:
        yield f"better  {better}"
