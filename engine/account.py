"""An account: a data folder, and an engine for each of its Regions."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.client.closing import Closing
from engine.client.keys import KeyTools
from engine.clock import SYSTEM_CLOCK, Clock
from engine.configuration import checked_durability, checked_throttling, configured
from engine.engine import Engine, prometheus_text
from engine.errors import ApiError, FolderAccessError
from engine.late import late
from engine.operations.region import DEFAULT_SETTINGS, Region, Settings
from engine.storage.database import Options
from engine.storage.folder import DataFolder, open_folder

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d\Z|local\Z")

_start_due_plans: Callable[..., None] = late("engine.operations.plan_process", "start_due_plans")
_archive_lost: Callable[..., None] = late("engine.operations.archiving", "archive_lost")
_resume_jobs: Callable[..., None] = late("engine.operations.jobs", "resume_jobs")
_region_keys: Callable[..., KeyTools] = late("engine.security.keys", "region_keys")


def _look_after(region: Region) -> None:
    """What is to be looked after in every process that lives for a while."""
    _archive_lost(region)
    _start_due_plans(region)


class Account(Closing):
    """What the Regions of a data folder share."""

    def __init__(
        self, folder: DataFolder | None, options: Options, settings: Settings, clock: Clock
    ) -> None:
        self._folder = folder
        self._options = options
        self._settings = settings
        self._clock = clock
        self._engines: dict[str, Engine] = {}
        self._keys: dict[str, KeyTools] = {}
        # One Region may be opened amid the opening of another, whose job reads from it.
        self._lock = threading.RLock()
        self._closed = False

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        durability: str | None = None,
        settings: Settings | None = None,
        wording: str | None = None,
        throttling: str | None = None,
        read_cache_kib: int | None = None,
        clock: Clock = SYSTEM_CLOCK,
        force_network: bool = False,
    ) -> Account:
        """Open a data folder, or make one; raises `engine.errors.FolderError`.

        `durability`, `settings`, `wording` and `throttling` ("enforce", "warn" or "off") replace
        what the folder's `config.toml` says; `ValueError` where one cannot be. `read_cache_kib` is
        how much of the file each of the readers keeps in memory.
        `force_network` opens a folder on a network file system all the same.
        """
        folder = open_folder(Path(path), force_network)
        options, configured_settings = configured(folder.config_path, folder.config())
        if durability is not None:
            options = replace(options, durability=checked_durability(durability))
        if read_cache_kib is not None:
            options = replace(options, read_cache_kib=read_cache_kib)
        chosen = settings or configured_settings
        if wording is not None:
            chosen = replace(chosen, wording=wording)
        if throttling is not None:
            chosen = replace(chosen, throttling=checked_throttling(throttling))
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
        """The engine of a Region, opened on first use, and again where it was closed.

        Raises `engine.errors.FolderError`.
        """
        _check_region(region)
        with self._lock:
            if self._closed:
                raise FolderAccessError(f"{self.path}: the account is closed")
            engine = self._engines.get(region)
            if engine is None or engine.is_closed:
                opened = Region.open(
                    region, self._folder, self._clock, self._settings, self._options, self.keys
                )
                opened = replace(opened, neighbour=self._region)
                opened.database.upkeep.chore = partial(_look_after, opened)
                engine = Engine(opened, self)
                self._engines[region] = engine
                # Where the file is damaged, requests say so, each for itself.
                with suppress(ApiError):
                    if opened.database.read(lambda reader, _: reader.jobs()):
                        _resume_jobs(opened)
            return engine

    def _region(self, name: str) -> Region:
        return self.engine(name)._region

    def keys(self, region: str = "us-east-1") -> KeyTools:
        """The key store of a Region, read when it is used; raises `engine.errors.FolderError`."""
        _check_region(region)
        with self._lock:
            if region not in self._keys:
                folder = None if self._folder is None else self._folder.path / "keys"
                self._keys[region] = _region_keys(folder, region, self._clock)
            return self._keys[region]

    def regions_with_tables(self) -> dict[str, int]:
        """Regions that hold tables, with how many."""
        known = list(self._engines) if self._folder is None else self._folder.regions()
        regions = [name for name in known if _REGION.match(name)]
        counts = {region: self.engine(region).table_count() for region in regions}
        return {region: count for region, count in counts.items() if count}

    def prometheus(self) -> str:
        """The metrics of all Regions that hold tables; see `LocalTools.prometheus`."""
        return prometheus_text(self.engine(region) for region in self.regions_with_tables())

    def close(self) -> None:
        """Close all Regions; a second close does nothing."""
        with self._lock:
            self._closed = True
            engines = list(self._engines.values())
        for engine in engines:
            engine.close_region()


def _check_region(region: str) -> None:
    if not _REGION.match(region):
        raise FolderAccessError(f"{region!r} is not the name of a Region, such as us-east-1")
