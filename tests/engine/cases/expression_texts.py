"""Texts that are no expression (E038 to E040, E046)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase
from tests.engine.cases.requests import (
    N,
    S,
    condition,
    key_condition,
    projection,
    scan_filter,
    syntax,
    update,
)

_EMPTY = "The expression can not be empty;"
_TOO_LONG_ALONE = "Expression size has exceeded the maximum allowed size;"
_TOO_LONG = f"{_TOO_LONG_ALONE} expression size: "
_REDUNDANT = "The expression has redundant parentheses;"

# What is no expression at all (E038 to E040, E046).
CASES: tuple[ErrorCase, ...] = (
    condition("E038-condition", "", _EMPTY),
    scan_filter("E038-filter", "", _EMPTY),
    update("E038-update", "", _EMPTY),
    projection("E038-projection", "", _EMPTY),
    key_condition("E038-key-condition", "", f"Invalid KeyConditionExpression: {_EMPTY}"),
    condition("E039-end", "a", syntax("<EOF>", "a")),
    condition("E039-blank", " \t\r\n", syntax("<EOF>", "")),
    condition("E039-start", ") = b", syntax(")", ") =")),
    condition("E039-middle", "a = = b", syntax("=", "= = b")),
    condition("E039-two-names", "things are not", syntax("are", "things are not")),
    condition("E039-number", "a > 4", syntax("4", "> 4")),
    condition("E039-not-equal", "a != :v", syntax("!", "a !="), v=S),
    condition("E039-foreign-letter", "ü > a", syntax("ü", "ü >")),
    condition("E039-underscore", "_a = b", syntax("_", "_a")),
    condition("E039-quote", 'attribute_exists("a")', syntax('"', '("a')),
    condition("E039-bare-hash", "# = a", syntax("#", "# =")),
    condition("E039-bare-colon", "a = :", syntax(":", "= :")),
    condition("E039-open-parenthesis", "(a = b", syntax("<EOF>", "b")),
    condition("E039-closed-parenthesis", "a = b)", syntax(")", "b)")),
    condition("E039-bare-operand", "(a) AND b = c", syntax("AND", ") AND b")),
    condition("E039-condition-as-operand", "(a = b) = c", syntax("=", ") = c")),
    condition("E039-in-without-list", "a IN b", syntax("b", "IN b")),
    condition("E039-in-nothing", "a IN ()", syntax(")", "()")),
    condition("E039-in-trailing-comma", "a IN (b,)", syntax(")", ",)")),
    condition("E039-between-or", "a BETWEEN b OR c", syntax("OR", "b OR c")),
    condition("E039-keyword-as-name", "and = b", syntax("and", "and =")),
    condition("E039-keyword-in-path", "a.Set = b", syntax("Set", ".Set =")),
    condition("E039-path-of-size", "size(a).b > c", syntax(".", ").b")),
    condition("E039-two-dots", "attribute_exists(a..b)", syntax(".", "..b")),
    condition("E039-index-value", "a[:v] = b", syntax(":v", "[:v]"), v=N),
    condition("E039-index-name", "a[#n] = b", syntax("#n", "[#n]"), {"#n": "n"}),
    condition("E039-index-zeros", "a[01] = b", syntax("1", "01]")),
    condition("E039-function-of-nothing", "attribute_exists()", syntax(")", "()")),
    update("E039-no-section", "whatever", syntax("whatever", "whatever")),
    update("E039-set-end", "SET a", syntax("<EOF>", "a")),
    update("E039-set-keyword", "SET a=set", syntax("set", "=set")),
    update("E039-set-number", "SET a = 1", syntax("1", "= 1")),
    update("E039-set-value", "SET :a = b", syntax(":a", "SET :a =")),
    update("E039-three-terms", "SET a = b + c + d", syntax("+", "c + d")),
    update("E039-product", "SET a = b * c", syntax("*", "b * c")),
    update("E039-sum-in-function", "SET a = if_not_exists(a, :v + :v)", syntax("+", ":v + :v")),
    update("E039-trailing-comma", "SET a = b,", syntax("<EOF>", ",")),
    update("E039-comma-between", "SET a = b, REMOVE c", syntax("REMOVE", ", REMOVE c")),
    update("E039-enclosed-clause", "SET (a = b)", syntax("(", "SET (a")),
    update("E039-path-of-enclosed", "SET a = (b.c).d", syntax(".", ").d")),
    update("E039-add-sign", "ADD a = b", syntax("=", "a = b")),
    update("E039-delete-path", "DELETE a b", syntax("b", "a b")),
    update("E039-remove-two", "REMOVE a b", syntax("b", "a b")),
    projection("E039-projection-value", ":a", syntax(":a", ":a")),
    projection("E039-projection-function", "f(a)", syntax("(", "f(a")),
    projection("E039-projection-minus", "a-b", syntax("-", "a-b")),
    projection("E039-projection-enclosed", "(a)", syntax("(", "(a")),
    projection("E039-projection-commas", "a,,b", syntax(",", ",,b")),
    key_condition(
        "E039-key-condition", "p = 4", f"Invalid KeyConditionExpression: {syntax('4', '= 4')}"
    ),
    condition("E040-condition", "a = b" + " " * 4_092, f"{_TOO_LONG}4097"),
    scan_filter("E040-filter-bytes", "a = " + "é" * 2_047, f"{_TOO_LONG}4098"),
    update("E040-update", "REMOVE a" + " " * 4_089, _TOO_LONG_ALONE),
    projection("E040-projection", "a" * 5_000, _TOO_LONG_ALONE),
    key_condition(
        "E040-key-condition", " " * 4_097, f"Invalid KeyConditionExpression: {_TOO_LONG_ALONE}"
    ),
    condition("E046-condition", "((a = b))", _REDUNDANT),
    condition("E046-part", "a = b AND ((c = d OR e = f))", _REDUNDANT),
    condition("E046-not", "NOT ((a = b))", _REDUNDANT),
    condition("E046-operand", "a > ((b))", _REDUNDANT),
    condition("E046-argument", "contains(a, ((b)))", _REDUNDANT),
    condition("E046-path", "(a) BETWEEN (((b.c)).d) AND (c)", _REDUNDANT),
    scan_filter("E046-filter", "((a = b AND c = d))", _REDUNDANT),
    key_condition(
        "E046-key-condition",
        "((p = :v))",
        f"Invalid KeyConditionExpression: {_REDUNDANT}",
        v=S,
    ),
)
