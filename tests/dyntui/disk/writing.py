"""A process that writes planted items while the table goes from key to key, until it is killed."""

from __future__ import annotations

import sys
from itertools import cycle

from engine import ApiError, Engine
from tests.dyntui.disk.test_no_plain_text import TABLE, item, make_table
from tests.engine.atrest.sealed import AWS_MANAGED, AWS_OWNED, Json, under, use

_PUTS = 20


def _switch(engine: Engine, kind: Json) -> None:
    """Switch the key, unless the process before was killed amid that, or after it."""
    try:
        use(engine, kind, TABLE)
    except ApiError as error:
        if "already" not in error.message and error.code != "ResourceInUseException":
            raise


def main(folder: str) -> None:
    """Tells of each step in a line."""
    with Engine.open(folder, throttling="off") as engine:
        if not engine.list_tables()["TableNames"]:
            engine.keys.create(alias="alias/one")
            make_table(engine)
        for kind in cycle((under("alias/one"), AWS_OWNED, AWS_MANAGED, AWS_OWNED)):
            for number in range(_PUTS):
                engine.put_item(TableName=TABLE, Item=item(number, 1 + 20 * number))
                print("put", flush=True)
            _switch(engine, kind)
            print("switched", flush=True)
            engine.create_backup(TableName=TABLE, BackupName="backup")


if __name__ == "__main__":
    main(sys.argv[1])
