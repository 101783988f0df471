"""Words that are planted in data, and the search for them in every byte of every file.

Each word holds `MARK`, which is looked for as it is, in UTF-16, as base64 at each of its three
places, as hex, and in whatever in a file can be decompressed.
"""

from __future__ import annotations

import gzip
import subprocess
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import zstandard

MARK = "xqplanted"
_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b\x08"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_INNER_MAX = 1 << 24


def planted(word: str) -> str:
    """A word that the search finds."""
    return f"{MARK}-{word}"


def found_in(folder: Path, exempt: Iterable[Path] = ()) -> list[str]:
    """Where under a folder the mark is: in contents, and in names of files."""
    passed_over = tuple(exempt)
    found = []
    for path in sorted(folder.rglob("*")):
        if any(path.is_relative_to(one) for one in passed_over):
            continue
        if MARK in path.name:
            found.append(f"{path}: its name")
        if path.is_file():
            found += [f"{path}: {form}" for form in forms_in(_content(path))]
    return found


def _content(path: Path) -> bytes:
    """Read by another process: closing a file here would drop SQLite's locks on it."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def forms_in(content: bytes) -> list[str]:
    """The forms in which the mark is in some bytes."""
    lower = content.lower()
    found = [name for name, form in _FORMS.items() if form in lower]
    found += [name for name, form in _BASE64.items() if form in content]
    for name, inner in _decompressed(content):
        found += [f"{form} in {name}" for form in forms_in(inner)]
    return found


_FORMS = {
    "UTF-8": MARK.encode(),
    "UTF-16": MARK.encode("utf-16-le"),
    "UTF-16 with the larger byte first": MARK.encode("utf-16-be"),
    "hex": MARK.encode().hex().encode(),
}
# What base64 makes of the mark behind any bytes: without the ends that depend on its neighbours.
_BASE64 = {
    f"base64 at {shift}": b64encode(bytes(shift) + MARK.encode())[4 if shift else 0 : -4]
    for shift in range(3)
}


def _decompressed(content: bytes) -> Iterator[tuple[str, bytes]]:
    for place in _places(content, (_ZSTD,)):
        reader = zstandard.ZstdDecompressor().stream_reader(BytesIO(content[place:]))
        try:
            yield "zstd", reader.read(_INNER_MAX)
        except zstandard.ZstdError:
            continue
    for place in _places(content, (_GZIP,)):
        try:
            yield "gzip", gzip.GzipFile(fileobj=BytesIO(content[place:])).read(_INNER_MAX)
        except (OSError, EOFError, zlib.error):
            continue
    for place in _places(content, _ZLIB):
        try:
            yield "zlib", zlib.decompressobj().decompress(content[place:], _INNER_MAX)
        except zlib.error:
            continue


def _places(content: bytes, magics: Iterable[bytes]) -> Iterator[int]:
    for magic in magics:
        place = content.find(magic)
        while place >= 0:
            yield place
            place = content.find(magic, place + 1)
