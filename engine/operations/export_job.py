"""The work of an export: a table as of a time, written into a bucket."""

from __future__ import annotations

