"""Results that come in pages, put together as the AWS CLI does, with its tokens.

A token is base64 of JSON: where the request starts, and, if a page was cut, how many of its results
have been shown (`boto_truncate_amount`).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from dyntui.cli.exits import UnitsStoppedError
from dyntui.core.text.formats import dynamodb_json
from engine.client.protocol import Json
from engine.model.service import DYNAMODB, STREAMS, model_document

_CUT = "boto_truncate_amount"

Call = Callable[[Json], Json]


class TokenError(ValueError):
    """A starting token that was not made for this operation."""


@dataclass(frozen=True, slots=True)
class Pagination:
    """How an operation's pages are asked for, and what is collected of them.

    The elements of `results[0]` are counted; the other results are added up or joined. `once` are
    members of which the first page's is kept.
    """

    input_token: str
    output_token: str
    limit: str | None
    results: tuple[str, ...]
    once: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageOptions:
    """At most `page_size` results a request, and `max_items` in all or one request only."""

    page_size: int | None = None
    max_items: int | None = None
    starting_token: str | None = None
    single_page: bool = False


class Pages:
    """The answers of one paginated operation, to be iterated once.

    Afterwards `resume_token` says where to go on; it is None where everything was read. Where the
    limit of units ended the pages, `stopped` is the error, to be raised once they are shown.
    """

    def __init__(
        self, pagination: Pagination, call: Call, request: Json, options: PageOptions
    ) -> None:
        """Raises `TokenError`."""
        self.resume_token: str | None = None
        self.stopped: UnitsStoppedError | None = None
        self._pagination = pagination
        self._call = call
        self._request = dict(request)
        self._options = options
        self._skip = 0
        if options.page_size is not None and pagination.limit is not None:
            self._request[pagination.limit] = options.page_size
        if options.starting_token is not None:
            start, self._skip = _decode(options.starting_token, pagination.input_token)
            if start is not None:
                self._request[pagination.input_token] = start

    def __iter__(self) -> Iterator[Json]:
        """Each page, without what was shown before and what is too much."""
        name, input_token = self._pagination.results[0], self._pagination.input_token
        left = self._options.max_items
        while True:
            try:
                page = self._call(self._request)
            except UnitsStoppedError as error:
                self.resume_token = _encode(input_token, self._request.get(input_token), self._skip)
                self.stopped = error
                return
            self._take_away_shown(page)
            results = page.get(name) or []
            if left is not None and len(results) > left:
                page[name] = results[:left]
                start = self._request.get(input_token)
                self.resume_token = _encode(input_token, start, self._skip + left)
                yield page
                return
            yield page
            start = page.get(self._pagination.output_token)
            if start is None:
                return
            if left is not None:
                left -= len(results)
            if left == 0 or self._options.single_page:
                self.resume_token = _encode(input_token, start, 0)
                return
            self._request[input_token] = start
            self._skip = 0

    def _take_away_shown(self, page: Json) -> None:
        """The start of a page that was cut before; what it counted has been told then."""
        if not self._skip:
            return
        counted, *others = self._pagination.results
        page[counted] = (page.get(counted) or [])[self._skip :]
        for name in others:
            if name in page:
                page[name] = type(page[name])()


def merged(pages: Pages, pagination: Pagination) -> Json:
    """All pages as one answer: lists joined, counts added, NextToken where more is left."""
    answer: Json = {}
    for number, page in enumerate(pages):
        for name in pagination.results:
            if name in page:
                answer[name] = _joined(answer[name], page[name]) if name in answer else page[name]
        if number == 0:
            answer |= {name: page.get(name) for name in pagination.once}
    if pages.resume_token is not None:
        answer["NextToken"] = pages.resume_token
    return answer


def _joined(all_before: Any, more: Any) -> Any:
    """A list is extended, not copied: there may be many pages."""
    if isinstance(all_before, list):
        all_before.extend(more)
        return all_before
    return all_before + more


@cache
def paginations() -> dict[str, Pagination]:
    """The operations whose results come in pages, from botocore's tables of them."""
    return {
        operation: _pagination(entry)
        for service in (DYNAMODB, STREAMS)
        for operation, entry in model_document("paginators-1.json", service)["pagination"].items()
    }


def _pagination(entry: Json) -> Pagination:
    results = entry["result_key"]
    return Pagination(
        entry["input_token"],
        entry["output_token"],
        entry.get("limit_key"),
        tuple(results) if isinstance(results, list) else (results,),
        tuple(entry.get("non_aggregate_keys", ())),
    )


def _encode(input_token: str, start: Any, cut: int) -> str:
    members: Json = {input_token: start}
    if cut:
        members[_CUT] = cut
    return base64.b64encode(dynamodb_json(members, indent=False).encode()).decode("ascii")


def _decode(token: str, input_token: str) -> tuple[Any, int]:
    """Where to start, and how many results of that page have been shown."""
    try:
        members = orjson.loads(base64.b64decode(token, validate=True))
    except ValueError:
        raise TokenError(f"{token!r} is not a token that this command gave") from None
    cut = members.get(_CUT, 0) if isinstance(members, dict) else None
    if not isinstance(cut, int) or cut < 0 or input_token not in members:
        raise TokenError(f"{token!r} is a token of another command")
    return members[input_token], cut
