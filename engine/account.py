"""An account: a data folder, and an engine for each of its Regions."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from engine.clock import SYSTEM_CLOCK, Clock
from engine.configuration import checked_durability, configured
from engine.engine import Engine
from engine.errors import FolderAccessError
from engine.operations.region import DEFAULT_SETTINGS, Region, Settings
from engine.storage.database import Options
from engine.storage.folder import DataFolder, open_folder

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d\Z|local\Z")


class Account:
    """What the Regions of a data folder share."""

    def __init__(
        self, folder: DataFolder | None, options: Options, settings: Settings, clock: Clock
    ) -> None:
        self._folder = folder
        self._options = options
        self._settings = settings
        self._clock = clock
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        durability: str | None = None,
        settings: Settings | None = None,
        wording: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
        force_network: bool = False,
    ) -> Account:
        """Open a data folder, or make one; raises `engine.errors.FolderError`.

        `durability`, `settings` and `wording` replace what the folder's `config.toml` says.
        `force_network` opens a folder on a network file system all the same.
        """
        folder = open_folder(Path(path), force_network)
        options, configured_settings = configured(folder.config_path, folder.config())
        if durability is not None:
            options = replace(options, durability=checked_durability(durability))
        chosen = settings or configured_settings
        if wording is not None:
            chosen = replace(chosen, wording=wording)
        return cls(folder, options, chosen, clock)

    @classmethod
    def in_memory(
        cls, *, settings: Settings = DEFAULT_SETTINGS, clock: Clock = SYSTEM_CLOCK
    ) -> Account:
        """Regions that live in this process only, and are gone with it."""
        return cls(None, Options(history_hours=0), settings, clock)

    @property
    def path(self) -> Path | None:
        """The data folder; None in memory."""
        return None if self._folder is None else self._folder.path

    def engine(self, region: str = "us-east-1") -> Engine:
        """The engine of a Region, opened on first use."""
        if not _REGION.match(region):
            raise FolderAccessError(f"{region!r} is not the name of a Region, such as us-east-1")
        with self._lock:
            engine = self._engines.get(region)
            if engine is None:
                opened = Region.open(
                    region, self._folder, self._clock, self._settings, self._options
                )
                engine = Engine(opened, self)
                self._engines[region] = engine
            return engine

    def regions_with_tables(self) -> dict[str, int]:
        """Regions that hold tables, with how many."""
        counts = {}
        regions = list(self._engines) if self._folder is None else self._folder.regions()
        for region in regions:
            names = self.engine(region).list_tables()["TableNames"]
            if names:
                counts[region] = len(names)
        return counts

    def close(self) -> None:
        """Close all Regions."""
        with self._lock:
            engines = list(self._engines.values())
            self._engines.clear()
        for engine in engines:
            engine._owns_account = False
            engine.close()

    def __enter__(self) -> Account:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()
