"""A process that does one job: `python -m engine.job_process FOLDER REGION JOB`.

It prints a line when its view of the data stands. `plans` for JOB means the backup plans that are
due.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from engine.client.keys import KeyTools
from engine.clock import SYSTEM_CLOCK
from engine.configuration import configured
from engine.late import late
from engine.operations.jobs import run_job
from engine.operations.plan_process import ARGUMENT
from engine.operations.region import Region
from engine.storage.folder import open_folder

region_keys: Callable[..., KeyTools] = late("engine.security.keys", "region_keys")
run_plans: Callable[..., object] = late("engine.operations.backup_plans", "run_plans")


def main(folder_path: str, region_name: str, job: str) -> None:
    """Do the job; how it ended is in the database."""
    folder = open_folder(Path(folder_path), force_network=True)
    options, settings = configured(folder.config_path, folder.config())
    opened: dict[str, Region] = {}
    keys = cache(lambda name: region_keys(folder.path / "keys", name, SYSTEM_CLOCK))

    def open_region(name: str) -> Region:
        if name not in opened:
            opened[name] = Region.open(name, folder, SYSTEM_CLOCK, settings, options, keys)
        return opened[name]

    try:
        region = replace(open_region(region_name), neighbour=open_region)
        if job == ARGUMENT:
            run_plans(region)
        else:
            run_job(region, int(job), _tell)
    finally:
        for region in opened.values():
            region.close()


def _tell() -> None:
    os.write(sys.stdout.fileno(), b"begun\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
