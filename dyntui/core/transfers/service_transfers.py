"""Exports and imports that DynamoDB's own operations do: asked for, looked up, told of as ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dyntui.core.connection.refused import why_not_told
from dyntui.core.tables.requests import Request
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.core.text.moments import moment
from dyntui.core.transfers.export_plan import Call, ExportPlan
from dyntui.core.transfers.exporting import LOSSLESS, ExportError
from dyntui.core.transfers.import_plan import ImportPlan
from dyntui.core.transfers.importing import ImportRefusedError, Rejection, key_attributes
from dyntui.core.transfers.transfers import State, Transfer
from engine.client.protocol import Json, LocalTools
from engine.client.recovery import JobReport
from engine.errors import ApiError

Kind = Literal["export", "import"]

_LISTED = 25
_STATES: dict[str, State] = {
    "COMPLETED": "done",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
}
_FORMATS = {"dynamodb-json": "DYNAMODB_JSON", "ion": "ION", "csv": "CSV"}


# Asking for one.


def export_request(plan: ExportPlan, table_arn: str, now_s: float) -> Request:
    """ExportTableToPointInTime to `bucket` or `bucket/prefix`; raises `ExportError`."""
    bucket, _, prefix = plan.destination.removeprefix("s3://").partition("/")
    form = LOSSLESS.get(plan.form or "dynamodb-json")
    if not bucket:
        raise ExportError("give the bucket, and a prefix after a slash")
    if form is None:
        raise ExportError("the service exports dynamodb-json or ion")
    if plan.filter or plan.projection or plan.columns:
        raise ExportError("filter, projection and columns are not the service's")
    members: Json = {"TableArn": table_arn, "S3Bucket": bucket}
    if prefix:
        members["S3Prefix"] = prefix.rstrip("/")
    members["ExportFormat"] = form
    if plan.incremental:
        if not plan.since:
            raise ExportError("an incremental export needs the time from which on")
        window = {"ExportFromTime": round(moment(plan.since, now_s))}
        if plan.until:
            window["ExportToTime"] = round(moment(plan.until, now_s))
        members["ExportType"] = "INCREMENTAL_EXPORT"
        members["IncrementalExportSpecification"] = window
    elif plan.at:
        members["ExportTime"] = round(moment(plan.at, now_s))
    return Request("ExportTableToPointInTime", members)


def import_request(plan: ImportPlan) -> Request:
    """ImportTable from `bucket` or `bucket/prefix` into a new table.

    Raises `ImportRefusedError`.
    """
    bucket, _, prefix = plan.address.removeprefix("s3://").partition("/")
    if not bucket:
        raise ImportRefusedError("give the bucket, and a prefix after a slash")
    form = _FORMATS.get(plan.form or "dynamodb-json")
    if form is None:
        raise ImportRefusedError("the service imports dynamodb-json, ion and csv")
    keys = key_attributes(plan.keys)
    if not keys or len(keys) > 2:
        raise ImportRefusedError("give the keys of the table: a partition key, and a sort key")
    source: Json = {"S3Bucket": bucket}
    if prefix:
        source["S3KeyPrefix"] = prefix
    members: Json = {
        "S3BucketSource": source,
        "InputFormat": form,
        "InputCompressionType": plan.compression or "NONE",
        "TableCreationParameters": {
            "TableName": plan.table,
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in keys
            ],
            "KeySchema": [
                {"AttributeName": name, "KeyType": kind}
                for (name, _), kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    return Request("ImportTable", members)


# Looking them up.


@dataclass(slots=True)
class ServiceTransfers:
    """The latest exports and imports of a Region; those that have ended are asked for once.

    Those of this session are asked for by their ARN, also where all of them cannot be listed.
    """

    call: Call
    tools: LocalTools | None
    _begun: list[Transfer] = field(default_factory=list)
    _ended: dict[str, Transfer] = field(default_factory=dict)

    def begun(self, transfer: Transfer) -> None:
        """One was begun just now."""
        self._begun.append(transfer)

    def look(self) -> tuple[list[Transfer], list[str]]:
        """What there is now; and what could not be asked for, with the reason."""
        refusals: list[str] = []
        jobs = self.tools.jobs() if self.tools is not None else []

        def listed(operation: str, name: str, arn: str, limit: str) -> list[str]:
            try:
                found = self.call(operation, {limit: _LISTED})[name]
            except ApiError as error:
                refusals.append(f"{operation}: {why_not_told(error)}")
                return []
            return [summary[arn] for summary in found]

        exports = listed("ListExports", "ExportSummaries", "ExportArn", "MaxResults")
        imports = listed("ListImports", "ImportSummaryList", "ImportArn", "PageSize")
        found = [
            *(self._one(arn, "export", jobs) for arn in self._with_begun("export", exports)),
            *(self._one(arn, "import", jobs) for arn in self._with_begun("import", imports)),
        ]
        return found, refusals

    def _with_begun(self, kind: Kind, listed: list[str]) -> list[str]:
        begun = [transfer.arn for transfer in reversed(self._begun) if transfer.kind == kind]
        return [*(arn for arn in begun if arn not in listed), *listed]

    def _one(self, arn: str, kind: Kind, jobs: Iterable[JobReport]) -> Transfer:
        if arn in self._ended:
            return self._ended[arn]
        if kind == "export":
            answer = self.call("DescribeExport", {"ExportArn": arn})["ExportDescription"]
            transfer = _export(answer)
        else:
            answer = self.call("DescribeImport", {"ImportArn": arn})["ImportTableDescription"]
            transfer = _import(answer)
        if transfer.state != "running":
            self._ended[arn] = transfer
            return transfer
        began_ms = int(arn.rpartition("/")[2].partition("-")[0])
        for job in jobs:
            subject = (job.kind, job.subject, job.created_us // 1_000)
            if job.failure is None and subject == (kind, transfer.table, began_ms):
                transfer.job, transfer.done, transfer.total = job.id, job.done, job.total or None
        return transfer

    def rejections(self, transfer: Transfer) -> list[Rejection]:
        """What an import could not take, where the engine keeps it; raises `ApiError`."""
        if self.tools is None or transfer.kind != "import":
            return []
        return [
            Rejection(
                entry["itemS3Pointer"]["key"],
                entry["itemS3Pointer"]["itemIndex"],
                0,
                "; ".join(entry["errorMessages"]),
                "",
            )
            for entry in self.tools.import_errors(transfer.arn)
        ]


def _export(told: Json) -> Transfer:
    home = _home(told.get("S3Bucket"), told.get("S3Prefix"))
    transfer = _ended(
        Transfer("export", _table(told), home, _seconds(told.get("StartTime"))),
        told,
        told["ExportStatus"],
    )
    transfer.arn = told["ExportArn"]
    if transfer.state == "done":
        transfer.done = transfer.total = told.get("ItemCount", 0)
        size = bytes_text(told.get("BilledSizeBytes", 0))
        transfer.note = (
            f"{counted(transfer.done, 'item')}, {size} in {told.get('ExportManifest', home)}"
        )
    return transfer


def _import(told: Json) -> Transfer:
    # Other servers than the service's may not tell where it comes from.
    source = told.get("S3BucketSource", {})
    home = _home(source.get("S3Bucket"), source.get("S3KeyPrefix"))
    transfer = _ended(
        Transfer("import", _table(told), home, _seconds(told.get("StartTime"))),
        told,
        told["ImportStatus"],
    )
    transfer.arn = told["ImportArn"]
    transfer.rejected = told.get("ErrorCount", 0)
    if transfer.state == "running":
        return transfer
    transfer.done = transfer.total = told.get("ImportedItemCount", 0)
    counts = (
        f"{counted(told.get('ProcessedItemCount', 0), 'record')} read, {transfer.done:,} written, "
        f"{transfer.rejected:,} rejected"
    )
    if told.get("FailureCode") == "ItemValidationError":
        # It is through: the service calls an import failed that left out a record.
        transfer.state, transfer.note = "done", ""
    transfer.note = f"{counts}; {transfer.note}" if transfer.note else counts
    return transfer


def _home(bucket: str | None, prefix: str | None) -> str:
    return "/".join(filter(None, (bucket, prefix)))


def _ended(transfer: Transfer, told: Json, status: str) -> Transfer:
    transfer.state = _STATES.get(status, "running")
    if told.get("EndTime") is not None:
        transfer.ended_s = _seconds(told["EndTime"])
    if transfer.state in ("failed", "cancelled"):
        code, text = told.get("FailureCode"), told.get("FailureMessage")
        transfer.note = ": ".join(filter(None, (code, text)))
    return transfer


def _table(told: Json) -> str:
    return str(told["TableArn"]).rpartition(":table/")[2]


def _seconds(time: datetime | float | None) -> float:
    """A time of an answer: seconds, or what a remote's library makes of them; 0 for none."""
    return time.timestamp() if isinstance(time, datetime) else float(time or 0)
