"""Exports and imports of a Region as the app keeps them: how far they are, how they ended.

What was begun here is done in a thread of the app; what DynamoDB's own operations do is looked up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted, items_written
from dyntui.core.text.formats import bytes_text
from dyntui.core.text.moments import MomentError
from dyntui.core.transfers.export_plan import Call, Exporting, ExportPlan
from dyntui.core.transfers.exporting import ExportError
from dyntui.core.transfers.import_plan import ON_DUPLICATE, ImportPlan, Opened
from dyntui.core.transfers.importing import (
    Import,
    ImportRefusedError,
    Outcome,
    Rejection,
    TooManyRejectionsError,
)
from engine.client.protocol import Json
from engine.clock import Clock
from engine.errors import ApiError
from engine.storage.foreign import ForeignFileError
from engine.transfer.layout import ManifestError
from engine.transfer.stores import StoreError

State = Literal["running", "done", "failed", "cancelled"]
REJECTIONS_KEPT = 1_000
FAULTS = (
    *(ApiError, ConnectError, ExportError, ForeignFileError, ImportRefusedError, ManifestError),
    *(MomentError, StoreError, TooManyRejectionsError),
)
"""Why a transfer fails, in words."""

_READY_POLL_S = 0.2


class CancelledTransferError(Exception):
    """The person, or the end of the app, ended a transfer."""


@dataclass(slots=True)
class Transfer:
    """An export or import. Times are seconds since the epoch, `done` and `total` items.

    `plan` is that of one begun here; `arn` that of one of DynamoDB's operations, of which `job` is
    the engine's number where it can be cancelled. `phase` says what is being done. `note` is the
    summary, or why it failed. `paced_s` and `paced_from` are the monotonic time at which the phase
    began, and the items at that time.
    """

    kind: Literal["export", "import"]
    table: str
    place: str
    began_s: float
    plan: ExportPlan | ImportPlan | None = None
    arn: str = ""
    job: int | None = None
    state: State = "running"
    phase: str = ""
    done: int = 0
    total: int | None = None
    note: str = ""
    ended_s: float | None = None
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    paced_s: float | None = None
    paced_from: int = 0
    cancel_wanted: threading.Event = field(default_factory=threading.Event)

    def rate(self, now_s: float) -> float | None:
        """Items a second since the phase began, by a monotonic clock."""
        if self.state != "running" or self.paced_s is None or now_s <= self.paced_s:
            return None
        return (self.done - self.paced_from) / (now_s - self.paced_s)

    def left_s(self, now_s: float) -> float | None:
        """How long it still takes at that rate."""
        rate = self.rate(now_s)
        if not rate or self.total is None:
            return None
        return max(0, self.total - self.done) / rate

    def go_on(self, phase: str, done: int, total: int | None, now_s: float) -> None:
        """Note how far it is."""
        if phase != self.phase or self.paced_s is None:
            self.phase, self.paced_s, self.paced_from = phase, now_s, done
        self.done, self.total = done, total

    def end(self, state: State, note: str, now_s: float) -> None:
        """Note how it ended."""
        self.note, self.ended_s = note, now_s
        self.state = state


@dataclass(frozen=True, slots=True)
class Work:
    """A transfer's work, for a thread; `stopped` says that the app ends."""

    transfer: Transfer
    connection: Connection
    call: Call
    clock: Clock
    stopped: Callable[[], bool]

    def run(self) -> None:
        """Do it to its end, whatever that is; nothing is raised that is known."""
        transfer = self.transfer
        try:
            if isinstance(transfer.plan, ExportPlan):
                note = self._export(transfer.plan)
            else:
                assert transfer.plan is not None
                note = self._import(transfer.plan)
        except CancelledTransferError:
            self._end("cancelled", self._left())
        except TooManyRejectionsError:
            self._end("failed", f"too many records are no items: given up; {self._left()}")
        except (*FAULTS, ValueError) as error:
            self._end("failed", f"{fault_words(error)}{self._written()}")
        except BaseException as error:
            self._end("failed", f"{type(error).__name__}: {error}{self._written()}")
            raise
        else:
            self._end("done", note)

    def _end(self, state: State, note: str) -> None:
        self.transfer.end(state, note, self.clock.now_us() / 1e6)

    def _left(self) -> str:
        if self.transfer.kind == "export":
            return "nothing is left of it"
        written = self.transfer.done if self.transfer.phase == "writing" else 0
        return items_written(written)

    def _written(self) -> str:
        return f"; {self._left()}" if self.transfer.phase == "writing" else ""

    def _check(self) -> None:
        if self.transfer.cancel_wanted.is_set() or self.stopped():
            raise CancelledTransferError

    def _answer(self, operation: str, request: Json) -> Json:
        """Answer a request, unless the transfer was cancelled before, or meanwhile."""
        self._check()
        answer = self.call(operation, request)
        self._check()
        return answer

    def _go_on(self, phase: str, done: int, total: int | None) -> None:
        self._check()
        self.transfer.go_on(phase, done, total, self.clock.monotonic_s())

    def _table(self, name: str) -> TableInfo:
        return TableInfo.from_description(
            self._answer("DescribeTable", {"TableName": name})["Table"]
        )

    def _export(self, plan: ExportPlan) -> str:
        info = self._table(plan.table)
        total = None if plan.filter or plan.incremental else info.item_count
        self._go_on("", 0, total)
        done = Exporting(
            plan,
            self.connection,
            self._answer,
            self.clock,
            lambda items: self._go_on("", items, total),
        ).run(info, BytesIO())
        self.transfer.done = self.transfer.total = done.items
        return f"{counted(done.items, 'item')}, {bytes_text(done.item_bytes)} in {done.place}"

    def _import(self, plan: ImportPlan) -> str:
        transfer = self.transfer
        opened = plan.open(self._answer, BytesIO())
        info = self._ready(plan, opened)

        def show(outcome: Outcome, is_writing: bool) -> None:
            if is_writing:
                self._go_on("writing", outcome.written, outcome.read - outcome.rejected)
            else:
                self._go_on("reading", outcome.read, opened.source.items)

        def reject(rejection: Rejection) -> None:
            transfer.rejected += 1
            if len(transfer.rejections) < REJECTIONS_KEPT:
                transfer.rejections.append(rejection)

        job = Import(opened.source, opened.how, reject, plan.errors_max)
        self._go_on("reading", 0, opened.source.items)
        outcome = job.run(self.connection, info, ON_DUPLICATE[plan.on_duplicate], show)
        transfer.done = transfer.total = outcome.written
        made = "; the table was made" if opened.is_new else ""
        warnings = "".join(f"; {warning}" for warning in opened.source.warnings)
        return (
            f"{counted(outcome.read, 'record')} read, {outcome.written:,} written, "
            f"{outcome.rejected:,} rejected{made}{warnings}"
        )

    def _ready(self, plan: ImportPlan, opened: Opened) -> TableInfo:
        """The table, made if it is missing, once nothing of it changes any more."""
        if opened.is_new:
            self._answer("CreateTable", opened.definition)
        info, transfer_waits = self._table(plan.table), self.transfer.cancel_wanted
        while info.changing:
            self._check()
            transfer_waits.wait(_READY_POLL_S)
            info = self._table(plan.table)
        return info


def fault_words(error: BaseException) -> str:
    """A fault in one line."""
    if isinstance(error, ApiError):
        return f"{error.code}: {error.message}"
    return str(error)
