"""Processes that export and import until they are done, or killed.

`python -m tests.engine.faults.transfers WORK FOLDER`: a line says that one more step is done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import Engine, VirtualClock
from engine.clock import SYSTEM_CLOCK
from engine.operations import export_job, import_job
from engine.transfer import layout
from tests.engine.faults.small_steps import tell_steps, telling
from tests.engine.storage.things import TABLE, definitions
from tests.engine.storage.writers import say

BUCKET = "bucket"
_FILE_BYTES = 8_000


def in_small_steps() -> None:
    """Let every work say a line for each small step."""
    tell_steps()
    layout.FILE_BYTES = _FILE_BYTES
    for module, name in ((export_job, "_items"), (export_job, "_changes"), (import_job, "_items")):
        setattr(module, name, telling(getattr(module, name)))
    put = layout._put

    def told_put(*arguments: Any) -> None:
        put(*arguments)
        say("file")

    layout.__dict__["_put"] = told_put


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
