"""Which data folder or remote, which Region: chosen alike for the app and the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dyntui.core.connection.asking import Asking, AskingClient, asking_tools
from dyntui.core.connection.giving_up import GivingUpClient
from dyntui.core.connection.put_many import RequestLoader
from dyntui.core.connection.read_only import ReadOnly, ReadOnlyClient, read_only_tools
from dyntui.core.connection.units_limit import UnitsLimit, UnitsLimitedClient
from engine.client.closing import Closing
from engine.client.protocol import Client, LocalTools
from engine.client.retrying import Backoff, RetryingClient, Wait, silent

if TYPE_CHECKING:
    from engine.client.remote import RemoteClient

DEFAULT_REGION = "us-east-1"
FOLDER_VARIABLE = "DYNTUI_DATA_DIR"
WORDING_VARIABLE = "DYNTUI_WORDING"
WORDINGS = ("classic", "2026")
THROTTLING_VARIABLE = "DYNTUI_THROTTLING"
THROTTLINGS = ("enforce", "warn", "off")
RETRIES_VARIABLE = "DYNTUI_RETRIES"
RETRIES_MAX = 100
READ_ONLY_VARIABLE = "DYNTUI_READ_ONLY"
UNITS_VARIABLE = "DYNTUI_UNITS_MAX"
READ_ONLY_SETTING = "dyntui_read_only"
UNITS_SETTING = "dyntui_units_max"
"""Settings of a profile in AWS's configuration."""
ASK_ABOVE_VARIABLE = "DYNTUI_ASK_ABOVE"
READ_CACHE_KIB = 16_384
"""One person reads pages, and long scans once: what they pass is not read again."""
LARGE_BYTES = 1_000_000
"""A full scan of more than that is asked about, unless it is told otherwise."""
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
SAMPLE_FOLDER = "sample"
LOCAL_FOLDER = "local"

_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_SIZE = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+|local")


class ConnectError(ValueError):
    """A choice of data folder, remote or Region that cannot be; the message is one line."""


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
    retries = retry_count(retries, environment)
    asked = ask_above_bytes(environment)
    if remote is not None:
        _check_no_folder(data_dir, sample, throttling)
        connection = _connect_remote(remote, _given_region(region, environment), retries)
        connection.ask_above_bytes = asked
        try:
            _keep_safe(connection, read_only, units_max, environment)
        except ConnectError:
            connection.close()
            raise
        return connection
    folder = data_folder(data_dir, sample=sample, environment=environment)
    name = region_name(region, environment)

    from engine import Account

    created = not is_data_folder(folder)
    kept = read_only_by(read_only, environment)
    if kept and created:
        raise ConnectError(f"{kept}: there is no data folder {folder}, and none is made")
    account = Account.open(
        folder,
        wording=wording_name(wording, environment),
        throttling=throttling_name(throttling, environment) or ("off" if sample else None),
        read_cache_kib=READ_CACHE_KIB,
    )
    try:
        engine = account.engine(name)
    except BaseException:
        account.close()
        raise
    connection = Connection(engine, engine, name, folder, account.close, created)
    try:
        _keep_safe(connection, read_only, units_max, environment)
    except ConnectError:
        account.close()
        raise
    connection.try_again(retries)
    connection.ask_above_bytes = asked
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


def read_only_by(
    given: bool | None,
    environment: Mapping[str, str] = os.environ,
    setting: str | None = None,
) -> str:
    """What says that nothing may be changed: the option, DYNTUI_READ_ONLY, else the profile.

    Empty where nothing does. Raises `ConnectError`.
    """
    if given is not None:
        return "--read-only" if given else ""
    for source, text in (
        (READ_ONLY_VARIABLE, environment.get(READ_ONLY_VARIABLE)),
        (READ_ONLY_SETTING, setting),
    ):
        if text:
            return source if _is_true(text, source) else ""
    return ""


def _is_true(text: str, source: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ConnectError(f"{source}: {text!r} is neither true nor false")
    return _TRUTHS[text.lower()]


def units_limit(
    given: float | None,
    environment: Mapping[str, str] = os.environ,
    setting: str | None = None,
) -> float | None:
    """How many units an action may consume: as given, else DYNTUI_UNITS_MAX, else the profile.

    None is any number. Raises `ConnectError`.
    """
    if given is not None:
        return given
    for source, text in (
        (UNITS_VARIABLE, environment.get(UNITS_VARIABLE)),
        (UNITS_SETTING, setting),
    ):
        if text:
            if not (_SIZE.fullmatch(text) and float(text) > 0):
                raise ConnectError(f"{source}: {text!r} is not a number of units above 0")
            return float(text)
    return None


def is_data_folder(folder: Path) -> bool:
    """Whether a folder holds data already; opening one that may not be looked into says why."""
    return os.path.exists(folder / "folder.json")


def data_folder(
    given: str | None, *, sample: bool = False, environment: Mapping[str, str] = os.environ
) -> Path:
    """The data folder: as given, else DYNTUI_DATA_DIR, else one in the user's data folder.

    The sample data has a folder of its own there. Raises `ConnectError`.
    """
    if given is not None:
        return _folder(given, "--data-dir")
    if not sample and environment.get(FOLDER_VARIABLE):
        return _folder(environment[FOLDER_VARIABLE], FOLDER_VARIABLE)

    import platformdirs

    base = platformdirs.user_data_path("dyntui", appauthor=False)
    return base / (SAMPLE_FOLDER if sample else LOCAL_FOLDER)


def _folder(name: str, source: str) -> Path:
    if not name:
        raise ConnectError(f"{source}: the name of the folder is empty")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ConnectError(f"{source}: the name of the folder is not UTF-8 text") from None
    if "\0" in name:
        raise ConnectError(f"{source}: the name of a folder cannot hold a NUL character")
    return Path(os.path.expanduser(name)).absolute()


def wording_name(given: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """How refusals are worded: as given, else DYNTUI_WORDING; None leaves it to the folder.

    Raises `ConnectError`.
    """
    name = given or environment.get(WORDING_VARIABLE) or None
    if name is not None and name not in WORDINGS:
        raise ConnectError(f"{WORDING_VARIABLE}: {name!r} is neither {' nor '.join(WORDINGS)}")
    return name


def throttling_name(given: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """Whether what is beyond a table's capacity is refused: as given, else DYNTUI_THROTTLING.

    None leaves it to the folder. Raises `ConnectError`.
    """
    name = given or environment.get(THROTTLING_VARIABLE) or None
    if name is not None and name not in THROTTLINGS:
        raise ConnectError(
            f"{THROTTLING_VARIABLE}: {name!r} is neither {' nor '.join(map(repr, THROTTLINGS))}"
        )
    return name


def retry_count(given: int | None, environment: Mapping[str, str] = os.environ) -> int | None:
    """How often throttled requests are tried again: as given, else DYNTUI_RETRIES, else None.

    Raises `ConnectError`.
    """
    text = environment.get(RETRIES_VARIABLE, "")
    if given is not None or not text:
        return given
    if not (text.isascii() and text.isdigit() and int(text) <= RETRIES_MAX):
        raise ConnectError(f"{RETRIES_VARIABLE}: {text!r} is not a number from 0 to {RETRIES_MAX}")
    return int(text)


def ask_above_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """From which size on a full scan is asked about: DYNTUI_ASK_ABOVE, in MB, else 1 MB.

    Raises `ConnectError`.
    """
    text = environment.get(ASK_ABOVE_VARIABLE, "")
    if not text:
        return LARGE_BYTES
    if not _SIZE.fullmatch(text):
        raise ConnectError(f"{ASK_ABOVE_VARIABLE}: {text!r} is not a number of MB")
    return round(float(text) * 1_000_000)


def region_name(given: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The Region: as given, else AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.

    Raises `ConnectError` for what cannot be a Region's name.
    """
    return _given_region(given, environment) or DEFAULT_REGION


def _given_region(given: str | None, environment: Mapping[str, str]) -> str | None:
    """A Region that is named; a remote without one looks further, in the AWS configuration."""
    if given is not None:
        return _checked(given, "--region")
    for variable in REGION_VARIABLES:
        if environment.get(variable):
            return _checked(environment[variable], variable)
    return None


def is_region(name: str) -> bool:
    """Whether this can be the name of a Region."""
    return _REGION.fullmatch(name) is not None


def _checked(name: str, source: str) -> str:
    if not is_region(name):
        raise ConnectError(f"{source}: {name!r} is not the name of a Region, such as us-east-1")
    return name


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
