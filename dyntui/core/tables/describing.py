"""A table's description for people: in lines, or in a line of a list."""

from __future__ import annotations

from dyntui.core.tables.schema import IndexInfo, TableInfo, Throughput
from dyntui.core.text.moments import utc_text
from dyntui.core.text.text_table import rows_text
from engine.client.protocol import Json


def describe_text(info: TableInfo) -> str:
    """The schema, the settings and the indexes, in lines."""
    rows = [
        ("table", info.name),
        ("status", info.status),
        ("keys", keys_text(info)),
        ("items", f"{info.item_count:,}"),
        ("bytes", f"{info.size_bytes:,}"),
        ("billing", billing_text(info.throughput)),
        ("class", info.table_class),
        ("deletion protection", "on" if info.deletion_protection else "off"),
        ("encrypted under", key_text(info.description)),
        ("stream", info.stream_view or "off"),
        ("created", utc_text(info.created)),
        ("ARN", info.arn),
    ]
    width = max(len(head) for head, _ in rows)
    text = "".join(f"{head:<{width}}  {shown}\n" for head, shown in rows)
    return f"{text}\n{_indexes_text(info)}" if info.indexes else text


def key_text(description: Json) -> str:
    """The key that a table is under, in a few words."""
    encryption = description.get("SSEDescription")
    if encryption is None:
        return "the AWS owned key"
    arn = str(encryption["KMSMasterKeyArn"])
    if encryption["Status"] == "UPDATING":
        return f"{arn}, being switched"
    return arn


def _indexes_text(info: TableInfo) -> str:
    heads = ("index", "kind", "partition key", "sort key", "projection", "items", "bytes", "status")
    rows = [
        (
            index.name,
            index.kind,
            _typed(info, index.partition_keys),
            _typed(info, index.sort_keys),
            _projection(index),
            f"{index.item_count:,}",
            f"{index.size_bytes:,}",
            index.status,
        )
        for index in info.indexes
    ]
    return rows_text(heads, rows, (False, False, False, False, False, True, True, False))


SUMMARY_COLUMNS = ("name", "status", "items", "bytes", "keys", "indexes", "billing")


def table_summary(info: TableInfo) -> Json:
    """A line of a list of tables, in the shape of an item, so that it is written as items are."""
    return {
        "name": {"S": info.name},
        "status": {"S": info.status},
        "items": {"N": str(info.item_count)},
        "bytes": {"N": str(info.size_bytes)},
        "keys": {"S": keys_text(info)},
        "indexes": {"N": str(len(info.indexes))},
        "billing": {"S": billing_text(info.throughput)},
    }


def keys_text(info: TableInfo) -> str:
    """The primary key with its types, as in `origin:S, date:S`."""
    return _typed(info, info.key_names)


def _typed(info: TableInfo, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name}:{info.attribute_types[name]}" for name in names)


def billing_text(throughput: Throughput | None) -> str:
    """The billing mode in a few words."""
    if throughput is None:
        return "on-demand"
    return f"{throughput.read_units} RCU, {throughput.write_units} WCU"


def _projection(index: IndexInfo) -> str:
    if index.projection == "INCLUDE":
        return f"INCLUDE {', '.join(index.non_key_attributes)}"
    return index.projection
