"""What was acknowledged over HTTP survives a kill of the server."""

from __future__ import annotations

import socket
import threading
from http.client import HTTPException
from pathlib import Path

from engine import Account
from tests.dyntui.serve.live import HOST, RawClient, request_json, request_text
from tests.dyntui.serve.test_command import WAIT_S, serving
from tests.dyntui.serve.test_protocol import create_table


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    acknowledged: list[set[int]] = [set() for _ in range(4)]
    with serving("--data-dir", folder) as running:
        running.ask(request_text("CreateTable", create_table("some")))

        def write(mine: set[int], first: int) -> None:
            with RawClient(socket.create_connection((HOST, running.port), WAIT_S)) as client:
                for number in range(first, first + 100_000):
                    item = {"pk": {"S": str(number)}}
                    try:
                        client.send(request_json("PutItem", TableName="some", Item=item))
                        assert client.receive().status == 200
                    except (OSError, HTTPException):
                        return
                    mine.add(number)

        threads = [
            threading.Thread(target=write, args=(mine, index * 100_000))
            for index, mine in enumerate(acknowledged)
        ]
        for thread in threads:
            thread.start()
        while sum(map(len, acknowledged)) < 200:
            assert any(thread.is_alive() for thread in threads)
        running.process.kill()
        for thread in threads:
            thread.join()
    with Account.open(folder) as account:
        engine = account.engine()
        kept = {int(item["pk"]["S"]) for item in engine.scan(TableName="some")["Items"]}
        assert set().union(*acknowledged) <= kept
        # What was under way may have been kept too, at most one write of each client.
        assert len(kept) <= sum(map(len, acknowledged)) + 4
        assert engine.check() == []
