"""The HTTP server: against other servers, and against itself, side by side in one run.

    python -m tests.benchmarks.server [peers] [commits] [beside] [idle] [overhead] [memory]

wrk sends the load (see `load`). Other servers are measured where they are installed (see `peers`).
All listen at loopback only.
"""

from __future__ import annotations

import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson

from engine import Engine
from tests.benchmarks import load, peers
from tests.benchmarks.load import Rate
from tests.benchmarks.peers import Peer, Running

# Goals as multiples of dynalite's rate at 8 connections, by load and durability.
_GOALS = {
    ("GetItem", "relaxed"): 4.0,
    ("Query of 50", "relaxed"): 8.0,
    ("UpdateItem", "relaxed"): 2.0,
    ("PutItem", "relaxed"): 2.0,
    ("PutItem", "full"): 1.0,
    ("Scan with filter", "relaxed"): 5.0,
    ("BatchWriteItem of 25", "relaxed"): 6.0,
}
_ROUNDS = 3
_SECONDS = 2


@contextmanager
def filled(*wanted: Peer) -> Iterator[list[Running]]:
    """Servers with the table and its items; one that is missing is passed over with a word."""
    with ExitStack() as stack:
        running = []
        for peer in wanted:
            if peer.missing:
                print(f"  passed over: {peer.missing}")
                continue
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            server = stack.enter_context(peers.started(peer, Path(folder)))
            load.fill(server)
            running.append(server)
        yield running


def compare_with_peers() -> None:
    """Rates at 1 and 8 connections, rounds interleaved, the best of each."""
    print("requests per second at 1 and 8 connections, and at 8 the processor's µs for a request")
    # In memory too, where dynalite keeps all it has.
    in_memory = peers.ours("dyntui in memory", "--in-memory")
    ours = [peers.on_disk("relaxed"), peers.on_disk("full"), in_memory]
    with filled(*ours, *peers.others()) as servers:
        for prepared in load.loads().values():
            rates: dict[tuple[str, int], list[Rate]] = {}
            for _ in range(_ROUNDS):
                for server in servers:
                    for connections in (1, 8):
                        rate = load.run(server, prepared, connections, _SECONDS)
                        rates.setdefault((server.name, connections), []).append(rate)
            _print_peers(prepared.name, {at: load.best(all_) for at, all_ in rates.items()})


def _print_peers(name: str, rates: dict[tuple[str, int], Rate]) -> None:
    print(f"  {name}")
    reference = rates.get(("dynalite", 8))
    for server in dict.fromkeys(server for server, _ in rates):
        one, eight = rates[server, 1], rates[server, 8]
        line = f"    {server:16} {_rate(one)} {_rate(eight)} {eight.processor_us:9,.1f} µs"
        if reference is not None and server != "dynalite" and not reference.refused:
            line += f"  {eight.per_s / reference.per_s:5.2f} times dynalite's rate"
            line += f", {reference.processor_us / eight.processor_us:5.2f} by processor"
            goal = _GOALS.get((name, server.removeprefix("dyntui ")))
            line += f" (goal {goal:g})" if goal else ""
        print(line)


def _rate(rate: Rate) -> str:
    return "  not offered" if rate.refused else f"{rate.per_s:10,.0f}/s"


def share_commits() -> None:
    """Durable PutItem with 1, 8, 16 and 64 in flight, as multiples of one."""
    print("durable PutItem by requests in flight")
    prepared = load.loads()["PutItem"]
    with filled(peers.on_disk("full")) as (server,):
        best = {
            connections: load.best(
                [load.run(server, prepared, connections, _SECONDS) for _ in range(_ROUNDS)]
            )
            for connections in (1, 8, 16, 64)
        }
    for connections, rate in best.items():
        multiple = rate.per_s / best[1].per_s
        goal = " (goal 4.5)" if connections == 16 else ""
        print(
            f"  {connections:3} {rate.per_s:9,.0f}/s  p99 {rate.p99_us:,} µs {multiple:6.2f}{goal}"
        )


def read_beside() -> None:
    """GetItem alone, beside 8 durable writers, and beside a client that scans all the time."""
    print("GetItem at 8 connections")
    loads = load.loads()
    with filled(peers.on_disk("full")) as (server,):
        alone = load.best([load.run(server, loads["GetItem"], 8, _SECONDS) for _ in range(_ROUNDS)])
        print(f"  alone                {alone.per_s:9,.0f}/s  p99 {alone.p99_us:,} µs")
        for name, connections, title, goal in (
            ("PutItem", 8, "beside 8 writers", " (goal 0.5)"),
            ("Scan with filter", 1, "beside a full scan", ""),
        ):
            beside = load.start(server, loads[name], connections, _SECONDS + 1)
            time.sleep(0.5)
            rate = load.run(server, loads["GetItem"], 8, _SECONDS)
            other = load.finish(beside)
            share = rate.per_s / alone.per_s
            print(
                f"  {title:20} {rate.per_s:9,.0f}/s  p99 {rate.p99_us:,} µs  {share:.2f}{goal};"
                f" the other {other.per_s:,.0f}/s"
            )


def read_beside_idle(count: int = 10_000) -> None:
    """GetItem alone, and beside idle connections, half of which stopped amid a request."""
    print(f"GetItem at 8 connections, beside {count:,} idle ones")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    prepared = load.loads()["GetItem"]
    with filled(peers.on_disk("relaxed")) as (server,), ExitStack() as stack:
        for idle in (0, count):
            for number in range(idle):
                client = stack.enter_context(socket.create_connection((peers.HOST, server.port)))
                if number % 2:
                    client.send(b"POST / HTTP/1.1\r\nContent-Le")
            rates = [load.run(server, prepared, 8, _SECONDS) for _ in range(_ROUNDS)]
            rate = load.best(rates)
            print(
                f"  {idle:6,} {rate.per_s:9,.0f}/s  p99 {rate.p99_us:,} µs "
                f"{server.resident_mib():7.1f} MiB"
            )


def compare_with_call() -> None:
    """Processor time of a request over HTTP, and time of the same call in process."""
    print("microseconds of a processor per request: over HTTP, in process, what HTTP adds")
    loads = load.loads()
    with (
        filled(peers.on_disk("relaxed")) as (server,),
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Path(folder, "data"), durability="relaxed", throttling="off") as engine,
    ):
        _fill_engine(engine)
        for name in ("GetItem", "Query of 50", "PutItem", "UpdateItem"):
            runs = [load.run(server, loads[name], 8, _SECONDS) for _ in range(_ROUNDS)]
            over_http = load.best(runs).processor_us
            in_process = min(_call_us(engine, loads[name]) for _ in range(_ROUNDS))
            print(f"  {name:14} {over_http:7.1f} {in_process:7.1f} {over_http - in_process:7.1f}")


def _fill_engine(engine: Engine) -> None:
    engine.create_table(**load.DEFINITION)
    for partition in range(load.PARTITIONS):
        for position in range(load.ITEMS_PER_PARTITION):
            engine.put_item(
                TableName=load.TABLE, Item=load.item(partition, position, f"{partition}-{position}")
            )


def _call_us(engine: Engine, prepared: load.Load) -> float:
    bodies = [orjson.dumps(request) for request in prepared.requests] * 3
    start = time.process_time()
    for body in bodies:
        engine.call_wire(prepared.operation, body)
    return (time.process_time() - start) / len(bodies) * 1e6


def watch_memory(requests: int = 1_000_000) -> None:
    """Resident memory in the course of a million requests of all kinds."""
    print(f"resident memory over {requests:,} requests")
    loads = load.loads()
    names = ("GetItem", "PutItem", "UpdateItem", "Query of 50", "GetItem")
    with filled(peers.on_disk("relaxed")) as (server,):
        done = 0.0
        tenth = requests / 10
        next_at = 0.0
        while done < requests:
            for name in names:
                done += load.run(server, loads[name], 16, 1).per_s
            if done >= next_at:
                print(f"  {done:11,.0f} {server.resident_mib():8.1f} MiB")
                next_at += tenth


BENCHMARKS: dict[str, Callable[[], None]] = {
    "peers": compare_with_peers,
    "commits": share_commits,
    "beside": read_beside,
    "idle": read_beside_idle,
    "overhead": compare_with_call,
    "memory": watch_memory,
}


def main(names: list[str]) -> None:
    """Run the benchmarks of those names, or all."""
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
