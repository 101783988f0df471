"""A process that does one job: `python -m engine.job_process FOLDER REGION JOB`.

It prints a line when its view of the data stands.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.clock import SYSTEM_CLOCK
from engine.configuration import configured
from engine.operations.jobs import run_job
from engine.operations.region import Region
from engine.storage.folder import open_folder


def main(folder_path: str, region_name: str, job_id: str) -> None:
    """Do the job; how it ended is in the database."""
    folder = open_folder(Path(folder_path), force_network=True)
    options, settings = configured(folder.config_path, folder.config())
    region = Region.open(region_name, folder, SYSTEM_CLOCK, settings, options)
    try:
        run_job(region, int(job_id), _tell)
    finally:
        region.close()


def _tell() -> None:
    os.write(sys.stdout.fileno(), b"begun\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
