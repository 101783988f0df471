"""A Region of a data folder or of a remote, opened alike for the app and the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dyntui.core.connection.asking import Asking, AskingClient, asking_tools
from dyntui.core.connection.choices import (
    LARGE_BYTES,
    READ_ONLY_SETTING,
    UNITS_SETTING,
    ConnectError,
    ask_above_bytes,
    check_may_make,
    data_folder,
    given_region,
    is_data_folder,
    read_only_by,
    region_name,
    retry_count,
    throttling_name,
    units_limit,
    wording_name,
)
from dyntui.core.connection.giving_up import GivingUpClient
from dyntui.core.connection.put_many import RequestLoader
from dyntui.core.connection.read_only import ReadOnly, ReadOnlyClient, read_only_tools
from dyntui.core.connection.units_limit import UnitsLimit, UnitsLimitedClient
from engine.client.closing import Closing
from engine.client.protocol import Client, LocalTools
from engine.client.retrying import Backoff, RetryingClient, Wait, silent

if TYPE_CHECKING:
    from engine.client.remote import RemoteClient

READ_CACHE_KIB = 16_384
"""One person reads pages, and long scans once: what they pass is not read again."""


def _nothing() -> None:
    """What closing does where nothing is to be closed."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Which remote: a server's address, None for the service; a profile of AWS's configuration."""

    endpoint_url: str | None = None
    profile: str | None = None


@dataclass(slots=True)
class Connection(Closing):
    """A Region that was opened; what a face holds.

    `data_dir` is None for a Region that lives in memory or on a remote, `local_tools` for one on a
    remote; `remote` is set for such a one only. `created` says that the folder was made just now.
    `on_close` closes what was opened. `on_wait` is told of each wait before a throttled request is
    tried again: whoever holds the connection may put its own in the place. A full scan of more than
    `ask_above_bytes` is asked about. `read_only` and `units_limit` say what `client` lets through,
    `asking` why its requests come, and counts units; they may be changed while it is used.
    """

    client: Client
    local_tools: LocalTools | None
    region: str
    data_dir: Path | None
    on_close: Callable[[], None] = _nothing
    created: bool = False
    remote: RemoteClient | None = None
    on_wait: Callable[[Wait], None] = silent
    ask_above_bytes: int = LARGE_BYTES
    read_only: ReadOnly = field(default_factory=ReadOnly)
    units_limit: UnitsLimit = field(default_factory=UnitsLimit)
    asking: Asking = field(default_factory=Asking)

    def __post_init__(self) -> None:
        """Put client and tools behind what `read_only`, `units_limit` and `asking` say."""
        client = UnitsLimitedClient(ReadOnlyClient(self.client, self.read_only), self.units_limit)
        self.client = AskingClient(client, self.asking)
        if self.local_tools is not None:
            tools = read_only_tools(self.local_tools, self.read_only)
            self.local_tools = asking_tools(tools, self.asking)

    def try_again(self, retries: int | None) -> None:
        """Have throttled requests tried again, so many times, or as often as `Backoff` does."""
        backoff = Backoff() if retries is None else Backoff(attempts_max=retries + 1)
        self.client = RetryingClient(
            self.client,
            backoff,
            # As the SDKs do: who sends a batch sees what is left of it.
            finish_batches=False,
            on_wait=lambda wait: self.on_wait(wait),
        )

    @property
    def direct(self) -> Client:
        """The client without trying again, for who counts what is throttled."""
        return self.client.inner if isinstance(self.client, RetryingClient) else self.client

    @property
    def tools(self) -> LocalTools:
        """What only an engine offers; raises `ConnectError` where the Region is on a remote."""
        if self.local_tools is None:
            raise ConnectError(
                f"not available on {self.place}: it works on a data folder, "
                "and a remote answers DynamoDB's operations only"
            )
        return self.local_tools

    @property
    def loader(self) -> LocalTools | RequestLoader:
        """What puts many items: an engine's tools, or requests."""
        return self.local_tools or RequestLoader(self.client)

    @property
    def place(self) -> str:
        """Where the Region is: the folder's path, or the remote's address."""
        if self.remote is not None:
            return self.remote.endpoint_url
        return "memory" if self.data_dir is None else str(self.data_dir)

    @property
    def is_service(self) -> bool:
        """Whether this is Amazon's service, and so somebody's data and bill."""
        return self.remote is not None and self.remote.is_service

    @property
    def refuses_partial_keys(self) -> bool:
        """Whether a write that does not name one item is refused: by the engine, by the service, or
        since nothing may be changed. Other servers may carry it out."""
        return self.local_tools is not None or self.is_service or bool(self.read_only)

    def close(self) -> None:
        """Close the files; a second close does nothing."""
        self.on_close()


def connect(
    data_dir: str | None = None,
    region: str | None = None,
    *,
    sample: bool = False,
    remote: Remote | None = None,
    wording: str | None = None,
    throttling: str | None = None,
    retries: int | None = None,
    read_only: bool | None = None,
    units_max: float | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Connection:
    """Open what was chosen, making a data folder where there is none.

    `wording` is how refusals are worded, "classic" or "2026"; `throttling` is "enforce", "warn" or
    "off". None is as the environment or the folder's settings say; sample data is not throttled.
    `retries` is how often a throttled request is tried again; None is as the environment says, or
    else 9 times on a folder, and on a remote as botocore is configured. `read_only` keeps from
    changing anything, `units_max` from consuming more than so many units by one action; None is as
    the environment says, or on a remote the profile.

    Raises `ConnectError` for an impossible choice, `engine.errors.FolderError` for a folder that
    cannot be used, `engine.errors.ConnectionFailed` for a remote that cannot.
    """
    tries = retry_count(retries, environment)
    asked = ask_above_bytes(environment)
    if remote is not None:
        _check_no_folder(data_dir, sample, throttling)
        connection = _connect_remote(remote, given_region(region, environment), tries)
    else:
        folder = data_folder(data_dir, sample=sample, environment=environment)
        name = region_name(region, environment)
        check_may_make(folder, read_only_by(read_only, environment))
        wording = wording_name(wording, environment)
        throttling = throttling_name(throttling, environment) or ("off" if sample else None)
        connection = _connect_folder(folder, name, wording, throttling, tries)
    connection.ask_above_bytes = asked
    try:
        _keep_safe(connection, read_only, units_max, environment)
    except ConnectError:
        connection.close()
        raise
    return connection


def _connect_folder(
    folder: Path, region: str, wording: str | None, throttling: str | None, retries: int | None
) -> Connection:
    """A folder, made where there is none, whose client tries again."""
    from engine import Account

    created = not is_data_folder(folder)
    account = Account.open(
        folder, wording=wording, throttling=throttling, read_cache_kib=READ_CACHE_KIB
    )
    try:
        engine = account.engine(region)
    except BaseException:
        account.close()
        raise
    connection = Connection(engine, engine, region, folder, account.close, created)
    connection.try_again(retries)
    return connection


def _check_no_folder(data_dir: str | None, sample: bool, throttling: str | None) -> None:
    """Refuse, for a remote, what is about a folder."""
    if data_dir is not None or sample:
        raise ConnectError(f"{'--sample' if sample else '--data-dir'}: a remote has no data folder")
    if throttling is not None:
        raise ConnectError("--throttling: a remote decides that itself")


def _connect_remote(remote: Remote, region: str | None, retries: int | None) -> Connection:
    """A remote, whose client tries again by itself."""
    from engine.client.remote import RemoteClient

    client = RemoteClient(
        profile=remote.profile,
        region=region,
        endpoint_url=remote.endpoint_url,
        attempts_max=None if retries is None else retries + 1,
    )
    connection = Connection(
        GivingUpClient(client), None, client.region, None, client.close, remote=client
    )
    client.on_wait = lambda wait: connection.on_wait(wait)
    return connection


def _keep_safe(
    connection: Connection,
    read_only: bool | None,
    units_max: float | None,
    environment: Mapping[str, str],
) -> None:
    """Set what a connection keeps from being done; raises `ConnectError`."""
    remote = connection.remote
    profile = (lambda _: None) if remote is None else remote.setting
    connection.read_only.by = read_only_by(read_only, environment, profile(READ_ONLY_SETTING))
    connection.units_limit.units_max = units_limit(units_max, environment, profile(UNITS_SETTING))


def neighbours_with_tables(connection: Connection) -> str:
    """What to say in a Region without tables: which other Regions of the folder have some.

    Empty where this Region has tables, or no other has, or nobody knows.
    """
    if connection.local_tools is None:
        return ""
    counts = connection.tools.regions_with_tables()
    if connection.region in counts or not counts:
        return ""
    listed = ", ".join(f"{region} ({count})" for region, count in sorted(counts.items()))
    return f"{connection.region} has no tables, but there are some in {listed}"
