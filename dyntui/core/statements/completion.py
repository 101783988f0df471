"""What may stand at a place of a statement: keywords, functions, tables, indexes, attributes.

Attributes are those of keys, and those that a page of items has. That page is read once per table
or index, when it is first needed; `completions` may therefore take as long as a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dyntui.core.connection.pages import Caller
from dyntui.core.statements.extended import AGGREGATES
from dyntui.core.statements.script import SILENT, piece_at
from dyntui.core.tables.schema import TableInfo
from engine.client.paging import answers
from engine.errors import ApiError, ResourceNotFoundException
from engine.partiql.lexer import FUNCTIONS, Token, tokens
from engine.partiql.text import name_text
from engine.partiql.values import quoted_name

Json = dict[str, Any]
CompletionKind = Literal["keyword", "function", "table", "index", "attribute"]

SAMPLED_ITEMS = 50
_STARTS = ("SELECT", "INSERT INTO", "UPDATE", "DELETE FROM", "EXISTS(SELECT")
_BEFORE_SOURCE = frozenset({"FROM", "INTO", "UPDATE"})
_BEFORE_OPERAND = frozenset(
    {"SELECT", "WHERE", "AND", "OR", "NOT", "SET", "REMOVE", "BY", "BETWEEN", "IN"}
)
_BEFORE_OPERAND_SYMBOLS = frozenset({"(", ",", "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-"})
_OPERANDS = ("NOT", "NULL", "TRUE", "FALSE")
_AFTER_OPERAND = ("AND", "OR", "BETWEEN", "IN", "IS", "IS MISSING", "IS NOT MISSING", "NOT")
_AFTER_TABLE = ("AS OF",)
_CLAUSES = {
    "SELECT": ("FROM", "WHERE", "ORDER BY", "GROUP BY", "LIMIT", "ASC", "DESC"),
    "INSERT": ("VALUE",),
    "UPDATE": ("SET", "REMOVE", "WHERE", "RETURNING ALL NEW *", "RETURNING MODIFIED OLD *"),
    "DELETE": ("FROM", "WHERE", "RETURNING ALL OLD *"),
    "FROM": ("WHERE", "SET", "REMOVE", "RETURNING ALL NEW *"),
}
_SET_FUNCTIONS = frozenset({"list_append", "set_add", "set_delete"})


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that may stand in place of `whole[start:offset]`; `note` tells people what it is."""

    text: str
    start: int
    kind: CompletionKind
    note: str = ""


class StatementNames:
    """The names of tables, indexes and attributes, asked for when first needed and then kept.

    Nothing is raised: what cannot be read is not offered.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._tables: list[str] | None = None
        self._infos: dict[str, TableInfo | None] = {}
        self._attributes: dict[tuple[str, str | None], dict[tuple[str, ...], str]] = {}

    def forget(self) -> None:
        """Ask again: tables were made, changed or deleted."""
        self._tables = None
        self._infos.clear()
        self._attributes.clear()

    def tables(self) -> list[str]:
        """The names of all tables."""
        if self._tables is None:
            told = answers(self._answer, "ListTables", {})
            self._tables = [name for answer in told for name in answer.get("TableNames", ())]
        return self._tables

    def table(self, name: str) -> TableInfo | None:
        """The schema of a table; None where there is none."""
        if name not in self._infos:
            answer = self._answer("DescribeTable", {"TableName": name})
            found = answer.get("Table")
            self._infos[name] = None if found is None else TableInfo.from_description(found)
        return self._infos[name]

    def described(self, name: str) -> TableInfo:
        """The schema of a table; raises `ResourceNotFoundException`."""
        info = self.table(name)
        if info is None:
            raise ResourceNotFoundException("Requested resource not found")
        return info

    def attributes(self, table: str, index: str | None) -> dict[tuple[str, ...], str]:
        """The paths of attributes, through maps, each with what it is."""
        info = self.table(table)
        if info is None:
            return {}
        if (table, index) not in self._attributes:
            self._attributes[table, index] = _noted(info, index, self._sample(table, index))
        return self._attributes[table, index]

    def _sample(self, table: str, index: str | None) -> list[Json]:
        request: Json = {"TableName": table, "Limit": SAMPLED_ITEMS}
        if index is not None:
            request["IndexName"] = index
        items: list[Json] = self._answer("Scan", request).get("Items", [])
        return items

    def _answer(self, operation: str, request: Json) -> Json:
        try:
            return self._caller.call(operation, request)
        except ApiError:
            return {}


def _noted(info: TableInfo, index: str | None, items: Iterable[Json]) -> dict[tuple[str, ...], str]:
    """Key attributes, those of the index that is read first, then what items have by its paths."""
    notes: dict[tuple[str, ...], str] = {}
    keys = info.keys_of_all
    for target in dict.fromkeys((index, None, *keys)):
        for name, kind in keys.get(target, ()):
            role = "key" if target is None else f"key of {target}"
            notes.setdefault((name,), f"{kind}, {role}")
    kinds: dict[tuple[str, ...], set[str]] = {}
    for item in items:
        for path, kind in _paths(item, ()):
            kinds.setdefault(path, set()).add(kind)
    for path in sorted(kinds):
        notes.setdefault(path, "|".join(sorted(kinds[path])))
    return notes


def _paths(members: Json, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in members.items():
        ((kind, content),) = value.items()
        yield (*above, name), kind
        if kind == "M":
            yield from _paths(content, (*above, name))


def completions(text: str, offset: int, names: StatementNames) -> list[Completion]:
    """What may stand at an offset, the likeliest first; empty inside of values and comments."""
    place = _Place.of(text, offset)
    if place is None:
        return []
    found = list(_offers(place, names))
    typed = place.typed.lower()
    fitting = [one for one in found if _bare(one.text).startswith(typed)]
    if place.prefix.islower():
        fitting = [_lowered(one) if one.kind == "keyword" else one for one in fitting]
    return list(dict.fromkeys(fitting))


def _bare(text: str) -> str:
    return text.lstrip("\"'").lower()


def _lowered(one: Completion) -> Completion:
    return Completion(one.text.lower(), one.start, one.kind, one.note)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where completion is asked for: the tokens before it, what is typed already, the source."""

    before: tuple[Token, ...]
    prefix: str
    start: int
    source: tuple[str, str | None] | None

    @classmethod
    def of(cls, text: str, offset: int) -> _Place | None:
        """The place of an offset; None where nothing is completed."""
        piece = piece_at(text, offset)
        begin, end = (0, len(text)) if piece is None else (piece.region_start, piece.region_end)
        if piece is not None and (offset < begin or (piece.ended and offset >= end)):
            begin, end = (end, len(text)) if offset >= end else (0, begin)
        before = list(tokens(text[begin:offset]))
        prefix = ""
        if before:
            last = before[-1]
            if last.kind in ("string", "number", "comment"):
                return None
            if last.kind == "error" and last.text[0] != '"':
                return None
            if last.kind in ("name", "keyword", "error"):
                prefix = before.pop().text
        whole = [token for token in tokens(text[begin:end]) if token.kind not in SILENT]
        meaning = tuple(token for token in before if token.kind not in SILENT)
        return cls(meaning, prefix, offset - len(prefix), _source(whole))

    @property
    def typed(self) -> str:
        """What is typed of the name, without its opening quote."""
        return self.prefix.lstrip('"')

    @property
    def word(self) -> str:
        """The keyword or symbol before the place."""
        if not self.before:
            return ""
        last = self.before[-1]
        return last.word or (last.text if last.kind == "symbol" else "")

    @property
    def path(self) -> tuple[str, ...]:
        """The names before the place that a dot joins to it."""
        path: list[str] = []
        place = len(self.before) - 1
        while place > 0 and self.before[place].text == "." and _is_name(self.before[place - 1]):
            path.insert(0, _content(self.before[place - 1]))
            place -= 2
        return tuple(path)


def _source(found: Sequence[Token]) -> tuple[str, str | None] | None:
    """The table, and the index, that a statement is about, complete or not."""
    for place, token in enumerate(found[:-1]):
        following = found[place + 1]
        if token.word in _BEFORE_SOURCE and _is_name(following):
            index = None
            if place + 3 < len(found) and found[place + 2].text == ".":
                index = _content(found[place + 3]) if _is_name(found[place + 3]) else None
            return _content(following), index
    return None


def _is_name(token: Token) -> bool:
    return token.kind in ("name", "quoted")


def _content(token: Token) -> str:
    return token.content if token.kind == "quoted" else token.text


def _offers(place: _Place, names: StatementNames) -> Iterator[Completion]:
    """Everything that may stand there, whatever is typed of it."""
    if not place.before:
        yield from _words(place, _STARTS)
        return
    path = place.path
    before_path = place.before[-2 * len(path) - 1] if len(place.before) > 2 * len(path) else None
    if before_path is not None and before_path.word in _BEFORE_SOURCE:
        yield from _sources(place, names, path)
        return
    if path or place.word == ".":
        yield from _attributes(place, names, path)
        return
    statement = place.before[0].word or "SELECT"
    if place.word in _BEFORE_OPERAND or place.word in _BEFORE_OPERAND_SYMBOLS:
        yield from _attributes(place, names, ())
        yield from _functions(place, statement)
        yield from _words(place, _OPERANDS)
        return
    if len(place.before) > 1 and place.before[-2].word == "FROM" and statement == "SELECT":
        yield from _words(place, _AFTER_TABLE)
    yield from _words(place, _CLAUSES.get(statement, ()))
    yield from _words(place, _AFTER_OPERAND)


def _words(place: _Place, words: Iterable[str]) -> Iterator[Completion]:
    for word in words:
        yield Completion(word, place.start, "keyword")


def _functions(place: _Place, statement: str) -> Iterator[Completion]:
    in_select = not any(token.word in ("FROM", "WHERE") for token in place.before)
    if statement == "SELECT" and (in_select or place.word == "BY"):
        for name in AGGREGATES:
            yield Completion(f"{name}(", place.start, "function", "done here")
        return
    in_set = any(token.word == "SET" for token in place.before) and statement != "SELECT"
    for name in FUNCTIONS:
        if name not in _SET_FUNCTIONS or in_set:
            yield Completion(f"{name}(", place.start, "function")


def _sources(place: _Place, names: StatementNames, path: tuple[str, ...]) -> Iterator[Completion]:
    if path:
        info = names.table(path[0]) if len(path) == 1 else None
        for index in () if info is None else info.indexes:
            note = ", ".join(index.key_names)
            yield Completion(quoted_name(index.name), place.start, "index", note)
        return
    for table in names.tables():
        written = quoted_name(table) if place.prefix.startswith('"') else name_text(table)
        yield Completion(written, place.start, "table")


def _attributes(
    place: _Place, names: StatementNames, path: tuple[str, ...]
) -> Iterator[Completion]:
    if place.source is None:
        return
    for found, note in names.attributes(*place.source).items():
        if found[:-1] == path:
            quoted = place.prefix.startswith('"')
            written = quoted_name(found[-1]) if quoted else name_text(found[-1])
            yield Completion(written, place.start, "attribute", note)
