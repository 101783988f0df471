"""Which partitions and keys of a table are busiest, as lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dyntui.core.capacity.side_by_side import heading, in_cells
from dyntui.core.capacity.words import unit_of
from dyntui.core.text.chart import Line, compact
from dyntui.core.text.formats import bytes_text, printable
from engine.client.capacity import CapacityReport, HotKey, PartitionHeat

SHADES = " ░▒▓█"
HOT = 0.8
WIDE_KEYS_CELLS = 50


def heat_lines(partitions: Sequence[PartitionHeat], width: int) -> list[Line]:
    """The range of hashes from left to right, darker where a partition is busier."""
    if not partitions:
        return [heading("partitions", width), ((" none is known", "dim"),)]
    lines = [heading(f"partitions: {len(partitions)}, last 30 s", width)]
    cells = width - 8
    lines.append(((" " * 8, ""), (_numbers(partitions, cells), "dim")))
    for name, part_of in _HEATS:
        heats = [_heat_at(partitions, (cell + 0.5) / cells, part_of) for cell in range(cells)]
        pieces = [(f" {name:<6} ", "dim")]
        pieces += [(_shade(heat), "over" if heat >= HOT else "bar") for heat in heats]
        lines.append(tuple(pieces))
    hottest = max(partitions, key=lambda partition: max(partition.reads, partition.writes))
    reads, writes = _share(hottest.reads), _share(hottest.writes)
    text = f" {hottest.number} is busiest: {reads} reads, {writes} writes"
    text = text if hottest.reads or hottest.writes else " none is busy"
    size = f", {bytes_text(hottest.size_bytes)}"
    hot = max(hottest.reads, hottest.writes) >= HOT
    fits = len(text) + len(size) <= width
    lines.append(((text, "warn" if hot else ""), (size if fits else "", "dim")))
    return lines


def _share(part: float) -> str:
    """How much of what a partition can give was taken; little is not nothing."""
    return "<1%" if 0 < part < 0.01 else f"{part:.0%}"


def _reads(partition: PartitionHeat) -> float:
    return partition.reads


def _writes(partition: PartitionHeat) -> float:
    return partition.writes


_HEATS: tuple[tuple[str, Callable[[PartitionHeat], float]], ...] = (
    ("reads", _reads),
    ("writes", _writes),
)


def _numbers(partitions: Sequence[PartitionHeat], cells: int) -> str:
    """The number of each partition where its range begins, as far as there is room."""
    line = [" "] * cells
    free = 0
    for partition in partitions:
        place, text = round(partition.low * cells), f"|{partition.number}"
        if place >= free and place + len(text) <= cells:
            line[place : place + len(text)] = text
            free = place + len(text)
    return "".join(line)


def _heat_at(
    partitions: Sequence[PartitionHeat], place: float, part_of: Callable[[PartitionHeat], float]
) -> float:
    return max((part_of(one) for one in partitions if one.low <= place <= one.high), default=0.0)


def _shade(heat: float) -> str:
    """Five shades; what is there at all can be seen."""
    if heat <= 0:
        return "·"
    return SHADES[min(len(SHADES) - 1, 1 + int(heat / HOT * (len(SHADES) - 2)))]


def key_lines(
    report: CapacityReport, keys: Sequence[HotKey], chosen_key: int, width: int
) -> list[Line]:
    """The keys that take most, a line each; one of them is under the cursor."""
    lines = [heading("top keys, last 30 s", width)]
    for number, key in enumerate(keys):
        chosen = number == chosen_key
        kind = "Read" if key.kind.lower().startswith("r") else "Write"
        place = f" p{key.partition}" if key.partitions > 1 else ""
        figures = f" {_share(key.share)} of {kind.lower()}s"
        if width >= WIDE_KEYS_CELLS:
            figures += f", {compact(key.units)} {unit_of(report, kind)}/s"
        room = width - len(figures) - len(place) - 3
        name = in_cells(printable(key.key), room)
        lines.append(
            (
                (f"{'▸' if chosen else ' '} {name}", "chosen" if chosen else ""),
                (figures, ""),
                (place, "dim"),
            )
        )
    return lines if keys else [*lines, ((" no key takes much", "dim"),)]
