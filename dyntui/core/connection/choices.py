"""What may be chosen of a connection: as given, else by the environment, else by a profile.

Each choice raises `ConnectError`, which names where an impossible one was made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

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


def check_may_make(folder: Path, read_only: str) -> None:
    """Refuse to make a folder where something, `read_only`, says that nothing may be changed.

    Raises `ConnectError`.
    """
    if read_only and not is_data_folder(folder):
        raise ConnectError(f"{read_only}: there is no data folder {folder}, and none is made")


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
    return given_region(given, environment) or DEFAULT_REGION


def given_region(given: str | None, environment: Mapping[str, str]) -> str | None:
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
