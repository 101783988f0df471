"""Where one is, in a line: a folder, a server elsewhere, or an account of the service's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dyntui.core.connection.connect import Connection
from engine.client.protocol import Client
from engine.errors import ApiError

if TYPE_CHECKING:
    from engine.client.remote import RemoteClient

UNKNOWN = "unknown"
PATH_MIN = 8
"""A path that is cut to less than that says nothing; then the end of the place is cut instead."""


def place_text(connection: Connection, account: str | None = None) -> str:
    """Folder or remote, Region and profile; `account` is the service's number of the account."""
    remote = connection.remote
    if remote is None:
        return f"local {_folder(connection.data_dir)} · {connection.region}"
    place = f"remote {remote.endpoint_url}"
    if remote.is_service:
        place = "AWS account" if account is None else f"AWS account {account}"
    profile = f" · profile {remote.profile}" if remote.profile else ""
    return f"{place} · {remote.region}{profile}"


def fitted_place(place: str, room: int) -> str:
    """A place for a line with so much room: a path gives way first, at its beginning."""
    head, dot, rest = place.partition(" · ")
    kind, blank, path = head.partition(" ")
    left = room - len(f"{kind}{blank}{dot}{rest}")
    if "/" not in path or len(path) <= left or left < PATH_MIN:
        return place
    return f"{kind}{blank}…{path[1 - left :]}{dot}{rest}"


def account_of(remote: RemoteClient, client: Client) -> str:
    """The number of the account: AWS STS's, else that of a table's ARN, else `unknown`.

    Asks the network, some seconds at most.
    """
    if remote.account_id:
        return remote.account_id
    try:
        names = client.call("ListTables", {"Limit": 1})["TableNames"]
        tables = [client.call("DescribeTable", {"TableName": name})["Table"] for name in names]
    except ApiError:
        return UNKNOWN
    return next((table["TableArn"].split(":")[4] for table in tables), UNKNOWN)


def _folder(path: Path | None) -> str:
    if path is None:
        return "in memory"
    try:
        return "~/" + str(path.resolve().relative_to(Path.home()))
    except ValueError:
        return str(path)
