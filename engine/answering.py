"""The way of a request: checked, carried out, answered; JSON on its way in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson

from engine.capacity.tally import tallied
from engine.client.protocol import Context, Json
from engine.errors import (
    ApiError,
    SerializationException,
    UnknownOperationException,
    ValidationException,
)
from engine.model.service import service_model
from engine.model.validation import check_types, validate
from engine.model.values import looks_binary, to_python
from engine.operations import OPERATIONS
from engine.operations.region import Region, Write
from engine.operations.wording import reworded

T = TypeVar("T")

# Members of answers with attribute maps inside.
_NESTED = ("Responses", "Records")


def begin(region: Region, operation: str, request: Json, context: Context) -> Json | Write[Any]:
    """The way of a request as far as its write transaction, if it has one.

    Validated, and then answered in a read transaction or prepared for a write transaction.
    """
    work = OPERATIONS.get(operation)
    if work is None:
        raise _unknown(operation)
    tally = region.metrics.begin(operation)
    try:
        try:
            validate(operation, request)
            begun = work(region, request, context)
        except ValidationException as error:
            raise _exact(region, operation, request, error) from error
    except BaseException as error:
        region.metrics.fail(tally, error, request)
        raise
    if isinstance(begun, Write):
        begun.tally = tally
        begun.work = tallied(tally, begun.work)
    else:
        region.metrics.end(tally, request)
    return begun


def finish(
    region: Region, operation: str, request: Json, begun: Write[T], transact: Callable[[], T]
) -> Json:
    """The rest of the way: the transaction, for which `transact` waits, and the answer."""
    try:
        try:
            answer = begun.answer(transact())
        except ValidationException as error:
            error.about_table = True
            raise _exact(region, operation, request, error) from error
    except BaseException as error:
        region.metrics.fail(begun.tally, error, request)
        raise
    finally:
        begun.release()
    region.metrics.end(begun.tally, request)
    return answer


def _exact(region: Region, operation: str, request: Json, error: ValidationException) -> ApiError:
    """The error to answer, in the Region's wording.

    A wrong JSON type anywhere in a request comes before any broken rule.
    """
    try:
        check_types(operation, request)
    except ApiError as wrong_type:
        return wrong_type
    if region.settings.wording == "classic":
        return error
    return reworded(operation, request, error)


def _unknown(operation: str) -> UnknownOperationException:
    if operation in service_model().operations:
        return UnknownOperationException(f"{operation} is not available here")
    return UnknownOperationException(f"{operation} is not an operation of DynamoDB")


def load_wire(body: bytes) -> Any:
    """The request of a body; raises SerializationException where it is not JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SerializationException("") from error


def dump_wire(response: Json) -> bytes:
    """An answer as JSON, the attribute maps in it spliced as they are."""
    return orjson.dumps(response, default=orjson.Fragment)


def decode_answer(response: Json) -> None:
    """Decode the attribute maps of an answer, in place."""
    for member, value in response.items():
        if type(value) is bytes:
            response[member] = _decode(value)
        elif member in _NESTED:
            response[member] = _decode_inside(value)


def _decode(raw: bytes) -> Any:
    """An attribute map, or a list of them, with `bytes` for binary values."""
    decoded = orjson.loads(raw)
    # Bytes that look so inside a string cost a needless walk, nothing more.
    if looks_binary(raw) is None:
        return decoded
    if isinstance(decoded, list):
        return [to_python(item) for item in decoded]
    return to_python(decoded)


def _decode_inside(answers: Any) -> Any:
    """Decode what a request on several items answers: a map by table, or a list by action."""
    if type(answers) is bytes:
        return _decode(answers)
    if type(answers) is list:
        return [_decode_inside(answer) for answer in answers]
    if type(answers) is dict:
        return {name: _decode_inside(answer) for name, answer in answers.items()}
    return answers


def decode_error(error: ApiError) -> None:
    """Binary values as `bytes` in the items that an error carries."""
    reasons: list[Json] = error.members.get("CancellationReasons") or [error.members]
    for reason in reasons:
        if "Item" in reason:
            reason["Item"] = _decode(orjson.dumps(reason["Item"]))
