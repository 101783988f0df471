"""The data folder: what can be wrong with it, and that every fault has an error of its own."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import orjson
import pytest

from engine import Account, ApiError, Engine, FolderError
from engine.errors import (
    ConfigError,
    DamagedError,
    FolderAccessError,
    NewerFormatError,
    WrongKeyError,
)
from engine.storage import folder as folders
from tests.engine.operations.tables import items_of, make_tables, s

SECRET = "a secret that must not be read from the disk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with tables and an item."""
    path = tmp_path / "data"
    with Engine.open(path) as engine:
        make_tables(engine)
        engine.put_item(TableName="hash", Item={"p": s("a"), "t": s(SECRET)})
        for number in range(200):
            engine.put_item(TableName="hash", Item={"p": s(str(number)), "t": s("x" * 900)})
    return path


def open_region(path: Path) -> None:
    with Engine.open(path) as engine:
        engine.list_tables()


def test_what_was_written_is_there_again(folder: Path) -> None:
    with Engine.open(folder) as engine:
        assert len(items_of(engine, "hash")) == 201
        assert engine.check() == []


def test_the_key_is_its_owners_only(folder: Path) -> None:
    key = folder / "keys" / "page.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_no_plain_text_is_on_the_disk(tmp_path: Path) -> None:
    with Engine.open(tmp_path) as engine:
        make_tables(engine)
        engine.put_item(TableName="hash", Item={"p": s("a"), "t": s(SECRET)})
        found = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name == "data.db-wal" for path in found)
        for path in found:
            assert SECRET.encode() not in path.read_bytes(), path
            assert b"SQLite format 3" not in path.read_bytes(), path


def test_another_key_is_told_from_damage(folder: Path) -> None:
    key = folder / "keys" / "page.key"
    key.write_text("0" * 64)
    with pytest.raises(WrongKeyError, match="not the key with which the folder was made"):
        open_region(folder)
    key.unlink()
    with pytest.raises(WrongKeyError, match="is missing"):
        open_region(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', b"\xff\xfe"])
def test_a_damaged_description(folder: Path, content: bytes) -> None:
    (folder / "folder.json").write_bytes(content)
    with pytest.raises(DamagedError):
        open_region(folder)


def test_a_description_that_is_gone_is_not_made_anew_beside_data(folder: Path) -> None:
    (folder / "folder.json").unlink()
    with pytest.raises(DamagedError, match="restore it"):
        open_region(folder)
    assert not (folder / "folder.json").exists()


def test_a_newer_folder(folder: Path) -> None:
    form = orjson.loads((folder / "folder.json").read_bytes())
    (folder / "folder.json").write_bytes(orjson.dumps(form | {"format": 2}))
    with pytest.raises(NewerFormatError):
        open_region(folder)


def test_a_newer_database(folder: Path) -> None:
    with Engine.open(folder) as engine:
        connection = engine._region.database.connect()
        connection.execute("PRAGMA user_version=99")
        connection.close()
    with pytest.raises(NewerFormatError):
        open_region(folder)


@pytest.mark.parametrize("keep", [0, 100, 8_192, 20_000])
def test_a_truncated_database(folder: Path, keep: int) -> None:
    os.truncate(folder / "us-east-1" / "data.db", keep)
    assert problems_of(folder) != []


def problems_of(folder: Path) -> list[str]:
    """What opening the folder, reading it and checking it complain about."""
    try:
        with Engine.open(folder) as engine:
            engine.scan(TableName="hash")
            return engine.check()
    except (DamagedError, ApiError) as error:
        return [str(error)]


def test_a_flipped_bit_is_found(folder: Path) -> None:
    path = folder / "us-east-1" / "data.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    path.write_bytes(bytes(content))
    with Engine.open(folder) as engine:
        assert engine.check() != []


def test_damage_met_by_a_request_is_an_error_of_the_api(folder: Path) -> None:
    path = folder / "us-east-1" / "data.db"
    content = bytearray(path.read_bytes())
    for offset in range(8_192 * 3, len(content), 4_096):
        content[offset] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises((DamagedError, ApiError)) as caught, Engine.open(folder) as engine:
        engine.scan(TableName="hash")
    assert "damaged" in str(caught.value)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    with pytest.raises(FolderAccessError):
        open_region(path)
    assert path.read_text() == "text"


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(FolderAccessError, match="other files"):
        open_region(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_is_not_writable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FolderAccessError, match="not writable"):
        open_region(folder)


def test_a_network_file_system_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_NETWORK_FILE_SYSTEMS", frozenset({_kind_of(folder)}))
    with pytest.raises(FolderAccessError, match="network file system"):
        open_region(folder)
    with Account.open(folder, force_network=True) as account:
        assert account.engine().list_tables()["TableNames"] == ["hash", "local", "ranged"]


def _kind_of(path: Path) -> str:
    """The file system that a path is on, as /proc/mounts names it."""
    best, kind = "", ""
    for line in Path("/proc/mounts").read_text("utf-8").splitlines():
        point, found = line.split(" ")[1:3]
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind


def test_a_folder_can_be_moved(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    with Engine.open(moved) as engine:
        assert len(items_of(engine, "hash")) == 201


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("history = -1", "history"),
        ("history = 'x'", "history"),
        ("read_lag_s = true", "read_lag_s"),
        ("wording = 'old'", "wording"),
        ("durability = 'none'", "durability"),
        ("colour = 1", "colour is no setting"),
        ("history =", "config.toml"),
    ],
)
def test_settings_that_cannot_be(folder: Path, text: str, word: str) -> None:
    (folder / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=word):
        open_region(folder)


def test_settings_count(folder: Path) -> None:
    (folder / "config.toml").write_text("history = 0\nwording = '2026'\ndurability = 'relaxed'\n")
    with Engine.open(folder) as engine:
        engine.put_item(TableName="hash", Item={"p": s("new")})
        assert engine._region.settings.wording == "2026"
        assert engine._region.database.options.durability == "relaxed"


def test_a_region_that_cannot_be(folder: Path) -> None:
    for name in ("", "here", "../us-east-1", "us-east-1/x"):
        with pytest.raises(FolderError):
            Engine.open(folder, name)


def test_regions_are_apart(folder: Path) -> None:
    with Account.open(folder) as account:
        account.engine("eu-west-1").create_table(
            TableName="europe",
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        assert account.engine("us-east-1").list_tables()["TableNames"] == [
            "hash",
            "local",
            "ranged",
        ]
        assert account.regions_with_tables() == {"eu-west-1": 1, "us-east-1": 3}
