"""What was found of the entities of a table, as rows of a list and as text."""

from __future__ import annotations

from collections.abc import Sequence

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.browse.entities import Access, EntityType, Model
from dyntui.core.browse.key_patterns import VARIES
from dyntui.core.tables.cost import units_text
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text, cell_text
from dyntui.core.text.listed import Listed, Row

ATTRIBUTES_MAX = 12
VALUE_CELLS = 40
EMPTY = (
    "The table has no items: {items.create} in the grid makes one, {browser.transfers} "
    "imports some."
)


def about(info: TableInfo, model: Model) -> str:
    """What was read, what it cost, and what was seen in it."""
    sample = model.sample
    read = len(sample.items)
    of = "all" if sample.complete else f"of about {max(info.item_count, read):,}"
    plain = all(str(pattern) == VARIES for one in model.types for pattern in one.shape.partition)
    told = "no key has labels, so it is one type" if plain else f"{len(model.types)} entity types"
    count = f"{counted(read, 'item')} read" + ("" if sample.complete else f" {of}")
    guess = "" if sample.complete else " · a guess from this sample, + reads more"
    return f"{count} · {units_text(sample.units)} RCU · {told}{guess}"


def type_rows(model: Model) -> Listed:
    """The entity types."""
    width = max((len(one.name) for one in model.types), default=0)
    keys = max((len(str(one.shape)) for one in model.types), default=0)
    rows = tuple(_type_row(model, one, width, keys) for one in model.types)
    return Listed("", rows, 0, with_keys(EMPTY))


def _type_row(model: Model, one: EntityType, width: int, keys: int) -> Row:
    share = one.count / max(1, len(model.sample.items))
    line = (
        (f"{one.name:<{width}}  ", "bold"),
        (f"{one.shape!s:<{keys}}  ", ""),
        (f"{one.count:>6,}  {share:>4.0%}  {bytes_text(one.average_bytes)} each", "dim"),
    )
    each = one.count / max(1, one.collections)
    shown = one.attributes[:ATTRIBUTES_MAX]
    names = max((len(name) for name, _ in shown), default=0)
    details = [
        ((f"in {counted(one.collections, 'item collection')}, {each:,.1f} in each", "dim"),),
        *(
            (
                (f"{name:<{names}}  ", "chosen"),
                (cell_text(one.example[name], VALUE_CELLS) if name in one.example else "", ""),
                ("" if count == one.count else f"  in {count:,} of them", "dim"),
            )
            for name, count in shown
        ),
    ]
    return Row(line, tuple(details))


def access_rows(info: TableInfo, model: Model) -> Listed:
    """Which Query finds what, by the table and its indexes."""
    rows = []
    width = max((len(each.index or info.name) for each in model.access), default=0)
    last: str | None = ""
    for each in model.access:
        place = each.index or info.name
        line = (
            (f"{place if each.index != last else '':<{width}}  ", "bold"),
            (each.condition, ""),
            (f"  → {', '.join(each.types)}", "good"),
        )
        last = each.index
        rows.append(Row(line, tuple(((detail, "dim"),) for detail in _access_details(each, info))))
    return Listed("", tuple(rows), 0, with_keys(EMPTY))


def _access_details(access: Access, info: TableInfo) -> Sequence[str]:
    terms = " and ".join(
        f"{name} {term.operator} {term.text}" for name, term in access.fields.keys.items()
    )
    where = f"index {access.index}" if access.index else f"table {info.name}"
    return [
        f"for example {terms}",
        f"{access.entries:,} of the sample in {where}; {key_for('entities.open')} reads it",
    ]


def model_text(info: TableInfo, model: Model) -> str:
    """All of it as text, to be copied."""
    lines = [f"{info.name}: {about(info, model)}", ""]
    for listed in (type_rows(model), access_rows(info, model)):
        for row in listed.rows:
            lines.append("".join(text for text, _ in row.line).rstrip())
            lines += ["    " + "".join(text for text, _ in detail) for detail in row.details]
        lines.append("")
    return "\n".join(lines)
