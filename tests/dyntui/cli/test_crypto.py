"""`dyntui crypto` and `encrypt-table`: from a configuration to a verified table."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pexpect
import pytest

from tests.dyntui.cli.shell import Shell
from tests.dyntui.repl.talking import CONTROLS
from tests.program import WAIT_S

_KEY = "orders ada 1"


@pytest.fixture
def shop(orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The table `orders`, with a configuration in the working directory; its items are plain."""
    monkeypatch.chdir(tmp_path)
    orders.ok("crypto init orders --unsigned note --no-signature")
    return orders


@pytest.fixture
def sealed(shop: Shell) -> Shell:
    """The same with all items sealed."""
    shop.ok("encrypt-table orders --yes")
    return shop


def _stored(shell: Shell, key: str = _KEY) -> Any:
    return shell.ok(f"get {key}").json


def test_init_takes_attributes_from_keys_and_items(shop: Shell, tmp_path: Path) -> None:
    text = (tmp_path / "orders.crypto.toml").read_text()
    assert 'total = "ENCRYPT_AND_SIGN"' in text
    assert 'status = "SIGN_ONLY"' in text
    assert "signature = false" in text
    key = tmp_path / "orders.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in text
    told = shop.misused("crypto init orders")
    assert "orders.key: File exists" in told
    assert (tmp_path / "orders.crypto.toml").read_text() == text


def test_init_leaves_nothing_behind_where_it_fails(
    orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.crypto.toml").write_text("mine")
    assert "File exists" in orders.misused("crypto init orders")
    assert not (tmp_path / "orders.key").exists()
    for options, told in (
        ("--unsigned customer", "key attribute customer must be signed"),
        ("--beacon total", "write a name and its bits"),
    ):
        assert told in orders.misused(f"crypto init orders --config other.toml {options}")
    assert not (tmp_path / "other.toml").exists()


def _ask(folder: Path, answers: list[tuple[str, str]]) -> tuple[int | None, str]:
    """The wizard on a terminal: each answer is given to its question; code, and all it showed."""
    command = ["-m", "dyntui", "--data-dir", str(folder / "data"), "crypto", "init", "orders"]
    shown = ""
    process = pexpect.spawn(
        sys.executable, command, cwd=folder, encoding="utf-8", timeout=WAIT_S, dimensions=(40, 120)
    )
    try:
        for question, answer in answers:
            process.expect_exact(question)
            shown += process.before or ""
            process.send(f"{answer}\r")
        process.expect(pexpect.EOF)
        shown += process.before or ""
    finally:
        process.close()
    return process.exitstatus, CONTROLS.sub("", shown)


def test_on_a_terminal_init_asks_and_shows_what_an_outsider_sees(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    shell.ok("create orders --key id:S --gsi by-status=status:S")
    shell.ok(
        ["put", "orders", "--plain", '{"id": "1", "card": "4711", "seen": true, "status": "open"}']
    )
    answers = [
        ("card (4711)", ""),
        ("seen (true)", "n"),
        ("status (open) (s, c, n)", "e"),
        ("status (open) (s, c, n)", ""),
        ("card: find it", "24"),
        ("ECDSA signature", "n"),
        ("The key:", ""),
        ("Write this", "y"),
    ]
    code, shown = _ask(tmp_path, [*answers[:-1], ("Write this", "n")])
    assert (code, list(tmp_path.glob("orders*"))) == (1, [])
    assert "nothing was written" in shown
    code, shown = _ask(tmp_path, answers)
    assert code == 0
    assert re.search(r"card +▣ sealed 22 B +4711", shown)
    assert re.search(r"aws_dbe_b_card +[0-9a-f]{6}", shown)
    assert "crypto init orders --unsigned seen --beacon card=24 --no-signature" in shown
    made = tomllib.loads((tmp_path / "orders.crypto.toml").read_text())
    assert made["beacons"]["bits"] == {"card": 24}
    assert (made["signature"], made["unsigned"]) == (False, {"attributes": ["seen"]})
    code, shown = _ask(tmp_path, [])
    assert code == 252
    assert "crypto edit orders" in shown


def test_a_configuration_is_edited_so_far_as_items_stay_readable(
    sealed: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "orders.crypto.toml"
    path.write_text(path.read_text().replace("[keyring]", "# where the key is\n[keyring]"))
    before = path.read_text()
    for options, told in (
        ("", "say what to change"),
        ("--sign total --encrypt total", "named twice"),
        ("--sign customer", "customer is a key attribute"),
        ("--encrypt status", "status is a key of an index"),
        ("--unsigned total", "total has to stay signed"),
        ("--sign note", "note has to stay unsigned"),
        ("--beacon status=8", "status has a beacon, so that it has to be encrypted"),
        ("--beacon total=64", "1 to 63 bits"),
        ("--context aws_dbe_x", "reserved"),
    ):
        assert told in sealed.misused(f"crypto edit orders {options}"), options
        assert path.read_text() == before
    assert not (tmp_path / "orders.beacon.key").exists()
    edited = sealed.ok(
        "crypto edit orders --sign total --encrypt more --unsigned later --signature"
    )
    assert "encrypt-table orders --again" in edited.err
    made = tomllib.loads(path.read_text())
    assert (made["actions"]["total"], made["actions"]["more"]) == ("SIGN_ONLY", "ENCRYPT_AND_SIGN")
    assert (made["signature"], made["unsigned"]["attributes"]) == (True, ["later", "note"])
    assert "# where the key is\n[keyring]" in path.read_text()
    assert sealed.ok("verify orders").out.endswith("all are right\n")
    sealed.ok("crypto edit orders --encrypt total --beacon total=20 --context status")
    made = tomllib.loads(path.read_text())
    assert made["beacons"]["bits"] == {"total": 20}
    assert made["actions"]["customer"] == "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"
    assert "total has a beacon" in sealed.misused("crypto edit orders --sign total")
    sealed.ok("encrypt-table orders --again --yes")
    assert "aws_dbe_b_total" in _stored(sealed)


def test_items_go_through_a_pipe_and_back(shop: Shell) -> None:
    item = {"customer": {"S": "eve"}, "placed": {"N": "9"}, "total": {"N": "3"}}
    out = shop.ok("crypto encrypt orders -", stdin=orjson.dumps(item)).out
    assert list(orjson.loads(out)["total"]) == ["B"]
    shop.ok("put orders -", stdin=out)
    back = shop.ok("crypto decrypt orders -", stdin=shop.ok("get orders eve 9").out)
    assert back.json == item
    plain = shop.ok(["crypto", "encrypt", "orders", "--plain", '{"customer": "e", "placed": 1}'])
    assert orjson.loads(plain.out)["customer"] == {"S": "e"}


def test_what_is_not_right_is_not_shown(sealed: Shell) -> None:
    item = _stored(sealed)
    item["status"] = {"S": "paid"}
    ended = sealed.run("crypto decrypt orders -", stdin=orjson.dumps(item))
    assert (ended.code, ended.out) == (1, "")
    assert "item customer ada, placed 1 of orders: no tag is right" in ended.err
    ended = sealed.run(["crypto", "encrypt", "orders", '{"customer": {"S": "e"}}'])
    assert (ended.code, ended.out) == (1, "")
    assert "key attribute placed is missing" in ended.err


def test_verify_reports_what_is_not_right(sealed: Shell) -> None:
    ended = sealed.ok("crypto verify orders")
    assert ended.out == "3 items: 3 sealed\nall are right\n"
    item = _stored(sealed)
    sealed.ok("put orders -", stdin=orjson.dumps(item | {"status": {"S": "paid"}}))
    sealed.ok(["put", "orders", '{"customer": {"S": "eve"}, "placed": {"N": "9"}}'])
    ended = sealed.run("crypto verify orders")
    assert ended.code == 3
    lines = ended.out.splitlines()
    assert lines[-2:] == ["4 items: 3 sealed, 1 plain", "2 are not right"]
    assert (
        "customer ada, placed 1: no tag is right: a signed attribute is not as it was sealed"
        in (lines)
    )
    report = sealed.run("crypto verify orders -o json").json
    assert report["states"] == {"sealed": 3, "legacy": 0, "plain": 1}
    assert {one["error"] for one in report["refused"]} == {"ItemTamperedError", "NotSealedError"}


def test_verify_has_a_short_spelling(sealed: Shell) -> None:
    assert sealed.ok("verify orders").out == sealed.ok("crypto verify orders").out
    item = _stored(sealed) | {"status": {"S": "paid"}}
    sealed.ok("put orders -", stdin=orjson.dumps(item))
    assert sealed.run("verify orders").code == 3


def test_inspect_shows_header_recipients_and_actions(sealed: Shell) -> None:
    shown = sealed.ok(f"crypto inspect {_KEY}").out
    for line in (
        "state        sealed",
        "verified     yes",
        "suite        0x6700 (mac only)",
        "recipient 1  dyntui orders",
        "total     ENCRYPT_AND_SIGN",
        "customer  SIGN_ONLY",
    ):
        assert line in shown.splitlines()
    document = sealed.ok(f"crypto inspect {_KEY} -o json").json
    assert document["recipients"] == [{"provider": "dyntui", "key": "orders"}]
    assert document["actions"]["status"] == "SIGN_ONLY"


def test_inspect_needs_no_key(sealed: Shell, tmp_path: Path) -> None:
    (tmp_path / "orders.key").unlink()
    ended = sealed.run(f"crypto inspect {_KEY}")
    assert ended.code == 1
    assert "orders.key: No such file" in ended.out
    assert "total     ENCRYPT_AND_SIGN" in ended.out


def test_encrypt_table_goes_on_where_it_ended(shop: Shell) -> None:
    shop.ok("encrypt-table orders --yes")
    before = _stored(shop)
    shop.ok(["put", "orders", '{"customer": {"S": "eve"}, "placed": {"N": "9"}}'])
    assert "1 item sealed, 3 passed over" in shop.ok("encrypt-table orders --yes").err
    assert _stored(shop) == before
    assert "4 items sealed" in shop.ok("encrypt-table orders --again --yes").err
    assert _stored(shop)["aws_dbe_head"] != before["aws_dbe_head"]
    assert shop.ok("crypto verify orders").code == 0


def test_encrypt_table_stops_at_what_it_cannot_seal(shop: Shell) -> None:
    odd = '{"customer": {"S": "zoe"}, "placed": {"N": "1"}, "new": {"S": "x"}}'
    shop.ok(["put", "orders", odd])
    ended = shop.run("encrypt-table orders --yes")
    assert ended.code in (1, 3)
    assert "item customer zoe, placed 1 of orders: there is no action for the attribute new" in (
        ended.err
    )


def test_a_missing_configuration_is_told(orders: Shell, tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    told = orders.misused(f"crypto verify orders --config {path}")
    assert "there is no such configuration; `dyntui crypto init orders` makes one" in told
    assert orders.refused(f"crypto inspect nope 1 --config {path}").startswith("An error occurred")


@pytest.mark.parametrize("verb", ["crypto verify", "encrypt-table --yes", "crypto inspect"])
def test_the_configuration_of_a_table_with_other_keys_is_refused(shop: Shell, verb: str) -> None:
    """Its items would be bound to the wrong attributes."""
    shop.ok("create others --key customer:S")
    shop.ok(["put", "others", '{"customer": {"S": "ada"}}'])
    key = " ada" if verb.endswith("inspect") else ""
    told = shop.misused(f"{verb} others{key} --config orders.crypto.toml")
    assert "orders.crypto.toml: the key of others is customer, not customer and placed" in told
    assert shop.ok("get others ada").json == {"customer": {"S": "ada"}}


def test_branch_keys_are_kept_in_a_table_for_them(orders: Shell) -> None:
    orders.ok("keys create --alias root")
    for more in ("tenant --kms-key alias/root", "tenant --rotate"):
        told = orders.misused(f"crypto branch-key orders {more}")
        assert "orders is no table of branch keys: its key is customer and placed" in told


def test_items_under_a_branch_key_that_is_rotated(
    orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    orders.ok("keys create --alias root")
    made = orders.ok("crypto branch-key branches tenant --kms-key alias/root")
    assert (made.out, "made the table branches" in made.err) == ("tenant\n", True)
    for words, told in (
        ("crypto branch-key branches tenant", "needs --kms-key"),
        ("crypto branch-key branches --rotate", "needs --kms-key"),
        ("crypto branch-key branches x --rotate --kms-key alias/root", "needs --kms-key"),
        ("crypto init orders --branch-key tenant", "write the table of branch keys/the id"),
        ("crypto init orders --branch-key a/b --kms-key alias/root", "not together"),
    ):
        assert told in orders.misused(words)
    for words, told in (
        ("crypto branch-key branches tenant --kms-key alias/root", "is there already"),
        ("crypto branch-key branches --kms-key alias/none", "is not found"),
        ("crypto branch-key branches other --rotate", "other has no branch:ACTIVE"),
    ):
        ended = orders.run(words)
        assert (ended.code, ended.out, told in ended.err) == (1, "", True)
    orders.ok("crypto init orders --branch-key branches/tenant --beacon total=20")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "orders.crypto.toml"]
    orders.ok("encrypt-table orders --yes")
    assert orders.ok("crypto branch-key branches tenant --rotate").out == "tenant\n"
    assert "all are right" in orders.ok("crypto verify orders").out
    orders.ok("encrypt-table orders --again --yes")
    assert "recipient 1       aws-kms-hierarchy tenant" in orders.ok(f"crypto inspect {_KEY}").out
    orders.ok("keys disable alias/root")
    assert "is disabled" in orders.run("crypto verify orders").err
