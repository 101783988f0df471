"""Functions whose modules are imported when they are first called."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.late import late
from tests.engine.storage.threads import join, run_beside

_MODULE = "an_example_that_is_imported_late"
_TEXT = """
import threading
imported_by = threading.current_thread()
def call(*arguments):
    return imported_by, arguments
"""


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that says which thread imported it; not imported yet."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / f"{_MODULE}.py"
    path.write_text(_TEXT)
    yield path
    sys.modules.pop(_MODULE, None)


def test_a_module_is_imported_at_the_first_call_and_not_by_the_thread_that_is_interrupted(
    example: Path,
) -> None:
    function = late(_MODULE, "call")
    assert _MODULE not in sys.modules
    imported_by, arguments = function(1, "two")
    assert imported_by is not threading.main_thread()
    assert arguments == (1, "two")
    example.unlink()
    assert function() == (imported_by, ())


def test_another_thread_than_the_main_one_imports_for_itself(example: Path) -> None:
    assert example.exists()
    found = []
    threads = run_beside([lambda: found.append(late(_MODULE, "call")())])
    join(threads)
    assert found == [(threads[0], ())]


def test_what_cannot_be_imported_is_told_at_each_call(example: Path) -> None:
    example.write_text("raise LookupError('broken')")
    function = late(_MODULE, "call")
    for _ in range(2):
        with pytest.raises(LookupError, match="broken"):
            function()
