"""query and scan: conditions, pages, costs, and items in each form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dyntui.cli.output import write_items
from dyntui.core.text.item_output import SAMPLED_ITEMS
from tests.dyntui.cli.shell import Shell


def places(shell: Shell, command: str) -> list[int]:
    """The sort keys of what a read shows."""
    return [item["placed"] for item in shell.ok(f"{command} -o json --plain").json]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("ada", [1, 2]),
        ("customer=ada", [1, 2]),
        ("nobody", []),
        ("ada 2", [2]),
        ("ada placed=2", [2]),
        ("placed=2 customer=ada", [2]),
        ("placed=2 ada", [2]),
        ("ada --desc", [2, 1]),
        ("ada --sort '> 1'", [2]),
        ("ada --sort '<= 1'", [1]),
        ("ada --sort 'between 1 1.5'", [1]),
        ("ada --sort 'between 1 and 2'", [1, 2]),
        ("ada --sort '= 2' --consistent", [2]),
        ("ada --filter 'total > 12'", [1]),
        ("ada 1 --filter 'total > 13'", []),
        ("ada --filter \"status = 'sent'\"", [2]),
        ("ada --filter '#s = :s' --name '#s=status' --value :s=sent", [2]),
        ("ada --filter 'contains(#l, :l)' --name '#l=lines' --value :l=tea", [2]),
        ("ada --filter 'attribute_not_exists(lines)'", [1]),
        ("open --index by-status", [1, 3]),
        ("status=open placed=3 --index by-status", [3]),
        ("open --index by-status --sort '>= 2' --desc", [3]),
    ],
)
def test_what_a_query_finds(arguments: str, found: list[int], orders: Shell) -> None:
    assert places(orders, f"query orders {arguments}") == found


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("", [1, 2, 3]),
        ("--filter 'total > 12 or note = \"x\"'", [1]),
        ("--index by-status", [1, 2, 3]),
        ("--consistent --filter 'placed > 1'", [2, 3]),
    ],
)
def test_what_a_scan_finds(arguments: str, found: list[int], orders: Shell) -> None:
    assert sorted(places(orders, f"scan orders {arguments}")) == found


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("12.5", True),
        ('{"N": "12.50"}', True),
        ('"12.5"', False),
        ("true", False),
        ("null", False),
        ("words", False),
    ],
)
def test_values_of_placeholders(value: str, kept: bool, orders: Shell) -> None:
    command = ["scan", "orders", "--filter", "#t = :t", "--name", "#t=total", "--plain"]
    found = orders.ok([*command, "--value", f":t={value}", "-o", "jsonl"])
    assert bool(found.out) == kept
    assert ("no items" in found.err) != kept


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("query orders", "Missing argument 'KEY=VALUE...'"),
        ("query orders placed=1", "orders is queried by customer: give customer=VALUE"),
        (
            "query orders ada 1 2",
            "'2' is one value too many: the keys of orders are customer, plac",
        ),
        ("query orders ada one", "placed is a number"),
        ("query orders customer=ada customer=bob", "customer is given twice"),
        ("query orders status=open", "status is no key attribute of orders, whose keys are"),
        ("query orders customer=", "customer: a key attribute cannot be empty"),
        ("query orders ada 1 --sort '> 1'", "--sort: the sort key of orders has a condition"),
        ("query orders ada --sort nonsense", "--sort 'nonsense': write a comparison"),
        ("query orders ada --sort '>'", "write a comparison"),
        ("query orders ada --sort 'between 1'", "between needs two values"),
        ("query orders ada --sort '> x'", "placed is a number"),
        ("query orders ada --index nope", "orders has no index nope; it has by-status"),
        ("query orders ada --limit 0", "'--limit': 0 is not in the range"),
        ("query orders ada --max-items x", "'--max-items'"),
        ("query orders ada --starting-token x", "--starting-token: 'x' is not a token"),
        ("query orders ada --starting-token e30=", "'e30=' is a token of another command"),
        ("query orders ada --starting-token W10=", "'W10=' is a token of another command"),
        ("query orders ada -o xml", "'xml' is not one of"),
        ("scan", "Missing argument 'TABLE'"),
        ("scan orders --filter x=1 --value 1", "--value '1': write a placeholder"),
        ("scan orders --filter x=1 --value :a=[1]", "'[1]' needs a type"),
        ("scan orders --filter x=1 --name a=b", "--name 'a=b': write a placeholder"),
        ("scan orders --filter x=1 --value :a=1 --value :a=2", "the placeholder :a is taken"),
        ("scan orders --projection 'a['", "--projection: "),
    ],
)
def test_what_is_not_understood(command: str, message: str, orders: Shell) -> None:
    said = orders.misused(command)
    assert message in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("scan nowhere", "(ResourceNotFoundException) when calling the DescribeTable"),
        ("scan orders --filter 'a >'", "Invalid FilterExpression: Syntax error"),
        ("scan orders --filter '#a = :v' --value :v=1", "attribute name: #a"),
        ("scan orders --index by-status --consistent", "Consistent reads are not supported"),
    ],
)
def test_what_the_service_refuses(command: str, message: str, orders: Shell) -> None:
    said = orders.refused(command)
    assert message in said
    assert "\n" not in said


# Pages and costs.


def test_a_limited_read_tells_where_to_go_on(orders: Shell) -> None:
    for limit in ("--limit 1", "--max-items 1"):
        start, found = "", []
        while True:
            ended = orders.ok(f"scan orders -o jsonl {limit} {start}")
            found += ended.out.splitlines()
            _, more, token = ended.err.strip().partition("there is more: ")
            if not more:
                break
            start = token
        assert found == orders.ok("scan orders -o jsonl").out.splitlines()


def test_costs_are_told_on_request(orders: Shell) -> None:
    told = orders.ok("scan orders --filter 'total > 1' -o jsonl -v")
    assert told.err == "Scan: 1 of 3 examined items\nScan orders: 0.5 RCU\n"
    told = orders.ok("query orders open --index by-status -o jsonl --verbose")
    assert told.err.endswith("Query orders: 0.5 RCU (table 0, by-status 0.5)\n")
    item = '{"customer": "eve", "placed": 1, "status": "new"}'
    told = orders.ok(["-v", "put", "orders", "--plain", item])
    assert told.err == "PutItem orders: 2 WCU (table 1, by-status 1)\n"
    command = "dynamodb get-item --table-name orders --key customer={S=eve},placed={N=1} -v"
    told = orders.ok(command)
    assert told.err == "GetItem orders: 0.5 RCU\n"
    assert "ConsumedCapacity" not in told.out


# Forms.


def test_items_in_each_form(orders: Shell) -> None:
    query = "query orders --index by-status open"
    assert orders.ok(query).out == (
        "status  placed  customer  note             total\n"
        "──────  ──────  ────────  ───────────────  ─────\n"
        "open         1  ada                         12.5\n"
        "open         3  bob       call, then ring\n"
    )
    assert orders.ok(f"{query} -o csv").out == (
        'status,placed,customer,note,total\nopen,1,ada,,12.5\nopen,3,bob,"call, then ring",\n'
    )
    assert orders.ok(f"{query} -o jsonl --plain").out == (
        '{"customer":"ada","placed":1,"status":"open","total":12.5}\n'
        '{"customer":"bob","placed":3,"status":"open","note":"call, then ring"}\n'
    )
    assert orders.ok(f"{query} -o json --projection customer,placed").out == (
        '[\n  {\n    "customer": {\n      "S": "ada"\n    },\n    "placed": {\n      "N": "1"\n'
        '    }\n  },\n  {\n    "customer": {\n      "S": "bob"\n    },\n    "placed": {\n'
        '      "N": "3"\n    }\n  }\n]\n'
    )


def test_a_projection_chooses_the_columns_and_their_order(orders: Shell) -> None:
    scan = "query orders ada --projection total,lines,customer"
    assert orders.ok(scan).out == (
        "total  lines            customer\n─────  ───────────────  ────────\n"
        ' 12.5                   ada\n       ["tea", "milk"]  ada\n'
    )
    assert orders.ok(f"{scan} -o csv").out == (
        'total,lines,customer\n12.5,,ada\n,"[""tea"",""milk""]",ada\n'
    )


@pytest.mark.parametrize(
    ("form", "out"), [("table", ""), ("json", "[]\n"), ("jsonl", ""), ("csv", "")]
)
def test_no_items(form: str, out: str, orders: Shell) -> None:
    ended = orders.ok(f"query orders nobody -o {form}")
    assert (ended.out, ended.err) == (out, "no items\n")


def test_what_could_steer_a_terminal_is_escaped(shell: Shell) -> None:
    shell.ok("create notes --key id:S")
    shell.ok(["put", "notes", '{"id": {"S": "a\\u001b[31m\\u009b\\u202e\\n日本"}}'])
    assert shell.ok("scan notes").out.splitlines()[2] == "a\\x1b[31m\\x9b\\u202e\\n日本"
    missing = shell.run(["get", "notes", "\x1b[31m\r"])
    assert missing.err == "dyntui: notes has no item with the key id \\x1b[31m\\r\n"


def test_long_and_wide_cells_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    items = [{"id": {"S": "a"}, "t": {"S": "日" * 30}}, {"id": {"S": "b"}, "t": {"S": "x" * 99}}]
    write_items(items, "table", keys=("id",))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "id  t"
    assert lines[2:] == ["a   " + "日" * 19 + " …", "b   " + "x" * 39 + "…"]


def test_a_table_streams_after_its_sample(capsys: pytest.CaptureFixture[str]) -> None:
    taken = 0

    def items() -> Iterator[dict[str, dict[str, str]]]:
        nonlocal taken
        for taken in range(SAMPLED_ITEMS + 50):
            yield {"id": {"N": str(taken)}} | ({"late": {"S": "x"}} if taken > 1_040 else {})

    write_items(items(), "table", keys=("id",))
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == SAMPLED_ITEMS + 52
    assert "attributes without a column, as they appear late: late" in shown.err


def test_json_lines_are_written_as_the_items_come(capsys: pytest.CaptureFixture[str]) -> None:
    def items() -> Iterator[dict[str, dict[str, str]]]:
        for number in range(3):
            assert capsys.readouterr().out.count("\n") == (1 if number else 0)
            yield {"id": {"N": str(number)}}

    write_items(items(), "jsonl")
