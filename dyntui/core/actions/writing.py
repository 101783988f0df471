"""The actions that begin a change of tables, items or keys: refused where nothing may be changed,
before a form is filled in.
"""

from __future__ import annotations

from dyntui.core.actions.action import Action
from dyntui.core.actions.spoken_keys import with_keys

WRITING = frozenset(
    {
        *("browser.create_table", "browser.import_file", "browser.load_samples"),
        *("tables.alter", "tables.create", "tables.drop", "tables.load_samples"),
        "tables.truncate",
        *("items.create", "items.delete", "items.duplicate", "items.edit", "items.edit_value"),
        *("items.edit_many", "items.undo", "item.delete", "item.edit", "item.edit_value"),
        *("settings.add", "settings.change", "settings.drop", "settings.remove"),
        *("capacity.alter", "capacity.load"),
        *("timeline.delete", "timeline.keep", "timeline.recovery", "timeline.restore"),
        *("timeline.undo", "timeline.undo_last", "timeline.undo_range"),
        *("stream.expire", "stream.expiry", "stream.stream"),
        *("transfers.cancel", "transfers.import_file"),
        *("keys.able", "keys.alias", "keys.create", "keys.delete", "keys.rotate"),
        *("sealing.alter", "sealing.seal"),
        *("empty.create_table", "empty.import_file", "empty.load_samples"),
    }
)

HERE = "the app's command"
"""What makes a connection read-only that was not so from the start."""


def refusal(action: Action, by: str) -> str:
    """What to say where an action is refused because of what `by` said; with the way out."""
    way = "start without it to write."
    if by == HERE:
        way = with_keys("{app.command_palette} and read-only lets it write again.")
    return f"{action.title}: nothing may be changed here ({by}); {way}"
