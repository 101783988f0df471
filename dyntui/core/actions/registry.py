"""Every action of the app, with its stable id: what footer, help, palette and docs are made of."""

from __future__ import annotations

from dyntui.core.actions.action import Action
from dyntui.core.actions.of_drawers import OF_DRAWERS
from dyntui.core.actions.of_places import OF_PLACES
from dyntui.core.actions.of_tables import OF_TABLES

CONTEXTS = {
    "app": "Everywhere",
    "browser": "Browsing a table",
    "tables": "List of tables",
    "form": "Query form",
    "items": "Grid of items",
    "item": "Item panel",
    "settings": "Settings",
    "capacity": "Capacity",
    "timeline": "Timeline",
    "past": "Items as they were",
    "stream": "Streams",
    "partiql": "PartiQL",
    "statement": "PartiQL editor",
    "results": "Results of a statement",
    "row": "Row panel",
    "told": "Messages",
    "transfers": "Transfers",
    "learn": "Learn",
    "tour": "Tour of the app",
    "export": "Exporting",
    "import": "Importing",
    "pick": "Choosing a file",
    "rejected": "Rejected records",
    "security": "Security",
    "keys": "Keys",
    "sealing": "Tables and their encryption",
    "key": "Changing a key",
    "setup": "Sealing a table's items",
    "outsider": "What an outsider sees",
    "book": "History and saved statements",
    "save": "Saving statements",
    "parameters": "Values for parameters",
    "load": "Load test",
    "ask": "Before a costly statement",
    "editor": "Item editor",
    "field": "Editing one value",
    "review": "Reviewing a write",
    "create": "Creating a table",
    "setting": "Changing a setting",
    "drop": "Dropping a table",
    "truncate": "Emptying a table",
    "moment": "Going to a time",
    "history": "History of an item",
    "undo": "Undoing changes",
    "restore": "Restoring a table",
    "keep": "Making a backup or snapshot",
    "typed": "Deleting a backup or snapshot",
    "sift": "Choosing changes",
    "copy": "Copying a request",
    "value": "Whole value",
    "theme": "Choosing a theme",
    "jump": "Jumping",
    "find": "Filtering rows",
    "columns": "Columns",
    "bulk": "Writing many items",
    "many": "Changing an attribute of many items",
    "selection": "Exporting marked items",
    "follow": "Following a value",
    "entities": "Entities",
    "help": "Help",
    "empty": "A folder without tables",
}

ACTIONS = (*OF_TABLES, *OF_PLACES, *OF_DRAWERS)


def of_context(context: str) -> tuple[Action, ...]:
    """The actions of one context, in their order."""
    return tuple(action for action in ACTIONS if action.context == context)
