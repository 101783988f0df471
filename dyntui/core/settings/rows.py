"""What can be set of a table, a row each: how it stands, and what to know before it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dyntui.core.settings.requests import key_kind, maxima_of, warm_of
from dyntui.core.settings.table_settings import EXPIRY, RECOVERY, TAGS, TableSettings, described_by
from dyntui.core.streams.lines import due_text, expiry_state
from dyntui.core.tables.recreate import create_request
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.tables.table_keys import AWS_MANAGED, AWS_OWNED
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.core.text.held_words import holds
from dyntui.core.text.moments import moment_text
from engine.client.protocol import DUE_MAX

Json = dict[str, Any]

Change = Literal[
    "capacity",
    "warm",
    "index capacity",
    "index warm",
    "add index",
    "expiry",
    "recovery",
    "stream",
    "class",
    "protection",
    "encryption",
    "tag",
    "add tag",
]

BILLING = {"PAY_PER_REQUEST": "on demand", "PROVISIONED": "provisioned"}
KEY_TEXTS = {
    AWS_OWNED: "by a key that AWS owns",
    AWS_MANAGED: "by the key that AWS manages",
    "customer": "by a key of one's own",
}
DESCRIBE = "DescribeTable"

KEY_NOTE = (
    "Keys and local indexes are chosen when a table is made. An export can be imported into a "
    "table that has others."
)
MODE_NOTE = "A table may become on demand 4 times in 24 hours, and provisioned at any time."
MAXIMUM_NOTE = "What is asked for beyond a maximum is throttled, so that a bill has a limit."
WARM_NOTE = "What can be taken at once. It can only be raised, for which the service charges once."
INDEX_NOTE = (
    "One index at a time is made or removed, 20 a table at most. Each costs writes and storage of "
    "its own."
)
LOCAL_NOTE = "A local index lives as long as its table, and uses its capacity."
EXPIRY_NOTE = (
    "The attribute is a number of seconds since 1970. Deleting what has expired costs no write "
    "units. The service takes one change an hour."
)
RECOVERY_NOTE = "Every second of the last 1 to 35 days; the service charges by the table's size."
STREAM_NOTE = (
    "Each change of an item for 24 hours. What a stream shows cannot be changed: off, and on again."
)
CLASS_NOTE = (
    "Infrequent access: storage for some 60 % less, requests for some 25 % more. The service takes "
    "2 changes in 30 days."
)
PROTECTION_NOTE = "A protected table is not dropped before the protection is turned off."
ENCRYPTION_NOTE = (
    "The table is read and written while it is switched; backups keep the key of their time. A KMS "
    "key costs by its use, and where it is disabled nothing can be read. The service takes 4 "
    "changes in 24 hours."
)
TAG_NOTE = "50 tags a table at most; a key has 128 characters, a value 256."


@dataclass(frozen=True, slots=True)
class Row:
    """A setting: its group, its name, how it stands, and what to know before it is changed.

    `change` says what changes it, None where nothing does; `subject` is the index or tag that it
    is about. `described` is the request that tells it.
    """

    group: str
    name: str
    value: str
    note: str
    described: Request
    change: Change | None = None
    subject: str = ""

    def holds(self, text: str) -> bool:
        """Whether all words of a text are in group, name or value, in any case."""
        return holds(text, f"{self.group} {self.name} {self.value}")


def setting_rows(settings: TableSettings) -> list[Row]:
    """All rows, group by group."""
    info = settings.info
    return [
        *_table_rows(info),
        *_capacity_rows(info),
        *_index_rows(settings),
        *_lifetime_rows(settings),
        *_other_rows(settings),
        *_tag_rows(settings),
    ]


def rows_with(rows: Sequence[Row], text: str) -> list[Row]:
    """The rows that hold the words of a text; those of an index stay together."""
    subjects = {row.subject for row in rows if row.subject and row.holds(text)}
    return [row for row in rows if row.subject in subjects or row.holds(text)]


def on_or_off(on: bool) -> str:
    """How a setting is, or will be."""
    return "on" if on else "off"


def keys_text(info: TableInfo, names: tuple[str, ...]) -> str:
    """Key attributes with their types."""
    return ", ".join(f"{name} {info.attribute_types[name]}" for name in names)


def _table_rows(info: TableInfo) -> Iterator[Row]:
    made = create_request(info)
    sort = keys_text(info, info.sort_keys) or "none"
    yield Row("Table", "partition key", keys_text(info, info.partition_keys), KEY_NOTE, made)
    yield Row("Table", "sort key", sort, KEY_NOTE, made)
    size = bytes_text(info.size_bytes)
    exactly = f"{info.size_bytes:,} B"
    held = f"{counted(info.item_count, 'item')} · {size}"
    held += "" if size == exactly else f" ({exactly})"
    described = described_by(info, DESCRIBE)
    status = f"{info.status} · made {moment_text(info.created)}"
    yield Row("Table", "holds", held, "On the service counts are some hours old.", described)
    yield Row("Table", "status", status, f"Its ARN: {info.arn}", described)


# Capacity.


def _capacity_rows(info: TableInfo) -> Iterator[Row]:
    described = described_by(info, DESCRIBE)
    mode = BILLING[info.billing_mode]
    yield Row("Capacity", "mode", mode, MODE_NOTE, described, "capacity")
    if info.billing_mode == "PROVISIONED":
        note = decreases_note(info.description)
        yield Row("Capacity", "units", units_text(info), note, described, "capacity")
    else:
        maxima = maxima_text(info.description)
        yield Row("Capacity", "maximum", maxima, MAXIMUM_NOTE, described, "capacity")
    warm = warm_text(info.description)
    yield Row("Capacity", "warm throughput", warm, WARM_NOTE, described, "warm")


def units_text(of: TableInfo | IndexInfo) -> str:
    """Provisioned units."""
    units = of.throughput
    return "" if units is None else f"{units.read_units:,} RCU, {units.write_units:,} WCU"


def maxima_text(described: Json) -> str:
    """On-demand maxima."""
    read, write = (
        "no limit" if value is None else f"{value:,} a second" for value in maxima_of(described)
    )
    return f"reads {read}, writes {write}"


def warm_text(described: Json) -> str:
    """Warm throughput."""
    read, write = warm_of(described)
    if read is None or write is None:
        return "not told"
    return f"{read:,} reads and {write:,} writes a second"


def decreases_note(described: Json) -> str:
    """How many decreases of provisioned units there were today, and how many are free."""
    today = (described.get("ProvisionedThroughput") or {}).get("NumberOfDecreasesToday", 0)
    return (
        "Units may be raised at any time, and lowered 4 times a day (UTC), then once an hour; "
        f"today they were lowered {counted(today, 'time')}."
    )


# Indexes.


def _index_rows(settings: TableSettings) -> Iterator[Row]:
    info = settings.info
    described = described_by(info, DESCRIBE)
    members = {
        one["IndexName"]: one for one in info.description.get("GlobalSecondaryIndexes") or ()
    }
    for index in info.indexes:
        text = index_text(info, index, settings.fills.get(index.name))
        if index.kind == "LSI":
            yield Row("Indexes", index.name, text, LOCAL_NOTE, described, subject=index.name)
            continue
        member, name = members[index.name], index.name
        yield Row("Indexes", name, text, INDEX_NOTE, described, "index capacity", name)
        if index.throughput is not None:
            value, note = units_text(index), decreases_note(member)
        else:
            value, note = maxima_text(member), MAXIMUM_NOTE
        yield Row("Indexes", "  capacity", value, note, described, "index capacity", name)
        warm = warm_text(member)
        yield Row("Indexes", "  warm throughput", warm, WARM_NOTE, described, "index warm", name)
    yield Row("Indexes", "add a global index", "…", INDEX_NOTE, described, "add index")


def index_text(info: TableInfo, index: IndexInfo, filled: float | None = None) -> str:
    """Kind, what is under way, keys, projection, what it holds."""
    parts: list[str] = [index.kind]
    if index.status != "ACTIVE":
        parts.append(index.status if filled is None else f"{index.status}, filled {filled:.0%}")
    parts += [
        keys_text(info, index.key_names),
        " ".join([index.projection, ", ".join(index.non_key_attributes)]).strip(),
        f"{counted(index.item_count, 'item')}, {bytes_text(index.size_bytes)}",
    ]
    return " · ".join(parts)


# What becomes of items.


def _lifetime_rows(settings: TableSettings) -> Iterator[Row]:
    info = settings.info
    group = "Lifetime"
    expiry, recovery = expiry_text(settings), recovery_text(settings)
    described = described_by(info, EXPIRY)
    yield Row(group, "Time to Live", expiry, EXPIRY_NOTE, described, "expiry")
    described = described_by(info, RECOVERY)
    yield Row(group, "recovery", recovery, RECOVERY_NOTE, described, "recovery")
    described = described_by(info, DESCRIBE)
    yield Row(group, "stream", info.stream_view or "off", STREAM_NOTE, described, "stream")


def expiry_text(settings: TableSettings) -> str:
    """Whether items expire, by which attribute, and how many."""
    if EXPIRY in settings.refused:
        return settings.refused[EXPIRY]
    state = expiry_state(settings.expiry["TimeToLiveStatus"])
    if settings.expires_by is None:
        return state
    parts = [f"{state} by {settings.expires_by}"]
    if settings.expiring is not None:
        many = "at least " if settings.expiring >= DUE_MAX else ""
        has = "item has" if settings.expiring == 1 else "items have"
        parts.append(f"{many}{settings.expiring:,} {has} it")
    if settings.due is not None:
        parts.append(due_text(settings.due))
    return " · ".join(parts)


def recovery_text(settings: TableSettings) -> str:
    """Whether the table's past can be restored, and from when to when."""
    if RECOVERY in settings.refused:
        return settings.refused[RECOVERY]
    if not settings.recovers:
        return "off"
    days = settings.recovery.get("RecoveryPeriodInDays")
    text = "on" if days is None else f"on, {counted(days, 'day')} back"
    earliest = settings.recovery.get("EarliestRestorableDateTime")
    return text if earliest is None else f"{text} · since {moment_text(float(earliest))}"


# The rest.


def _other_rows(settings: TableSettings) -> Iterator[Row]:
    info = settings.info
    group, described = "Other settings", described_by(info, DESCRIBE)
    protection = on_or_off(info.deletion_protection)
    yield Row(group, "table class", class_text(info), CLASS_NOTE, described, "class")
    yield Row(group, "deletion protection", protection, PROTECTION_NOTE, described, "protection")
    text = encryption_text(settings.encryption)
    yield Row(group, "encryption", text, ENCRYPTION_NOTE, described, "encryption")


def class_text(info: TableInfo) -> str:
    """The table class, and since when it is that."""
    summary = info.description.get("TableClassSummary") or {}
    changed = summary.get("LastUpdateDateTime")
    since = "" if changed is None else f" · since {moment_text(float(changed))}"
    return info.table_class + since


def encryption_text(encryption: Json) -> str:
    """Under which key the table is."""
    text = KEY_TEXTS[key_kind(encryption)]
    if not encryption:
        return text
    status = encryption.get("Status", "ENABLED")
    under = str(encryption["KMSMasterKeyArn"])
    if "InaccessibleEncryptionDateTime" in encryption:
        status = "INACCESSIBLE: enable the key"
    return " · ".join([text, under, *([] if status == "ENABLED" else [str(status)])])


def _tag_rows(settings: TableSettings) -> Iterator[Row]:
    described = described_by(settings.info, TAGS)
    if TAGS in settings.refused:
        yield Row("Tags", "tags", settings.refused[TAGS], TAG_NOTE, described)
        return
    for key, value in settings.tags:
        yield Row("Tags", key, value, TAG_NOTE, described, "tag", key)
    yield Row("Tags", "add a tag", "…", TAG_NOTE, described, "add tag")
