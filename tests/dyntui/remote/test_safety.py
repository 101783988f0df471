"""What keeps a production table safe: read-only connections, limits of units, typed names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.cli.exits import OK, PARTIAL, REFUSED, UNMET, USAGE
from dyntui.core.connection.choices import ConnectError, read_only_by, units_limit
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.connection.read_only import (
    READING,
    STATEMENTS,
    ReadOnly,
    ReadOnlyClient,
    changes_nothing,
)
from dyntui.core.connection.units_limit import (
    METERED,
    UnitsLimit,
    UnitsLimitedClient,
    UnitsLimitReached,
)
from engine import Engine
from engine.client.keys import KeyTools
from engine.client.protocol import LocalTools
from engine.client.recovery_tools import RecoveryTools
from engine.client.remote import RemoteClient
from engine.errors import AccessDeniedException
from engine.model.service import STREAMS, service_model
from tests.dyntui.remote.conftest import ORDERS
from tests.dyntui.remote.test_command_line import run

OPERATIONS = {*service_model().operations, *service_model(STREAMS).operations}
EVERY_ORDER = {"TableName": "orders"}


pytestmark = pytest.mark.usefixtures("neutral")


# What only reads.


def test_operations_that_are_known_to_read_are_those_whose_names_say_so() -> None:
    named = {name for name in OPERATIONS if name.startswith(("Describe", "Get", "List"))}
    others = {"BatchGetItem", "Query", "Scan", "SearchVectors", "TransactGetItems"}
    assert (named | others) & OPERATIONS == READING & OPERATIONS
    assert set(STATEMENTS) <= OPERATIONS
    assert {
        name for name in OPERATIONS if "ReturnConsumedCapacity" in _members(name)
    } == METERED & OPERATIONS


def _members(operation: str) -> Any:
    model = service_model(STREAMS if operation not in service_model().operations else "dynamodb")
    return model.input_shape(operation).members


@given(st.sampled_from(sorted(OPERATIONS - READING)), st.text())
def test_what_is_not_known_to_read_is_refused(operation: str, text: str) -> None:
    words = text.strip()[:6].upper()
    one = {"Statement": text}
    request = {"Statements": [one], "TransactStatements": [one], **one}
    reads = operation in STATEMENTS and words in ("SELECT", "EXISTS")
    assert changes_nothing(operation, request) == reads
    assert not changes_nothing("BatchExecuteStatement", {"Statements": [one, {"Statement": "x"}]})


@pytest.mark.parametrize("request_", [{}, {"Statements": 1}, {"Statements": [1]}, {"Statement": 1}])
def test_statements_that_are_none_are_no_reads(request_: dict[str, Any]) -> None:
    assert not changes_nothing("BatchExecuteStatement", {"Statements": [1], **request_})
    assert not changes_nothing("ExecuteTransaction", request_)


def test_a_client_refuses_as_long_as_it_is_told_to(orders: Engine) -> None:
    read_only = ReadOnly("--read-only")
    client = ReadOnlyClient(orders, read_only)
    put = {"TableName": "orders", "Item": {"id": {"N": "-1"}}}
    with pytest.raises(AccessDeniedException, match=r"PutItem is refused.*--read-only"):
        client.call("PutItem", put)
    assert client.call("Scan", EVERY_ORDER)["Count"] == ORDERS
    read_only.by = ""
    client.call("PutItem", put)
    assert client.call("Scan", EVERY_ORDER)["Count"] == ORDERS + 1


def test_the_tools_of_a_folder_refuse_too(orders: Engine) -> None:
    connection = Connection(orders, orders, orders.region, None)
    connection.read_only.by = "--read-only"
    tools = connection.tools
    assert tools.region == orders.region
    assert tools.due("orders") == 0
    assert tools.check() == []
    assert tools.keys.list_keys() == []
    with pytest.raises(AccessDeniedException, match="load items is refused"):
        tools.load_items("orders", [])
    with pytest.raises(AccessDeniedException, match="truncate is refused"):
        tools.truncate("orders")
    with pytest.raises(AccessDeniedException, match="create is refused"):
        tools.keys.create()


def test_all_tools_that_write_are_refused(orders: Engine) -> None:
    connection = Connection(orders, orders, orders.region, None)
    connection.read_only.by = "--read-only"
    refused = {
        name
        for protocol, tools in ((LocalTools, connection.tools), (KeyTools, connection.tools.keys))
        for name in _own_names(protocol)
        if getattr(getattr(tools, name), "__name__", "") == "refuse"
    }
    assert refused == {
        *("cancel_job", "compact", "copy_backup", "delete_snapshot", "expire", "import_key"),
        *("load_items", "remove_backup_plan", "restore", "restore_as_of", "run_backup_plans"),
        *("set_backup_plan", "snapshot", "truncate", "undo"),
        *("cancel_deletion", "create", "create_alias", "delete_alias", "disable", "enable"),
        *("protect", "rotate", "schedule_deletion"),
    }


def _own_names(protocol: type) -> Iterator[str]:
    for kind in (protocol, RecoveryTools) if protocol is LocalTools else (protocol,):
        yield from (name for name in vars(kind) if not name.startswith("_"))
    if protocol is LocalTools:
        yield "at"


# What says so.


def test_an_option_counts_more_than_the_environment_and_that_more_than_a_profile() -> None:
    said = {"DYNTUI_READ_ONLY": "yes", "DYNTUI_UNITS_MAX": "12.5"}
    assert read_only_by(None, {}) == ""
    assert read_only_by(None, {}, "true") == "dyntui_read_only"
    assert read_only_by(None, said, "false") == "DYNTUI_READ_ONLY"
    assert read_only_by(None, {"DYNTUI_READ_ONLY": "0"}, "true") == ""
    assert read_only_by(False, said) == ""
    assert read_only_by(True, {}) == "--read-only"
    assert units_limit(None, {}) is None
    assert units_limit(None, {}, "7") == 7
    assert units_limit(None, said, "7") == 12.5
    assert units_limit(3, said, "7") == 3


@pytest.mark.parametrize("text", ["maybe", " ", "2"])
def test_what_is_neither_true_nor_false_is_said(text: str) -> None:
    with pytest.raises(ConnectError, match="is neither true nor false"):
        read_only_by(None, {"DYNTUI_READ_ONLY": text})


@pytest.mark.parametrize("text", ["x", "-1", "0", "1e3", "٣"])
def test_what_is_no_number_of_units_is_said(text: str) -> None:
    with pytest.raises(ConnectError, match="is not a number of units above 0"):
        units_limit(None, {}, text)


def test_a_profile_may_be_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, orders: Engine
) -> None:
    config = tmp_path / "aws-config"
    config.write_text("[profile shop]\ndyntui_read_only = true\ndyntui_units_max = 20\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with connect(remote=Remote(address, "shop")) as connection:
        assert connection.units_limit.units_max == 20
        with pytest.raises(AccessDeniedException, match="dyntui_read_only"):
            connection.client.call("DeleteTable", EVERY_ORDER)
    with connect(remote=Remote(address, "shop"), read_only=False) as connection:
        connection.client.call("DeleteTable", EVERY_ORDER)
    assert orders.list_tables()["TableNames"] == []


def test_a_read_only_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConnectError, match="there is no data folder"):
        connect(str(tmp_path / "new"), read_only=True)
    assert not (tmp_path / "new").exists()


# The command line.


class Terminal(io.StringIO):
    """Input that a person types."""

    def isatty(self) -> bool:
        """See `TextIOBase.isatty`."""
        return True


def test_a_read_only_command_changes_nothing(
    capsys: pytest.CaptureFixture[str], address: str, orders: Engine
) -> None:
    remote = ("--endpoint-url", address, "--read-only")
    for arguments in (
        ("put", "orders", '{"id": 1}', "--plain"),
        ("rm", "orders", "1", "--yes"),
        ("drop", "orders", "--yes"),
        ("truncate", "orders", "--via", "scan", "--yes"),
        ("sql", "UPDATE orders SET a = 1 WHERE id = 1"),
        ("dynamodb", "update-table", "--table-name", "orders", "--deletion-protection-enabled"),
    ):
        ended = run(capsys, *arguments, *remote)
        assert (ended.code, "AccessDeniedException" in ended.err) in (
            (REFUSED, True),
            (PARTIAL, True),
        ), arguments
    assert run(capsys, "sql", "SELECT id FROM orders WHERE id = 1", *remote).code == OK
    table = orders.describe_table(TableName="orders")["Table"]
    assert (table["ItemCount"], table["DeletionProtectionEnabled"]) == (ORDERS, False)


def test_a_command_stops_where_it_has_consumed_its_units(
    capsys: pytest.CaptureFixture[str], address: str, orders: Engine
) -> None:
    remote = ("--endpoint-url", address)
    ended = run(capsys, "scan", "orders", "-o", "csv", "--units-max", "10", *remote)
    assert ended.code == PARTIAL
    rows = len(ended.out.splitlines()) - 1
    assert 60 <= rows <= 100
    assert "there is more: --starting-token" in ended.err
    assert "are the limit of one action (--units-max)" in ended.err
    token = ended.err.partition("--starting-token ")[2].split()[0]
    rest = run(capsys, "scan", "orders", "-o", "csv", "--starting-token", token, *remote)
    assert (rest.code, len(rest.out.splitlines()) - 1) == (OK, ORDERS - rows)
    ended = run(
        capsys, "truncate", "orders", "--via", "scan", "--yes", "--units-max", "40", *remote
    )
    assert (ended.code, "(--units-max)" in ended.err) == (PARTIAL, True)
    assert 0 < orders.describe_table(TableName="orders")["Table"]["ItemCount"] < ORDERS


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("segments", ["1", "4", "16"])
def test_segments_share_the_units_of_their_command(
    capsys: pytest.CaptureFixture[str], address: str, segments: str
) -> None:
    remote = ("--endpoint-url", address, "-v")
    reading = ("scan", "orders", "-o", "csv", "--segments", segments, "--units-max", "16")
    ended = run(capsys, *reading, *remote)
    assert ended.code == PARTIAL
    consumed = re.search(r"Stopped: ([\d.]+) units were consumed", ended.err)
    assert consumed is not None
    # A last page in the air may cost a little more than was left.
    assert 16 <= float(consumed[1]) <= 16 * 1.25
    rows = ended.out.splitlines()[1:]
    assert len(rows) > 16
    # What was left is read by as many segments again, and no row comes twice.
    more = re.search(r"there is more: (.*)", ended.err)
    assert more is not None
    going_on = ("scan", "orders", "-o", "csv", "--segments", segments)
    token = more[1].split()[-1]
    rest = run(capsys, *going_on, "--starting-token", token, *remote)
    rows += rest.out.splitlines()[1:]
    assert (rest.code, len(rows), len(set(rows))) == (OK, ORDERS, ORDERS)


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("form", ["json", "text", "table"])
def test_an_answer_that_the_units_cut_is_shown(
    capsys: pytest.CaptureFixture[str], address: str, form: str
) -> None:
    scan = ("dynamodb", "scan", "--table-name", "orders", "--endpoint-url", address)
    ended = run(capsys, *scan, "--units-max", "10", "--output", form)
    assert (ended.code, "(--units-max)" in ended.err) == (PARTIAL, True)
    assert "nexttoken" in ended.out.lower()
    if form == "json":
        answer = json.loads(ended.out)
        assert 0 < answer["Count"] == len(answer["Items"]) < ORDERS
        rest = run(capsys, *scan, "--starting-token", answer["NextToken"])
        assert answer["Count"] + json.loads(rest.out)["Count"] == ORDERS


def test_a_limit_of_units_holds_on_a_folder_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = tmp_path / "items.jsonl"
    lines.write_text("".join(f'{{"id": {number}}}\n' for number in range(100)))
    folder = ("--data-dir", str(tmp_path / "data"))
    assert run(capsys, "create", "orders", "--key", "id:N", *folder).code == OK
    source = f"file://{lines}"
    ended = run(capsys, "put", "orders", source, "--plain", "--units-max", "30", *folder)
    assert ended.code == PARTIAL
    assert "before that, 50 items were written" in ended.err


def test_on_a_remote_the_name_is_typed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    orders: Engine,
) -> None:
    remote = ("--endpoint-url", address)
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    ended = run(capsys, "drop", "orders", *remote)
    assert (ended.code, f"This is {address}. Type orders to go on" in ended.err) == (UNMET, True)
    monkeypatch.setattr("sys.stdin", Terminal("orders\n"))
    assert run(capsys, "drop", "orders", *remote).code == OK
    assert orders.list_tables()["TableNames"] == []


def test_a_statement_without_a_key_takes_the_name_too(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    orders: Engine,
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    ended = run(capsys, "sql", "DELETE FROM orders WHERE text = 'a'", "--endpoint-url", address)
    assert (ended.code, "Type orders to go on" in ended.err) == (UNMET, True)
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS


def test_a_server_is_no_command_with_units(capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, "serve", "--in-memory", "--units-max", "3")
    assert (ended.code, "is for commands" in ended.err) == (USAGE, True)


# The limit.


@given(
    limit=st.floats(0.5, 100),
    costs=st.lists(st.floats(0.5, 50), min_size=1, max_size=30),
    more=st.integers(0, 3),
)
def test_no_request_is_sent_once_the_limit_is_reached(
    limit: float, costs: list[float], more: int
) -> None:
    class Costly:
        """Answers each request at the next price, as long as one may be sent."""

        def __init__(self) -> None:
            self.spent = 0.0
            self.most = limit
            self.prices = iter(costs)
            self.allowances = more

        def call(self, *_: object) -> dict[str, Any]:
            assert self.spent < self.most
            price = next(self.prices)
            self.spent += price
            return {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": price}}

        def may_go_on(self, units: float, _: object) -> bool:
            assert units == self.spent >= self.most
            self.most = units + limit
            self.allowances -= 1
            return self.allowances >= 0

    costly = Costly()
    units = UnitsLimit(limit)
    units.may_go_on = costly.may_go_on
    client = UnitsLimitedClient(costly, units)
    try:
        for _ in costs:
            assert "ConsumedCapacity" not in client.call("GetItem", {"TableName": "t"})
    except UnitsLimitReached:
        assert costly.allowances == -1
    else:
        assert next(costly.prices, None) is None


def test_the_command_line_names_the_account_before_a_table_is_lost(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    orders: Engine,
) -> None:
    monkeypatch.setattr(RemoteClient, "account_id", "123456789012")
    monkeypatch.setattr(RemoteClient, "is_service", True)
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    ended = run(capsys, "drop", "orders", "--endpoint-url", address, "--region", "eu-west-1")
    asked = "This is AWS account 123456789012 · eu-west-1. Type orders to go on"
    assert (ended.code, asked in ended.err) == (UNMET, True)
    assert orders.list_tables()["TableNames"] == ["orders"]
