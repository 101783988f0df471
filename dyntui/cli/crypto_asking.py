"""`dyntui crypto init` on a terminal: asks what its options say, and shows what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from dyntui.cli.exits import Failure
from dyntui.core.security.crypto_wizard import ACTION_TEXTS, BITS, Wizard, preview
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import cell_text, printable
from engine.client.protocol import Json
from engine.itemcrypto.schema import Action

_LETTERS = {
    "e": Action.ENCRYPT_AND_SIGN,
    "s": Action.SIGN_ONLY,
    "c": Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT,
    "n": Action.DO_NOTHING,
}
_LETTER_OF = {action: letter for letter, action in _LETTERS.items()}
_EXAMPLE_WIDTH = 40
_BITS_MAX = 63


def asked(info: TableInfo, items: Sequence[Json], check_key: Callable[[str], None]) -> Wizard:
    """What a person chooses, question by question; raises `Failure` where it is not to be written.

    `check_key` raises where the folder has no such key. Questions go to stderr.
    """
    wizard = Wizard(info, items)
    _say(f"{info.name}: what is to be done with each attribute (Enter takes what is in brackets)")
    for letter, action in _LETTERS.items():
        _say(f"  {letter}  {ACTION_TEXTS[action]}")
    for name in wizard.names:
        _ask_action(wizard, name)
    for name in wizard.names:
        if not wizard.why_no_beacon(name):
            _ask_beacon(wizard, name)
    wizard.signature = click.confirm(
        "An ECDSA signature of each writing, beside the tags?", default=True, err=True
    )
    _ask_key(wizard, check_key)
    _show(wizard)
    _say(f"the same without questions:  {wizard.command}")
    if not click.confirm("Write this configuration?", default=True, err=True):
        raise Failure("nothing was written")
    return wizard


def _ask_action(wizard: Wizard, name: str) -> None:
    fixed = wizard.why_fixed(name)
    if fixed:
        _say(f"{printable(name)}: {fixed}")
        return
    letters = [_LETTER_OF[action] for action in wizard.possible(name)]
    example = next((cell_text(item[name]) for item in wizard.items if name in item), "")
    about = f" ({printable(example)[:_EXAMPLE_WIDTH]})" if example else ""
    answer = click.prompt(
        f"{printable(name)}{about}",
        type=click.Choice(letters, case_sensitive=False),
        default=_LETTER_OF[wizard.chosen[name]],
        err=True,
    )
    wizard.choose(name, _LETTERS[answer])


def _ask_beacon(wizard: Wizard, name: str) -> None:
    """Bits of a beacon; 0 is none."""
    bits: int = click.prompt(
        f"{printable(name)}: find it by = through a beacon of so many bits (0: no; "
        f"{', '.join(map(str, BITS))} are usual, fewer hide more)",
        type=click.IntRange(0, _BITS_MAX),
        default=0,
        err=True,
    )
    if bits:
        wizard.beacons[name] = bits


def _ask_key(wizard: Wizard, check_key: Callable[[str], None]) -> None:
    kind = click.prompt(
        "The key: a new file, a key of `dyntui keys`, or a branch key",
        type=click.Choice(["file", "kms", "branch"]),
        default="file",
        err=True,
    )
    if kind == "kms":
        wizard.kms_key = click.prompt("Its alias, id or ARN", err=True)
        check_key(wizard.kms_key)
    elif kind == "branch":
        table = click.prompt("The table of branch keys", err=True)
        wizard.branch_key = (table, click.prompt("The id of the branch key", err=True))


def _show(wizard: Wizard) -> None:
    seen = preview(wizard)
    if not seen:
        _say("There is no plain item to show what an outsider would see.")
        return
    rows = [("attribute", "an outsider sees", "its owner sees")]
    rows += [(one.name, one.outside, one.inside) for one in seen]
    shown = [[printable(text)[:_EXAMPLE_WIDTH] for text in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(2)]
    for row in shown:
        _say(f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip())


def _say(text: str) -> None:
    click.echo(text, err=True)
