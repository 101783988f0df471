"""The arguments of `dyntui query` as conditions on keys: KEY=VALUE, bare values, --sort."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

import click

from dyntui.core.browse.query_fields import KeyTerm
from dyntui.core.tables.schema import IndexInfo, TableInfo

_SORT = re.compile(r"(=|<=|>=|<|>|begins_with\b|between\b)\s*(.*)", re.DOTALL | re.IGNORECASE)


def key_terms(
    info: TableInfo, index: IndexInfo | None, keys: Sequence[str], sort: str | None
) -> dict[str, KeyTerm]:
    """The conditions that a query's arguments give; raises `UsageError`."""
    target = index or info
    named = [_named(text, target) for text in keys]
    bare = iter([text for name, text in named if name is None])
    terms: dict[str, KeyTerm] = {}
    for name, text in named:
        if name in terms:
            raise click.UsageError(f"{name} is given twice")
        if name is not None:
            terms[name] = KeyTerm(_some(name, text))
    for name in target.partition_keys:
        if name not in terms:
            value = next(bare, None)
            if value is None:
                raise click.UsageError(f"{target.name} is queried by {name}: give {name}=VALUE")
            terms[name] = KeyTerm(_some(name, value))
    terms |= _sort_values(target, terms, bare)
    if sort is not None:
        terms.update([_sort_term(target, terms, sort)])
    return terms


def _sort_values(
    target: TableInfo | IndexInfo, terms: Mapping[str, KeyTerm], values: Iterator[str]
) -> dict[str, KeyTerm]:
    """The values that are left, for the sort key attributes that have none yet."""
    names = (name for name in target.sort_keys if name not in terms)
    found = {}
    for text in values:
        name = next(names, None)
        if name is None:
            raise click.UsageError(
                f"{text!r} is one value too many: the keys of {target.name} are "
                f"{', '.join(target.key_names)}"
            )
        found[name] = KeyTerm(_some(name, text))
    return found


def _named(text: str, target: TableInfo | IndexInfo) -> tuple[str | None, str]:
    """`NAME=VALUE` apart; a text without `=` is a value."""
    name, equals, value = text.partition("=")
    if not equals:
        return None, text
    if name not in target.key_names:
        raise click.UsageError(
            f"{name} is no key attribute of {target.name}, whose keys are "
            f"{', '.join(target.key_names)}: use --filter for others"
        )
    return name, value


def _some(name: str, text: str) -> str:
    if not text:
        raise click.UsageError(f"{name}: a key attribute cannot be empty")
    return text


def _sort_term(
    target: TableInfo | IndexInfo, terms: Mapping[str, KeyTerm], text: str
) -> tuple[str, KeyTerm]:
    """The condition on the first sort key attribute that has none yet."""
    name = next((name for name in target.sort_keys if name not in terms), None)
    if name is None:
        reason = "has a condition already" if target.sort_keys else "does not exist"
        raise click.UsageError(f"--sort: the sort key of {target.name} {reason}")
    match = _SORT.fullmatch(text.strip())
    if match is None or not match[2]:
        raise click.UsageError(
            f"--sort {text!r}: write a comparison, as in '> 5', 'begins_with x' or 'between a b'"
        )
    operator, operand = match[1].lower(), match[2].strip()
    if operator == "between":
        return name, KeyTerm(*_bounds(text, operand))
    return name, KeyTerm(_unquoted(operand), operator.replace("_", " "))


def _bounds(text: str, operands: str) -> tuple[str, str, str]:
    """`a b` or `a and b`; a bound with blanks stands in quotes."""
    try:
        words = shlex.split(operands)
    except ValueError:
        words = []
    if len(words) == 3 and words[1].lower() == "and":
        del words[1]
    if len(words) != 2 or not all(words):
        raise click.UsageError(f"--sort {text!r}: between needs two values, as in 'between a b'")
    return words[0], "between", words[1]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "'" else text
