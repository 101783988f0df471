"""The tour of the app: its stops, and the sample data in memory that it walks through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine import Engine
from engine.clock import Clock
from sample_data import load

Json = dict[str, Any]

TABLE = "movies"
SAMPLES = (TABLE, "votes")
STATEMENT = (
    'SELECT title, director, worldwide_gross FROM movies."by-genre"\n'
    "WHERE genre = 'Western' AND worldwide_gross > 30000000\n"
    "ORDER BY worldwide_gross DESC"
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the tour stops, and what it says there.

    `tab` is the number of a tab of the table, `place` the name of a place besides the tables. `key`
    is a partition key of `index` to be asked for, `statement` a text for the editor.
    """

    title: str
    text: str
    tab: int = 0
    place: str = ""
    index: str | None = None
    key: Json = field(default_factory=dict)
    statement: str = ""


STOPS = (
    Stop(
        "Welcome",
        "This is the app on sample films, in memory: try anything, your own tables are not here. "
        "{browser.sidebar} shows and hides the list of tables, {browser.jump} goes from panel to "
        "panel, and the last line tells the keys of where you are.",
        tab=1,
    ),
    Stop(
        "Asking",
        "The form above asks by key: here for the westerns, by the index of genres. The line below "
        "it says whether that is a GetItem, a Query or a Scan, and what it costs, before it runs. "
        "{items.form} leads to the form, {form.run} runs it.",
        tab=1,
        index="by-genre",
        key={"genre": {"S": "Western"}},
    ),
    Stop(
        "Items",
        "{items.open} opens the item, {items.value} shows a whole value. {items.edit} "
        "edits, {items.create} makes a new item, {items.delete} deletes: "
        "the request is shown first, with the condition that protects what others wrote. "
        "{items.copy_as} copies "
        "any request as AWS CLI, boto3 or JSON.",
        tab=1,
    ),
    Stop(
        "Settings",
        "Keys, indexes, mode and what else the table has; {settings.change} changes it.",
        tab=2,
    ),
    Stop(
        "Capacity",
        "What the table consumes and what was throttled, by which partition and which key, and "
        "what a month of it costs. {capacity.load} starts a load test to look at.",
        tab=3,
    ),
    Stop(
        "Timeline",
        "The table's past. {timeline.next} goes from change to change, {timeline.diff} "
        "shows what differs, {timeline.browse} browses the table "
        "as of then, {timeline.undo} undoes, {timeline.restore} restores into a new "
        "table. A film was just deleted here.",
        tab=4,
    ),
    Stop(
        "Streams",
        "Changes as they come, with what each did to the item, and Time to Live. Two films were "
        "marked here and one was deleted: {stream.start} shows that, from the oldest change on.",
        tab=5,
    ),
    Stop(
        "PartiQL",
        "Statements, with completion ({statement.complete}), a plan and a price while you "
        "type, and what the "
        "service leaves out done here. {partiql.run} runs the statement.",
        place="partiql",
        statement=STATEMENT,
    ),
    Stop(
        "Transfers",
        "Exports and imports: DynamoDB JSON, CSV, Ion, the service's own exports.",
        place="transfers",
    ),
    Stop(
        "Security",
        "Keys as KMS has them, the tables under them, and items that are sealed before they are "
        "stored, as an outsider and as their owner sees them.",
        place="security",
    ),
    Stop(
        "Learn",
        "Lessons that run: units, throttling, indexes, transactions and more, with figures that "
        "you can change.",
        place="learn",
    ),
    Stop(
        "On your own",
        "{app.help} shows all keys, {app.command_palette} finds any command by its name. "
        "To have the sample data in a "
        "folder of yours, load them from its empty screen, or with: dyntui sample load.",
        tab=1,
    ),
)


def tour_engine(clock: Clock) -> Engine:
    """Sample films in memory, with a stream and a short past; for the caller to close."""
    engine = Engine.in_memory(clock=clock)
    try:
        load(engine, engine, SAMPLES)
        _give_past(engine)
    except BaseException:
        engine.close()
        raise
    return engine


def _give_past(engine: Engine) -> None:
    """Let films be rated and one be deleted, with recovery and a stream on."""
    on = {"PointInTimeRecoveryEnabled": True}
    engine.call(
        "UpdateContinuousBackups",
        {"TableName": TABLE, "PointInTimeRecoverySpecification": on},
    )
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    engine.call("UpdateTable", {"TableName": TABLE, "StreamSpecification": stream})
    for name in ("jaws-1975", "alien-1979"):
        engine.call(
            "UpdateItem",
            {
                "TableName": TABLE,
                "Key": {"id": {"S": name}},
                "UpdateExpression": "SET seen = :yes",
                "ExpressionAttributeValues": {":yes": {"BOOL": True}},
            },
        )
    engine.call("DeleteItem", {"TableName": TABLE, "Key": {"id": {"S": "jaws-1975"}}})
