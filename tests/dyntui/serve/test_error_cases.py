"""Every refusal of the cases over the wire: its HTTP status, its name, its text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from engine import Account, Settings
from tests.dyntui.serve.live import LiveServer, RawClient, request_text
from tests.engine.cases import ErrorCase, Json, WordedCase, expressions, wordings
from tests.engine.cases.control import make_special_tables
from tests.engine.cases.tables import make_tables
from tests.engine.operations import test_error_cases

CASES = (*test_error_cases.CASES, *expressions.CASES)


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, RawClient]]:
    """A connection to a server of each wording, with the tables of the cases."""
    classic = Account.in_memory(settings=Settings(wording="classic"))
    new = Account.in_memory(settings=Settings(wording="2026"))
    for account in (classic, new):
        make_tables(account.engine())
        make_special_tables(account.engine())
    with LiveServer(classic) as one, LiveServer(new) as other:
        with one.client() as client_of_one, other.client() as client_of_other:
            yield {"classic": client_of_one, "2026": client_of_other}
        assert one.failures == other.failures == []


def refused(client: RawClient, operation: str, request: Json) -> tuple[int, str, str]:
    """The HTTP status, error name and text of an answer."""
    client.send(request_text(operation, orjson.dumps(request, default=_base64)))
    response = client.receive()
    body = response.json()
    _, _, code = str(body.get("__type", "")).partition("#")
    return response.status, code, body.get("message") or body.get("Message") or ""


def _base64(raw: Any) -> str:
    return b64encode(raw).decode()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_refused_over_the_wire(clients: dict[str, RawClient], case: ErrorCase) -> None:
    status, code, message = refused(clients["classic"], case.operation, case.request)
    assert status == 400
    assert case.is_told_by(code, message), f"{code}: {message}"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_other_wording_refuses_it_with_the_same_name(
    clients: dict[str, RawClient], case: ErrorCase
) -> None:
    status, code, _ = refused(clients["2026"], case.operation, case.request)
    assert (status, code) == (400, case.code)


@pytest.mark.parametrize("case", wordings.CASES, ids=str)
def test_both_wordings_over_the_wire(clients: dict[str, RawClient], case: WordedCase) -> None:
    for wording, message in (("classic", case.classic), ("2026", case.new)):
        found = refused(clients[wording], case.operation, case.request)
        assert found == (400, "ValidationException", message)
