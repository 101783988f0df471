"""The file of an archive: what comes back, and what is noticed when it is not as it was written."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.archives import archive
from engine.archives.archive import Archive, Row, write_archive
from engine.archives.keyring import Keyring
from engine.errors import DamagedError, FolderError, NewerFormatError, WrongKeyError
from tests.engine.security.stores import memory_keys

KEYS = Keyring(b"k" * 32, None, memory_keys())
INFO = {"name": "spring"}

rows_lists = st.dictionaries(
    st.binary(min_size=1, max_size=40),
    st.tuples(st.integers(0, 400_000), st.binary(max_size=3_000)),
    max_size=30,
).map(lambda found: [(key, *found[key]) for key in sorted(found)])


def written(path: Path, tables: dict[str, list[Row]]) -> Path:
    """An archive of tables."""
    with path.open("wb") as file:
        size = write_archive(
            file, KEYS, INFO, [({"name": name}, rows) for name, rows in tables.items()]
        )
    assert size == path.stat().st_size
    return path


def read(path: Path, keys: Keyring = KEYS) -> dict[str, list[Row]]:
    """All that an archive holds, read with every check."""
    with Archive(path, keys) as opened:
        opened.verify()
        assert opened.info == INFO
        return {section.name: list(opened.rows(section)) for section in opened.sections}


def row(number: int, length: int = 20) -> Row:
    """A row whose key says its number."""
    return f"{number:06}".encode(), length, b"%06d" % number * (length // 6)


@given(st.lists(rows_lists, max_size=3), st.integers(1, 4_000))
def test_what_is_written_is_read(tables: list[list[Row]], block_bytes: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(archive, "BLOCK_BYTES", block_bytes)
        named = {f"table-{number}": rows for number, rows in enumerate(tables)}
        assert read(written(Path(folder) / "a", named)) == named


def test_reading_goes_on_behind_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BLOCK_ROWS_MAX", 7)
    rows = [row(number) for number in range(50)]
    with Archive(written(tmp_path / "a", {"t": rows, "u": rows[:3]}), KEYS) as opened:
        section = opened.section("t")
        assert section is not None
        for number in (0, 6, 7, 20, 48, 49):
            assert list(opened.rows(section, rows[number][0])) == rows[number + 1 :]


def test_every_flipped_byte_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BLOCK_ROWS_MAX", 2)
    path = written(tmp_path / "a", {"t": [row(number) for number in range(5)], "empty": []})
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in (0, 3, 7):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            path.write_bytes(flipped)
            with pytest.raises(FolderError, match=str(path)) as caught:
                read(path)
            assert type(caught.value) is DamagedError, (place, caught.value)


def test_every_place_where_it_is_cut_off_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a", {"t": [row(number) for number in range(5)]})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError, match=str(path)):
            read(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(DamagedError):
        read(path)


def test_a_block_of_another_archive_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "BLOCK_ROWS_MAX", 2)
    rows = [row(number) for number in range(4)]
    one, other = (written(tmp_path / name, {"t": rows}).read_bytes() for name in "ab")
    assert len(one) == len(other)
    with Archive(tmp_path / "a", KEYS) as opened:
        start = opened.sections[0].offset
    mixed = tmp_path / "mixed"
    mixed.write_bytes(one[:start] + other[start:])
    with pytest.raises(DamagedError):
        read(mixed)


def test_a_foreign_key_is_told_from_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "a", {"t": []})
    with pytest.raises(WrongKeyError, match="keys import"):
        read(path, Keyring(b"x" * 32, tmp_path, memory_keys()))


def test_a_newer_format_is_told_from_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_FORMAT", 2)
    path = written(tmp_path / "a", {"t": []})
    monkeypatch.setattr(archive, "_FORMAT", 1)
    with pytest.raises(NewerFormatError):
        read(path)


def test_a_key_travels_under_a_passphrase(tmp_path: Path) -> None:
    path = written(tmp_path / "a", {"t": [row(1)]})
    exported = KEYS.export("open sesame")
    assert b"k" * 32 not in exported
    there = Keyring(b"x" * 32, tmp_path, memory_keys())
    with pytest.raises(WrongKeyError, match="passphrase"):
        there.add(exported, "open simsim")
    there.add(exported, "open sesame")
    assert read(path, there) == {"t": [row(1)]}
    for place in range(0, len(exported), 7):
        with pytest.raises(FolderError):
            there.add(exported[:place], "open sesame")
