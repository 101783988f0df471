"""Numbers: syntax, limits, canonical text, size, exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import ValidationException
from engine.model import numbers

E007 = "The parameter cannot be converted to a numeric value: "
E008 = "The parameter cannot be converted to a numeric value"
E009 = "Attempting to store more than 38 significant digits in a Number"
E010 = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
E019 = "Number overflow. Attempting to store a number with magnitude larger than supported range"

EXACT = Context(prec=400)

texts_of_numbers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-", "+"]),
    st.sampled_from(["", "0", "00"]),
    st.one_of(
        st.integers(0, 10**38 - 1).map(str),
        st.builds("{}.{}".format, st.integers(0, 10**15), st.integers(0, 10**15)),
        st.builds(".{}".format, st.integers(0, 10**15)),
        st.builds("{}.".format, st.integers(0, 10**15)),
    ),
    st.one_of(
        st.just(""),
        st.builds("{}{}".format, st.sampled_from(["e", "E", "e+"]), st.integers(0, 80)),
        st.builds("e-{}".format, st.integers(0, 80)),
    ),
)
canonical_numbers = texts_of_numbers.map(numbers.canonical)


def attempt(operation: Callable[..., str], *arguments: str) -> str | ValidationException:
    try:
        return operation(*arguments)
    except ValidationException as error:
        return error


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("+0", "0"),
        ("0.000", "0"),
        ("0.0e126", "0"),
        ("5", "5"),
        ("+5", "5"),
        ("-5", "-5"),
        ("5.", "5"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("1.e5", "100000"),
        ("1E3", "1000"),
        ("1e+3", "1000"),
        ("0001.23", "1.23"),
        ("1.200", "1.2"),
        ("10.0", "10"),
        ("100", "100"),
        ("1e-20", "0.00000000000000000001"),
        ("1e125", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"),
        ("9" * 38 + "e88", "9" * 38 + "0" * 88),
        ("1" * 38, "1" * 38),
        ("1" * 38 + "000", "1" * 38 + "000"),
        ("0" * 50 + "7", "7"),
        ("0.1e1", "1"),
        ("1" + "0" * 300 + "e-300", "1"),
    ],
)
def test_canonical(text: str, canonical: str) -> None:
    assert numbers.canonical(text) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", E008),
        *(
            (text, E007 + text)
            for text in (
                *(" ", " 1", "1 ", "1 2", "\n", "1\n"),
                *("NaN", "Infinity", "-Infinity", "inf", "0x10", "1_000", "1,5"),
                *("1e", "1e+", "e5", ".", "-", "+", "-.", ".e5", "1+2", "1.2.3", "--1", "1e5.0"),
                *("１", "٣", "1e１"),
            )
        ),
        ("1" * 39, E009),
        ("0.1234567890123456789012345678901234567891", E009),
        ("1" * 39 + "e-10", E009),
        ("1e-131", E010),
        ("-1e-131", E010),
        ("1e126", E019),
        ("-1e126", E019),
        ("10e125", E019),
        ("0e126", E019),
        ("0e-131", E010),
        ("1e2147483647", E010),
        *((text, E007 + text) for text in ("1e2147483648", "1e-2147483648", "1e" + "9" * 5_000)),
        ("1" + "0" * 126, E019),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        numbers.canonical(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "newer"),
    [
        ("1e2147483647", E019),
        ("1e2147483648", E019),
        ("-1e99999999999", E019),
        ("1e-99999999999", E010),
        ("1e9223372036854775808", None),
        ("", E007),
    ],
)
def test_the_newer_wording_reads_larger_exponents(text: str, newer: str | None) -> None:
    with pytest.raises(ValidationException) as caught:
        numbers.canonical(text)
    assert caught.value.newer == newer


def test_a_refused_text_is_printable() -> None:
    with pytest.raises(ValidationException) as caught:
        numbers.canonical("\ud800")
    assert caught.value.message.encode() == (E007 + "?").encode()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("0", 1), ("-0", 1), ("1", 2), ("12", 2), ("123", 3), ("1234", 3), ("123456", 4)),
        *(("0042", 2), ("100", 2), ("1010", 3), ("1.5", 3), ("15", 2), ("1.2", 3), ("1.200", 3)),
        *(("1.234", 4), ("3.14159", 5), ("100.5", 4), ("0.15", 2), ("-42", 3), ("9" * 38, 20)),
        *(("0.0000001", 2), ("1E125", 2), ("1E-100", 2), ("-1.5", 4), ("-0.5", 3), ("1.05", 3)),
    ],
)
def test_size(text: str, size: int) -> None:
    assert numbers.size(numbers.canonical(text)) == size


@given(texts_of_numbers)
@example("1e125")
@example("-1e-130")
def test_canonical_keeps_the_value_and_is_stable(text: str) -> None:
    canonical = numbers.canonical(text)
    assert EXACT.create_decimal(canonical) == EXACT.create_decimal(text)
    assert numbers.canonical(canonical) == canonical
    assert not canonical.startswith(("+", "."))
    assert "e" not in canonical.lower()


@given(canonical_numbers, canonical_numbers)
def test_equal_numbers_have_equal_texts(a: str, b: str) -> None:
    assert (a == b) == (Decimal(a) == Decimal(b))


@given(st.text(alphabet="0123456789+-.eE x", max_size=20) | st.text(max_size=10))
def test_any_text_gives_a_number_or_a_validation_error(text: str) -> None:
    result = attempt(numbers.canonical, text)
    if isinstance(result, ValidationException):
        assert result.message.startswith(("The parameter", "Attempting", "Number"))
    else:
        assert Decimal(result) == Decimal(text)


@given(canonical_numbers)
def test_sizes_stay_small(canonical: str) -> None:
    assert 1 <= numbers.size(canonical) <= 22


@given(canonical_numbers, canonical_numbers)
def test_arithmetic_is_exact_or_refused(a: str, b: str) -> None:
    for operation, exact in (
        (numbers.add, EXACT.add(Decimal(a), Decimal(b))),
        (numbers.subtract, EXACT.subtract(Decimal(a), Decimal(b))),
    ):
        result = attempt(operation, a, b)
        if isinstance(result, ValidationException):
            assert result.message == E019
            assert len(exact.normalize(EXACT).as_tuple().digits) > 38
        else:
            assert Decimal(result) == exact
            assert numbers.canonical(result) == result


@pytest.mark.parametrize(
    ("a", "b", "total"),
    [
        ("1", "1", "2"),
        ("0.1", "0.2", "0.3"),
        ("-1", "1", "0"),
        ("1.5", "-0.5", "1"),
        ("9" * 38, "1", "1" + "0" * 38),
        ("5" + "0" * 125, "4" + "0" * 125, "9" + "0" * 125),
    ],
)
def test_add(a: str, b: str, total: str) -> None:
    assert numbers.add(a, b) == total
    assert numbers.subtract(total, b) == a


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("1" + "0" * 50, "1", E019),
        ("9" * 38, "0.1", E019),
        ("9" + "0" * 125, "1" + "0" * 125, E019),
        (numbers.canonical("1.1e-130"), numbers.canonical("-1e-130"), E010),
    ],
)
def test_sums_out_of_range(a: str, b: str, message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        numbers.add(a, b)
    assert caught.value.message == message
