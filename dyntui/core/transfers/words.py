"""Transfers in words: a line and what stands below it, all that is known, rejected records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import cell_text, shortened
from dyntui.core.text.moments import moment_text
from dyntui.core.transfers.importing import Rejection
from dyntui.core.transfers.transfers import Transfer
from engine.client.protocol import Json
from engine.errors import ApiError
from engine.model.values import normalise_item
from engine.transfer.records import Record
from engine.transfer.sources import Found

MARKS = {"running": "●", "done": "✓", "failed": "✗", "cancelled": "○"}
REJECTED_MARK = "▲"
_BAR_CELLS = 16
_BEFORE_FAULT = 24
_VALUES_SHOWN = 3
_VALUE_CHARACTERS = 40


def mark(transfer: Transfer) -> str:
    """One character that says how it stands."""
    return REJECTED_MARK if transfer.rejected else MARKS[transfer.state]


def title(transfer: Transfer) -> str:
    """What goes where."""
    arrow = "→" if transfer.kind == "export" else "←"
    return f"{transfer.kind} {transfer.table} {arrow} {transfer.place}"


def standing(transfer: Transfer, now_s: float) -> str:
    """How far it is, how fast, how long still; or how it ended. `now_s` is monotonic."""
    if transfer.state != "running":
        return transfer.note or transfer.state
    parts = [transfer.phase] if transfer.phase else []
    if transfer.cancel_wanted.is_set():
        parts = ["stopping"]
    if transfer.total:
        share = min(1.0, transfer.done / transfer.total)
        full = round(share * _BAR_CELLS)
        parts.append("█" * full + "░" * (_BAR_CELLS - full) + f" {share:.0%}")
        parts.append(f"{transfer.done:,} of {transfer.total:,}")
    else:
        parts.append(counted(transfer.done, "item"))
    rate, left_s = transfer.rate(now_s), transfer.left_s(now_s)
    if rate:
        parts.append(f"{rate:,.0f}/s")
    if left_s is not None:
        parts.append(f"{stretch_text(left_s)} left")
    if transfer.rejected:
        parts.append(f"{transfer.rejected:,} rejected")
    return " · ".join(parts)


def stretch_text(seconds: float) -> str:
    """A stretch of time, as long as people care for."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"


def details(transfer: Transfer) -> str:
    """All that is known of a transfer."""
    lines = [title(transfer)]
    if transfer.plan is not None:
        lines.append(transfer.plan.command)
    if transfer.arn:
        lines.append(transfer.arn)
    times = f"begun {moment_text(transfer.began_s)}"
    if transfer.ended_s is not None:
        times += f", took {stretch_text(transfer.ended_s - transfer.began_s)}"
    lines.append(times)
    if transfer.note:
        lines.append(transfer.note)
    if transfer.rejected:
        lines.append(f"{transfer.rejected:,} rejected: {key_for('transfers.look')} shows them")
    lines += [f"{one.place}: {one.reason}" for one in transfer.rejections[:3]]
    return "\n".join(lines)


def rejections_text(rejections: Iterable[Rejection], total: int, width: int) -> str:
    """Rejected records one after another: place, reason, and the text with a mark at the fault."""
    parts = [_rejection(one, width) for one in rejections]
    if total > len(parts):
        parts.append(f"and {total - len(parts):,} more")
    return "\n\n".join(parts)


def _rejection(one: Rejection, width: int) -> str:
    lines = [f"{one.place}  {one.reason}"]
    text = " ".join(one.text.splitlines())
    if not text:
        return lines[0]
    if not one.column:
        lines.append("  " + shortened(text, width - 2))
        return "\n".join(lines)
    # The fault stands in sight, however long the line is.
    start = max(0, one.column - 1 - _BEFORE_FAULT)
    shown = ("…" if start else "") + text[start + bool(start) :]
    lines.append("  " + shortened(shown, width - 2))
    lines.append("  " + " " * (one.column - 1 - start) + "^")
    return "\n".join(lines)


def preview_lines(found: Sequence[Found], keys: Mapping[str, str]) -> list[str]:
    """The first records of a source: attributes with their types and values, and what is wrong.

    `keys` are the table's key attributes with their types.
    """
    values: dict[str, list[str]] = {}
    types: dict[str, set[str]] = {}
    faults, items, removed = [], 0, 0
    for file, record in found:
        item, fault = _checked(record, keys)
        if item is None:
            place = f"{file}:{record.line}" + (f":{record.column}" if record.column else "")
            faults.append(f"✗ {place}: {fault}")
            continue
        items += not record.removed
        removed += record.removed
        for name, value in item.items():
            types.setdefault(name, set()).add(next(iter(value)))
            values.setdefault(name, []).append(cell_text(value, _VALUE_CHARACTERS))
    head = f"the first {counted(items, 'item')}"
    head += f" and {counted(removed, 'removal')}" if removed else ""
    width = max(map(len, values), default=0)
    attributes = [
        f"{name:{width}}  {'/'.join(sorted(types[name])):4} {', '.join(some[:_VALUES_SHOWN])}"
        for name, some in values.items()
    ]
    return [head if values else "no items", *attributes, *faults]


def _checked(record: Record, keys: Mapping[str, str]) -> tuple[Json | None, str]:
    """The item, or why the table will not take it."""
    if record.item is None:
        return None, record.reason
    try:
        item = normalise_item(record.item)[0]
    except ApiError as error:
        return None, error.message
    for name, kind in keys.items():
        if kind not in item.get(name, ()):
            return None, f"the key {name} is missing, or not of type {kind}"
    return item, ""
