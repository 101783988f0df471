"""A remote, or a proxy before one, that answers as DynamoDB does not: told by every face."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from dyntui.app import DyntuiApp
from dyntui.cli.exits import FOLDER
from dyntui.core.connection.connect import Remote, connect
from dyntui.widgets.main_area import TABS
from engine import Engine
from tests.dyntui.app.driving import LARGE, press, screen_text, settle
from tests.dyntui.remote.conftest import DEFINITION
from tests.dyntui.remote.test_app import notices
from tests.dyntui.remote.test_command_line import run
from tests.engine.client.wire_server import Handler, serving

ANSWERS = {
    "no members": (200, b"{}"),
    "a proxy's": (200, b'{"message": "hello"}'),
    "a proxy's failure": (500, b'{"message": "upstream timed out"}'),
    "a list": (200, b"[]"),
    "a list that failed": (500, b"[]"),
    "a code of a wrong type": (400, b'{"__type": 5}'),
    "a page": (200, b"<html>welcome</html>"),
    "nothing": (200, b""),
    "a redirection": (302, b""),
}

IN_APP = [ANSWERS[name] for name in ("a proxy's", "a list that failed", "nothing")]

Spoiled = dict[str, tuple[int, bytes]]


@pytest.fixture
def spoiled() -> Spoiled:
    """What some operations are answered with."""
    return {}


@pytest.fixture
def address(engine: Engine, spoiled: Spoiled) -> Iterator[str]:
    """Where the engine answers, and something else to the operations that are spoiled."""

    class SpoiledHandler(Handler):
        def answer(self, status: int, body: bytes) -> None:
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            super().answer(*spoiled.get(operation, (status, body)))

    engine.create_table(**DEFINITION)
    engine.put_item(TableName="orders", Item={"id": {"N": "1"}, "what": {"S": "a pen"}})
    with serving(engine, SpoiledHandler) as url:
        yield url


@pytest.fixture(autouse=True)
def _neutral(neutral: None) -> None:
    """No folder of the machine's, and one attempt."""


VERBS: list[tuple[str, list[str]]] = [
    ("ListTables", ["ls"]),
    ("DescribeTable", ["describe", "orders"]),
    ("DescribeTable", ["get", "orders", "1"]),
    ("DescribeTable", ["sql", "SELECT * FROM orders WHERE what = 'a pen'"]),
    ("Scan", ["scan", "orders"]),
    ("Query", ["query", "orders", "1"]),
    ("DescribeTimeToLive", ["ttl", "show", "orders"]),
    ("ListBackups", ["backup", "list"]),
]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize(("operation", "arguments"), VERBS, ids=[" ".join(v) for _, v in VERBS])
def test_a_command_ends_with_a_line_and_the_code_of_a_remote(
    capsys: pytest.CaptureFixture[str],
    address: str,
    spoiled: Spoiled,
    answer: tuple[int, bytes],
    operation: str,
    arguments: list[str],
) -> None:
    spoiled[operation] = answer
    ended = run(capsys, *arguments, "--endpoint-url", address)
    (line,) = ended.err.splitlines()
    assert (ended.code, ended.out) == (FOLDER, ""), line
    assert line.startswith(("dyntui: what answers there is no Dyn", "dyntui: the server failed at"))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_prompt_tells_it(
    capsys: pytest.CaptureFixture[str],
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    spoiled: Spoiled,
    answer: tuple[int, bytes],
) -> None:
    spoiled["ListTables"] = answer
    script = b"SELECT what FROM orders WHERE id = 1;\n\\tables\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(script)))
    ended = run(capsys, "repl", "--endpoint-url", address)
    line, place = ended.err.splitlines()
    assert line.startswith(("dyntui: what answers there is no Dyn", "dyntui: the server failed at"))
    assert (ended.code, "a pen" in ended.out, place) == (FOLDER, True, "statement 2")


@pytest.mark.parametrize("answer", IN_APP)
@pytest.mark.parametrize("operation", ["ListTables", "DescribeTable", "Scan"])
async def test_the_app_tells_it_and_stays(
    address: str, spoiled: Spoiled, answer: tuple[int, bytes], operation: str
) -> None:
    spoiled[operation] = answer
    with connect(None, None, remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            told = notices(pilot) + screen_text(pilot)
            assert ("no DynamoDB" in told) or ("the server failed at" in told)


@pytest.mark.parametrize("answer", IN_APP)
async def test_no_tab_of_the_app_falls_over_it(
    address: str, spoiled: Spoiled, answer: tuple[int, bytes]
) -> None:
    with connect(None, None, remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            for operation in _READS:
                spoiled[operation] = answer
            for number in range(1, len(TABS) + 1):
                await press(pilot, str(number))
                await settle(pilot)
                await press(pilot, "r")
                await settle(pilot)
            assert pilot.app.return_code is None


_READS: tuple[Any, ...] = (
    "DescribeContinuousBackups",
    "DescribeStream",
    "DescribeTable",
    "DescribeTimeToLive",
    "ListBackups",
    "ListExports",
    "ListImports",
    "ListStreams",
    "ListTables",
    "ListTagsOfResource",
    "Scan",
)
