"""Projections as a person writes them, as members of a request."""

from __future__ import annotations

import click

from dyntui.core.tables.literals import LiteralError, Placeholders, projection
from engine.client.protocol import Json


def projection_members(text: str, placeholders: Placeholders | None = None) -> Json:
    """The ProjectionExpression of a comma list, with its placeholders; raises `UsageError`."""
    placeholders = placeholders or Placeholders()
    try:
        paths = projection(text, placeholders)
    except LiteralError as error:
        raise click.UsageError(
            f"--projection: {error.message} (at character {error.position + 1})"
        ) from None
    return {"ProjectionExpression": ", ".join(paths)} | placeholders.members()
