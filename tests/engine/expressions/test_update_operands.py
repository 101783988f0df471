"""What updates do with numbers and sets: arithmetic, ADD and DELETE."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ValidationException
from engine.expressions import Placeholders, compile_update
from engine.model import numbers
from tests.engine.expressions import naive, samples
from tests.engine.expressions.samples import SAMPLES, Json, n
from tests.engine.expressions.updating import A_SET, KEY, refusal, updated

# Arithmetic

LARGEST = "9" * 38 + "0" * 88
SMALLEST = "0." + "0" * 129 + "1"


@pytest.mark.parametrize(
    ("one", "sign", "two", "expected"),
    [
        ("1", "+", "2", "3"),
        ("1", "-", "2", "-1"),
        ("0.1", "+", "0.2", "0.3"),
        ("1.10", "-", "1.1", "0"),
        ("-5", "+", "5", "0"),
        ("9" * 38, "+", "0", "9" * 38),
        ("9" * 38, "-", "1", "9" * 37 + "8"),
        ("9" * 37, "+", "1", "1" + "0" * 37),
        ("0." + "0" * 37 + "1", "+", "0." + "9" * 37, "0." + "9" * 37 + "1"),
        (LARGEST, "-", LARGEST, "0"),
        ("1e125", "+", "1e125", "2" + "0" * 125),
        (LARGEST, "-", "9e125", "9" * 37 + "0" * 88),
        (SMALLEST, "+", SMALLEST, "0." + "0" * 129 + "2"),
        ("1e-130", "-", "1e-130", "0"),
        ("1e37", "+", "1", "1" + "0" * 36 + "1"),
    ],
)
def test_arithmetic_is_exact(one: str, sign: str, two: str, expected: str) -> None:
    item = {"a": n(one)}
    assert updated(f"SET bb = a {sign} :v", item, v=n(two)) == item | {"bb": {"N": expected}}
    assert updated(f"SET bb = :w {sign} :v", {}, v=n(two), w=n(one)) == {"bb": {"N": expected}}
    operand = two if sign == "+" else f"-{two}".replace("--", "")
    assert updated("ADD a :v", item, v=n(operand)) == {"a": {"N": expected}}


@pytest.mark.parametrize(
    ("one", "sign", "two"),
    [
        (LARGEST, "+", LARGEST),
        (LARGEST, "+", "1e88"),
        ("-" + LARGEST, "-", "1e125"),
        # More than 38 digits, which the service calls an overflow too.
        ("9" * 38, "+", "0.1"),
        ("1e50", "+", "1"),
        ("1e38", "-", "0.1"),
        ("1e125", "+", "1e-130"),
    ],
)
def test_a_result_out_of_range_is_refused(one: str, sign: str, two: str) -> None:
    message = (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )
    assert refusal(f"SET bb = a {sign} :v", {"a": n(one)}, v=n(two)) == message
    operand = two if sign == "+" else f"-{two}"
    assert refusal("ADD a :v", {"a": n(one)}, v=n(operand)) == message


@settings(deadline=None)
@given(st.sampled_from("+-"), st.data())
def test_sums_agree_with_decimal_arithmetic(sign: str, data: st.DataObject) -> None:
    digits = st.integers(-(10**38) + 1, 10**38 - 1)
    exponents = st.integers(-140, 100)
    drawn = [f"{data.draw(digits)}e{data.draw(exponents)}" for _ in range(2)]
    try:
        one, two = (numbers.canonical(text) for text in drawn)
    except ValidationException:
        return
    with localcontext() as context:
        context.prec = 400
        left, right = Decimal(one), Decimal(two)
        exact = (left + right if sign == "+" else left - right).normalize()
    fits = len(exact.as_tuple().digits) <= 38 and (not exact or -130 <= exact.adjusted() <= 125)
    bound = Placeholders(None, {":v": {"N": one}, ":w": {"N": two}})
    update = compile_update(f"SET a = :v {sign} :w", bound)
    if fits:
        new = update.apply(KEY, KEY)
        assert new is not None
        assert Decimal(new["a"]["N"]) == exact
        assert numbers.canonical(new["a"]["N"]) == new["a"]["N"]
    else:
        with pytest.raises(ValidationException, match=r"^Number (overflow|underflow)"):
            update.apply(KEY, KEY)


# ADD and DELETE


@pytest.mark.parametrize(
    ("old", "operand", "expected"),
    [
        (None, n(5), n(5)),
        (n(1), n(5), n(6)),
        (n(1), n(-1), n(0)),
        (None, {"SS": ["a", "b"]}, {"SS": ["a", "b"]}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "c"]}, {"SS": ["a", "b", "c"]}),
        ({"NS": ["1"]}, {"NS": ["2", "1"]}, {"NS": ["1", "2"]}),
        ({"BS": [samples.binary(b"a")]}, {"BS": [samples.binary(b"a")]}, None),
    ],
)
def test_add(old: Json | None, operand: Json, expected: Json | None) -> None:
    item = {} if old is None else {"a": old}
    new = updated("ADD a :v", item, v=operand)
    assert new is not None
    assert naive.model(new["a"]) == naive.model(expected or old or {})
    deep = updated("ADD m.x :v", {"m": {"M": {} if old is None else {"x": old}}}, v=operand)
    assert deep is not None
    assert naive.model(deep["m"]["M"]["x"]) == naive.model(expected or old or {})


@pytest.mark.parametrize(
    ("old", "operand", "expected"),
    [
        (None, {"SS": ["a"]}, None),
        ({"SS": ["a", "b"]}, {"SS": ["a"]}, {"SS": ["b"]}),
        ({"SS": ["a", "b"]}, {"SS": ["c"]}, {"SS": ["a", "b"]}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a", "c"]}, None),
        ({"NS": ["1", "2"]}, {"NS": ["2"]}, {"NS": ["1"]}),
        ({"BS": [samples.binary(b"a")]}, {"BS": [samples.binary(b"a")]}, None),
    ],
)
def test_delete_and_an_empty_set_is_gone(
    old: Json | None, operand: Json, expected: Json | None
) -> None:
    item = {} if old is None else {"a": old}
    assert updated("DELETE a :v", item, v=operand) == ({} if expected is None else {"a": expected})


def test_an_emptied_set_in_a_list_leaves_the_list_shorter() -> None:
    old = {"a": {"L": [n(1), A_SET, n(2)]}}
    assert updated("DELETE a[1] :v", old, v=A_SET) == {"a": {"L": [n(1), n(2)]}}


@pytest.mark.parametrize("sample", SAMPLES)
def test_add_and_delete_take_only_what_has_the_operand_s_type(sample: Json) -> None:
    message = "An operand in the update expression has an incorrect data type"
    operands: tuple[Json, ...] = (n(1), A_SET, {"NS": ["1"]}, {"BS": [samples.binary(b"x")]})
    for operand in operands:
        if next(iter(operand)) in sample:
            continue
        assert refusal("ADD a :v", {"a": sample}, v=operand) == message
        if "N" not in operand:
            assert refusal("DELETE a :v", {"a": sample}, v=operand) == message
