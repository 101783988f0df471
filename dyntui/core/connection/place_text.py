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
