"""Charts that fit into a line of text."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = " ▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int, top: float) -> str:
    """A column for each of `width` equal parts of a series, as high as its mean is part of `top`.

    What is above nothing shows at least a little.
    """
    if not values or top <= 0:
        return " " * width
    columns = []
    for place in range(width):
        first = place * len(values) // width
        last = max(first + 1, (place + 1) * len(values) // width)
        part = values[first:last]
        mean = sum(part) / len(part)
        step = min(8, round(mean / top * 8))
        columns.append(_STEPS[max(step, 1) if mean > 0 else 0])
    return "".join(columns)


def bar(part: float, width: int) -> str:
    """A bar filled by a part (0 to 1)."""
    filled = round(min(max(part, 0.0), 1.0) * width)
    return "█" * filled + "░" * (width - filled)
