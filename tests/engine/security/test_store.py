"""The files of a key store: what they show, what damages them, who opens them, who shares them."""

from __future__ import annotations

import random
import shutil
import stat
import sys
import types
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import orjson
import pytest

from engine import Account, VirtualClock
from engine.client.keys import KeyTools
from engine.errors import (
    DamagedError,
    FolderAccessError,
    FolderError,
    NewerFormatError,
    WrongKeyError,
)
from engine.security import master
from engine.security.keys import region_keys
from engine.security.master import write_key_file
from tests.engine.security.changing import check, start
from tests.engine.storage.processes import kill_after

_KILLS = 3
_PROCESSES = 2
_KEYS = 8


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are not stretched as far as they are for people."""
    monkeypatch.setitem(master._SCRYPT, "n", 1 << 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The `keys` of a folder with one key in it, `alias/planted-name`."""
    with Account.open(tmp_path / "data") as account:
        account.keys().create("planted description", "alias/planted-name")
    return tmp_path / "data" / "keys"


def opened(folder: Path) -> KeyTools:
    """The key store as a process that begins now sees it."""
    return region_keys(folder, "us-east-1", VirtualClock())


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def rewritten(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    form = orjson.loads(path.read_bytes())
    change(form)
    path.write_bytes(orjson.dumps(form))


def test_nothing_is_made_before_a_key_is(tmp_path: Path) -> None:
    with Account.open(tmp_path) as account:
        assert account.keys().list_keys() == []
        assert account.keys("eu-west-1").master_kind == "file"
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["page.key"]


def test_files_are_their_owners_and_show_no_name(folder: Path) -> None:
    keys = opened(folder)
    keys.rotate("alias/planted-name")
    key = keys.describe("alias/planted-name")
    store = keys._store  # type: ignore[attr-defined]
    materials = store.current().keys[key.key_id].materials
    root = keys._master.root()  # type: ignore[attr-defined]
    assert len(materials) == 2
    secrets = [*materials, root]
    planted = [
        b"planted",
        b"description",
        key.key_id.encode(),
        key.key_id.replace("-", "").encode(),
    ]
    for secret in secrets:
        planted += [secret, secret.hex().encode(), b64encode(secret).rstrip(b"=")]
    for path, content in files(folder.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert [text for text in planted if text in content] == [], path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_keys_after_another_opening(folder: Path) -> None:
    first = opened(folder)
    ciphertext = first.encrypt("alias/planted-name", b"plain", {"a": "b"})
    assert opened(folder).decrypt(ciphertext, {"a": "b"}) == b"plain"
    assert opened(folder).list_keys() == first.list_keys()


def test_others_see_a_change_at_once(folder: Path) -> None:
    one, two = opened(folder), opened(folder)
    made = one.create()
    assert made in two.list_keys()
    two.disable(made.arn)
    assert one.describe(made.arn).state == "Disabled"


def test_a_deleted_key_leaves_the_file(folder: Path) -> None:
    clock = VirtualClock()
    keys = region_keys(folder, "us-east-1", clock)
    keys.schedule_deletion("alias/planted-name", 7)
    before = (folder / "kms-us-east-1.json").read_bytes()
    clock.advance(8 * 86_400)
    assert keys.list_keys() == []
    after = (folder / "kms-us-east-1.json").read_bytes()
    assert len(after) < len(before)
    # Also for a clock that is behind.
    assert opened(folder).list_keys() == []


@pytest.mark.parametrize("name", ["kms-us-east-1.json", "root.json"])
def test_damage_is_told_and_loses_nothing(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    rng = random.Random(name)
    damages = [
        b"",
        b"garbage",
        b"[]",
        b'{"what":"dyntui key store"}',
        b'{"what":"dyntui root key","x":[[[]]]}',
        whole[: len(whole) // 2],
        bytes(len(whole)),
        *(_flipped(whole, rng.randrange(len(whole) * 8)) for _ in range(40)),
    ]
    for damaged in damages:
        path.write_bytes(damaged)
        if _members(damaged) == _members(whole):
            continue
        keys = opened(folder)
        for call in (keys.list_keys, keys.create, partial(keys.rotate, "alias/planted-name")):
            with pytest.raises(DamagedError, match=name):
                call()
        assert path.read_bytes() == damaged
    path.write_bytes(whole)
    assert len(opened(folder).list_keys()) == 1


def _flipped(content: bytes, bit: int) -> bytes:
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def _members(content: bytes) -> object:
    """What a file says; a flipped bit may be in white space only."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content


def test_files_of_others_are_told_apart(folder: Path, tmp_path: Path) -> None:
    with Account.open(tmp_path / "other") as account:
        account.keys().create()
    other = tmp_path / "other" / "keys"
    kept = shutil.copytree(folder, tmp_path / "kept")

    shutil.copy(other / "kms-us-east-1.json", folder)
    with pytest.raises(WrongKeyError, match="of another data folder"):
        opened(folder).list_keys()
    shutil.copy(kept / "kms-us-east-1.json", folder / "kms-eu-west-1.json")
    with pytest.raises(DamagedError, match="eu-west-1"):
        region_keys(folder, "eu-west-1", VirtualClock()).list_keys()
    (folder / "kms-eu-west-1.json").unlink()
    shutil.copy(kept / "kms-us-east-1.json", folder)

    shutil.copy(other / "master.key", folder)
    with pytest.raises(WrongKeyError, match=r"master\.key: this is not the master key"):
        opened(folder).list_keys()
    (folder / "master.key").write_text("not a key")
    with pytest.raises(WrongKeyError, match="not a key"):
        opened(folder).list_keys()
    (folder / "master.key").unlink()
    with pytest.raises(WrongKeyError, match="missing"):
        opened(folder).create()
    shutil.copy(kept / "master.key", folder)
    (folder / "master.key").chmod(0o640)
    with pytest.raises(FolderAccessError, match="others can read it"):
        opened(folder).list_keys()
    (folder / "master.key").chmod(0o600)
    (folder / "root.json").unlink()
    with pytest.raises(DamagedError, match="missing beside keys"):
        opened(folder).create()


def test_a_newer_format_is_told(folder: Path) -> None:
    from engine.security.forms import _checksum

    def newer(form: dict[str, object]) -> None:
        form["format"] = 2
        form.pop("checksum")
        form["checksum"] = _checksum(form)  # type: ignore[arg-type]

    rewritten(folder / "root.json", newer)
    with pytest.raises(NewerFormatError, match="format 2"):
        opened(folder).list_keys()


def test_a_passphrase_opens_the_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ciphertext = opened(folder).encrypt("alias/planted-name", b"plain")
    opened(folder).protect("passphrase", "a passphrase")
    assert not (folder / "master.key").exists()
    keys = opened(folder)
    assert (keys.master_kind, keys.is_locked) == ("passphrase", True)
    with pytest.raises(WrongKeyError, match="set DYNTUI_MASTER_PASSPHRASE"):
        keys.list_keys()
    with pytest.raises(WrongKeyError, match="the passphrase is not that of the keys"):
        keys.unlock("another")
    keys.unlock("a passphrase")
    assert not keys.is_locked
    assert keys.decrypt(ciphertext) == b"plain"
    keys.protect("passphrase", "a newer one")
    with pytest.raises(WrongKeyError):
        opened(folder).unlock("a passphrase")
    monkeypatch.setenv("DYNTUI_MASTER_PASSPHRASE", "a newer one")
    assert not opened(folder).is_locked
    assert opened(folder).decrypt(ciphertext) == b"plain"
    opened(folder).protect("file")
    monkeypatch.delenv("DYNTUI_MASTER_PASSPHRASE")
    assert opened(folder).decrypt(ciphertext) == b"plain"


def test_the_first_master_key_may_be_a_passphrase(tmp_path: Path) -> None:
    with Account.open(tmp_path) as account:
        account.keys().protect("passphrase", "a passphrase")
        account.keys().create()
    assert not (tmp_path / "keys" / "master.key").exists()
    keys = opened(tmp_path / "keys")
    keys.unlock("a passphrase")
    assert len(keys.list_keys()) == 1


def test_the_environment_opens_the_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongKeyError, match="set DYNTUI_MASTER_KEY"):
        opened(folder).protect("environment")
    assert opened(folder).master_kind == "file"
    monkeypatch.setenv("DYNTUI_MASTER_KEY", "5" * 64)
    opened(folder).protect("environment")
    assert len(opened(folder).list_keys()) == 1
    for text, told in (("6" * 64, "not the master key"), ("5" * 63, "64 hex digits")):
        monkeypatch.setenv("DYNTUI_MASTER_KEY", text)
        with pytest.raises(WrongKeyError, match=told):
            opened(folder).list_keys()


def test_the_systems_keyring_opens_the_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[str, str], str] = {}
    keyring = types.SimpleNamespace(
        get_password=lambda service, name: kept.get((service, name)),
        set_password=lambda service, name, text: kept.update({(service, name): text}),
        errors=types.SimpleNamespace(KeyringError=OSError),
    )
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    opened(folder).protect("keyring")
    assert not (folder / "master.key").exists()
    assert len(opened(folder).list_keys()) == 1
    kept.clear()
    with pytest.raises(WrongKeyError, match="keyring has no master key"):
        opened(folder).list_keys()
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(FolderAccessError, match=r"dyntui\[keyring\]"):
        opened(folder).list_keys()


@pytest.mark.parametrize("kind", ["file", "passphrase"])
def test_an_interrupted_change_of_the_master_key_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("DYNTUI_MASTER_PASSPHRASE", "a passphrase")
    if kind == "file":
        opened(folder).protect("passphrase", "a passphrase")

    def interrupted(path: Path, text: str) -> None:
        if path.name == "root.json":
            raise KeyboardInterrupt
        write_key_file(path, text)

    with monkeypatch.context() as patched:
        patched.setattr("engine.security.master.write_key_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            opened(folder).protect(kind, None if kind == "file" else "a passphrase")
    assert len(opened(folder).list_keys()) == 1
    opened(folder).protect(kind, None if kind == "file" else "a passphrase")
    assert len(opened(folder).list_keys()) == 1
    assert (folder / "master.key").exists() == (kind == "file")


def test_what_cannot_be_chosen_is_refused(folder: Path) -> None:
    before = dict(files(folder))
    keys = opened(folder)
    for kind, passphrase in (
        ("file", None),
        ("magic", None),
        ("passphrase", None),
        ("passphrase", ""),
        ("environment", "a passphrase"),
    ):
        with pytest.raises(ValueError, match=r"none of|already|takes"):
            keys.protect(kind, passphrase)
    assert dict(files(folder)) == before
    memory = region_keys(None, "us-east-1", VirtualClock())
    assert (memory.master_kind, memory.is_locked) == ("memory", False)
    with pytest.raises(FolderError):
        memory.protect("file")


@pytest.mark.parametrize("in_memory", [True, False])
def test_threads_change_keys_at_once(tmp_path: Path, in_memory: bool) -> None:
    (tmp_path / "keys").mkdir()
    folder = None if in_memory else tmp_path / "keys"
    keys = region_keys(folder, "us-east-1", VirtualClock())
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda number: keys.create(str(number)).arn, range(20)))
    assert {key.arn for key in keys.list_keys()} == set(made)
    assert len(set(made)) == 20


def test_processes_change_keys_at_once(tmp_path: Path) -> None:
    with Account.open(tmp_path):
        # The first keys, and the root key, are made by both at once.
        running = [start(tmp_path, _KEYS) for _ in range(_PROCESSES)]
        lines = [line for each in running for line in each.communicate()[0].splitlines()]
    assert [each.returncode for each in running] == [0] * _PROCESSES
    assert len(lines) == _PROCESSES * _KEYS
    check(tmp_path, lines)
    assert len(opened(tmp_path / "keys").list_keys()) == len(lines)


def test_a_kill_loses_no_key(tmp_path: Path) -> None:
    with Account.open(tmp_path):
        pass
    lines: list[str] = []
    for seed in range(_KILLS):
        with start(tmp_path, 1_000_000) as process:
            lines += kill_after(process, random.Random(seed).randint(1, 10))
        check(tmp_path, lines)
