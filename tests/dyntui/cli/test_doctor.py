"""doctor: a sound folder, a damaged one, and giving space back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell

PAGE_BYTES = 8192


def damage(path: Path, first_page: int) -> None:
    """Change some bytes of every page from one on."""
    content = bytearray(path.read_bytes())
    for start in range(first_page * PAGE_BYTES, len(content), PAGE_BYTES):
        for place in range(start + 100, start + 120):
            content[place] ^= 0xFF
    path.write_bytes(content)


def test_a_sound_folder(orders: Shell) -> None:
    ended = orders.ok("doctor")
    assert ended.err == ""
    lines = ended.out.splitlines()
    assert lines[:2] == [
        "Region           us-east-1",
        f"file             {orders.folder}/us-east-1/data.db",
    ]
    assert re.fullmatch(r"file size        [\d,]+ bytes, [\d,]+ of them free", lines[2])
    assert re.fullmatch(r"write-ahead log  [\d,]+ bytes", lines[3])
    assert re.fullmatch(
        r"change log       3 entries of \d+ bytes since \d{4}-\d\d-\d\d \d\d:.*\+00:00", lines[4]
    )
    assert lines[5] == "key store        no keys"
    assert lines[7:] == [
        "table   index      items  bytes",
        "──────  ─────────  ─────  ─────",
        "orders                 3    131",
        "orders  by-status      3    131",
        "",
        "no problems",
    ]


def test_the_report_for_programs(orders: Shell) -> None:
    report = orders.ok("doctor -o json").json
    assert (report["problems"], report["region"]) == ([], "us-east-1")
    assert report["key_store"] == "no keys"
    assert report["sizes"][1] == {
        "name": "orders",
        "index_name": "by-status",
        "item_count": 3,
        "size_bytes": 131,
    }


def test_compacting_gives_space_back(shell: Shell) -> None:
    shell.ok("create big --key id:S")
    items = "".join(f'{{"id": "{number}", "text": "{"x" * 5000}"}}\n' for number in range(200))
    shell.ok("put big - --plain", stdin=items)
    shell.ok("drop big --yes")
    file = shell.folder / "us-east-1" / "data.db"
    before = file.stat().st_size
    ended = shell.ok("doctor --compact")
    said = re.fullmatch(r"compacted: ([\d,]+) bytes before, ([\d,]+) bytes now\n", ended.err)
    assert said is not None
    assert int(said[2].replace(",", "")) == file.stat().st_size <= before
    assert ended.out.endswith("no problems\n")


def test_a_damaged_file_is_told_page_by_page_and_table_by_table(orders: Shell) -> None:
    damage(orders.folder / "us-east-1" / "data.db", 4)
    ended = orders.run("doctor --compact")
    assert (ended.code, ended.err) == (1, "not compacted: there are problems\n")
    problems = ended.out.splitlines()
    assert any("page" in problem for problem in problems)
    assert any(
        problem.startswith("problem: orders: cannot be checked to the end") for problem in problems
    )
    assert re.fullmatch(r"\d+ problems", problems[-1])
    report = orders.run("doctor -o json")
    assert report.code == 1
    assert len(report.json["problems"]) == len(problems) - 1
    refused = orders.refused("scan orders")
    assert "the file is damaged; `dyntui doctor` tells where" in refused


def test_a_file_that_cannot_be_opened(orders: Shell) -> None:
    damage(orders.folder / "us-east-1" / "data.db", 0)
    ended = orders.run("doctor")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (253, "", 1)


def key_problems(shell: Shell, environment: dict[str, str] | None = None) -> list[str]:
    """What doctor says of the keys, without the folder's path."""
    ended = shell.run("doctor -o json", environment=environment)
    problems = [str(problem) for problem in ended.json["problems"]]
    assert ended.code == bool(problems)
    return [problem.replace(f"{shell.folder}/", "") for problem in problems]


def _loosen(name: str) -> Callable[[Path], object]:
    return lambda keys: (keys / name).chmod(0o644)


def _put_another_key(keys: Path) -> None:
    (keys / "master.key").write_text("0" * 64)


def _damage_the_store(keys: Path) -> None:
    path = keys / "kms-us-east-1.json"
    path.write_text(path.read_text().replace("sealed", "sealer"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_loosen("page.key"), "keys/page.key: others can read it: chmod 600"),
        (_loosen("master.key"), "keys/master.key: others can read it: chmod 600"),
        (lambda keys: keys.chmod(0o755), "keys: others can read it: chmod 700"),
        (_put_another_key, "keys/master.key: this is not the master key of the keys"),
        (lambda keys: (keys / "master.key").unlink(), "the master key of the keys is missing"),
        (lambda keys: (keys / "root.json").unlink(), "keys/root.json: missing beside keys"),
        (_damage_the_store, "keys/kms-us-east-1.json: the file is damaged"),
    ],
)
def test_what_is_wrong_with_the_key_store(
    change: Callable[[Path], object], told: str, orders: Shell
) -> None:
    orders.ok("keys create --alias shop")
    assert "key store        1 key, master key: file" in orders.ok("doctor").out
    change(orders.folder / "keys")
    [problem] = key_problems(orders)
    assert told in problem


def test_keys_under_a_passphrase_are_checked_once_it_is_given(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.security.master._SCRYPT", {"n": 1 << 8, "r": 8, "p": 1})
    orders.ok("keys create")
    master_key = (orders.folder / "keys" / "master.key").read_text()
    given = {"DYNTUI_MASTER_PASSPHRASE": "one two three four"}
    new = {"DYNTUI_NEW_MASTER_PASSPHRASE": "one two three four"}
    assert orders.run("keys master passphrase", environment=given | new).code == 0
    assert "locked: DYNTUI_MASTER_PASSPHRASE opens it" in orders.ok("doctor").out
    assert key_problems(orders, given) == []
    wrong = {"DYNTUI_MASTER_PASSPHRASE": "something else"}
    assert key_problems(orders, wrong) == ["the passphrase is not that of the keys"]
    left = orders.folder / "keys" / "master.key"
    left.touch(0o600)
    left.write_text(master_key)
    [problem] = key_problems(orders)
    assert problem.startswith("keys/master.key: left over")


def test_tables_whose_key_is_missing_or_disabled(orders: Shell) -> None:
    arn = orders.ok("keys create --alias shop").out.strip()
    specification = f"Enabled=true,SSEType=KMS,KMSMasterKeyId={arn}"
    orders.ok(f"dynamodb update-table --table-name orders --sse-specification {specification}")
    assert key_problems(orders) == []
    orders.ok("keys disable alias/shop")
    assert f"orders: its key {arn} is Disabled" in key_problems(orders)
    orders.ok("keys enable alias/shop")
    orders.ok("keys schedule-deletion alias/shop --days 7 --yes")
    assert f"orders: its key {arn} is PendingDeletion" in key_problems(orders)
    for name in ("kms-us-east-1.json", "root.json", "master.key"):
        (orders.folder / "keys" / name).unlink()
    assert f"orders: its key {arn} is missing" in key_problems(orders)
