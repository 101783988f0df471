"""Run files of test vectors: a line per test, the counts at the end, exit code 1 on a failure."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.vectors.cases import Case, read_cases


def main(arguments: list[str]) -> int:
    """Run the files that are named; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.vectors", description="Run test vectors of item encryption."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
    passed = failed = 0
    for path in parser.parse_args(arguments).files:
        for case in read_cases(path):
            failure = _failure(case)
            passed, failed = passed + (not failure), failed + bool(failure)
            parts = ("FAILED" if failure else "passed", path.name, case.name + failure)
            print("  ".join(map(_shown, parts)))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def _failure(case: Case) -> str:
    """What a test says that fails, whatever it raises; nothing where it passes."""
    try:
        case.check()
    except Exception as error:
        return f": {type(error).__name__}: {str(error)[:300]}"
    return ""


def _shown(text: str) -> str:
    """A text in one line, which any terminal can show."""
    encoding = sys.stdout.encoding or "ascii"
    return " ".join(text.split()).encode(encoding, "backslashreplace").decode(encoding)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # Nobody reads on; nor would the interpreter's last flush find a reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
