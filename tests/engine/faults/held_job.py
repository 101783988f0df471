"""The process of a job that goes on from its beginning only when its standard input ends.

`python -m tests.engine.faults.held_job FOLDER REGION JOB`
"""

from __future__ import annotations

import sys

from engine import job_process

tell = job_process._tell


def tell_and_wait() -> None:
    """Say that the view of the data stands, and wait."""
    tell()
    sys.stdin.read()


if __name__ == "__main__":
    job_process._tell = tell_and_wait
    job_process.main(*sys.argv[1:])
