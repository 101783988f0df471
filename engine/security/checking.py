"""What may be wrong with a folder of keys that can be opened all the same."""

from __future__ import annotations

import stat
from pathlib import Path

from engine.security.vault import Vault

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder_problems(keys_folder: Path, kind: str) -> list[str]:
    """A line for each file that others can read, and for a master key that is used no more.

    `kind` is where the master key comes from now.
    """
    try:
        paths = [keys_folder, *sorted(path for path in keys_folder.iterdir() if path.is_file())]
        problems = [
            f"{path}: others can read it: chmod {'700' if path == keys_folder else '600'}"
            for path in paths
            if path.stat().st_mode & _OTHERS
        ]
    except OSError as error:
        return [f"{error.filename or keys_folder}: {error.strerror}"]
    left = keys_folder / "master.key"
    if kind != "file" and left in paths:
        problems.append(
            f"{left}: left over, the master key comes from elsewhere ({kind}); delete it"
        )
    return problems


def vault_problems(vault: Vault) -> list[str]:
    """A line for each alias without a key, and for each key without material."""
    return [
        *(
            f"{name}: its key {alias.key_id} is missing"
            for name, alias in sorted(vault.aliases.items())
            if alias.key_id not in vault.keys
        ),
        *(
            f"the key {key.key_id} has no material"
            for key in vault.keys.values()
            if not key.materials
        ),
    ]
