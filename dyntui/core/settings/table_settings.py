"""How a table stands in all that can be set of it: what several operations tell, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dyntui.core.connection.refused import why_not_told
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from engine.client.keys import KeyInfo, KeyTools
from engine.client.paging import answers
from engine.client.protocol import LocalTools
from engine.errors import ApiError, FolderError

Json = dict[str, Any]
Call = Callable[[str, Json], Json]
Known = TypeVar("Known")

EXPIRY = "DescribeTimeToLive"
RECOVERY = "DescribeContinuousBackups"
TAGS = "ListTagsOfResource"
MOVING = ("ENABLING", "DISABLING", "UPDATING")


@dataclass(frozen=True, slots=True)
class TableSettings:
    """A table's settings.

    `expiry` is a TimeToLiveDescription, `recovery` a PointInTimeRecoveryDescription. `refused` says
    for an operation why it told nothing. `due` counts items that have expired, `expiring` those
    that expire at some time, `DUE_MAX` at most; None where nobody knows. `fills` is how far new
    indexes are filled, 0 to 1. `keys` are those of the folder's key store.
    """

    info: TableInfo
    expiry: Json = field(default_factory=dict)
    recovery: Json = field(default_factory=dict)
    tags: tuple[tuple[str, str], ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    due: int | None = None
    expiring: int | None = None
    fills: dict[str, float] = field(default_factory=dict)
    keys: tuple[KeyInfo, ...] = ()

    @property
    def expires_by(self) -> str | None:
        """The attribute by which items expire, None where they do not."""
        name: str | None = self.expiry.get("AttributeName")
        return name

    @property
    def recovers(self) -> bool:
        """Whether point-in-time recovery is on."""
        return self.recovery.get("PointInTimeRecoveryStatus") == "ENABLED"

    @property
    def encryption(self) -> Json:
        """The SSEDescription, empty under the key that AWS owns."""
        described: Json = self.info.description.get("SSEDescription") or {}
        return described

    @property
    def in_motion(self) -> bool:
        """Whether something changes that DescribeTable's statuses do not tell."""
        statuses = (self.expiry.get("TimeToLiveStatus"), self.encryption.get("Status"))
        return any(status in MOVING for status in statuses)


def read_settings(call: Call, info: TableInfo, tools: LocalTools | None) -> TableSettings:
    """Ask for what DescribeTable does not tell; what is refused is told so."""
    refused: dict[str, str] = {}

    def ask(operation: str, request: Json) -> Json:
        try:
            return call(operation, request)
        except ApiError as error:
            refused[operation] = why_not_told(error)
            return {}

    named = {"TableName": info.name}
    expiry = ask(EXPIRY, named).get("TimeToLiveDescription", {})
    backups = ask(RECOVERY, named).get("ContinuousBackupsDescription", {})
    expires = tools is not None and "AttributeName" in expiry
    return TableSettings(
        info,
        expiry,
        backups.get("PointInTimeRecoveryDescription", {}),
        _read_tags(ask, info.arn),
        refused,
        due=_known(tools.due, info.name) if tools is not None and expires else None,
        expiring=_known(tools.expiring, info.name) if tools is not None and expires else None,
        fills=(_known(tools.fills, info.name) or {}) if tools is not None and info.changing else {},
        keys=() if tools is None else _read_keys(tools.keys),
    )


def _read_keys(store: KeyTools) -> tuple[KeyInfo, ...]:
    """The keys; none while they are locked, or where the store cannot be read."""
    try:
        return () if store.is_locked else tuple(store.list_keys())
    except (ApiError, FolderError):
        return ()


def _known(ask: Callable[[str], Known], table: str) -> Known | None:
    """What an engine tells of a table; None where it refuses, as it may where a key is away."""
    try:
        return ask(table)
    except ApiError:
        return None


def _read_tags(ask: Call, arn: str) -> tuple[tuple[str, str], ...]:
    """All tags, by their keys."""
    told = answers(ask, TAGS, {"ResourceArn": arn})
    return tuple(
        sorted((tag["Key"], tag["Value"]) for answer in told for tag in answer.get("Tags", ()))
    )


def described_by(info: TableInfo, operation: str) -> Request:
    """The request of an operation that describes a table, or lists its tags."""
    if operation == TAGS:
        return Request(operation, {"ResourceArn": info.arn})
    return Request(operation, {"TableName": info.name})
