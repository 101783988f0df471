"""Where a Scan in parallel segments goes on: a token like those of other reads.

It is base64 of JSON: how many segments there are, and those that are left, each with the key behind
which it starts.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import orjson

from dyntui.cli.paging import TokenError
from dyntui.core.text.formats import dynamodb_json
from engine.client.protocol import Json

_TOTAL = "TotalSegments"
_LEFT = "Segments"


def token_of(segments: int, left: Mapping[int, Json | None]) -> str:
    """The token for the segments that are left; None starts at the segment's beginning."""
    members = {_TOTAL: segments, _LEFT: {str(number): start for number, start in left.items()}}
    return base64.b64encode(dynamodb_json(members, indent=False).encode()).decode("ascii")


def left_of(token: str, segments: int) -> dict[int, Json | None]:
    """The segments that are left of so many; raises `TokenError`."""
    try:
        members = orjson.loads(base64.b64decode(token, validate=True))
    except ValueError:
        raise TokenError(f"{token!r} is not a token that this command gave") from None
    if not isinstance(members, dict) or not isinstance(members.get(_LEFT), dict):
        raise TokenError(f"{token!r} is a token of another command")
    if members.get(_TOTAL) != segments:
        raise TokenError(f"{token!r} is one of --segments {members.get(_TOTAL)}")
    left = {str(number): members[_LEFT].get(str(number)) for number in range(segments)}
    return {int(number): start for number, start in left.items() if number in members[_LEFT]}
