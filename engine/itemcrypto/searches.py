"""Expressions on sealed items: what they may name, and how a search goes by beacons.

An encrypted attribute can be searched for equality where it has a beacon: its name and the values
that it is compared with are replaced, and what is found is compared again after it was decrypted,
since different values share a beacon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.client.protocol import Json
from engine.expressions import Placeholders, compile_condition, compile_projection
from engine.expressions.ast import (
    And,
    Compare,
    Condition,
    In,
    NameRef,
    Not,
    Operand,
    Or,
    Path,
    ValueRef,
)
from engine.expressions.lexer import Token, tokenise
from engine.expressions.parser import parse_condition, parse_update
from engine.expressions.traversal import Term, leaves, operands
from engine.itemcrypto.beacons import Beacon
from engine.itemcrypto.errors import SealedOperationError
from engine.itemcrypto.protection import Protection
from engine.itemcrypto.schema import HEADER
from engine.model.values import normalise_item, normalise_value

_SEARCHES = ("KeyConditionExpression", "FilterExpression")
_EXPRESSIONS = (*_SEARCHES, "ConditionExpression", "ProjectionExpression", "UpdateExpression")
_OLD_PARAMETERS = (
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
)
_IS_SEALED = f"attribute_exists({HEADER})"
_PLACEHOLDER = "#sealed_"


def check_request(request: Json, protection: Protection) -> None:
    """Refuse what sealed items do not allow in any request; raises SealedOperationError."""
    for name in _OLD_PARAMETERS:
        if name in request:
            raise SealedOperationError(f"{name} cannot be used on a table of sealed items")
    text = request.get("ConditionExpression")
    if isinstance(text, str):
        names = _names(request)
        root = parse_condition(text, "ConditionExpression")
        for term, _ in _terms(root):
            for path in _paths(operands(term)):
                _refuse_encrypted(_top(path, names), protection)


def checked_update(request: Json, protection: Protection) -> Json:
    """An update as it is sent; one of a signed attribute, which would break the seal, is refused.

    Where only sealed items are allowed it makes no new item, which would have no seal. Raises
    SealedOperationError.
    """
    _check_update(request, protection)
    if not protection.has_only_sealed:
        return request
    condition = request.get("ConditionExpression")
    if condition is None:
        return request | {"ConditionExpression": _IS_SEALED}
    if not isinstance(condition, str):
        return request
    if _needs_parentheses(condition):
        condition = f"({condition})"
    return request | {"ConditionExpression": f"{condition} AND {_IS_SEALED}"}


def _needs_parentheses(condition: str) -> bool:
    """Whether a condition must stand in parentheses before AND; a second pair would be refused."""
    if not isinstance(parse_condition(condition, "ConditionExpression"), Or):
        return False
    depth = 0
    tokens = tokenise(condition, "ConditionExpression")[:-1]
    for token in tokens[:-1]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return True
    return False


def _check_update(request: Json, protection: Protection) -> None:
    text = request.get("UpdateExpression")
    if not isinstance(text, str):
        return
    names = _names(request)
    for action in parse_update(text).actions:
        name = _top(action.path, names)
        if protection.is_signed(name):
            raise SealedOperationError(
                f"{name} is signed, so that an update would break the item's seal; reseal the item"
            )
        for path in _paths(() if action.value is None else (action.value,)):
            _refuse_encrypted(_top(path, names), protection)


def _refuse_encrypted(name: str, protection: Protection) -> None:
    if protection.is_encrypted(name):
        raise SealedOperationError(f"{name} is encrypted, so that no expression can look at it")


@dataclass(frozen=True, slots=True)
class Search:
    """A request as it is sent; what it finds counts where `matches` says so, once decrypted."""

    request: Json
    matches: Callable[[Json], bool] | None = None


def search_of(request: Json, protection: Protection) -> Search:
    """A Query or Scan with beacons in place of encrypted attributes; raises SealedOperationError.

    Also ValidationException, where an expression cannot be parsed.
    """
    names = _names(request)
    uses = _Uses(names, protection)
    texts = {kind: request[kind] for kind in _SEARCHES if isinstance(request.get(kind), str)}
    for kind, text in texts.items():
        for term, is_negated in _terms(parse_condition(text, kind)):
            uses.add(term, is_negated)
    if not uses.beacons:
        return Search(request)
    given = request.get("ExpressionAttributeValues") or {}
    changed = {
        **request,
        **{kind: _renamed(text, kind, uses) for kind, text in texts.items()},
        "ExpressionAttributeNames": {
            **names,
            **{_placeholder(beacon): beacon.stored_name for beacon in uses.beacons.values()},
        },
        "ExpressionAttributeValues": {
            **given,
            **{ref: {"S": beacon.of_value(given[ref])} for ref, beacon in uses.values(given)},
        },
    }
    return Search(without_unused_names(changed), _matcher(texts, uses, given))


@dataclass(slots=True)
class _Uses:
    """Which beacons the expressions of a request need, and with which values."""

    names: Mapping[str, str]
    protection: Protection
    beacons: dict[str, Beacon] = field(default_factory=dict)
    compared: dict[str, set[str | None]] = field(default_factory=dict)

    def add(self, term: Term, is_negated: bool) -> None:
        """Take note of one comparison or function."""
        found = operands(term)
        tops = [_top(path, self.names) for path in _paths(found)]
        encrypted = [name for name in tops if self.protection.is_encrypted(name)]
        name = None
        if encrypted:
            name = encrypted[0]
            self.beacons[name] = self._beacon(name, term, is_negated)
        for operand in found:
            for leaf in leaves(operand):
                if isinstance(leaf, ValueRef):
                    self.compared.setdefault(leaf.text, set()).add(name)

    def _beacon(self, name: str, term: Term, is_negated: bool) -> Beacon:
        beacon = self.protection.beacon_of(name)
        if beacon is None:
            raise SealedOperationError(f"{name} is encrypted and has no beacon to search it by")
        is_equality = isinstance(term, In) or (isinstance(term, Compare) and term.operator == "=")
        plain = [operand for operand in operands(term) if isinstance(operand, ValueRef)]
        paths = [operand for operand in operands(term) if isinstance(operand, Path)]
        is_whole = len(paths) == 1 and len(paths[0].elements) == 1
        if is_negated or not (is_equality and is_whole and len(plain) == len(operands(term)) - 1):
            raise SealedOperationError(
                f"{name} is encrypted: its beacon finds equal values only, by = or IN, without NOT"
            )
        return beacon

    def values(self, given: Mapping[str, Json]) -> Iterator[tuple[str, Beacon]]:
        """The values that beacons are compared with; raises SealedOperationError."""
        for ref, attributes in self.compared.items():
            if attributes == {None} or ref not in given:
                continue
            if len(attributes) > 1:
                raise SealedOperationError(f"{ref} cannot serve for several attributes")
            [name] = attributes
            yield ref, self.beacons[str(name)]


def _placeholder(beacon: Beacon) -> str:
    # A name may hold characters that a placeholder cannot.
    return _PLACEHOLDER + beacon.name.encode().hex()


def _renamed(text: str, kind: str, uses: _Uses) -> str:
    """The expression with placeholders of beacons in place of the attributes' names."""
    tokens = tokenise(text, kind)
    changed = text
    for place in range(len(tokens) - 2, -1, -1):
        token = tokens[place]
        name = uses.names.get(token.text) if token.kind == "nameref" else token.text
        beacon = uses.beacons.get(name or "")
        if beacon is not None and _is_top(tokens, place):
            changed = changed[: token.start] + _placeholder(beacon) + changed[token.end :]
    return changed


def _is_top(tokens: list[Token], place: int) -> bool:
    """Whether a token is the name of an attribute, and not one inside a path or of a function."""
    is_name = tokens[place].kind in ("name", "nameref")
    is_inner = place > 0 and tokens[place - 1].text == "."
    return is_name and not is_inner and tokens[place + 1].text != "("


def _matcher(texts: Mapping[str, str], uses: _Uses, given: Json) -> Callable[[Json], bool]:
    values = {ref: normalise_value(value)[0] for ref, value in given.items()}
    tests = [
        compile_condition(text, Placeholders(dict(uses.names), values), kind).matches
        for kind, text in texts.items()
    ]

    def matches(item: Json) -> bool:
        searched = {
            name: value
            for name, beacon in uses.beacons.items()
            if (value := beacon.searched_of(item)) is not None
        }
        canonical = normalise_item(item | searched)[0]
        return all(test(canonical) for test in tests)

    return matches


def without_unused_names(request: Json) -> Json:
    """The request with only those name placeholders that its expressions still use."""
    names = _names(request)
    used = {
        token.text
        for kind in _EXPRESSIONS
        if isinstance(request.get(kind), str)
        for token in tokenise(request[kind], kind)
        if token.kind == "nameref"
    }
    left = {ref: name for ref, name in names.items() if ref in used}
    pruned = {name: value for name, value in request.items() if name != "ExpressionAttributeNames"}
    return pruned | ({"ExpressionAttributeNames": left} if left else {})


def whole_items(request: Json) -> tuple[Json, Callable[[Json], Json]]:
    """A request for whole items, since parts cannot be verified; and what takes the parts out."""
    text = request.get("ProjectionExpression")
    if not isinstance(text, str):
        return request, lambda item: item
    projection = compile_projection(
        text, Placeholders(request.get("ExpressionAttributeNames"), None)
    )
    whole = {name: value for name, value in request.items() if name != "ProjectionExpression"}
    return without_unused_names(whole), projection.apply


def table_name(table: Any) -> str:
    """The name of a table that is given by name or by ARN."""
    return str(table).rpartition(":table/")[2]


def _names(request: Json) -> dict[str, str]:
    names = request.get("ExpressionAttributeNames")
    return names if isinstance(names, dict) else {}


def _top(path: Path, names: Mapping[str, str]) -> str:
    first = path.elements[0]
    # One that is not defined is refused by whoever answers.
    return names.get(first.text, "") if isinstance(first, NameRef) else str(first)


def _paths(found: Iterable[Operand]) -> list[Path]:
    return [leaf for operand in found for leaf in leaves(operand) if isinstance(leaf, Path)]


def _terms(root: Condition) -> Iterator[tuple[Term, bool]]:
    """Comparisons and functions, each with whether it stands below a NOT."""
    waiting = [(root, False)]
    while waiting:
        node, is_negated = waiting.pop()
        if isinstance(node, And | Or):
            waiting += ((node.right, is_negated), (node.left, is_negated))
        elif isinstance(node, Not):
            waiting.append((node.condition, True))
        else:
            yield node, is_negated
