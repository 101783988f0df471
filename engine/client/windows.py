"""For how long an engine keeps what it has measured."""

from __future__ import annotations

WINDOWS = {3_600: 1, 86_400: 60, 35 * 86_400: 3_600}
"""How long measurements are kept, in seconds, with the width of their stretches."""
