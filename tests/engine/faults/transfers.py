"""Processes that export and import until they are done, or killed.

`python -m tests.engine.faults.transfers WORK FOLDER`: a line says that one more step is done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine import Engine, VirtualClock
from engine.clock import SYSTEM_CLOCK
from engine.operations import export_job, import_job, jobs, restore_job
from engine.transfer import layout
from tests.engine.storage.things import TABLE, definitions
from tests.engine.storage.writers import say

BUCKET = "bucket"
_STEP = 20
_FILE_BYTES = 8_000


def in_small_steps() -> None:
    """Let every work say a line for each small step."""
    restore_job._STEP_ITEMS = _STEP
    layout.FILE_BYTES = _FILE_BYTES
    step = jobs.Running.step

    def told(self: jobs.Running, work: Any, state: Any) -> None:
        step(self, work, state)
        say("step")

    jobs.Running.step = told  # type: ignore[method-assign]
    _tell_each("_items", export_job)
    _tell_each("_changes", export_job)
    _tell_each("_items", import_job)
    put = layout._put

    def told_put(*arguments: Any) -> None:
        put(*arguments)
        say("file")

    layout.__dict__["_put"] = told_put


def _tell_each(name: str, module: Any) -> None:
    rows = getattr(module, name)

    def told_rows(*arguments: Any) -> Iterator[Any]:
        for number, row in enumerate(rows(*arguments)):
            if number % _STEP == 0:
                say("rows")
            yield row

    setattr(module, name, told_rows)


def export(engine: Engine) -> None:
    """Export the table."""
    arn = engine.describe_table(TableName=TABLE)["Table"]["TableArn"]
    engine.export_table_to_point_in_time(TableArn=arn, S3Bucket=BUCKET)


def import_(engine: Engine) -> None:
    """Import what lies in the bucket."""
    engine.import_table(
        S3BucketSource={"S3Bucket": BUCKET, "S3KeyPrefix": "in/"},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={
            "TableName": "again",
            "AttributeDefinitions": definitions({"p": "S", "r": "N"}),
            "KeySchema": [
                {"AttributeName": "p", "KeyType": "HASH"},
                {"AttributeName": "r", "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )


WORKS: dict[str, Callable[[Engine], None]] = {"export": export, "import": import_}

if __name__ == "__main__":
    # With a clock of our own the work is done in this process, which is the one that is killed.
    clock = VirtualClock(SYSTEM_CLOCK.now_us())
    with Engine.open(Path(sys.argv[2]), clock=clock) as opened:
        in_small_steps()
        say("ready")
        WORKS[sys.argv[1]](opened)
        say("done")
