"""Campaigns on item encryption: every bit of a sealed item, one after another."""

from __future__ import annotations

import random

from engine import Engine
from engine.itemcrypto.header import Suite
from engine.itemcrypto.sealing import seal
from tests.campaign.campaign import Run
from tests.engine.itemcrypto.altering import altered_items, refused
from tests.engine.itemcrypto.migrating import (
    check_all,
    kill_while_it_migrates,
    make_plain,
    migrate,
)
from tests.engine.itemcrypto.samples import AES, BRANCH, ITEM, SCHEMA, VERSION_2

_ITEMS = 120
_KILLS = 10
_SEALS = [
    (schema, keyring, suite)
    for schema in (SCHEMA, VERSION_2)
    for keyring in (AES, BRANCH)
    for suite in Suite
]


def bits(run: Run) -> None:
    """Flip every bit of everything that a seal covers, under each version, suite and keyring."""
    run.count(opened=0)
    for number in run.rounds(len(_SEALS)):
        schema, keyring, suite = _SEALS[number % len(_SEALS)]
        sealed = seal(ITEM, schema, keyring, suite)
        for what, item in altered_items(sealed, schema):
            if not refused(item, keyring):
                raise AssertionError(f"{what} was not noticed")
            run.count(alterations=1)


def migrations(run: Run) -> None:
    """Kill processes that seal a plain table, until one is done; then every item is as it was."""
    draw = random.Random()
    for number in run.rounds(10):
        folder = run.folder / str(number)
        with Engine.open(folder) as db:
            make_plain(db, _ITEMS)
        for _ in range(_KILLS):
            kill_while_it_migrates(folder, draw, _ITEMS // 8)
            run.count(kills=1)
        migrate(folder, lambda _: None)
        with Engine.open(folder) as db:
            check_all(db, _ITEMS)
        run.count(items=_ITEMS)
