"""Which lessons were read: kept in a file that may be missing, damaged or not writable."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntui.lessons.progress import Progress


def test_what_is_done_is_known_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lessons.json"
    first, second = Progress(path), Progress(path)
    first.finish("units")
    second.finish("burst")
    kept = Progress(path)
    assert [kept.is_done(name) for name in ("units", "burst", "keys")] == [True, True, False]
    assert [entry.name for entry in path.parent.iterdir()] == ["lessons.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"done": 7}', b'{"done": [1, null]}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lessons.json"
    path.write_bytes(content)
    progress = Progress(path)
    assert not progress.is_done("units")
    progress.finish("units")
    assert Progress(path).is_done("units")


def test_where_nothing_can_be_written_it_is_known_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    progress = Progress(tmp_path / "file" / "lessons.json")
    progress.finish("units")
    assert progress.is_done("units")
