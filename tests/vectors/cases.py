"""From a file of vectors to its tests; the file itself shows what it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One test: a name, and what raises where it fails."""

    name: str
    check: Callable[[], None]


def read_cases(path: Path) -> Iterator[Case]:
    """The tests of a file; one that fails, where the file cannot be understood."""
    from tests.vectors import legacy_primitives, primitives, traces

    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        yield Case("the file", partial(_refuse, f"cannot be read: {error}"))
        return
    sections: dict[str, Callable[[Any], None]] = {
        **primitives.SECTIONS,
        **legacy_primitives.SECTIONS,
        "traces": traces.check,
    }
    count = 0
    for name, content in document.items() if isinstance(document, dict) else ():
        if name == "tests":
            found = _item_cases(document)
        elif name in sections:
            found = _section_cases(name, content, sections[name])
        else:
            continue
        for case in found:
            count += 1
            yield case
    if not count:
        yield Case("the file", partial(_refuse, "holds no tests of a known format"))


def _refuse(reason: str) -> None:
    raise ValueError(reason)


def _section_cases(name: str, content: Any, check: Callable[[Any], None]) -> Iterator[Case]:
    if not isinstance(content, Mapping):
        yield from _numbered_cases(name, content, check)
        return
    # Numbers come in groups that differ in what is expected.
    for group, members in content.items():
        yield from _numbered_cases(f"{name}/{group}", members, partial(_check_of, check, group))


def _check_of(check: Callable[[Any], None], group: str, test: Any) -> None:
    check((group, test))


def _numbered_cases(name: str, tests: Any, check: Callable[[Any], None]) -> Iterator[Case]:
    if not isinstance(tests, list):
        yield Case(name, partial(_refuse, "is no list of tests"))
        return
    for number, test in enumerate(tests):
        yield Case(f"{name}/{number}", partial(check, test))


def _item_cases(document: Mapping[str, Any]) -> Iterator[Case]:
    tests = document["tests"]
    cases = _numbered_cases("tests", tests, partial(_check_item, document))
    for case, test in zip(cases, tests if isinstance(tests, list) else [None], strict=True):
        name = test.get("id") if isinstance(test, Mapping) else None
        yield case if name is None else Case(str(name), case.check)


def _check_item(document: Mapping[str, Any], test: Mapping[str, Any]) -> None:
    from tests.vectors import current_items, legacy_items

    is_legacy = "provider" in test or "config" not in test
    check = legacy_items.check if is_legacy else current_items.check
    check(test, document)
