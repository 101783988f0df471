"""What the app has imported when its first frame is painted: nothing that this one does without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import Engine

PROGRAM = """
import sys

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import connect


class Watched(DyntuiApp):
    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        if self.return_value is None:
            self.exit(" ".join(sys.modules))


with connect(sys.argv[1]) as connection:
    print(Watched(connection).run(headless=True, size=(120, 40)))
"""

SCREENS = {"browser", "navigation", "table_work"}
WIDGETS = {
    "ascii_filter",
    "bindings",
    "choice",
    "filtered",
    "footer_line",
    "header_line",
    "jobs",
    "leads",
    "messages",
    "moving",
    "palette",
    "quick_filter",
    "screen_loop",
    "sent_cells",
    "table_list",
    "transferred",
    "tree_marker",
    "typed_ahead",
}
BROWSE = {"query_fields", "trail", "visits"}
"""Of the items: where one is, no more."""

LATER = (
    "amazon",
    "boto3",
    "botocore",
    "engine.itemcrypto",
    "engine.partiql",
    "jmespath",
    "msgspec",
    "prompt_toolkit",
    "pyarrow",
    "rich._emoji_codes",
    "rich.markdown",
    "textual.document",
    "textual.widgets._markdown",
    "textual.widgets._text_area",
    "tomlkit",
    "tree_sitter",
    "zlib_ng",
    "zstandard",
)
"""What takes long to import, each for something that is not on the first frame."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules that a process of its own has imported by its first frame."""
    folder = tmp_path_factory.mktemp("frame") / "data"
    with Engine.open(folder):
        pass
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    ("room", "needed"),
    [
        ("dyntui.screens", SCREENS),
        ("dyntui.widgets", WIDGETS),
        ("dyntui.core.browse", BROWSE),
        ("dyntui.core.security", set()),
        ("dyntui.core.statements", set()),
        ("dyntui.core.transfers", set()),
    ],
)
def test_of_a_room_only_what_the_first_frame_needs(
    imported: frozenset[str], room: str, needed: set[str]
) -> None:
    """A module that is missing here is imported where it is first used, or in `_furnish`."""
    inside = {name.removeprefix(f"{room}.") for name in imported if name.startswith(f"{room}.")}
    assert inside == needed


def test_nothing_that_takes_long_to_import(imported: frozenset[str]) -> None:
    assert "textual.app" in imported
    assert [name for name in LATER if name in imported] == []
