"""The data folder: its layout, its key, its format, and each thing that can be wrong with it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from engine import Account, Engine, FolderError
from engine.errors import (
    ConfigError,
    DamagedError,
    FolderAccessError,
    NewerFormatError,
    WrongKeyError,
)
from engine.storage import folder as folder_module
from engine.storage.folder import file_system
from tests.engine.storage.things import data_file, make_table, numbers_of, put, thing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed data folder with one item."""
    path = tmp_path / "data"
    with Engine.open(path) as engine:
        make_table(engine)
        put(engine, thing(1))
    return path


def files_of(folder: Path) -> dict[str, bytes | None]:
    """Every file of a folder with its content; folders have none."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def refuses(folder: Path, kind: type[FolderError], *words: str) -> None:
    """Opening the folder gives that error, in one line, and changes nothing."""
    before = files_of(folder) if folder.is_dir() else None
    with pytest.raises(FolderError) as caught:
        Engine.open(folder)
    assert type(caught.value) is kind
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    assert before == (files_of(folder) if folder.is_dir() else None)


def test_a_new_folder_has_its_files_and_keeps_them_to_its_owner(folder: Path) -> None:
    assert set(files_of(folder)) == {
        *("folder.json", "keys", "keys/page.key"),
        *("us-east-1", "us-east-1/data.db", "us-east-1/writers.lock"),
        *("us-east-1/meter.db", "us-east-1/meter.lock"),
    }
    for path in (folder, folder / "keys", folder / "us-east-1"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in ("folder.json", "keys/page.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_what_was_written_is_found_again(folder: Path) -> None:
    with Engine.open(folder) as engine:
        assert numbers_of(engine) == [1]
        assert engine.check() == []


def test_folders_above_a_new_one_are_made(tmp_path: Path) -> None:
    Engine.open(tmp_path / "a" / "b" / "c").close()
    assert (tmp_path / "a" / "b" / "c" / "folder.json").is_file()


def test_a_folder_can_be_moved(folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "elsewhere")
    with Engine.open(tmp_path / "elsewhere") as engine:
        assert numbers_of(engine) == [1]


def test_another_key_is_refused_as_a_wrong_key(folder: Path, tmp_path: Path) -> None:
    Engine.open(tmp_path / "other").close()
    other = (tmp_path / "other" / "keys" / "page.key").read_bytes()
    (folder / "keys" / "page.key").write_bytes(other)
    refuses(folder, WrongKeyError, "page.key", "not the key")


@pytest.mark.parametrize("content", [b"", b"no key\n", b"\xff\xfe", b"00" * 32])
def test_a_file_that_is_no_key_is_refused_as_a_wrong_key(folder: Path, content: bytes) -> None:
    (folder / "keys" / "page.key").write_bytes(content)
    refuses(folder, WrongKeyError, "page.key")


def test_a_missing_key_is_refused_as_a_wrong_key(folder: Path) -> None:
    (folder / "keys" / "page.key").unlink()
    refuses(folder, WrongKeyError, "page.key", "missing")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"null", b"{}", b'{"format": 1}', b"\x00\x01", b"\xff"),
        b'{"format": "1", "cipher": "aegis", "key_fingerprint": ""}',
        b'{"format": true, "cipher": "aegis", "key_fingerprint": ""}',
        b'{"format": 0, "cipher": "aegis", "key_fingerprint": ""}',
    ],
)
def test_a_damaged_description_is_refused_as_damaged(folder: Path, content: bytes) -> None:
    (folder / "folder.json").write_bytes(content)
    refuses(folder, DamagedError, "folder.json")


def test_a_missing_description_beside_data_is_refused_as_damaged(folder: Path) -> None:
    (folder / "folder.json").unlink()
    refuses(folder, DamagedError, "folder.json")


@pytest.mark.parametrize("changed", [{"format": 2}, {"cipher": "other"}])
def test_a_folder_of_a_newer_format_is_refused_as_newer(
    folder: Path, changed: dict[str, object]
) -> None:
    form = orjson.loads((folder / "folder.json").read_bytes())
    (folder / "folder.json").write_bytes(orjson.dumps(form | changed))
    refuses(folder, NewerFormatError, "newer version")


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    refuses(tmp_path / "data", FolderAccessError, "not a folder")
    refuses(tmp_path / "data" / "below", FolderAccessError, "not a folder")
    assert (tmp_path / "data").read_text() == "mine"


def test_a_file_in_place_of_a_region_is_refused(folder: Path) -> None:
    (folder / "eu-west-1").write_text("mine")
    with pytest.raises(FolderAccessError, match="not a folder"):
        Engine.open(folder, "eu-west-1")


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refuses(tmp_path, FolderAccessError, "other files")


def test_a_prepared_configuration_is_no_foreign_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("history = 1\n")
    Engine.open(tmp_path).close()


@pytest.mark.parametrize("stage", ["keys", "keys/page.key.new", "keys/page.key", "folder.json.new"])
def test_a_kill_while_a_folder_is_made_leaves_one_that_can_be_made(
    tmp_path: Path, stage: str
) -> None:
    (tmp_path / "keys").mkdir()
    if stage != "keys":
        (tmp_path / stage).write_text("half")
    with Engine.open(tmp_path) as engine:
        make_table(engine)
    with Engine.open(tmp_path) as engine:
        assert engine.list_tables()["TableNames"] == ["things"]


@pytest.mark.parametrize("name", ["~nobody-of-that-name/data", "a\x00b"])
def test_what_cannot_be_a_path_is_refused(name: str) -> None:
    with pytest.raises(FolderAccessError):
        Engine.open(name)


def test_a_network_file_system_is_refused_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path}/net nfs4 rw 0 0\n")
    monkeypatch.setattr(folder_module, "_MOUNTS", mounts)
    refuses(tmp_path / "net" / "data", FolderAccessError, "nfs4", "local folder")
    assert not (tmp_path / "net").exists()
    (tmp_path / "net").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "net")
    refuses(tmp_path / "link" / "data", FolderAccessError, "nfs4")
    Engine.open(tmp_path / "local").close()
    Account.open(tmp_path / "net" / "data", force_network=True).close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me", "ext4"),
        ("/", "ext4"),
        ("/mnt/share", "cifs"),
        ("/mnt/share/deep/below", "cifs"),
        ("/mnt/sharelike", "ext4"),
        ("/mnt/with space/x", "nfs"),
        ("/over/x", "tmpfs"),
    ],
)
def test_the_innermost_mount_tells_the_file_system(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\n//server/share /mnt/share cifs rw 0 0\n"
        "server:/x /mnt/with\\040space nfs rw 0 0\nserver:/y /over nfs rw 0 0\n"
        "tmpfs /over tmpfs rw 0 0\n\nodd\n"
    )
    assert file_system(Path(path), mounts) == kind


def test_without_a_list_of_mounts_nothing_is_refused(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "missing") == ""


_AS_NOBODY = """
import os, sys
from pathlib import Path
from engine import Engine, FolderError
# All modules are loaded before, for their files may be out of reach after.
for _ in range(2):
    Engine.open(Path(sys.argv[2])).close()
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with Engine.open(Path(sys.argv[1])) as opened:
        print("opened", opened.list_tables()["TableNames"])
except FolderError as error:
    print(type(error).__name__, error)
"""


def open_unprivileged(folder: Path) -> str:
    """Open a folder as somebody for whom permissions count; gives what came of it."""
    command = [sys.executable, "-c", _AS_NOBODY, str(folder), str(folder.parent / "first")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def set_modes(folder: Path, of_folders: int, of_files: int) -> None:
    """Set the permissions of all that is in a folder, and let others come to it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(of_folders if path.is_dir() else of_files)
    for above in folder.parents:
        if os.access(above, os.W_OK) and above.stat().st_uid == os.getuid():
            above.chmod(above.stat().st_mode | stat.S_IXOTH | stat.S_IXGRP)


def test_a_folder_that_may_not_be_written_is_refused(folder: Path) -> None:
    set_modes(folder, 0o555, 0o444)
    before = files_of(folder)
    try:
        answer = open_unprivileged(folder)
        assert files_of(folder) == before
    finally:
        set_modes(folder, 0o700, 0o600)
    assert answer.startswith("FolderAccessError")
    assert "not writable" in answer
    assert answer.count("\n") == 1


@pytest.mark.parametrize("name", ["data.db", "writers.lock"])
def test_a_file_that_may_not_be_written_is_refused(folder: Path, name: str) -> None:
    set_modes(folder, 0o777, 0o666)
    data_file(folder).with_name(name).chmod(0o444)
    try:
        answer = open_unprivileged(folder)
    finally:
        set_modes(folder, 0o700, 0o600)
    assert answer.startswith("FolderAccessError")
    assert name in answer
    assert answer.count("\n") == 1


def test_a_key_that_may_not_be_read_is_refused(folder: Path) -> None:
    set_modes(folder, 0o777, 0o666)
    (folder / "keys" / "page.key").chmod(0)
    try:
        answer = open_unprivileged(folder)
    finally:
        set_modes(folder, 0o700, 0o600)
    assert answer.startswith("FolderAccessError")
    assert "page.key" in answer


def test_only_names_of_regions_are_taken(folder: Path) -> None:
    with Account.open(folder) as account:
        for name in ("../x", "", "keys", "US-EAST-1", "us-east-1/../keys", "us-east-1\n"):
            with pytest.raises(FolderAccessError, match="Region"):
                account.engine(name)
        for name in ("eu-central-1", "us-gov-west-1", "eusc-de-east-1", "local"):
            assert account.engine(name).region == name


@pytest.mark.parametrize(
    "text", ["history = 'long'", "history = true", "history = -1", "history = 1e9", "history = nan"]
)
def test_an_impossible_history_is_refused(folder: Path, text: str) -> None:
    (folder / "config.toml").write_text(text)
    refuses(folder, ConfigError, "config.toml", "history")


@pytest.mark.parametrize("content", [b"history = ", b"\xff\xfe"])
def test_an_unreadable_configuration_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.toml").write_bytes(content)
    refuses(folder, ConfigError, "config.toml")


def test_regions_are_apart_and_those_with_tables_are_found(folder: Path) -> None:
    (folder / "backup").mkdir()
    (folder / "backup" / "data.db").write_text("not ours")
    with Account.open(folder) as account:
        west = account.engine("eu-west-1")
        assert west.list_tables()["TableNames"] == []
        assert west.regions_with_tables() == {"us-east-1": 1}
        for number in range(101):
            make_table(west, f"table-{number:03d}")
        assert account.regions_with_tables() == {"eu-west-1": 101, "us-east-1": 1}
