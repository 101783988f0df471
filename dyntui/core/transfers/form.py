"""The fields of the forms for exports and imports, and the plans that they make."""

from __future__ import annotations

from dyntui.core.transfers.export_plan import ExportPlan
from dyntui.core.transfers.exporting import FORMS, Form
from dyntui.core.transfers.import_plan import ON_DUPLICATE, ImportPlan
from dyntui.core.transfers.transfers import Transfer
from engine.transfer.sources import FORMATS, Format

Values = dict[str, str]
"""What is typed into a form, by the ids of its fields."""

BY_NAME = "as the name says"
HERE, SERVICE = "dyntui", "DynamoDB, to and from S3"
EXPORT_FORMATS: dict[str, Form | None] = {BY_NAME: None} | {form: form for form in FORMS}
IMPORT_FORMATS: dict[str, Format | None] = {BY_NAME: None} | {form: form for form in FORMATS}
DUPLICATES = tuple(ON_DUPLICATE)


def export_plan(values: Values) -> ExportPlan:
    """The export that a form says."""
    since, until = values.get("since", "").strip(), values.get("until", "").strip()
    return ExportPlan(
        table=values.get("table", "").strip(),
        destination=values.get("destination", "").strip(),
        form=EXPORT_FORMATS[values.get("format", BY_NAME)],
        filter=values.get("filter", "").strip(),
        projection=values.get("projection", "").strip(),
        at=values.get("at", "").strip(),
        incremental=bool(since or until),
        since=since,
        until=until,
    )


def import_plan(values: Values) -> ImportPlan:
    """The import that a form says."""
    return ImportPlan(
        address=values.get("source", "").strip(),
        table=values.get("table", "").strip(),
        form=IMPORT_FORMATS[values.get("format", BY_NAME)],
        keys=tuple(values.get("keys", "").replace(",", " ").split()),
        types=values.get("types", "").strip(),
        infer=values.get("infer") == "on",
        on_duplicate=values.get("duplicate", DUPLICATES[0]),
    )


def values_of(transfer: Transfer) -> Values:
    """The form that would begin a transfer again."""
    plan = transfer.plan
    if isinstance(plan, ExportPlan):
        return {
            "table": plan.table,
            "destination": plan.destination,
            "format": plan.form or BY_NAME,
            "filter": plan.filter,
            "projection": plan.projection,
            "at": plan.at,
            "since": plan.since,
            "until": plan.until,
            "by": HERE,
        }
    if isinstance(plan, ImportPlan):
        return {
            "source": plan.address,
            "table": plan.table,
            "format": plan.form or BY_NAME,
            "keys": " ".join(plan.keys),
            "types": plan.types,
            "infer": "on" if plan.infer else "",
            "duplicate": plan.on_duplicate,
            "by": HERE,
        }
    place = "destination" if transfer.kind == "export" else "source"
    return {"table": transfer.table, place: transfer.place, "by": SERVICE}
