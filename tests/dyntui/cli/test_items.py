"""get, put and rm."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.dyntui.cli.shell import Shell

BOB = {
    "customer": {"S": "bob"},
    "placed": {"N": "3"},
    "status": {"S": "open"},
    "note": {"S": "call, then ring"},
}


@pytest.fixture
def kinds(shell: Shell) -> Shell:
    """A table with a binary key and one item that has values of all types."""
    shell.ok("create kinds --key id:B")
    item = {
        "id": {"B": "aGk="},
        "s": {"S": "line\nend é\u202e"},
        "n": {"N": "12345678901234567890123456789012345678"},
        "b": {"B": "/w=="},
        "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2.5"]},
        "bs": {"BS": ["AA=="]},
        "l": {"L": [{"S": "x"}, {"N": "1"}, {"NULL": True}]},
        "m": {"M": {"k": {"BOOL": True}, "a b": {"L": []}}},
        "no": {"BOOL": False},
    }
    shell.ok(["put", "kinds", orjson.dumps(item).decode()])
    return shell


def test_an_item_by_its_key(orders: Shell) -> None:
    assert orders.ok("get orders bob 3").json == BOB
    assert orders.ok("get orders bob 3 --consistent -o jsonl").out == (
        '{"customer":{"S":"bob"},"placed":{"N":"3"},"status":{"S":"open"},'
        '"note":{"S":"call, then ring"}}\n'
    )
    assert orders.ok("get orders ada 2 --projection customer,lines[1]").json == {
        "customer": {"S": "ada"},
        "lines": {"L": [{"S": "milk"}]},
    }


def test_an_item_of_every_type_in_each_form(kinds: Shell) -> None:
    assert kinds.ok("get kinds aGk= --plain -o jsonl").out == (
        '{"id":"aGk=","s":"line\\nend é\u202e","n":12345678901234567890123456789012345678,'
        '"b":"/w==","ss":["a","b"],"ns":[1,2.5],"bs":["AA=="],"l":["x",1,null],'
        '"m":{"k":true,"a b":[]},"no":false}\n'
    )
    table = "get kinds aGk= -o table --projection"
    assert kinds.ok(f"{table} id,s,n,b").out == (
        "id    b                                          n  s\n"
        "────  ────  ──────────────────────────────────────  ─────────────────\n"
        "aGk=  /w==  12345678901234567890123456789012345678  line\\nend é\\u202e\n"
    )
    assert kinds.ok(f"{table} ss,ns,bs,l,m,no").out.splitlines()[2] == (
        '{AA==}  ["x", 1, null]  {k: true, "a b": []}  false  {1, 2.5}  {"a", "b"}'
    )
    assert kinds.ok("get kinds aGk= -o csv").out == (
        "id,b,bs,l,m,n,no,ns,s,ss\n"
        'aGk=,/w==,"[""AA==""]","[""x"",1,null]","{""k"":true,""a b"":[]}",'
        '12345678901234567890123456789012345678,false,"[1,2.5]","line\nend é\u202e",'
        '"[""a"",""b""]"\n'
    )


def test_an_item_that_is_not_there(orders: Shell) -> None:
    for command in ("get orders bob 4", "rm orders bob 4 --yes"):
        ended = orders.run(command)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == "dyntui: orders has no item with the key customer bob, placed 4\n"


def test_a_key_with_a_minus_or_a_quote(orders: Shell) -> None:
    for key in ("-5", "1e2"):
        orders.ok(["put", "orders", "--plain", f'{{"customer": "-x \'y\'", "placed": {key}}}'])
        assert orders.ok(["get", "orders", "--plain", "--", "-x 'y'", key]).json == {
            "customer": "-x 'y'",
            "placed": float(key),
        }


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("get orders", "Missing argument 'KEY...'"),
        ("get orders bob", "the key of orders is customer (S) and placed (N): give 2 values"),
        ("get orders bob 3 4", "give 2 values"),
        ("get orders bob three", "placed is a number"),
        ("rm orders bob three --yes", "placed is a number"),
        ("get orders bob 3 --projection 'a['", "--projection: [ has no meaning here"),
        ("rm orders bob 3", "Delete customer bob, placed 3 from orders? Nobody is there to answer"),
        ("put orders", "Missing argument 'ITEM|-|file://PATH'"),
        ("put orders ''", "ITEM: not JSON: "),
        ("put orders '{'", "ITEM: not JSON: "),
        ("put orders order.json", "a file is given as file://order.json, standard input as -"),
        ("put orders '{' --plain", "ITEM: not JSON: "),
        ("put orders 5", "ITEM: an item is an object, such as"),
        ("put orders '[5]'", "ITEM: an item is an object, such as"),
        ("put orders '5' --plain", "an item is an object, such as"),
        ("put orders '{\"a\": NaN}' --plain", "NaN is not a number"),
        ("put orders file:///nowhere", "file:///nowhere: No such file or directory"),
        ("put orders file:///", "file:///: Is a directory"),
        ("put orders file://", "the name of a file is missing"),
    ],
)
def test_what_is_not_understood(command: str, message: str, orders: Shell) -> None:
    before = orders.ok("scan orders -o jsonl").out
    said = orders.misused(command)
    assert message in said
    assert "\n" not in said
    assert orders.ok("scan orders -o jsonl").out == before


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("{}", "Missing the key customer in the item"),
        ('{"customer": {"S": "x"}}', "Missing the key placed in the item"),
        (
            '{"customer": {"N": "5"}, "placed": {"N": "1"}}',
            "Type mismatch for key customer expected: S actual: N",
        ),
        ('{"customer": {"X": "5"}, "placed": {"N": "1"}}', "(ValidationException)"),
        (
            '{"customer": {"S": "x"}, "placed": {"N": "1"}, "t": {"S": "%s"}}' % ("y" * 410_000),
            "Item size has exceeded the maximum allowed size",
        ),
    ],
)
def test_what_the_service_refuses(item: str, message: str, orders: Shell) -> None:
    before = orders.ok("scan orders -o jsonl").out
    assert message in orders.refused(["put", "orders", "-"], stdin=item)
    assert orders.ok("scan orders -o jsonl").out == before


def test_plain_json_without_plain_gets_a_hint(orders: Shell) -> None:
    said = orders.refused('put orders \'{"customer": "x", "placed": 1}\'').splitlines()
    assert "(SerializationException)" in said[0]
    assert said[1:] == [
        'each value needs its type, as in {"id": {"S": "a"}}; plain JSON is read with --plain'
    ]


def test_an_item_takes_the_place_of_one_with_its_key(orders: Shell) -> None:
    orders.ok('put orders \'{"customer": {"S": "bob"}, "placed": {"N": "3.0"}}\'')
    assert orders.ok("get orders bob 3").json == {"customer": {"S": "bob"}, "placed": {"N": "3"}}
    assert orders.ok("rm orders bob 3 --yes").both == ""
    assert orders.run("get orders bob 3").code == 1


# Many items.


@pytest.mark.parametrize(
    "text",
    [
        '{"id": {"S": "a"}}\n\n{"id": {"S": "b"}}\n',
        '[{"id": {"S": "a"}},\n {"id": {"S": "b"}}]',
        '[\n  {"Item": {"id": {"S": "a"}}},\n  {"id": {"S": "b"}}\n]\n',
        '\ufeff{"Item": {"id": {"S": "a"}}}\r\n{"Item": {"id": {"S": "b"}}}',
    ],
)
def test_shapes_of_many_items(text: str, shell: Shell, tmp_path: Path) -> None:
    shell.ok("create letters --key id:S")
    assert shell.ok("put letters -", stdin=text.encode()).err == "2 items written\n"
    assert sorted(shell.ok("scan letters -o jsonl --plain").out.splitlines()) == [
        '{"id":"a"}',
        '{"id":"b"}',
    ]
    (tmp_path / "letters.json").write_bytes(text.encode())
    assert shell.ok(f"put letters file://{tmp_path}/letters.json").err == "2 items written\n"


def test_no_items_at_all(orders: Shell) -> None:
    assert orders.ok("put orders []").err == "no items\n"
    assert "stdin: there is no item in it" in orders.misused("put orders -", stdin=" \n\n")


def test_a_line_that_is_none_is_told_with_its_number(orders: Shell) -> None:
    good = b'{"customer": "a", "placed": 1}\n'
    assert "stdin, line 3: not JSON" in orders.misused(
        "put orders - --plain", stdin=good * 2 + b"{"
    )
    assert "stdin: not UTF-8 text (byte 0)" in orders.misused("put orders -", stdin=b"\xff\xfe")
    assert "stdin, line 2: not UTF-8 text" in orders.misused(
        "put orders - --plain", stdin=good + b'{"a": "\xff"}'
    )
    assert orders.ok("describe orders -o json").json["ItemCount"] == 3


def test_nothing_is_written_where_one_of_many_items_is_bad(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.operations.load._GATHERED_ITEMS", 50)
    shell.ok("create many --key id:S")
    good = "".join(f'{{"id": "{number}"}}\n' for number in range(60))
    assert "Type mismatch" in shell.refused("put many - --plain", stdin=good + '{"id": 5}\n')
    assert "line 61: not JSON" in shell.misused("put many - --plain", stdin=good + "{")
    assert shell.ok("describe many -o json").json["ItemCount"] == 0


def test_binary_keys_in_plain_json_are_base64(kinds: Shell) -> None:
    kinds.ok('put kinds --plain \'{"id": "AAE=", "x": "AAE="}\'')
    assert kinds.ok("get kinds AAE=").json == {"id": {"B": "AAE="}, "x": {"S": "AAE="}}
    assert "id is a binary key: give it as base64 text, not 'é'" in kinds.misused(
        'put kinds --plain \'{"id": "é"}\''
    )
    assert "id is binary: give it as base64 text" in kinds.misused("get kinds é")
