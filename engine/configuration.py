"""The settings of a data folder: what `config.toml` may say, and what it means.

durability = "full"             or "relaxed": a commit survives the end of the process only
history = 24                    hours of local history; 0 keeps none
table_delay_s = 0               how long a table takes to be made or changed
read_lag_s = 0                  by how much eventually consistent reads may lag behind
ttl_delete_s = 60               for how long an expired item may stay before it is deleted
ttl_change_interval_s = 0       how long after a change of Time to Live another is refused
pitr_lag_s = 0                  how long ago the latest time is that recovery restores
trash = 7                       days for which a table is kept that a person drops or empties
transaction_conflicts = "wait"  or "service": refuse writes of items of a transaction in flight
on_demand_switches = 4          how often in 24 hours a table may become on demand; 0: no limit
key_switches = 4                how often in 24 hours a table may change its key; 0: no limit
wording = "classic"             or "2026": how refusals are worded
buckets.NAME = "PATH"           where a bucket of exports and imports lies, or its s3:// address
throttling = "enforce"          or "warn", "off": what is done about requests beyond a capacity
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import ConfigError
from engine.operations.region import FOLDER_THROTTLING, THROTTLING, Settings
from engine.operations.wording import WORDINGS
from engine.storage.database import Options

_HISTORY_HOURS_MAX = 35 * 24
_SECONDS_MAX = 86_400
_TRASH_DAYS_MAX = 3_650
_SECONDS = ("table_delay_s", "read_lag_s", "ttl_change_interval_s", "pitr_lag_s")
_CHOICES = {
    "durability": ("full", "relaxed"),
    "transaction_conflicts": ("wait", "service"),
    "wording": WORDINGS,
    "throttling": THROTTLING,
}
_TTL_DELETE_S_MAX = 7 * 86_400
_SWITCHES_MAX = 1_000
_KNOWN = frozenset(
    {
        *("history", "trash", "buckets", "ttl_delete_s", "on_demand_switches", "key_switches"),
        *_SECONDS,
        *_CHOICES,
    }
)


def configured(path: Path, config: Mapping[str, Any]) -> tuple[Options, Settings]:
    """What the settings of a folder mean; `path` is their file, for the texts.

    Raises `ConfigError` for an unknown name, a value of another kind or out of its range.
    """
    unknown = sorted(config.keys() - _KNOWN)
    if unknown:
        raise ConfigError(f"{path}: {unknown[0]} is no setting")
    options, settings = Options(), Settings(throttling=FOLDER_THROTTLING)
    if "history" in config:
        hours = _number(path, config, "history", _HISTORY_HOURS_MAX, "hours")
        options = replace(options, history_hours=hours)
    if "ttl_delete_s" in config:
        seconds_kept = _number(path, config, "ttl_delete_s", _TTL_DELETE_S_MAX, "seconds")
        options = replace(options, ttl_delete_s=seconds_kept)
    seconds: dict[str, Any] = {
        name: _number(path, config, name, _SECONDS_MAX, "seconds")
        for name in _SECONDS
        if name in config
    }
    settings = replace(settings, **seconds)
    if "trash" in config:
        days = _number(path, config, "trash", _TRASH_DAYS_MAX, "days")
        settings = replace(settings, trash_days=days)
    if "durability" in config:
        options = replace(options, durability=_choice(path, config, "durability"))
    chosen: dict[str, Any] = {
        name: _choice(path, config, name)
        for name in ("transaction_conflicts", "wording", "throttling")
        if name in config
    }
    settings = replace(settings, **chosen)
    if "buckets" in config:
        settings = replace(settings, buckets=_buckets(path, config["buckets"]))
    if "on_demand_switches" in config:
        count = _number(path, config, "on_demand_switches", _SWITCHES_MAX, "times")
        settings = replace(settings, on_demand_switches=int(count))
    if "key_switches" in config:
        count = _number(path, config, "key_switches", _SWITCHES_MAX, "times")
        settings = replace(settings, key_switches=int(count))
    return options, settings


def checked_durability(durability: str) -> str:
    """A durability as a caller names it; raises `ValueError`."""
    if durability not in _CHOICES["durability"]:
        raise ValueError(f"durability: {durability!r} is neither 'full' nor 'relaxed'")
    return durability


def _buckets(path: Path, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise ConfigError(f"{path}: buckets is not a table of names and paths")
    return {str(name): str(address) for name, address in value.items()}


def checked_throttling(throttling: str) -> str:
    """A setting of throttling as a caller names it; raises `ValueError`."""
    if throttling not in THROTTLING:
        names = " nor ".join(map(repr, THROTTLING))
        raise ValueError(f"throttling: {throttling!r} is neither {names}")
    return throttling


def _number(path: Path, config: Mapping[str, Any], name: str, high: int, unit: str) -> float:
    value = config[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{path}: {name} is not a number of {unit}")
    if not 0 <= value <= high:
        raise ConfigError(f"{path}: {name} is not from 0 to {high} {unit}")
    return float(value)


def _choice(path: Path, config: Mapping[str, Any], name: str) -> str:
    value, choices = config[name], _CHOICES[name]
    if value not in choices:
        raise ConfigError(f"{path}: {name} is neither {' nor '.join(map(repr, choices))}")
    return str(value)
