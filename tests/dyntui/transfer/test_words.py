"""What is said of transfers: how far they are, what was rejected, what stands in a source."""

from __future__ import annotations

from typing import Any, cast

import pytest

from dyntui.core.transfers.export_plan import ExportPlan
from dyntui.core.transfers.form import export_plan, import_plan, values_of
from dyntui.core.transfers.import_plan import ImportPlan
from dyntui.core.transfers.importing import Rejection
from dyntui.core.transfers.service_transfers import ServiceTransfers, export_request, import_request
from dyntui.core.transfers.transfers import Transfer
from dyntui.core.transfers.words import preview_lines, rejections_text, standing, stretch_text
from engine.client.protocol import Json, LocalTools
from engine.client.recovery import JobReport
from engine.transfer.records import Record
from engine.transfer.sources import Found

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/films"


def test_a_running_transfer_tells_how_far_it_is_how_fast_and_how_long_still() -> None:
    transfer = Transfer("import", "films", "films.json", 0)
    transfer.go_on("reading", 0, None, 10.0)
    transfer.go_on("reading", 500, None, 12.0)
    assert standing(transfer, 12.0) == "reading · 500 items · 250/s"
    transfer.go_on("writing", 100, 1_000, 20.0)
    transfer.go_on("writing", 400, 1_000, 21.0)
    transfer.rejected = 2
    assert standing(transfer, 21.0) == (
        "writing · ██████░░░░░░░░░░ 40% · 400 of 1,000 · 300/s · 2 s left · 2 rejected"
    )
    transfer.cancel_wanted.set()
    assert standing(transfer, 21.0).startswith("stopping")
    transfer.end("done", "all is there", 30)
    assert standing(transfer, 40.0) == "all is there"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7_260, "2 h 1 min")]
)
def test_stretches(seconds: float, text: str) -> None:
    assert stretch_text(seconds) == text


def test_the_character_of_a_fault_is_marked_in_sight_however_long_the_line_is() -> None:
    short = Rejection("f.json", 3, 9, "not JSON", '{"Item":')
    long = Rejection("f.json", 4, 101, "not JSON", "x" * 100 + "!" + "y" * 100)
    plain = Rejection("f.csv", 5, 0, "three fields", "a,b,c")
    lines = rejections_text([short, long, plain], 4, 40).splitlines()
    assert lines[:3] == ["f.json:3:9  not JSON", '  {"Item":', "          ^"]
    assert lines[4] == "f.json:4:101  not JSON"
    assert lines[5][lines[6].index("^")] == "!"
    assert len(lines[5]) <= 40
    assert lines[8:] == ["f.csv:5  three fields", "  a,b,c", "", "and 1 more"]


def test_the_first_records_are_shown_with_types_and_faults() -> None:
    found = [
        Found("f", Record(1, {"id": {"N": "1"}, "x": {"S": "a"}})),
        Found("f", Record(2, {"id": {"N": "2"}, "x": {"N": "5"}})),
        Found("f", Record(3, {"x": {"S": "b"}})),
        Found("f", Record(4, {"id": {"N": "one"}})),
        Found("f", Record.rejected(5, "not JSON", b"", 7)),
    ]
    assert preview_lines(found, {"id": "N"}) == [
        "the first 2 items",
        "id  N    1, 2",
        "x   N/S  a, 5",
        "✗ f:3: the key id is missing, or not of type N",
        "✗ f:4: The parameter cannot be converted to a numeric value: one",
        "✗ f:5:7: not JSON",
    ]
    assert preview_lines([], {}) == ["no items"]


def test_commands_say_what_was_chosen() -> None:
    assert ExportPlan("t", "a b.csv", filter="x > 1", columns=("a", "b")).command == (
        "dyntui export t 'a b.csv' --filter 'x > 1' --columns a,b"
    )
    plan = ImportPlan("f", "t", "csv", keys=("id:S",), infer=True, on_duplicate="fail")
    assert plan.command == ("dyntui import f t --key id:S --infer --format csv --on-duplicate fail")


def test_a_form_makes_the_plan_that_fills_it() -> None:
    exported = ExportPlan("t", "d", "ion", incremental=True, since="1 day ago")
    imported = ImportPlan("f", "t", "csv", keys=("id:S", "n:N"), types="a=N", infer=True)
    assert export_plan(values_of(Transfer("export", "t", "d", 0, exported))) == exported
    assert import_plan(values_of(Transfer("import", "t", "f", 0, imported))) == imported


def test_requests_of_the_service() -> None:
    exported = export_request(ExportPlan("t", "s3://bucket/a/", at="100"), ARN, 1_000)
    assert exported.members == {
        "TableArn": ARN,
        "S3Bucket": "bucket",
        "S3Prefix": "a",
        "ExportFormat": "DYNAMODB_JSON",
        "ExportTime": 100,
    }
    imported = import_request(ImportPlan("bucket", "t", "csv", keys=("id:S", "n:N")))
    assert imported.members["InputFormat"] == "CSV"
    assert imported.members["TableCreationParameters"]["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "n", "KeyType": "RANGE"},
    ]


class OneJob:
    """The tools of an engine with an export at work."""

    def jobs(self) -> list[JobReport]:
        """The job."""
        return [JobReport(7, "export", "films", 1_800_000_000_123, 50, 200, None)]


def test_an_export_at_work_is_shown_with_the_progress_of_its_job() -> None:
    arn = f"{ARN}/export/00001800000000-01234567"
    told: Json = {
        "ExportArn": arn,
        "ExportStatus": "IN_PROGRESS",
        "TableArn": ARN,
        "S3Bucket": "bucket",
        "StartTime": 1_800_000.0,
    }
    answers: dict[str, Json] = {
        "ListExports": {"ExportSummaries": [{"ExportArn": arn}]},
        "ListImports": {"ImportSummaryList": []},
        "DescribeExport": {"ExportDescription": told},
    }
    calls: list[str] = []

    def call(operation: str, request: Json) -> Json:
        del request
        calls.append(operation)
        return answers[operation]

    tools: Any = OneJob()
    service = ServiceTransfers(call, cast("LocalTools", tools))
    (transfer,), _ = service.look()
    assert (transfer.job, transfer.done, transfer.total) == (7, 50, 200)
    told |= {"ExportStatus": "FAILED", "FailureCode": "S3AccessDenied", "FailureMessage": "no"}
    (transfer,), _ = service.look()
    assert (transfer.state, transfer.note) == ("failed", "S3AccessDenied: no")
    # What has ended is not asked for again.
    service.look()
    assert calls.count("DescribeExport") == 2
