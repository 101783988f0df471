"""A passphrase: from the environment, or asked for where somebody is there to answer."""

from __future__ import annotations

import os
import sys

import click

_LEAST = 8


def asked_passphrase(prompt: str, variable: str, *, confirm: bool) -> str:
    """What the variable holds, or what is typed; raises `UsageError` where nobody is there."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.UsageError(f"nobody is there to ask: set {variable}")
    answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return answer


def long_enough(passphrase: str) -> str:
    """A new passphrase; raises `UsageError` where it is too short."""
    if len(passphrase) < _LEAST:
        raise click.UsageError(f"the passphrase has less than {_LEAST} characters")
    return passphrase
