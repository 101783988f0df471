"""Where the file of the user's settings lies; apart from what reads it, which takes longer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CONFIG_VARIABLE = "DYNTUI_CONFIG"
FILE = "config.toml"


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the file lies: DYNTUI_CONFIG, else in the platform's folder for settings."""
    named = environment.get(CONFIG_VARIABLE)
    if named:
        return Path(os.path.expanduser(named)).absolute()

    import platformdirs

    return platformdirs.user_config_path("dyntui", appauthor=False) / FILE


def has_config(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is anything to read, or a file is named that has to be there."""
    return bool(environment.get(CONFIG_VARIABLE)) or config_path(environment).exists()
