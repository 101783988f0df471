"""Texts that are kept sealed: read again, cut short, damaged, under another key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine import Engine
from engine.security.notebook import Notebook, notebook_beside_key, notebook_of


@pytest.fixture
def book(tmp_path: Path) -> Notebook:
    return Notebook(tmp_path / "notes", bytes(32))


def test_texts_are_read_in_their_order(book: Notebook) -> None:
    texts = ["a", "b\nc\r", "", "\ud800", "ü"]
    assert all(book.add("some", text) for text in texts)
    assert book.texts("some") == texts
    assert book.replace("some", texts[:2])
    assert book.texts("some") == texts[:2]
    assert book.texts("others") == []
    path = book.folder / "some.sealed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(book.folder.stat().st_mode) == 0o700


def test_what_is_damaged_is_left_out(book: Notebook) -> None:
    for text in ("one", "two", "three"):
        book.add("some", text)
    path = book.folder / "some.sealed"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((b"A" + lines[0][1:], b"\xff\n", lines[1], lines[2][:-9])))
    assert book.texts("some") == ["two"]
    path.rename(book.folder / "others.sealed")
    assert book.texts("others") == []


def test_another_key_reads_nothing(book: Notebook) -> None:
    book.add("some", "one")
    assert Notebook(book.folder, bytes(31) + b"\x01").texts("some") == []


def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = Notebook(tmp_path / "file", bytes(32))
    assert (book.add("some", "a"), book.replace("some", ["a"])) == (False, False)
    assert not book.write_plain("some.sql", "a")
    assert book.texts("some") == []


def test_the_key_of_a_data_folder_is_that_of_its_pages(tmp_path: Path) -> None:
    for name in ("one", "other"):
        Engine.open(tmp_path / name).close()
        book = notebook_of(tmp_path / name, "notes")
        assert book is not None
        book.add("some", name)
    (tmp_path / "one" / "notes").rename(tmp_path / "other" / "moved")
    moved = notebook_of(tmp_path / "other", "moved")
    assert moved is not None
    assert moved.texts("some") == []
    (tmp_path / "one" / "keys" / "page.key").unlink()
    assert notebook_of(tmp_path / "one", "notes") is None


def test_a_key_beside_the_texts_is_made_once_and_private(tmp_path: Path) -> None:
    book = notebook_beside_key(tmp_path / "notes")
    assert book is not None
    book.add("some", "a")
    again = notebook_beside_key(tmp_path / "notes")
    assert again is not None
    assert again.texts("some") == ["a"]
    key = tmp_path / "notes" / "notes.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)
    assert notebook_beside_key(tmp_path / "notes") is None
    key.chmod(0o600)
    for content in ("AAAA", "no key", ""):
        key.write_text(content)
        assert notebook_beside_key(tmp_path / "notes") is None
