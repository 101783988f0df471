"""Which data folder, which Region: chosen the same way for the app and the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from engine.client.protocol import Client, LocalTools

DEFAULT_REGION = "us-east-1"
FOLDER_VARIABLE = "DYNTUI_DATA_DIR"
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
SAMPLE_FOLDER = "sample"
LOCAL_FOLDER = "local"

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+|local")


class ConnectError(ValueError):
    """A choice of data folder or Region that cannot be; the message is one line."""


def _nothing() -> None:
    """What closing does where nothing is to be closed."""


@dataclass(slots=True)
class Connection:
    """A Region that was opened; what a face holds.

    `data_dir` is None for a Region that lives in memory. `created` says that the folder was made
    just now. `on_close` closes what was opened.
    """

    client: Client
    tools: LocalTools
    region: str
    data_dir: Path | None
    on_close: Callable[[], None] = _nothing
    created: bool = False

    def close(self) -> None:
        """Close the files; a second close does nothing."""
        self.on_close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def connect(
    data_dir: str | None = None,
    region: str | None = None,
    *,
    sample: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Connection:
    """Open what was chosen, making a data folder where there is none.

    Raises `ConnectError` for an impossible choice, `engine.errors.FolderError` for a folder that
    cannot be used.
    """
    folder = data_folder(data_dir, sample=sample, environment=environment)
    name = region_name(region, environment)

    from engine import Account

    created = not is_data_folder(folder)
    account = Account.open(folder)
    try:
        engine = account.engine(name)
    except BaseException:
        account.close()
        raise
    return Connection(engine, engine, name, folder, account.close, created)


def is_data_folder(folder: Path) -> bool:
    """Whether a folder holds data already."""
    return (folder / "folder.json").exists()


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


def region_name(given: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The Region: as given, else AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.

    Raises `ConnectError` for what cannot be a Region's name.
    """
    if given is not None:
        return _checked(given, "--region")
    for variable in REGION_VARIABLES:
        if environment.get(variable):
            return _checked(environment[variable], variable)
    return DEFAULT_REGION


def _checked(name: str, source: str) -> str:
    if not _REGION.fullmatch(name):
        raise ConnectError(f"{source}: {name!r} is not the name of a Region, such as us-east-1")
    return name


def neighbours_with_tables(connection: Connection) -> str:
    """What to say in a Region without tables: which other Regions of the folder have some.

    Empty where this Region has tables, or no other has.
    """
    counts = connection.tools.regions_with_tables()
    if connection.region in counts or not counts:
        return ""
    listed = ", ".join(f"{region} ({count})" for region, count in sorted(counts.items()))
    return f"{connection.region} has no tables, but there are some in {listed}"
