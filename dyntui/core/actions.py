"""Every action of the app, with its stable id: what footer, help, palette and docs are made of.

An id is `<context>.<name>`. The context says where the action's keys work; the method that does
it is `action_<name>` of the widget or screen that stands for the context.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    `keys` are Textual's names of keys; the first one is shown. `short` stands in the footer, if
    anything does; `title` in help and palette. `call` is the action's text where it takes
    arguments or belongs to a base class.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    short: str = ""
    call: str = ""
    palette: bool = True

    @property
    def context(self) -> str:
        """Where the keys work."""
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """The action's text, as Textual takes it."""
        return self.call or self.id.partition(".")[2]


CONTEXTS = {
    "app": "Everywhere",
    "browser": "Browsing a table",
    "tables": "List of tables",
    "form": "Query form",
    "items": "Grid of items",
    "item": "Item panel",
    "schema": "Schema",
    "timeline": "Timeline",
    "past": "Items as they were",
    "partiql": "PartiQL",
    "statement": "PartiQL editor",
    "results": "Results of a statement",
    "row": "Row panel",
    "told": "Messages",
    "book": "History and saved statements",
    "save": "Saving statements",
    "parameters": "Values for parameters",
    "ask": "Before a costly statement",
    "editor": "Item editor",
    "field": "Editing one value",
    "review": "Reviewing a write",
    "create": "Creating a table",
    "alter": "Altering a table",
    "drop": "Dropping a table",
    "moment": "Going to a time",
    "history": "History of an item",
    "undo": "Undoing changes",
    "restore": "Restoring a table",
    "keep": "Making a backup or snapshot",
    "recovery": "Point-in-time recovery",
    "typed": "Deleting a backup or snapshot",
    "copy": "Copying a request",
    "value": "Whole value",
    "help": "Help",
    "empty": "A folder without tables",
}


def _moves(context: str) -> tuple[Action, ...]:
    """How one moves in a grid."""
    moves = (
        ("left", ("left", "h"), "Left", False),
        ("right", ("right", "l"), "Right", False),
        ("up", ("up", "k"), "Up", False),
        ("down", ("down", "j"), "Down", False),
        ("page_up", ("pageup",), "A page up", False),
        ("page_down", ("pagedown",), "A page down", False),
        ("first_row", ("g", "ctrl+home"), "First row", True),
        ("last_row", ("G",), "Last row read so far", True),
        ("first_column", ("0", "home"), "First column", False),
        ("last_column", ("dollar_sign", "end"), "Last column", False),
    )
    return tuple(
        Action(f"{context}.{name}", keys, title, palette=palette)
        for name, keys, title, palette in moves
    )


ACTIONS: tuple[Action, ...] = (
    Action("app.command_palette", ("ctrl+p",), "All commands", "More", palette=False),
    Action("app.help", ("question_mark", "f1"), "Help on the keys", "Help"),
    Action("app.quit", ("ctrl+q",), "Quit", "Quit"),
    Action("app.light", (), "Light or dark colours"),
    Action("browser.run", ("ctrl+j", "alt+enter", "f5"), "Run the query"),
    Action("browser.jump", ("ctrl+o",), "Go to the next panel"),
    Action("browser.reload", ("R",), "Reload tables and items"),
    Action("browser.sidebar", ("ctrl+t",), "Show or hide the list of tables", "Tables"),
    Action("browser.back", ("escape",), "Stop what runs, or step back", palette=False),
    Action("browser.tab_1", ("1",), "Items of the table", call="tab(1)"),
    Action("browser.tab_2", ("2",), "Schema of the table", call="tab(2)"),
    Action("browser.tab_3", ("3", "t"), "Timeline of the table", call="tab(3)"),
    Action("browser.partiql", ("p",), "PartiQL: write statements", "PartiQL"),
    Action("browser.create_table", (), "Create a table"),
    Action("browser.load_samples", (), "Load the sample data"),
    Action("tables.filter", ("slash",), "Filter the list", "Filter", call="ask('filter')"),
    Action("tables.create", ("o",), "Create a table", "New", "ask('create')", palette=False),
    Action("tables.alter", ("a",), "Alter the table", "Alter", call="ask('alter')"),
    Action("tables.drop", ("d",), "Drop the table", "Drop", call="ask('drop')"),
    Action(
        "tables.copy_as",
        ("c",),
        "Copy the request that creates the table",
        "Copy as",
        call="ask('copy_as')",
    ),
    Action(
        "tables.load_samples",
        ("S",),
        "Load the sample data",
        "",
        "ask('load_samples')",
        palette=False,
    ),
    Action(
        "tables.open", ("enter",), "Show the table or index", "Show", "select_cursor", palette=False
    ),
    Action(
        "tables.toggle", ("space",), "Open or close its indexes", call="toggle_node", palette=False
    ),
    Action("tables.cursor_down", ("j",), "Down", palette=False),
    Action("tables.cursor_up", ("k",), "Up", palette=False),
    Action(
        "form.run",
        ("ctrl+j", "alt+enter", "f5"),
        "Run the query",
        "Run",
        "screen.run",
        palette=False,
    ),
    Action("form.leave", ("escape",), "Back to the grid", "Grid", "screen.back", palette=False),
    Action("items.open", ("enter",), "Open the item", "Item", call="ask('open')"),
    Action("items.value", ("space", "v"), "Whole value of the cell", "Value", call="ask('value')"),
    Action("items.edit", ("e",), "Edit the item", "Edit", call="ask('edit')"),
    Action("items.edit_value", ("i", "f2"), "Edit the cell's value", call="ask('edit_value')"),
    Action("items.create", ("o",), "Create an item", "New", call="ask('create')"),
    Action("items.duplicate", ("O",), "Duplicate the item", call="ask('duplicate')"),
    Action("items.delete", ("d",), "Delete the item", "Delete", call="ask('delete')"),
    Action("items.copy_cell", ("y",), "Copy the cell", call="ask('copy_cell')"),
    Action("items.copy_row", ("Y",), "Copy the item as JSON", call="ask('copy_row')"),
    Action(
        "items.copy_as", ("c",), "Copy the request as JSON, AWS CLI or boto3", call="ask('copy_as')"
    ),
    Action("items.as_partiql", ("P",), "Open the query as PartiQL", call="ask('as_partiql')"),
    Action("items.history", ("H",), "History of the item", call="ask('history')"),
    Action("items.form", ("slash",), "Go to the query form", "Query", call="ask('form')"),
    Action("items.end", ("ctrl+end",), "Read to the very last row", call="ask('end')"),
    *_moves("items"),
    Action("item.next_view", ("m",), "Next view: tree, JSON, DynamoDB JSON, types", "View"),
    Action("item.tree", (), "Item as tree", call="view('tree')"),
    Action("item.json", (), "Item as JSON", call="view('json')"),
    Action("item.dynamodb", (), "Item as DynamoDB JSON", call="view('dynamodb')"),
    Action("item.types", (), "Types and sizes of the item's attributes", call="view('types')"),
    Action("item.value", ("v",), "Whole value under the cursor", "Value", "ask('panel_value')"),
    Action("item.edit", ("e",), "Edit the item", "Edit", "ask('edit')", palette=False),
    Action(
        "item.edit_value", ("i", "f2"), "Edit the value under the cursor", "", "ask('panel_edit')"
    ),
    Action("item.delete", ("d",), "Delete the item", "Delete", "ask('delete')", palette=False),
    Action("item.history", ("H",), "History of the item", "", "ask('history')", palette=False),
    Action("item.copy", ("y",), "Copy the value under the cursor", "Copy", "ask('panel_copy')"),
    Action("item.copy_item", ("Y",), "Copy the item as it is shown", "", "ask('panel_copy_item')"),
    Action("item.down", ("j",), "Down", palette=False),
    Action("item.up", ("k",), "Up", palette=False),
    Action("item.close", ("escape",), "Close the panel", "Close", "ask('close')", palette=False),
    Action("schema.scroll_down", ("j",), "Down", palette=False),
    Action("schema.scroll_up", ("k",), "Up", palette=False),
    Action("schema.alter", ("a",), "Alter the table", "Alter", palette=False, call="ask('alter')"),
    Action("schema.drop", ("d",), "Drop the table", "Drop", palette=False, call="ask('drop')"),
    Action(
        "schema.copy_as",
        ("c",),
        "Copy the request that creates it",
        "Copy as",
        palette=False,
        call="ask('copy_as')",
    ),
    Action("timeline.earlier", ("left", "h"), "A cell back", "", "ask('earlier')", False),
    Action("timeline.later", ("right", "l"), "A cell on", "", "ask('later')", False),
    Action(
        "timeline.second_earlier", ("shift+left",), "A second back", "", "ask('second_earlier')"
    ),
    Action("timeline.second_later", ("shift+right",), "A second on", "", "ask('second_later')"),
    Action("timeline.previous", ("N",), "To the change before", "", "ask('previous')"),
    Action("timeline.next", ("n",), "To the next change", "Change", "ask('next')"),
    Action("timeline.previous_mark", ("M",), "To the mark before", "", "ask('previous_mark')"),
    Action("timeline.next_mark", ("m",), "To the next mark", "", "ask('next_mark')"),
    Action("timeline.begin", ("0", "home"), "To the beginning of the past", "", "ask('begin')"),
    Action("timeline.now", ("dollar_sign", "end"), "To now", "", "ask('now')"),
    Action("timeline.zoom_in", ("plus",), "Show a shorter stretch", "", "ask('zoom_in')"),
    Action("timeline.zoom_out", ("minus",), "Show a longer stretch", "", "ask('zoom_out')"),
    Action("timeline.type", ("g",), "Go to a time", "Time", "ask('type')"),
    Action("timeline.browse", ("b",), "Browse the table as of then", "Browse", "ask('browse')"),
    Action("timeline.diff", ("d",), "Difference of the two times", "Diff", "ask('diff')"),
    Action("timeline.hold", ("space",), "Keep this time as the second one", "", "ask('hold')"),
    Action("timeline.restore", ("r",), "Restore into a new table", "Restore", "ask('restore')"),
    Action("timeline.undo", ("u",), "Undo the change", "Undo", "ask('undo')"),
    Action("timeline.undo_range", ("U",), "Undo all between the times", "", "ask('undo_range')"),
    Action("timeline.undo_last", ("z",), "Undo the last write", "", "ask('undo_last')"),
    Action("timeline.copies", ("B",), "Backups and snapshots", "Backups", "ask('copies')"),
    Action("timeline.recovery", ("a",), "Point-in-time recovery on or off", "", "ask('recovery')"),
    Action("timeline.keep", ("o",), "Make a backup or a snapshot", "", "ask('keep')"),
    Action("timeline.verify", ("V",), "Verify the backup", "", "ask('verify')"),
    Action("timeline.delete", ("D",), "Delete the backup", "", "ask('delete')"),
    Action("timeline.open", ("enter",), "History of the item", "", "ask('open')"),
    Action("timeline.copy", ("y",), "Copy the list", "", "ask('copy')"),
    Action("timeline.copy_as", ("c",), "Copy as a command", "", "ask('copy_as')"),
    Action("timeline.as_partiql", ("P",), "Open as PartiQL, as of then", "", "ask('as_partiql')"),
    Action("timeline.up", ("up", "k"), "Up in the list", "", "ask('up')", False),
    Action("timeline.down", ("down", "j"), "Down in the list", "", "ask('down')", False),
    Action("timeline.page_up", ("pageup",), "A page up", "", "ask('page_up')", False),
    Action("timeline.page_down", ("pagedown",), "A page down", "", "ask('page_down')", False),
    Action("past.open", ("enter",), "Open the item", "Item", "ask('open')"),
    Action("past.value", ("space", "v"), "Whole value of the cell", "Value", "ask('value')"),
    Action("past.history", ("H",), "History of the item", "History", "ask('history')"),
    Action("past.copy_cell", ("y",), "Copy the cell", "", "ask('copy_cell')"),
    Action("past.copy_row", ("Y",), "Copy the item as JSON", "", "ask('copy_row')"),
    Action("past.copy_as", ("c",), "Copy as a command", "Copy as", "ask('copy_as')"),
    Action("past.as_partiql", ("P",), "Open as PartiQL, as of then", "", "ask('as_partiql')"),
    Action("past.form", ("slash",), "Go to the query form", "Query", "ask('form')"),
    Action("past.end", ("ctrl+end",), "Read to the very last row", "", "ask('end')"),
    *_moves("past"),
    Action(
        "partiql.run",
        ("ctrl+j", "alt+enter", "f5"),
        "Run the statement, or what is selected",
        "Run",
    ),
    Action("partiql.run_all", ("ctrl+r",), "Run all statements", "All"),
    Action("partiql.explain", ("f8",), "Explain in full, or in a line", "Explain"),
    Action("partiql.book", ("ctrl+l",), "History and saved statements", "History"),
    Action("partiql.save", ("ctrl+s",), "Save what is in the editor", "Save"),
    Action("partiql.messages", ("f9",), "Messages, or the rows again"),
    Action("partiql.copy_as", ("f2",), "Copy the request"),
    Action("partiql.new_tab", ("ctrl+n",), "New tab"),
    Action("partiql.next_tab", ("ctrl+pagedown", "alt+n"), "Next tab"),
    Action("partiql.previous_tab", ("ctrl+pageup", "alt+p"), "Previous tab"),
    Action("partiql.close_tab", ("alt+w",), "Close the tab"),
    Action("statement.complete", ("tab", "ctrl+space", "ctrl+@"), "Complete", "Complete"),
    Action("statement.leave", ("escape",), "Back", palette=False),
    Action("results.open", ("enter",), "Open the row", "Row", call="ask('open')"),
    Action(
        "results.value", ("space", "v"), "Whole value of the cell", "Value", call="ask('value')"
    ),
    Action("results.copy_cell", ("y",), "Copy the cell", "Copy", call="ask('copy_cell')"),
    Action("results.copy_row", ("Y",), "Copy the row as JSON", call="ask('copy_row')"),
    Action("results.copy_as", ("c",), "Copy the request", "Copy as", call="ask('copy_as')"),
    Action("results.form", ("slash",), "Go to the editor", "Editor", call="ask('form')"),
    Action("results.end", ("ctrl+end",), "Read to the very last row", call="ask('end')"),
    *_moves("results"),
    Action("row.next_view", ("m",), "Next view: tree, JSON, DynamoDB JSON, types", "View"),
    Action("row.value", ("v",), "Whole value under the cursor", "Value", "ask('panel_value')"),
    Action("row.copy", ("y",), "Copy the value under the cursor", "Copy", "ask('panel_copy')"),
    Action("row.copy_item", ("Y",), "Copy the row as it is shown", "", "ask('panel_copy_item')"),
    Action("row.down", ("j",), "Down", palette=False),
    Action("row.up", ("k",), "Up", palette=False),
    Action("row.close", ("escape",), "Close the panel", "Close", "ask('close')", palette=False),
    Action("told.show", ("enter",), "Go to the statement and its rows", "Show", "select"),
    Action("told.copy", ("y",), "Copy the message", "Copy"),
    Action("told.cursor_down", ("j",), "Down", palette=False),
    Action("told.cursor_up", ("k",), "Up", palette=False),
    Action("book.open", ("enter",), "Open it in the editor", "Open", palette=False),
    Action("book.switch", ("tab", "shift+tab"), "History, or what is saved", "History or saved"),
    Action("book.forget", ("f8",), "Delete a saved statement", "Delete"),
    Action("book.down", ("down",), "Down", palette=False),
    Action("book.up", ("up",), "Up", palette=False),
    Action("book.close", ("escape",), "Back", "Back", palette=False),
    Action("save.save", ("enter", "ctrl+s"), "Save", "Save", palette=False),
    Action("save.close", ("escape",), "Back", "Back", palette=False),
    Action("parameters.run", ("ctrl+j", "alt+enter", "f5"), "Run with these values", "Run"),
    Action("parameters.close", ("escape",), "Back", "Back", palette=False),
    Action("ask.run", ("ctrl+s",), "Run it all the same", "Run"),
    Action("ask.close", ("escape",), "Back; nothing is run", "Back", palette=False),
    Action("editor.review", ("ctrl+s",), "Review the write", "Review"),
    Action("editor.restore", ("ctrl+r",), "Back to the stored item", "Restore"),
    Action("editor.close", ("escape",), "Back; the text is kept", "Back", palette=False),
    Action("review.write", ("ctrl+s",), "Write", "Write"),
    Action("review.rebase", ("r",), "Put the changes on the item as it is now", "Rebase"),
    Action("review.copy_as", ("c",), "Copy the request", "Copy as"),
    Action("review.close", ("escape",), "Back to editing", "Back", palette=False),
    Action("field.review", ("enter",), "Review the write", "Review"),
    Action("field.close", ("escape",), "Leave the value as it is", "Back", palette=False),
    Action("create.submit", ("ctrl+s",), "Create the table", "Create"),
    Action("create.copy_as", ("f2",), "Copy the request", "Copy as"),
    Action("create.close", ("escape",), "Back; what is typed is kept", "Back", palette=False),
    Action("alter.submit", ("ctrl+s",), "Send the request", "Alter"),
    Action("alter.copy_as", ("f2",), "Copy the request", "Copy as"),
    Action("alter.close", ("escape",), "Back", "Back", palette=False),
    Action("drop.submit", ("ctrl+s",), "Drop the table", "Drop"),
    Action("drop.close", ("escape",), "Back", "Back", palette=False),
    Action("moment.go", ("enter", "ctrl+s"), "Go there", "Go", palette=False),
    Action("moment.close", ("escape",), "Back", "Back", palette=False),
    Action("history.up", ("up", "k"), "Up", palette=False),
    Action("history.down", ("down", "j"), "Down", palette=False),
    Action("history.undo", ("u",), "Undo the change", "Undo"),
    Action("history.copy", ("y",), "Copy the changes as JSON", "Copy"),
    Action("history.copy_as", ("c",), "Copy as a command", "Copy as"),
    Action("history.close", ("escape",), "Back", "Back", palette=False),
    Action("undo.submit", ("ctrl+s",), "Undo", "Undo"),
    Action("undo.copy_as", ("f2",), "Copy as a command", "Copy as"),
    Action("undo.up", ("up", "k"), "Up", palette=False),
    Action("undo.down", ("down", "j"), "Down", palette=False),
    Action("undo.close", ("escape",), "Back", "Back", palette=False),
    Action("restore.submit", ("ctrl+s",), "Restore", "Restore"),
    Action("restore.copy_as", ("f2",), "Copy as a command", "Copy as"),
    Action("restore.close", ("escape",), "Back", "Back", palette=False),
    Action("keep.submit", ("ctrl+s",), "Make it", "Make"),
    Action("keep.copy_as", ("f2",), "Copy as a command", "Copy as"),
    Action("keep.close", ("escape",), "Back", "Back", palette=False),
    Action("recovery.submit", ("ctrl+s",), "Send the request", "Send"),
    Action("recovery.copy_as", ("f2",), "Copy the request", "Copy as"),
    Action("recovery.close", ("escape",), "Back", "Back", palette=False),
    Action("typed.submit", ("ctrl+s",), "Delete it", "Delete"),
    Action("typed.close", ("escape",), "Back", "Back", palette=False),
    Action("copy.json", ("1", "j"), "As JSON", "JSON", call="show('json')"),
    Action("copy.cli", ("2", "a"), "As AWS CLI command", "AWS CLI", call="show('cli')"),
    Action("copy.boto3", ("3", "b"), "As boto3", "boto3", call="show('boto3')"),
    Action("copy.copy", ("y", "c", "enter"), "Copy what is shown", "Copy"),
    Action("copy.close", ("escape",), "Back", "Back", palette=False),
    Action("value.copy", ("y",), "Copy the value", "Copy"),
    Action("value.close", ("escape", "space", "v", "q"), "Back", "Back", palette=False),
    Action(
        "empty.load_samples",
        ("S",),
        "Load the sample data",
        "Samples",
        "choose('load_samples')",
        palette=False,
    ),
    Action(
        "empty.create_table",
        ("o",),
        "Create a table",
        "New table",
        "choose('create_table')",
        palette=False,
    ),
    Action("empty.next", ("down", "j"), "Next button", palette=False),
    Action("empty.previous", ("up", "k"), "Previous button", palette=False),
    Action("help.down", ("j",), "Down", palette=False),
    Action("help.up", ("k",), "Up", palette=False),
    Action("help.close", ("escape", "q", "question_mark", "f1"), "Back", "Back", palette=False),
)


def of_context(context: str) -> tuple[Action, ...]:
    """The actions of one context, in their order."""
    return tuple(action for action in ACTIONS if action.context == context)
