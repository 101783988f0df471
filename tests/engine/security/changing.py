"""A process that makes and rotates keys of a folder, and what is to be true of them afterwards."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

from engine import Account
from tests.engine.storage.processes import started


def start(folder: Path, count: int) -> subprocess.Popen[str]:
    """Start a process that makes so many keys, and says of each that it is there."""
    return started("tests.engine.security.changing", folder, count)


def change(folder: str, count: int) -> None:
    """Say each key's ARN, and something that it encrypted before it was rotated, in hex."""
    with Account.open(folder) as account:
        keys = account.keys()
        for number in range(count):
            made = keys.create(f"number {number}", f"alias/{secrets.token_hex(8)}")
            ciphertext = keys.encrypt(made.arn, b"plain")
            keys.rotate(made.arn)
            print(made.arn, ciphertext.hex(), flush=True)


def check(folder: Path, lines: list[str]) -> None:
    """Every key that was told of is there, rotated, and opens what it encrypted before."""
    with Account.open(folder) as account:
        keys = account.keys()
        for line in lines:
            arn, ciphertext = line.split()
            assert len(keys.describe(arn).rotated_us) == 1
            assert keys.decrypt(bytes.fromhex(ciphertext)) == b"plain"


if __name__ == "__main__":
    change(sys.argv[1], int(sys.argv[2]))
