"""A process that makes and rotates keys of a folder: `python -m … FOLDER COUNT`.

It writes a line for each key that it has made: its ARN and something that the key encrypted before
it was rotated, in hex.
"""

from __future__ import annotations

import secrets
import sys

from engine import Account


def change(folder: str, count: int) -> None:
    with Account.open(folder) as account:
        keys = account.keys()
        for number in range(count):
            made = keys.create(f"number {number}", f"alias/{secrets.token_hex(8)}")
            ciphertext = keys.encrypt(made.arn, b"plain")
            keys.rotate(made.arn)
            print(made.arn, ciphertext.hex(), flush=True)


if __name__ == "__main__":
    change(sys.argv[1], int(sys.argv[2]))
