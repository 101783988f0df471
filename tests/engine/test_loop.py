"""An engine for an event loop: the same answers, shared commits, and a loop that is not held up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest

from engine import Account, ApiError, Engine
from engine.loop import LoopEngine, LoopThreads
from engine.storage.gate import FileGate
from engine.storage.transaction import WriteTransaction
from engine.storage.upkeep import gate_path
from engine.storage.writer import Ticket, Writer
from tests.engine.storage.threads import PATIENCE_S
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

TABLE = {
    "TableName": "table",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


class Asker:
    """A loop's engine, asked and awaited."""

    def __init__(self, account: Account) -> None:
        self.engine: Engine = account.engine()
        self.engine.create_table(**TABLE)
        self.threads = LoopThreads()
        call_soon = asyncio.get_running_loop().call_soon_threadsafe
        self.loop_engine: LoopEngine = self.engine.on_loop(call_soon, self.threads)

    def begin(self, operation: str, **request: Any) -> asyncio.Future[Any]:
        """Hand in a request; the future gets the decoded answer, or the error."""
        future = asyncio.get_running_loop().create_future()

        def on_answer(answer: bytes | Exception) -> None:
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(orjson.loads(answer))

        self.loop_engine.call_wire(operation, orjson.dumps(request), on_answer)
        return future

    def put(self, number: int, **attributes: Any) -> asyncio.Future[Any]:
        """Put an item of the partition `p`."""
        item = {"pk": {"S": "p"}, "sk": {"N": str(number)}} | attributes
        return self.begin("PutItem", TableName="table", Item=item)

    def get(self, number: int) -> asyncio.Future[Any]:
        """Read an item of the partition `p`."""
        return self.begin("GetItem", TableName="table", Key=key(number))

    def add(self, number: int) -> asyncio.Future[Any]:
        """Add one to the counter of an item."""
        return self.begin("UpdateItem", TableName="table", Key=key(number), **ADD_ONE)


ADD_ONE: dict[str, Any] = {
    "UpdateExpression": "ADD #c :one",
    "ExpressionAttributeNames": {"#c": "counter"},
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}


def key(number: int) -> dict[str, Any]:
    """The key of an item of the partition `p`."""
    return {"pk": {"S": "p"}, "sk": {"N": str(number)}}


@contextmanager
def asking(account: Account) -> Iterator[Asker]:
    """A loop's engine on an account, closed in the end as a server does; nobody is beside it."""
    with upkeep_by_hand():
        asker = Asker(account)
        try:
            yield asker
        finally:
            asker.loop_engine.cancel()
            asker.threads.close()
            asker.loop_engine.close()
            account.close()


@pytest.fixture(params=["full", "relaxed", "memory"])
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Account:
    """An account of each kind."""
    if request.param == "memory":
        return Account.in_memory()
    return Account.open(tmp_path, durability=request.param)


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests each commit had."""
    sizes: list[int] = []
    commit = Writer.commit

    def counted(self: Writer, group: Any, executed: Any) -> None:
        sizes.append(len(group))
        commit(self, group, executed)

    monkeypatch.setattr(Writer, "commit", counted)
    return sizes


async def test_writes_of_one_turn_share_a_commit(account: Account, groups: list[int]) -> None:
    with asking(account) as asker:
        groups.clear()
        await asyncio.gather(*(asker.put(number) for number in range(10)))
        assert groups == [10]
        answers = await asyncio.gather(*(asker.get(number) for number in range(10)))
        assert [answer["Item"]["sk"]["N"] for answer in answers] == [str(n) for n in range(10)]


async def test_a_refused_write_does_not_touch_those_beside_it(
    account: Account, groups: list[int]
) -> None:
    with asking(account) as asker:
        groups.clear()
        refused = asker.begin(
            "PutItem",
            TableName="table",
            Item=key(1),
            ConditionExpression="attribute_exists(pk)",
        )
        results = await asyncio.gather(asker.put(0), refused, asker.put(2), return_exceptions=True)
        assert groups == [3]
        assert isinstance(results[1], ApiError)
        assert results[1].code == "ConditionalCheckFailedException"
        assert [bool(await asker.get(number)) for number in range(3)] == [True, False, True]


async def test_more_writes_than_a_commit_may_have_are_all_done(
    account: Account, groups: list[int]
) -> None:
    with asking(account) as asker:
        groups.clear()
        await asyncio.gather(*(asker.add(0) for _ in range(200)))
        assert sum(groups) == 200
        assert max(groups) <= 64
        assert (await asker.get(0))["Item"]["counter"] == {"N": "200"}


async def test_threads_and_the_loop_stand_in_one_queue(account: Account) -> None:
    with asking(account) as asker:

        def add_from_thread() -> None:
            for _ in range(50):
                asker.engine.update_item(TableName="table", Key=key(0), **ADD_ONE)

        async def add_from_loop() -> None:
            for _ in range(50):
                await asker.add(0)

        threads = [asyncio.to_thread(add_from_thread) for _ in range(3)]
        await asyncio.gather(*threads, *(add_from_loop() for _ in range(5)))
        assert (await asker.get(0))["Item"]["counter"] == {"N": "400"}


class Held:
    """A function that waits, in a thread that is not the loop's, until it is let go."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._loop_thread = threading.get_ident()
        self.entered = threading.Event()
        self.go = threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        """Wait, then do what is to be done."""
        assert self.go.is_set() or threading.get_ident() != self._loop_thread
        self.entered.set()
        assert self.go.wait(PATIENCE_S)
        return self._function(*arguments)


async def test_reads_go_on_and_the_next_group_gathers_while_a_commit_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: list[int]
) -> None:
    with asking(Account.open(tmp_path)) as asker:
        await asker.put(0)
        held = Held(Writer.commit)
        monkeypatch.setattr(Writer, "commit", lambda *arguments: held(*arguments))
        first = asker.put(1)
        await asyncio.to_thread(held.entered.wait, PATIENCE_S)
        groups.clear()
        later = [asker.put(number) for number in range(2, 7)]
        assert (await asker.get(0))["Item"] == key(0)
        assert await asker.get(1) == {}, "what is not durable yet is not seen"
        assert not first.done()
        held.go.set()
        await asyncio.gather(first, *later)
        assert groups == [1, 5]


async def test_reads_go_on_while_another_process_has_its_turn_to_write(tmp_path: Path) -> None:
    with asking(Account.open(tmp_path)) as asker:
        await asker.put(0)
        gate = FileGate(gate_path(tmp_path / "us-east-1" / "data.db"))
        gate.acquire()
        try:
            write = asker.put(1)
            for _ in range(10):
                assert (await asker.get(0))["Item"] == key(0)
                await asyncio.sleep(0)
            assert not write.done()
        finally:
            gate.release()
            gate.close()
        await write
        assert (await asker.get(1))["Item"] == key(1)


async def test_a_group_that_cannot_be_committed_is_done_one_by_one(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(account) as asker:
        commit = Writer._commit
        failures = [apsw.FullError("full")] * 2

        def failing(
            self: Writer, group: Sequence[Ticket[Any]], transaction: WriteTransaction
        ) -> Exception | None:
            if failures:
                self._abandon()
                return failures.pop()
            return commit(self, group, transaction)

        monkeypatch.setattr(Writer, "_commit", failing)
        results = await asyncio.gather(*(asker.put(n) for n in range(3)), return_exceptions=True)
        assert isinstance(results[0], ApiError)
        assert "the disk is full; nothing was written" in results[0].message
        assert results[1:] == [{}, {}]
        assert [bool(await asker.get(number)) for number in range(3)] == [False, True, True]


async def test_what_nobody_expected_fails_its_own_request_only(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(account) as asker:
        execute = Writer.execute
        failures = [RuntimeError("unexpected")]

        def failing(self: Writer, group: Sequence[Ticket[Any]]) -> WriteTransaction | Exception:
            return failures.pop() if failures else execute(self, group)

        monkeypatch.setattr(Writer, "execute", failing)
        with pytest.raises(RuntimeError):
            await asker.put(0)
        assert await asker.put(1) == {}


async def test_a_long_page_is_read_in_a_thread(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(account) as asker:
        items = [key(number) | {"text": {"S": "x" * 500}} for number in range(600)]
        asker.engine.load_items("table", items)
        in_threads: list[str] = []
        submit = asker.threads.pages.submit

        def noted(function: Any, operation: str, *arguments: Any) -> Any:
            in_threads.append(operation)
            return submit(function, operation, *arguments)

        monkeypatch.setattr(asker.threads.pages, "submit", noted)
        condition: dict[str, Any] = {
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "p"}},
        }
        short = await asker.begin("Query", TableName="table", Limit=50, **condition)
        assert (short["Count"], in_threads) == (50, [])
        long = await asker.begin("Query", TableName="table", **condition)
        assert (long["Count"], in_threads) == (600, ["Query"])
        scan = await asker.begin("Scan", TableName="table")
        assert (scan["Count"], in_threads) == (600, ["Query", "Scan"])


async def test_a_large_request_is_handled_in_a_thread(account: Account) -> None:
    with asking(account) as asker:
        text = {"S": "x" * 300_000}
        assert await asker.put(1, text=text) == {}
        assert (await asker.get(1))["Item"]["text"] == text


async def test_work_in_threads_is_broken_off_on_the_way_out(account: Account) -> None:
    with asking(account) as asker:
        asker.engine.load_items("table", [key(number) for number in range(1_000)])
        asker.loop_engine.cancel()
        with pytest.raises(ApiError, match="cancelled"):
            await asker.begin("Scan", TableName="table")


REQUESTS: list[tuple[str, Any]] = [
    ("ListTables", {}),
    ("DescribeTable", {"TableName": "none"}),
    ("GetItem", {"TableName": "table", "Key": key(1)}),
    ("GetItem", {"TableName": "table", "Key": key(1), "ReturnConsumedCapacity": "TOTAL"}),
    ("GetItem", {"TableName": "table", "Key": {"pk": {"S": "p"}}}),
    ("GetItem", {"TableName": "table"}),
    ("GetItem", []),
    ("PutItem", {"TableName": "table", "Item": key(1), "ReturnValues": "ALL_OLD"}),
    ("PutItem", {"TableName": "table", "Item": {"pk": {"S": "p"}}}),
    ("PutItem", {"TableName": "table", "Item": {"pk": {"S": "p"}, "sk": {"N": 1}}}),
    ("PutItem", {"TableName": "table", "Item": {"pk": {"S": ""}, "sk": {"N": "1"}}}),
    ("PutItem", {"TableName": "table", "Item": {"pk": {"N": "1"}, "sk": {"N": "1"}}}),
    (
        "PutItem",
        {
            "TableName": "table",
            "Item": key(1),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    ("UpdateItem", {"TableName": "table", "Key": key(1)} | ADD_ONE | {"ReturnValues": "ALL_NEW"}),
    ("DeleteItem", {"TableName": "table", "Key": key(7), "ReturnValues": "ALL_OLD"}),
    ("Query", {"TableName": "table", "KeyConditionExpression": "pk = :p"}),
    ("Scan", {"TableName": "table"}),
    ("CreateTable", TABLE),
    ("NoSuchOperation", {}),
]


async def test_answers_and_errors_are_those_of_the_engine(account: Account) -> None:
    with asking(account) as asker, Engine.in_memory() as other:
        other.create_table(**TABLE)
        for operation, request in [("PutItem", {"TableName": "table", "Item": key(1)}), *REQUESTS]:
            body = orjson.dumps(request)
            expected: Any
            try:
                expected = other.call_wire(operation, body)
            except ApiError as error:
                expected = error.body()
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            asker.loop_engine.call_wire(operation, body, future.set_result)
            answer = await future
            assert (answer.body() if isinstance(answer, ApiError) else answer) == expected
