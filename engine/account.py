"""An account: a data folder, and an engine for each of its Regions."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType

from engine.clock import SYSTEM_CLOCK, Clock
from engine.engine import Engine
from engine.errors import ConfigError, FolderAccessError
from engine.operations.region import Region
from engine.storage.database import Database, Options
from engine.storage.folder import DataFolder, open_folder

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d\Z|local\Z")
_HISTORY_HOURS_MAX = 35 * 24


class Account:
    """What the Regions of a data folder share."""

    def __init__(
        self, folder: DataFolder, options: Options, table_delay_s: float, clock: Clock
    ) -> None:
        self._folder = folder
        self._options = options
        self._table_delay_s = table_delay_s
        self._clock = clock
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        durability: str = "full",
        table_delay_s: float = 0.0,
        clock: Clock = SYSTEM_CLOCK,
        force_network: bool = False,
    ) -> Account:
        """Open a data folder, or make one; raises `engine.errors.FolderError`.

        `force_network` opens a folder on a network file system all the same.
        """
        if durability not in ("full", "relaxed"):
            raise ValueError(f"durability: {durability!r} is neither 'full' nor 'relaxed'")
        folder = open_folder(Path(path), force_network)
        options = Options(durability=durability, history_hours=_history_hours(folder))
        return cls(folder, options, table_delay_s, clock)

    @property
    def path(self) -> Path:
        """The data folder."""
        return self._folder.path

    def engine(self, region: str = "us-east-1") -> Engine:
        """The engine of a Region, opened on first use, and again where it was closed.

        Raises `engine.errors.FolderError`.
        """
        if not _REGION.match(region):
            raise FolderAccessError(f"{region!r} is not the name of a Region, such as us-east-1")
        with self._lock:
            if self._closed:
                raise FolderAccessError(f"{self.path}: the account is closed")
            engine = self._engines.get(region)
            if engine is None or engine.is_closed:
                database = Database(self._folder, region, self._clock, self._options)
                engine = Engine(Region(region, database, self._clock, self._table_delay_s), self)
                self._engines[region] = engine
            return engine

    def regions_with_tables(self) -> dict[str, int]:
        """Regions that hold tables, with how many."""
        regions = [name for name in self._folder.regions() if _REGION.match(name)]
        counts = {region: self.engine(region).table_count() for region in regions}
        return {region: count for region, count in counts.items() if count}

    def close(self) -> None:
        """Close all Regions; a second close does nothing."""
        with self._lock:
            self._closed = True
            engines = list(self._engines.values())
        for engine in engines:
            engine.close_region()

    def __enter__(self) -> Account:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def _history_hours(folder: DataFolder) -> float:
    hours = folder.config().get("history", Options().history_hours)
    if isinstance(hours, bool) or not isinstance(hours, int | float):
        raise ConfigError(f"{folder.path / 'config.toml'}: history is not a number of hours")
    if not 0 <= hours <= _HISTORY_HOURS_MAX:
        raise ConfigError(
            f"{folder.path / 'config.toml'}: history is not from 0 to {_HISTORY_HOURS_MAX} hours"
        )
    return float(hours)
