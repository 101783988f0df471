"""A table's description, for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import orjson

from dyntui.cli.output import write_rows
from dyntui.core.schema import IndexInfo, TableInfo, Throughput


def describe_json(info: TableInfo) -> str:
    """The API's TableDescription."""
    return orjson.dumps(info.description, option=orjson.OPT_INDENT_2).decode()


def describe_text(info: TableInfo) -> None:
    """Print the schema, the settings and the indexes."""
    rows = [
        ("table", info.name),
        ("status", info.status),
        ("keys", keys_text(info)),
        ("items", f"{info.item_count:,}"),
        ("bytes", f"{info.size_bytes:,}"),
        ("billing", billing_text(info.throughput)),
        ("class", info.table_class),
        ("deletion protection", "on" if info.deletion_protection else "off"),
        ("stream", info.stream_view or "off"),
        ("created", datetime.fromtimestamp(info.created, UTC).isoformat(" ", "seconds")),
        ("ARN", info.arn),
    ]
    width = max(len(head) for head, _ in rows)
    for head, text in rows:
        click.echo(f"{head:<{width}}  {text}")
    if info.indexes:
        click.echo()
        _describe_indexes(info)


def _describe_indexes(info: TableInfo) -> None:
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
    write_rows(heads, rows, (False, False, False, False, False, True, True, False))


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
