"""The entities of a table: their types, its keys as a tree, which Query finds what."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import ContentSwitcher, Static
from textual.widgets.tree import TreeNode

from dyntui.core.browse.entities import SAMPLE_ITEMS, Model, model_of, read_sample
from dyntui.core.browse.entity_lines import about, access_rows, model_text, type_rows
from dyntui.core.browse.plan import make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.connection.pages import consumed_units
from dyntui.core.connection.session import Session
from dyntui.core.tables.cost import units_text
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.key_tree_view import KeyTreeView, Spot
from dyntui.widgets.moving import fold, unfold
from dyntui.widgets.rows_view import RowsView
from engine.client.protocol import Json

PAGES = {"types": "types", "tree": "tree of keys", "access": "access patterns"}
MORE_TIMES = 4
BRANCH_ITEMS = 200


class EntitiesScreen(Drawer[QueryFields | None], Filtered):
    """Reads a sample and shows what its keys tell; gives what is to be read in the browser."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("entities")
    AUTO_FOCUS = "#entity-types"
    DEFAULT_CSS = """
    EntitiesScreen {
        #drawer { width: 86%; }
        #entity-about { padding: 0 1; height: auto; color: $text-muted; }
        #entity-pages { height: 1; padding: 0 1; }
        ContentSwitcher { height: 1fr; }
    }
    EntitiesScreen.-narrow #drawer { width: 100%; }
    """

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._items_max = SAMPLE_ITEMS
        self._model: Model | None = None
        self._page = next(iter(PAGES))

    def title_text(self) -> Text:
        """Of which table."""
        return Text(f"Entities · {self._info.name}", no_wrap=True, overflow="ellipsis")

    def compose_body(self) -> ComposeResult:
        """What was read; the pages' names; the page."""
        yield Static(id="entity-about")
        with Horizontal(id="entity-pages"):
            for page, name in PAGES.items():
                yield Choice(page, name)
        with ContentSwitcher(initial="entity-types"):
            yield RowsView(id="entity-types")
            yield KeyTreeView(id="entity-tree")
            yield RowsView(id="entity-access")

    def on_mount(self) -> None:
        """Read a sample."""
        Choice.mark(self, self._page)
        self._read()

    def _say(self, text: str) -> None:
        self.query_one("#entity-about", Static).update(Text(text))

    def _read(self) -> None:
        info, items_max = self._info, self._items_max

        def work(cancelled: Cancelled) -> Model:
            return model_of(info, read_sample(self._session.call, info, items_max, cancelled))

        self._say(f"reading about {items_max:,} items…")
        title = f"sample of {info.name}"
        self.run_job(title, work, self._show, self.show_error, group="sample")

    def _show(self, model: Model) -> None:
        self._model = model
        self._say(about(self._info, model))
        self.query_one("#entity-types", RowsView).show_list(type_rows(model))
        self.query_one("#entity-access", RowsView).show_list(access_rows(self._info, model))
        self.query_one(KeyTreeView).show(model)

    @on(KeyTreeView.Opened)
    def _opened(self, message: KeyTreeView.Opened) -> None:
        """Read an item collection, as much as a tree can show."""
        message.stop()
        node: TreeNode[Spot] = message.node
        request = make_plan(self._info, message.fields, BRANCH_ITEMS).request
        # Of a table without a sort key a whole key is one item.
        limit = {"Limit": BRANCH_ITEMS} if request.operation == "Query" else {}

        def done(response: Json) -> None:
            items = [response["Item"]] if "Item" in response else response.get("Items", [])
            self.query_one(KeyTreeView).fill(node, items, "LastEvaluatedKey" in response)
            units = units_text(consumed_units(response))
            self._say(f"{request.operation}: {counted(len(items), 'item')} · {units} RCU")

        self.run_job(
            f"{request.operation} {self._info.name}",
            lambda cancelled: self._session.call(
                request.operation, request.members | limit, cancelled
            ),
            done,
            self.show_error,
            group=f"collection {node.id}",
        )

    # What keys do.

    @property
    def filtered_list(self) -> RowsView | KeyTreeView:
        """See `Filtered`: the list of the page."""
        return self.query_one(KeyTreeView) if self._page == "tree" else self._rows

    @property
    def below_filter(self) -> ContentSwitcher:
        """See `Filtered`: the line stands above all pages."""
        return self.query_one(ContentSwitcher)

    def words_changed(self) -> None:
        """Show what holds the words, on each page."""
        for rows in self.query(RowsView):
            rows.hold(self._words, self.none_held())
        self.query_one(KeyTreeView).hold(self._words, self.none_held())

    @property
    def _rows(self) -> RowsView:
        return self.query_one(f"#entity-{self._page}", RowsView)

    @property
    def _fields(self) -> QueryFields | None:
        """What reads the items under the cursor."""
        model = self._model
        if model is None:
            return None
        if self._page == "tree":
            return self.query_one(KeyTreeView).fields
        chosen = self._rows.chosen
        if chosen is None:
            return None
        if self._page == "access":
            return model.access[chosen].fields
        one, target = model.types[chosen], model.target
        names = (*target.partition_keys, *target.sort_keys)
        values = target.texts(one.example)
        return QueryFields(None, dict(zip(names, map(KeyTerm, values), strict=True)))

    def action_open(self) -> None:
        """Show these items in the browser."""
        if self._fields is not None:
            self.dismiss(self._fields)

    def action_copy_as(self) -> None:
        """Copy the request that reads these items."""
        if self._fields is not None:
            request = make_plan(self._info, self._fields, BRANCH_ITEMS).request
            self.app.push_screen(CopyAsScreen(request, self._session.region))

    def action_copy(self) -> None:
        """Copy all that was found as text."""
        if self._model is not None:
            self.copy(model_text(self._info, self._model), "what was found")

    def action_more(self) -> None:
        """Read a sample four times as large."""
        if self._model is not None and not self._model.sample.complete and not self.job_running:
            self._items_max *= MORE_TIMES
            self._read()

    def action_next_page(self) -> None:
        """Show the next page."""
        names = list(PAGES)
        self._choose(names[(names.index(self._page) + 1) % len(names)])

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """Show another page."""
        message.stop()
        self._choose(message.value)

    def _choose(self, page: str) -> None:
        self._page = page
        Choice.mark(self, page)
        self.query_one(ContentSwitcher).current = f"entity-{page}"
        self.query_one(f"#entity-{page}").focus()
        self.refresh_bindings()

    def action_up(self) -> None:
        """The row above."""
        if self._page == "tree":
            self.query_one(KeyTreeView).action_cursor_up()
        else:
            self._rows.move(-1)

    def action_down(self) -> None:
        """The row below."""
        if self._page == "tree":
            self.query_one(KeyTreeView).action_cursor_down()
        else:
            self._rows.move(1)

    def action_fold(self) -> None:
        """Close the branch, or go to the one above."""
        if self._page == "tree":
            fold(self.query_one(KeyTreeView))

    def action_unfold(self) -> None:
        """Open the branch."""
        if self._page == "tree":
            unfold(self.query_one(KeyTreeView))

    def action_close(self) -> None:
        """Back; first to all that was found, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss(None)
