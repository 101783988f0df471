"""What is refused where nothing may be changed: by operation, in one place for all faces.

The service's own names say which operations only read; all others count as writing, also those that
only cost money (an export) and those that a later version of the model may bring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, cast

import orjson

from engine.client.keys import KeyTools
from engine.client.protocol import OWNER, Client, Context, Json, LocalTools
from engine.errors import AccessDeniedException

READING = frozenset(
    {
        "BatchGetItem",
        "DescribeBackup",
        "DescribeBulkOperation",
        "DescribeContinuousBackups",
        "DescribeContributorInsights",
        "DescribeEndpoints",
        "DescribeExport",
        "DescribeGlobalTable",
        "DescribeGlobalTableSettings",
        "DescribeImport",
        "DescribeKinesisStreamingDestination",
        "DescribeLimits",
        "DescribeStream",
        "DescribeTable",
        "DescribeTableReplicaAutoScaling",
        "DescribeTimeToLive",
        "GetItem",
        "GetRecords",
        "GetResourcePolicy",
        "GetShardIterator",
        "ListBackups",
        "ListBulkOperations",
        "ListContributorInsights",
        "ListExports",
        "ListGlobalTables",
        "ListImports",
        "ListStreams",
        "ListTables",
        "ListTagsOfResource",
        "Query",
        "Scan",
        "SearchVectors",
        "TransactGetItems",
    }
)
"""Operations that change nothing."""

STATEMENTS = {
    "BatchExecuteStatement": "Statements",
    "ExecuteStatement": "",
    "ExecuteTransaction": "TransactStatements",
}
"""Operations that read or write as their statements say, and the member that lists these."""

_READING_VERBS = ("SELECT", "EXISTS")
_READING_TOOLS = frozenset(
    {
        "at",
        "backup_plans",
        "capacity_overview",
        "capacity_report",
        "check",
        "check_backup",
        "check_snapshot",
        "density",
        "diff",
        "diff_snapshots",
        "due",
        "expiring",
        "explain",
        "export_key",
        "fills",
        "history",
        "import_errors",
        "jobs",
        "metrics",
        "partition_of",
        "prometheus",
        "region",
        "regions_with_tables",
        "snapshots",
        "storage_report",
        "stored_items",
        "table_keys",
        "unreadable_backups",
        "unreadable_snapshots",
        "window",
    }
)
_READING_KEY_TOOLS = frozenset(
    {
        "check",
        "decrypt",
        "describe",
        "encrypt",
        "generate_data_key",
        "generation",
        "is_locked",
        "let_go",
        "list_aliases",
        "list_keys",
        "master_kind",
        "re_encrypt",
        "unlock",
    }
)


@dataclass(slots=True)
class ReadOnly:
    """Whether a connection is kept from changing anything.

    `by` is what made it so, such as `--read-only`; empty where writes go through. It may be changed
    while the connection is open.
    """

    by: str = ""

    def __bool__(self) -> bool:
        return bool(self.by)

    def check(self, operation: str, request: Json) -> None:
        """Raises `AccessDeniedException` where a request would change something."""
        if self.by and not changes_nothing(operation, request):
            self.refuse(operation)

    def check_wire(self, operation: str, body: bytes) -> None:
        """See `check`; of a request as it came, whose faults are for the engine to tell."""
        if not self.by or operation in READING:
            return
        request: Any = None
        if operation in STATEMENTS:
            try:
                request = orjson.loads(body)
            except ValueError:
                return
        self.check(operation, request if isinstance(request, dict) else {})

    def refuse(self, what: str) -> NoReturn:
        """Raises `AccessDeniedException` for an operation, or something else that has a name."""
        raise AccessDeniedException(f"{what} is refused: nothing may be changed here ({self.by})")


def changes_nothing(operation: str, request: Json) -> bool:
    """Whether a request only reads; a statement does where its first word says so."""
    if operation not in STATEMENTS:
        return operation in READING
    member = STATEMENTS[operation]
    listed = request.get(member) if member else [request]
    if not isinstance(listed, list):
        return False
    return all(isinstance(one, dict) and _is_reading(one.get("Statement")) for one in listed)


def _is_reading(statement: object) -> bool:
    return isinstance(statement, str) and statement.lstrip()[:6].upper() in _READING_VERBS


class ReadOnlyClient:
    """A Client that passes on what only reads, as long as `read_only` says so."""

    def __init__(self, client: Client, read_only: ReadOnly) -> None:
        self._client = client
        self._read_only = read_only

    @property
    def inner(self) -> Client:
        """See `Layer.inner`."""
        return self._client

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; raises `AccessDeniedException` too."""
        self._read_only.check(operation, request)
        return self._client.call(operation, request, context)


def read_only_tools(tools: LocalTools, read_only: ReadOnly) -> LocalTools:
    """Tools of which only those that change nothing can be used, as long as `read_only` says so."""
    return cast(LocalTools, _Tools(tools, read_only, _READING_TOOLS))


class _Tools:
    """Stands before tools; what is not known to read is refused, whatever tools there will be."""

    def __init__(
        self, tools: LocalTools | KeyTools, read_only: ReadOnly, reading: frozenset[str]
    ) -> None:
        self._tools = tools
        self._read_only = read_only
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tools, name)
        if name == "keys":
            return _Tools(found, self._read_only, _READING_KEY_TOOLS)
        if name in self._reading or not self._read_only:
            return found
        what = name.replace("_", " ")

        def refuse(*_: Any, **__: Any) -> NoReturn:
            self._read_only.refuse(what)

        return refuse
