"""Where archives lie: whole or not at all, and nothing left of what was cut off."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.archives.shelf import SNAPSHOTS, Shelves
from engine.errors import FolderAccessError
from engine.storage.folder import open_folder
from tests.engine.security.stores import memory_keys

REGION = "us-east-1"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    """The shelves of a Region of a folder."""
    return Shelves(open_folder(tmp_path), REGION, memory_keys())


def test_a_file_has_its_name_when_it_is_whole(shelves: Shelves) -> None:
    with shelves.creating(SNAPSHOTS, "one") as file:
        file.write(b"whole")
        assert shelves.names(SNAPSHOTS) == []
    assert shelves.names(SNAPSHOTS) == ["one"]
    path = shelves.path(SNAPSHOTS, "one")
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["one"]


def half(shelves: Shelves) -> None:
    """Fail amid a file."""
    with shelves.creating(SNAPSHOTS, "one") as file:
        file.write(b"half")
        raise ValueError("midway")


def test_what_fails_leaves_nothing(shelves: Shelves) -> None:
    with pytest.raises(ValueError, match="midway"):
        half(shelves)
    assert os.listdir(shelves.path(SNAPSHOTS, "one").parent) == []


def test_what_a_kill_left_is_removed_and_what_is_at_work_is_not(shelves: Shelves) -> None:
    folder = shelves.path(SNAPSHOTS, "x").parent
    folder.mkdir()
    (folder / "old-12345678.unfinished").write_bytes(b"half")
    with shelves.creating(SNAPSHOTS, "one") as one, shelves.creating(SNAPSHOTS, "one") as other:
        one.write(b"one")
        other.write(b"other")
        assert len(os.listdir(folder)) == 2
    assert os.listdir(folder) == ["one"]
    assert shelves.path(SNAPSHOTS, "one").read_bytes() == b"one"


def test_a_folder_that_cannot_be_written_is_named(shelves: Shelves) -> None:
    shelves.path(SNAPSHOTS, "x").parent.write_bytes(b"a file in its place")
    with (
        pytest.raises(FolderAccessError, match="snapshots"),
        shelves.creating(SNAPSHOTS, "one"),
    ):
        pass


def test_in_memory_there_is_a_folder_as_long_as_it_is_needed() -> None:
    shelves = Shelves(None, REGION, memory_keys())
    assert shelves.names(SNAPSHOTS) == []
    with shelves.creating(SNAPSHOTS, "one") as file:
        file.write(b"whole")
    path = shelves.path(SNAPSHOTS, "one")
    assert shelves.names(SNAPSHOTS) == ["one"]
    shelves.close()
    shelves.close()
    assert not path.exists()
    assert shelves.names(SNAPSHOTS) == []
