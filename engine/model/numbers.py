"""DynamoDB's numbers: syntax, limits, canonical text, size and exact arithmetic.

A number travels as text. Its canonical text is what the service returns: plain decimal without an
exponent, leading zeros, trailing zeros of the fraction, a plus sign or a negative zero. Equal
numbers have equal canonical texts, so canonical texts serve for equality and for set membership.

Limits (API reference, data type Number): 38 significant digits; magnitude 1E-130 up to
9.99…E+125; zero.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

from engine.errors import ValidationException

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130

# The texts of E007 to E010 and E019.
_NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
_TOO_MANY_DIGITS = "Attempting to store more than 38 significant digits in a Number"
_UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
_OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)

_is_canonical = re.compile(
    r"-?[1-9][0-9]*(?:\.[0-9]*[1-9])?|0|-?0\.[0-9]*[1-9]", re.ASCII
).fullmatch
_parse = re.compile(
    r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?)([0-9]+))?", re.ASCII
).fullmatch

# An exponent of more digits than this is out of range whatever stands before it: a request holds
# less than 10^9 digits. It keeps int() away from texts that it refuses as too long.
_EXPONENT_DIGITS = 20

# Beyond it the service's older layer reads no exponent, and takes a large number for a small one;
# the newer one reads those of twice as many bits.
_INTEGER_MAX = 2**31 - 1
_LONG_MAX = 2**63 - 1

# Wide enough for the sum of the largest and the smallest number: 126 + 130 + 37 digits.
_EXACT = Context(prec=400)


def canonical(text: str) -> str:
    """The canonical text of a number.

    Raises ValidationException: not a number (E007, E008), too many digits (E009), too small
    (E010), too large (E019).
    """
    # Up to 38 characters a text without an exponent cannot break a limit.
    if len(text) <= MAX_DIGITS and (
        (text.isdigit() and text[0] != "0" and text.isascii()) or _is_canonical(text)
    ):
        return text
    return _canonical_of_any(text)


def _canonical_of_any(text: str) -> str:
    match = _parse(text)
    if match is None:
        shown = text.encode(errors="replace").decode()
        told = f"{_NOT_A_NUMBER}: {shown}"
        raise ValidationException(told if text else _NOT_A_NUMBER, newer=told)
    sign, whole, fraction, exponent_sign, exponent_digits = match.groups(default="")
    exponent = int(exponent_digits.lstrip("0")[:_EXPONENT_DIGITS] or "0")
    if exponent_sign == "-":
        exponent = -exponent
    if not -_INTEGER_MAX <= exponent - len(fraction) <= _INTEGER_MAX:
        raise _out_of_integers(text, exponent)
    # The value is 0.DIGITS times ten to the power of `point`.
    digits = (whole + fraction).lstrip("0")
    point = exponent + len(digits) - len(fraction)
    digits = digits.rstrip("0")
    if not digits:
        # A zero has no magnitude, yet the service refuses 0e126 and takes 0.0e126.
        if exponent - len(fraction) > MAX_EXPONENT:
            raise ValidationException(_OVERFLOW)
        if exponent_digits and exponent - len(fraction) < MIN_EXPONENT:
            raise ValidationException(_UNDERFLOW)
        return "0"
    if point - 1 > MAX_EXPONENT:
        wraps = point > _INTEGER_MAX
        raise ValidationException(_UNDERFLOW if wraps else _OVERFLOW, newer=_OVERFLOW)
    if point - 1 < MIN_EXPONENT:
        raise ValidationException(_UNDERFLOW)
    if len(digits) > MAX_DIGITS:
        raise ValidationException(_TOO_MANY_DIGITS)
    minus = "-" if sign == "-" else ""
    if point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    if len(digits) <= point:
        return f"{minus}{digits}{'0' * (point - len(digits))}"
    return f"{minus}{digits[:point]}.{digits[point:]}"


def _out_of_integers(text: str, exponent: int) -> ValidationException:
    """The refusal of an exponent that the older layer cannot read (E007, E010, E019)."""
    told = f"{_NOT_A_NUMBER}: {text}"
    if not -_LONG_MAX <= exponent <= _LONG_MAX:
        return ValidationException(told)
    return ValidationException(told, newer=_OVERFLOW if exponent > 0 else _UNDERFLOW)


def size(text: str) -> int:
    """The bytes that a number counts, of its canonical text.

    One byte, one per two significant digits on either side of the point (each side rounded up),
    one for a minus. Zeros that only place the point do not count. Zero counts one byte.
    """
    if "." in text:
        whole, _, fraction = text.partition(".")
        left = len(whole.lstrip("-0"))
        right = len(fraction) if left else len(fraction.lstrip("0"))
        digit_pairs = (left + 1) // 2 + (right + 1) // 2
    else:
        digit_pairs = (len(text.strip("-0")) + 1) // 2
    return digit_pairs + 2 if text[0] == "-" else digit_pairs + 1


def add(a: str, b: str) -> str:
    """The exact sum of two canonical numbers, canonical.

    Raises ValidationException: beyond the range, or more than 38 digits (both E019, as the service
    says it of arithmetic), or too small (E010).
    """
    return _result(_EXACT.add(Decimal(a), Decimal(b)))


def subtract(a: str, b: str) -> str:
    """The exact difference of two canonical numbers, canonical; raises as `add` does."""
    return _result(_EXACT.subtract(Decimal(a), Decimal(b)))


def _result(value: Decimal) -> str:
    if len(value.as_tuple().digits) > MAX_DIGITS:
        value = value.normalize(_EXACT)
        if len(value.as_tuple().digits) > MAX_DIGITS:
            raise ValidationException(_OVERFLOW)
    return canonical(format(value, "f"))
