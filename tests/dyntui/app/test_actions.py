"""The registry of actions: what footer, help and palette are made of."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from dyntui.app import DyntuiApp
from dyntui.core.actions.key_names import key_name, key_names
from dyntui.core.actions.registry import ACTIONS, CONTEXTS, of_context
from dyntui.screens.ask_first import AskFirstScreen
from dyntui.screens.book import BookScreen
from dyntui.screens.browser import BrowserScreen
from dyntui.screens.bulk import BulkScreen
from dyntui.screens.bulk_edit import BulkEditScreen
from dyntui.screens.change_key import ChangeKeyScreen
from dyntui.screens.columns import ColumnsScreen
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.create_table import CreateTableScreen
from dyntui.screens.delete_copy import DeleteCopyScreen
from dyntui.screens.drop_table import DropTableScreen
from dyntui.screens.editor import EditorScreen
from dyntui.screens.empty_table import EmptyTableScreen
from dyntui.screens.entities import EntitiesScreen
from dyntui.screens.export_form import ExportScreen
from dyntui.screens.filter_changes import FilterChangesScreen
from dyntui.screens.follow import FollowScreen
from dyntui.screens.help import HelpScreen
from dyntui.screens.history import HistoryScreen
from dyntui.screens.import_form import ImportScreen
from dyntui.screens.jump import JumpScreen
from dyntui.screens.keep import KeepScreen
from dyntui.screens.load_test import LoadTestScreen
from dyntui.screens.moment import MomentScreen
from dyntui.screens.outsider import OutsiderScreen
from dyntui.screens.parameters import ParametersScreen
from dyntui.screens.pick_file import PickFileScreen
from dyntui.screens.rejected import RejectedScreen
from dyntui.screens.restore import RestoreScreen
from dyntui.screens.review import ReviewScreen
from dyntui.screens.save_statements import SaveScreen
from dyntui.screens.selection import SelectionScreen
from dyntui.screens.setting import SettingScreen
from dyntui.screens.setup_crypto import SetupScreen
from dyntui.screens.theme import ThemeScreen
from dyntui.screens.undo import UndoScreen
from dyntui.screens.value import ValueScreen
from dyntui.widgets.capacity_board import CapacityView
from dyntui.widgets.empty_state import EmptyState
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_grid import ItemGrid, ResultGrid
from dyntui.widgets.item_panel import ItemPanel, RowPanel
from dyntui.widgets.learn_view import LearnView
from dyntui.widgets.message_list import MessageList
from dyntui.widgets.partiql_view import PartiqlView
from dyntui.widgets.past_items import PastGrid
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.security_lists import EncryptionList, KeyList
from dyntui.widgets.security_view import SecurityView
from dyntui.widgets.settings_board import SettingsView
from dyntui.widgets.statement_area import StatementArea
from dyntui.widgets.stream_board import StreamView
from dyntui.widgets.table_list import TableTree
from dyntui.widgets.timeline_view import TimelineView
from dyntui.widgets.tour_bar import TourBar
from dyntui.widgets.transfers_view import TransfersView

HOMES: dict[str, type[DOMNode]] = {
    "app": DyntuiApp,
    "browser": BrowserScreen,
    "tables": TableTree,
    "form": QueryForm,
    "items": ItemGrid,
    "item": ItemPanel,
    "settings": SettingsView,
    "capacity": CapacityView,
    "timeline": TimelineView,
    "past": PastGrid,
    "stream": StreamView,
    "partiql": PartiqlView,
    "statement": StatementArea,
    "results": ResultGrid,
    "row": RowPanel,
    "told": MessageList,
    "transfers": TransfersView,
    "learn": LearnView,
    "tour": TourBar,
    "export": ExportScreen,
    "import": ImportScreen,
    "pick": PickFileScreen,
    "rejected": RejectedScreen,
    "security": SecurityView,
    "keys": KeyList,
    "sealing": EncryptionList,
    "key": ChangeKeyScreen,
    "setup": SetupScreen,
    "outsider": OutsiderScreen,
    "book": BookScreen,
    "save": SaveScreen,
    "parameters": ParametersScreen,
    "load": LoadTestScreen,
    "ask": AskFirstScreen,
    "editor": EditorScreen,
    "field": FieldEditor,
    "review": ReviewScreen,
    "create": CreateTableScreen,
    "setting": SettingScreen,
    "drop": DropTableScreen,
    "truncate": EmptyTableScreen,
    "moment": MomentScreen,
    "history": HistoryScreen,
    "undo": UndoScreen,
    "restore": RestoreScreen,
    "keep": KeepScreen,
    "typed": DeleteCopyScreen,
    "sift": FilterChangesScreen,
    "copy": CopyAsScreen,
    "value": ValueScreen,
    "theme": ThemeScreen,
    "jump": JumpScreen,
    "find": QuickFilter,
    "columns": ColumnsScreen,
    "bulk": BulkScreen,
    "many": BulkEditScreen,
    "selection": SelectionScreen,
    "follow": FollowScreen,
    "entities": EntitiesScreen,
    "help": HelpScreen,
    "empty": EmptyState,
}
DOCS = Path(__file__).parents[3] / "docs"
PAGES = (DOCS / "app.md", *(DOCS / "app").glob("*.md"))


def test_ids_are_unique_and_every_context_has_a_home() -> None:
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    assert set(HOMES) == set(CONTEXTS) == {action.context for action in ACTIONS}


def test_no_key_means_two_things_in_one_place() -> None:
    for context in CONTEXTS:
        keys = [key for action in of_context(context) for key in action.keys]
        assert len(keys) == len(set(keys)), context


def test_the_keys_of_the_whole_screen_mean_the_same_everywhere() -> None:
    everywhere = {
        key: one for home in ("app", "browser") for one in of_context(home) for key in one.keys
    }
    # Each steps back, and each runs what stands there.
    shared = {"escape", "ctrl+j", "alt+enter", "f5"}
    others = {
        (action.id, key)
        for action in ACTIONS
        if not issubclass(HOMES[action.context], Screen) and action.context != "app"
        for key in action.keys
        if key in everywhere and key not in shared
    }
    assert others == set()


def test_every_action_is_one_that_its_home_can_do() -> None:
    for action in ACTIONS:
        namespace, _, call = action.method.rpartition(".")
        home = {"": HOMES[action.context], "screen": BrowserScreen}[namespace]
        name = call.partition("(")[0]
        assert hasattr(home, f"action_{name}"), action.id


def test_the_homes_have_the_keys() -> None:
    for context, home in HOMES.items():
        bound = {b.id for b in home.BINDINGS if isinstance(b, Binding) and not b.system}
        assert bound == {action.id for action in of_context(context) if action.keys}


def test_the_documentation_has_every_key_and_no_other() -> None:
    documented: set[tuple[str, str]] = set()
    in_keys = False
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| keys |"):
            in_keys = True
        elif not line.startswith("|"):
            in_keys = False
        elif in_keys and not line.startswith("|---"):
            documented.add((cells[0], cells[1]))
    assert documented == {
        (key_names(action.keys), action.title) for action in ACTIONS if action.keys
    }


def test_key_names() -> None:
    assert [key_name(key) for key in ("ctrl+s", "alt+enter", "f5", "R", "question_mark")] == [
        "^S",
        "Alt+Enter",
        "F5",
        "R",
        "?",
    ]
