"""A file or folder, chosen from the tree of folders."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import Cancelled

_SHOWN_MAX = 2_000


class PickFileScreen(Drawer[str | None], Filtered):
    """Gives the path that was chosen: Enter takes a file, Ctrl+S a file or a folder.

    Hidden files are not shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("pick")
    AUTO_FOCUS = "Tree"
    DEFAULT_CSS = """
    PickFileScreen Tree { height: 1fr; background: $surface; padding: 0 1; scrollbar-size: 1 1;
        &:focus { background-tint: $foreground 0%; } }
    """

    def __init__(self, typed: str) -> None:
        """`typed` is where to begin, if it is a path."""
        super().__init__()
        self._root = _folder_of(typed)

    def title_text(self) -> Text:
        """What is asked for."""
        return Text("Choose a file: Enter; or a folder: Ctrl+S")

    def compose_body(self) -> ComposeResult:
        """The folder, and its tree."""
        yield Static(Text(str(self._root)), classes="caption", id="pick-root")
        tree: Tree[Path] = Tree(Text(str(self._root)), self._root)
        tree.show_root = False
        tree.guide_depth = 2
        yield tree

    @property
    def _tree(self) -> Tree[Path]:
        return self.query_one(Tree)

    def on_mount(self) -> None:
        """Look into the folder."""
        self._tree.root.expand()

    @on(Tree.NodeExpanded)
    def _opened(self, event: Tree.NodeExpanded[Path]) -> None:
        """Look into a folder when it is first opened."""
        event.stop()
        node = event.node
        folder = node.data
        if folder is None or node.children:
            return

        def work(_: Cancelled) -> list[tuple[Path, bool]] | str:
            try:
                return _entries(folder)
            except OSError as error:
                return f"{folder}: {error.strerror or error}"

        def done(found: list[tuple[Path, bool]] | str) -> None:
            if isinstance(found, str):
                self.show_error(found)
            else:
                self._fill(node, found)

        self.run_job("reading a folder", work, done, self.show_error, group=f"folder {folder}")

    @property
    def filtered_list(self) -> Tree[Path]:
        """See `Filtered`."""
        return self._tree

    def words_changed(self) -> None:
        """Look into the folder again, for what holds the words."""
        self.show_error("")
        self._begin_anew()

    def _fill(self, node: TreeNode[Path], found: list[tuple[Path, bool]]) -> None:
        """What is in the folder that is shown has to hold the words; all that is deeper follows."""
        if node is self._tree.root:
            found = [(path, is_folder) for path, is_folder in found if self.held(path.name)]
            if self._words and not found:
                self.show_error(self.none_held())
        for path, is_folder in found[:_SHOWN_MAX]:
            if is_folder:
                node.add(Text(path.name), path)
            else:
                node.add_leaf(Text(path.name), path)
        if len(found) > _SHOWN_MAX:
            self.show_error(f"{len(found) - _SHOWN_MAX:,} more are not shown: type the name")
        if node is self._tree.root:
            self._tree.cursor_line = 0

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[Path]) -> None:
        event.stop()
        if not event.node.allow_expand:
            self.dismiss(str(event.node.data))

    def action_choose(self) -> None:
        """Take what the cursor is on."""
        node = self._tree.cursor_node
        if node is not None and node.data is not None:
            self.dismiss(str(node.data))

    def action_upwards(self) -> None:
        """Show the folder above, all of it."""
        self._root = self._root.parent
        self.query_one("#pick-root", Static).update(Text(str(self._root)))
        if not self.close_filter():
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Look into the folder that is shown."""
        tree = self._tree
        tree.reset(Text(str(self._root)), self._root)
        tree.root.expand()

    def action_close(self) -> None:
        """Back; first to all of the folder, where a filter leaves something out."""
        if not self.close_filter():
            self.dismiss(None)


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """What a folder holds, folders first, and whether each is one."""
    found = [(path, path.is_dir()) for path in folder.iterdir() if not path.name.startswith(".")]
    return sorted(found, key=lambda entry: (not entry[1], entry[0].name.lower()))


def _folder_of(typed: str) -> Path:
    """The deepest folder that there is of a path that was typed, else the working folder."""
    if "://" in typed or not typed:
        return Path.cwd()
    path = Path(typed).expanduser().absolute()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())
