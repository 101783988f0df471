"""Arguments that stand for a file: `file://PATH` and `fileb://PATH`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

TEXT_FILE = "file://"
BINARY_FILE = "fileb://"


def text_of(argument: str) -> str:
    """The text of `file://PATH` or `fileb://PATH`, or the argument itself; raises `UsageError`."""
    if not argument.startswith((TEXT_FILE, BINARY_FILE)):
        return argument
    return decode(read_file(argument), argument)


def read_file(argument: str) -> bytes:
    """The content of `file://PATH` or `fileb://PATH`; raises `UsageError`."""
    path = _path(argument)
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{argument}: {error.strerror}") from None


def open_file(argument: str) -> BinaryIO:
    """`file://PATH`, to be read from its start; raises `UsageError`."""
    try:
        return _path(argument).open("rb")
    except OSError as error:
        raise click.UsageError(f"{argument}: {error.strerror}") from None


def decode(content: bytes, source: str) -> str:
    """UTF-8 text, with or without a byte order mark; raises `UsageError`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{source}: not UTF-8 text (byte {error.start})") from None


def decoded_lines(stream: BinaryIO, source: str) -> Iterator[str]:
    """The lines of a stream as they come; raises `UsageError`."""
    for number, line in enumerate(stream, 1):
        yield decode(line, f"{source}, line {number}")


def _path(argument: str) -> Path:
    _, _, name = argument.partition("://")
    if not name or "\0" in name:
        raise click.UsageError(f"{argument!r}: the name of a file is missing")
    return Path(os.path.expanduser(name))
