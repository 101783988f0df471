"""Why a remote has not told something, in a few words."""

from __future__ import annotations

from engine.errors import ApiError, ConnectionFailed, UnknownOperationException


def why_not_told(error: ApiError) -> str:
    """What to say in place of what an operation would have told."""
    if isinstance(error, UnknownOperationException):
        return "this remote does not have it"
    if isinstance(error, ConnectionFailed):
        # A question that may have been carried out has changed nothing.
        return error.message.partition(";")[0]
    return f"not told: {error.code}"
