"""A full disk: a clear error, nothing half done, reads go on, and writes too once there is room."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from engine import ApiError, Engine, FolderError
from tests.engine.storage.things import (
    TABLE,
    add_index,
    data_file,
    make_table,
    numbers_of,
    put,
    put_many,
    thing,
)

LARGE = {"S": "x" * 3_000}
_FILES_END_HERE = 1_000_000


def fill(engine: Engine) -> tuple[int, ApiError]:
    """Put items until there is no room; gives how many were acknowledged, and the refusal."""
    number = 0
    while True:
        try:
            put(engine, thing(number, text=LARGE))
        except ApiError as error:
            return number, error
        number += 1


def write_under_a_limit(folder: Path) -> None:
    """In a process of its own: fill files up to their largest size, then raise it again."""
    import resource

    with Engine.open(folder) as engine:
        make_table(engine)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILES_END_HERE, hard))
        count, error = fill(engine)
        found = numbers_of(engine)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        put(engine, thing(-1))
        print(orjson.dumps([count, error.code, error.message, found, engine.check()]).decode())


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.engine.storage.test_full_disk", str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, code, message, found, problems = orjson.loads(done.stdout)
    assert (code, problems) == ("InternalServerError", [])
    assert message == f"{data_file(tmp_path / 'data')}: the disk is full; nothing was written"
    assert found == list(range(count))
    assert count > 10
    with Engine.open(tmp_path / "data") as engine:
        assert numbers_of(engine) == [-1, *range(count)]
        assert engine.check() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("only root mounts file systems")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def use_up(place: Path) -> Path:
    """Take all the room that is left."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (4_096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


def test_on_a_full_disk_nothing_is_half_written_and_reads_go_on(small_disk: Path) -> None:
    folder, ballast = small_disk / "data", small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    with Engine.open(folder) as engine:
        make_table(engine, indexed=True)
        count, error = fill(engine)
        assert error.message.endswith("the disk is full; nothing was written")
        use_up(small_disk)
        larger = thing(0, text={"S": "y" * 30_000})
        requests: tuple[Callable[[], None], ...] = (
            lambda: put(engine, larger),
            lambda: put_many(engine, range(1_000, 1_100)),
            engine.compact,
        )
        for request in requests:
            with pytest.raises(ApiError, match="the disk is full"):
                request()
        assert numbers_of(engine) == numbers_of(engine, "by-g") == list(range(count))
        assert engine.check() == []
    with Engine.open(folder) as engine:
        assert numbers_of(engine) == list(range(count))
        ballast.unlink()
        engine.delete_item(TableName=TABLE, Key={"p": {"S": "p"}, "r": {"N": "0"}})
        assert numbers_of(engine) == list(range(1, count))
        assert engine.check() == []


def test_a_table_that_is_being_indexed_outlives_a_full_disk(small_disk: Path) -> None:
    with Engine.open(small_disk / "data") as engine:
        make_table(engine)
        for number in range(20):
            put(engine, thing(number, text=LARGE))
        filler = use_up(small_disk)
        with pytest.raises(ApiError, match="the disk is full"):
            engine.update_table(**add_index())
        filler.unlink()
        assert numbers_of(engine) == list(range(20))
        assert engine.check() == []


def test_a_folder_cannot_be_made_on_a_full_disk_and_can_be_later(small_disk: Path) -> None:
    with Engine.open(small_disk / "data") as engine:
        make_table(engine)
    filler = use_up(small_disk)
    with pytest.raises(FolderError, match="No space left"):
        Engine.open(small_disk / "new")
    with pytest.raises(FolderError, match="the disk is full"):
        Engine.open(small_disk / "data", "eu-west-1")
    assert not (small_disk / "data" / "eu-west-1" / "data.db").exists()
    filler.unlink()
    Engine.open(small_disk / "new").close()
    Engine.open(small_disk / "data", "eu-west-1").close()


if __name__ == "__main__":
    write_under_a_limit(Path(sys.argv[1]))
