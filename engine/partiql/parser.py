"""Statements: text to tree."""

from __future__ import annotations

from functools import lru_cache

from engine.client.protocol import Json
from engine.expressions.ast import Action, Literal, Operand, Path
from engine.partiql.ast import (
    Delete,
    Exists,
    Insert,
    OrderKey,
    Returning,
    Select,
    Source,
    Statement,
    Update,
)
from engine.partiql.conditions import CONDITION_ONLY, ConditionParser
from engine.partiql.faults import (
    NO_STATEMENT,
    UNEXPECTED_KEYWORD,
    UNEXPECTED_TERM,
    UNEXPECTED_TOKEN,
    StatementError,
    not_well_formed,
)

_TEXTS_CACHED = 1_024
_SET_FUNCTIONS = {"set_add": "ADD", "set_delete": "DELETE"}
_SETS = frozenset({"SS", "NS", "BS", "<<>>", "?"})


class StatementParser(ConditionParser):
    """A position in the tokens of one statement."""

    def parse(self) -> Statement:
        """The whole text as one statement."""
        statement = self._statement()
        if self.token.kind != "end":
            raise not_well_formed(self.token, UNEXPECTED_TOKEN)
        return statement

    def _statement(self) -> Statement:
        token = self.take()
        match token.word:
            case "SELECT":
                return self._select()
            case "INSERT":
                return self._insert()
            case "UPDATE":
                return self._update()
            case "DELETE":
                return self._delete()
            case "FROM":
                return self._from_first()
            case "EXISTS":
                self.expect("(")
                self.expect_word("SELECT")
                select = self._select()
                self.expect(")")
                return Exists(select)
        detail = UNEXPECTED_KEYWORD if token.kind == "keyword" else NO_STATEMENT
        raise not_well_formed(token, detail)

    # SELECT.

    def _select(self) -> Select:
        paths = None if self.accept("*") else self._paths()
        self.expect_word("FROM")
        source = self.source()
        where = self.condition() if self.accept_word("WHERE") else None
        return Select(source, paths, where, self._order())

    def _paths(self) -> tuple[Path, ...]:
        paths = [self._projected()]
        while self.accept(","):
            paths.append(self._projected())
        return tuple(paths)

    def _projected(self) -> Path:
        if self.starts_call():
            where = self.place(self.token.start, self.token.end)
            raise StatementError(f"Unexpected path component at {where}", self.token.start)
        path = self.path()
        if self.token.word == "AS":
            raise self._aliased()
        return path

    def _aliased(self) -> StatementError:
        return StatementError("Aliasing is not supported", self.token.start)

    def _at_alias(self) -> bool:
        return self.token.word == "AS" or self.token.kind in ("name", "quoted")

    def _order(self) -> tuple[OrderKey, ...]:
        if not self.accept_word("ORDER"):
            return ()
        self.expect_word("BY")
        keys = [self._order_key()]
        while self.accept(","):
            keys.append(self._order_key())
        return tuple(keys)

    def _order_key(self) -> OrderKey:
        name = self.name()
        if self.accept_word("DESC"):
            return OrderKey(name, descending=True)
        self.accept_word("ASC")
        return OrderKey(name)

    def source(self) -> Source:
        """A table or an index of one, without another name."""
        source = self._unaliased()
        self._refuse_alias()
        return source

    def _refuse_alias(self) -> None:
        if self._at_alias():
            raise self._aliased()

    def _unaliased(self) -> Source:
        first = self.token
        names = [self.name()]
        while self.accept("."):
            names.append(self.name())
        if "" in names:
            raise StatementError("Path component cannot be an empty string", first.start)
        if len(names) > 2:
            raise StatementError(
                "A path may contain at most 2 components in the FROM clause", first.start
            )
        return Source(*names)

    # INSERT.

    def _insert(self) -> Insert:
        self.expect_word("INTO")
        source = self._unaliased()
        if self._at_alias():
            raise not_well_formed(self.token, UNEXPECTED_TOKEN)
        self.expect_word("VALUE")
        if not self.at("{"):
            raise not_well_formed(self.token, UNEXPECTED_TERM)
        value = self.literal()
        item: Json = value["M"]
        return Insert(source, item)

    # UPDATE, DELETE.

    def _update(self) -> Update:
        source = self.source()
        actions = self._actions()
        where = self.condition() if self.accept_word("WHERE") else None
        return Update(source, actions, where, self._returning())

    def _from_first(self) -> Update:
        source = self.source()
        self.expect_word("WHERE")
        where = self.condition()
        return Update(source, self._actions(), where, self._returning())

    def _delete(self) -> Delete:
        self.expect_word("FROM")
        source = self.source()
        where = self.condition() if self.accept_word("WHERE") else None
        return Delete(source, where, self._returning())

    def _returning(self) -> Returning | None:
        if not self.accept_word("RETURNING"):
            return None
        scope, image = self.take(), self.take()
        for token, allowed in ((scope, ("ALL", "MODIFIED")), (image, ("OLD", "NEW"))):
            if token.word not in allowed:
                raise not_well_formed(token, UNEXPECTED_TERM)
        self.expect("*")
        return Returning(scope.word, image.word)

    def _actions(self) -> tuple[Action, ...]:
        actions: list[Action] = []
        while self.token.word in ("SET", "REMOVE"):
            section = self.take().word
            actions.append(self._action(section))
            while self.accept(","):
                actions.append(self._action(section))
        if not actions:
            raise not_well_formed(self.token, UNEXPECTED_TERM)
        return tuple(actions)

    def _action(self, section: str) -> Action:
        path = self.path()
        if section == "REMOVE":
            return Action(section, path, None)
        self.expect("=")
        if self.starts_call() and self.token.text.lower() in _SET_FUNCTIONS:
            return self._set_change(path)
        conditions, self.refused_functions = self.refused_functions, CONDITION_ONLY
        value = self.sum()
        self.refused_functions = conditions
        return Action(section, path, value)

    def _set_change(self, target: Path) -> Action:
        """`path = set_add(path, <<…>>)` is the section ADD of an update; set_delete is DELETE."""
        call = self.take()
        name = call.text.lower()
        shown = name.upper()
        self.expect("(")
        first_at = self.token
        first = self.sum()
        first_end = self.tokens[self.position - 1].end
        arguments: list[Operand] = [first]
        while self.accept(","):
            arguments.append(self.sum())
        self.expect(")")
        whole = self.place(call.start, call.end)
        if len(arguments) != 2:
            raise StatementError(f"{shown} must have exactly two arguments at {whole}", call.start)
        if first != target:
            raise StatementError(
                f"The first argument to {shown} must equal the assignment value at {whole}",
                call.start,
            )
        where = self.place(first_at.start, first_end)
        members = arguments[1]
        if not isinstance(members, Literal) or _SETS.isdisjoint(members.value):
            raise StatementError(
                f"The second argument to {shown} must be a value with type SET at {where}",
                first_at.start,
            )
        return Action(_SET_FUNCTIONS[name], target, members)


@lru_cache(maxsize=_TEXTS_CACHED)
def parsed(text: str) -> tuple[Statement, int]:
    """The tree of a statement, and how many parameters it has; raises `StatementError`."""
    parser = StatementParser(text)
    statement = parser.parse()
    return statement, parser.parameter_count


def parse(text: str) -> tuple[Statement, int]:
    """The tree of a statement, and how many parameters it has.

    Raises `ValidationException` with the service's texts (P01 to P19).
    """
    try:
        return parsed(text)
    except StatementError as fault:
        raise fault.as_error() from fault
