"""The packaged data files, read when they are asked for."""

from __future__ import annotations

from typing import Any

# The modules that read files are imported where they are used: an application that offers sample
# data starts more often than it loads any.


def read_text(name: str) -> str:
    """The content of the packaged file `name`, which is stored as `name`.gz."""
    import gzip
    from importlib.resources import files

    return gzip.decompress((files("sample_data") / "data" / f"{name}.gz").read_bytes()).decode()


def read_json(name: str) -> Any:
    """A JSON document in which every number is the text that the file has for it."""
    import json

    return json.loads(read_text(name), parse_float=str, parse_int=str)


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line."""
    import csv

    return list(csv.DictReader(read_text(name).splitlines()))
