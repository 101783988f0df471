"""Programs that start as installed ones do."""

from __future__ import annotations

from pathlib import Path


def compiled(folder: Path) -> dict[str, str]:
    """The environment of a Python whose modules are compiled, as pip does when it installs them.

    What this process was told about that, and the state of the working tree, have no part in it.
    The first start compiles into `folder`, and does not count.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
