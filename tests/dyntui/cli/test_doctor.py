"""doctor: a sound folder, a damaged one, and giving space back."""

from __future__ import annotations

import re
from pathlib import Path

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
    assert lines[6:] == [
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
