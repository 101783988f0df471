"""PartiQL to the classic operations: a get, a parse, INSERTs through the prompt, a long SELECT."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout, suppress
from functools import partial
from io import StringIO
from pathlib import Path
from random import Random

from dyntui.cli.main import cli
from dyntui.core.statements.session import ClientCaller, StatementSession
from dyntui.core.statements.statements import Run, prepare
from engine import Engine
from engine.partiql.parser import parsed
from engine.partiql.values import literal, quoted_text
from tests.benchmarks.bulk import peak_mib
from tests.benchmarks.engines import create_table, engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import COLLECTION_ITEMS, TABLE, key_of, make_item
from tests.benchmarks.pairing import compare, seconds

_ITEMS = 10_000
_PIPE_ROUNDS = 3
_SELECT_ROUNDS = 5


def by_key(setting: Setting) -> Iterable[Figure]:
    """A SELECT with the full key against GetItem, and the parse of a text that was seen before."""
    count = setting.count(_ITEMS, least=2 * COLLECTION_ITEMS)
    calls = setting.count(400, least=20)
    numbers = Random(2).choices(range(count), k=calls)
    keys = [key_of(number) for number in numbers]
    statement = f'SELECT * FROM {TABLE} WHERE customer = ? AND "order" = ?'
    requests = [
        {"Statement": statement, "Parameters": [key["customer"], key["order"]]} for key in keys
    ]
    with engine_with(setting.folder / "statements", count, durability="relaxed") as db:
        found = [db.call("ExecuteStatement", request)["Items"] for request in requests]
        assert found == [[db.get_item(TableName=TABLE, Key=key)["Item"]] for key in keys]

        def subject() -> None:
            for request in requests:
                db.call("ExecuteStatement", request)

        def parse() -> None:
            for _ in requests:
                parsed(statement)

        def floor() -> None:
            for key in keys:
                db.get_item(TableName=TABLE, Key=key)

        pair = compare(subject, floor, setting.rounds)
        yield Figure("statement-by-key", pair.ratio, pair.detail(calls))
        pair = compare(parse, floor, setting.rounds)
        yield Figure("statement-parse", pair.ratio, pair.detail(calls))


def inserts(setting: Setting) -> Iterable[Figure]:
    """INSERTs through the pipe of `dyntui repl`, its start included, against durable PutItems."""
    count = setting.count(10_000, least=50)
    items = [make_item(number) for number in range(count)]
    script = "".join(
        f"INSERT INTO {TABLE} VALUE {{{_members(item)}}};\n" for item in items
    ).encode()
    pipe_s, put_s = [], []
    for turn in range(_PIPE_ROUNDS):
        folder = _with_table(setting.folder / f"pipe-{turn}")
        pipe_s.append(seconds(partial(_through_prompt, folder, script)))
        with Engine.open(_with_table(setting.folder / f"puts-{turn}"), throttling="off") as db:
            put_s.append(seconds(partial(_put, db, items)))
    ratio = min(pipe_s) / min(put_s)
    detail = f"{min(pipe_s) / count * 1e6:.0f} / {min(put_s) / count * 1e6:.0f} µs"
    yield Figure("statement-inserts", ratio, f"{detail} per item, {count:,} items")


def _with_table(folder: Path) -> Path:
    with Engine.open(folder, throttling="off") as db:
        create_table(db, TABLE)
    return folder


def _members(item: dict[str, dict[str, object]]) -> str:
    return ", ".join(f"{quoted_text(name)}: {literal(value)}" for name, value in item.items())


def _through_prompt(folder: Path, script: bytes) -> None:
    command = [sys.executable, "-m", "dyntui", "repl", "--data-dir", str(folder)]
    root = Path(__file__).parents[2]
    subprocess.run(command, input=script, check=True, capture_output=True, cwd=root)


def _put(db: Engine, items: list[dict[str, object]]) -> None:
    for item in items:
        db.put_item(TableName=TABLE, Item=item)


def select(setting: Setting) -> Iterable[Figure]:
    """A SELECT of everything, as the faces stream it, against Scan; and the memory of the first."""
    total = setting.count(1_000_000, least=1_000)
    folder = setting.folder / "select"
    with engine_with(folder, total, durability="relaxed") as db:
        session = StatementSession(ClientCaller(db, "script"))

        def subject() -> None:
            run = Run(session.caller, prepare(f"SELECT * FROM {TABLE}", session.table))
            assert sum(1 for _ in run) == total

        def floor() -> None:
            request = {"TableName": TABLE}
            scanned = 0
            while True:
                answer = db.call("Scan", request)
                scanned += sum(1 for _ in answer["Items"])
                if "LastEvaluatedKey" not in answer:
                    break
                request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            assert scanned == total

        pair = compare(subject, floor, _SELECT_ROUNDS)
    detail = f"{pair.detail(total)} per row, {total:,} items"
    yield Figure("statement-select-rate", 1 / pair.ratio, detail)
    mib = peak_mib(_select_all, folder, total)
    yield Figure("statement-select-memory", mib, f"{total:,} items", unit=" MiB")


def _select_all(folder: Path, total: int) -> None:
    """`dyntui sql` in this process, its rows counted as lines."""
    lines = _Lines()
    command = ["sql", "--data-dir", str(folder), "--yes", "-o", "jsonl"]
    with redirect_stdout(lines), suppress(SystemExit):
        cli.main([*command, f"SELECT * FROM {TABLE}"])
    assert lines.count == total


class _Lines(StringIO):
    """Counts the lines that are written, and keeps none."""

    count = 0

    def write(self, text: str) -> int:
        """See `StringIO.write`."""
        self.count += text.count("\n")
        return len(text)
