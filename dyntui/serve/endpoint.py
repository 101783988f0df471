"""What a request asks for, and its answer: DynamoDB's protocol without sockets.

A request is looked at in the service's order (facts on the API's behaviour, §1):

    method, content type    404, as XML, where it is none of the API's
    body                    SerializationException where it is not JSON
    target                  UnknownOperationException
    credential              MissingAuthenticationTokenException and its like
    read-only               AccessDeniedException, where nothing may be changed
    the operation           in the engine
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import orjson

from dyntui.core.connection.read_only import ReadOnly
from dyntui.serve import answers
from dyntui.serve.answers import Heads
from dyntui.serve.credentials import region_named
from dyntui.serve.limits import Limits
from dyntui.serve.regions import Regions
from dyntui.serve.request import Request
from engine.answering import load_wire
from engine.capacity.prometheus import CONTENT_TYPE
from engine.errors import (
    ApiError,
    FolderError,
    InternalServerError,
    SerializationException,
    UnknownOperationException,
)
from engine.loop import Answer, CallSoon, LoopEngine
from engine.model.service import DYNAMODB, STREAMS, service_model

# Called with the head of an answer, which lacks its last line, and with its body.
Reply = Callable[[bytes, bytes], object]

_AMAZON_JSON = b"application/x-amz-json-1.0"
_PLAIN_JSON = b"application/json"
_TYPE_LINES = {kind: b"Content-Type: %b\r\n" % kind for kind in (_AMAZON_JSON, _PLAIN_JSON)}
_ORIGIN_LINES = b"Access-Control-Allow-Origin: *\r\n"
_EXPOSED_LINES = _ORIGIN_LINES + (
    b"Access-Control-Expose-Headers: x-amzn-RequestId,x-amz-crc32,x-amzn-ErrorType,"
    b"x-amzn-ErrorMessage,Date\r\n"
)
_NOT_FOUND = b"<UnknownOperationException/>\n"

_CREDENTIALS_MAX = 1_000
# A larger answer is compressed in a thread.
_COMPRESSED_ON_LOOP_BYTES_MAX = 64 * 1024


class Endpoint:
    """Answers the requests of one event loop.

    `on_failure` is told of exceptions that no request should cause; the client sees an
    InternalServerError.
    """

    def __init__(
        self,
        regions: Regions,
        heads: Heads,
        limits: Limits,
        read_only: ReadOnly,
        call_soon: CallSoon,
        on_failure: Callable[[Exception], object],
    ) -> None:
        self._regions = regions
        self._heads = heads
        self._limits = limits
        self._read_only = read_only
        self._call_soon = call_soon
        self._on_failure = on_failure
        self._operations = _operations()
        self._known = _KnownCredentials()

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer a request, at once or in a later turn of the loop."""
        content_type = _json_type(request)
        if content_type is None or request.method != b"POST":
            self._answer_beside(request, reply)
        elif b"content-encoding" in request.headers:
            self._regions.threads.others.submit(self._unpack, request, content_type, reply)
        else:
            self._call(request, content_type, reply)

    def _call(self, request: Request, content_type: bytes, reply: Reply) -> None:
        on_answer = partial(self._answer, request, content_type, reply)
        try:
            operation, region = self._route(request)
            self._read_only.check_wire(operation, request.body)
        except ApiError as error:
            on_answer(error)
        else:
            region.call_wire(operation, request.body, on_answer)

    def _route(self, request: Request) -> tuple[str, LoopEngine]:
        """The operation and the Region that a request is for."""
        operation = self._operations.get(request.headers.get(b"x-amz-target", b""))
        if operation is not None:
            region = self._known.of(request)
            if region is not None:
                return operation, region
        refusal: ApiError
        try:
            region = self._regions.named(region_named(request))
            if operation is not None:
                self._known.note(request, region)
                return operation, region
            refusal = UnknownOperationException("")
        except ApiError as error:
            refusal = error if operation is not None else UnknownOperationException("")
        except FolderError as error:
            refusal = InternalServerError(str(error))
        if request.body:
            load_wire(request.body)
        raise refusal

    def _answer(self, request: Request, content_type: bytes, reply: Reply, answer: Answer) -> None:
        status = 200
        if not isinstance(answer, bytes):
            error = self._api_error(answer)
            status, answer = error.status, orjson.dumps(error.body())
        lines, headers = _TYPE_LINES[content_type], request.headers
        if b"origin" in headers:
            lines += _EXPOSED_LINES
        if answers.is_worth_compressing(answer) and _takes_gzip(headers):
            lines += b"Content-Encoding: gzip\r\n"
            if len(answer) > _COMPRESSED_ON_LOOP_BYTES_MAX:
                self._regions.threads.others.submit(self._pack, status, answer, lines, reply)
                return
            answer = answers.compress(answer)
        reply(self._heads.head(status, answer, lines), answer)

    def _pack(self, status: int, body: bytes, lines: bytes, reply: Reply) -> None:
        packed = answers.compress(body)
        self._call_soon(reply, self._heads.head(status, packed, lines), packed)

    def _unpack(self, request: Request, content_type: bytes, reply: Reply) -> None:
        """Replace a compressed body by its content, in a thread, and go on."""
        then: Callable[[], object] = partial(self._call, request, content_type, reply)
        try:
            request.body = _content(request, self._limits.body_bytes_max)
        except ApiError as error:
            then = partial(self._answer, request, content_type, reply, error)
        except OverflowError:
            then = partial(reply, self._heads.head(413, b""), b"")
        self._call_soon(then)

    def _api_error(self, error: Exception) -> ApiError:
        if isinstance(error, ApiError):
            return error
        self._on_failure(error)
        return InternalServerError("Internal server error")

    def _answer_beside(self, request: Request, reply: Reply) -> None:
        """Answer what is no call of an operation: a look at the server's health, a preflight."""
        headers = request.headers
        if request.method == b"GET" and request.url.partition(b"?")[0] == b"/metrics":
            self._regions.threads.others.submit(self._answer_metrics, reply)
            return
        if request.method == b"GET":
            name = self._regions.default
            body = f"healthy: dynamodb.{name}.amazonaws.com ".encode()
            status, lines = 200, b"Content-Type: text/plain\r\n"
        elif request.method == b"OPTIONS" and b"origin" in headers:
            status, lines, body = 200, _preflight_lines(headers), b""
        else:
            status, lines, body = 404, b"", _NOT_FOUND
        if b"origin" in headers:
            lines += _ORIGIN_LINES
        head = self._heads.head(status, body, lines)
        reply(head, b"" if request.method == b"HEAD" else body)

    def _answer_metrics(self, reply: Reply) -> None:
        """Answer Prometheus, from a thread."""
        status, lines = 200, b"Content-Type: %b\r\n" % CONTENT_TYPE.encode()
        try:
            body = self._regions.metrics().encode()
        except (ApiError, FolderError) as error:
            status, lines, body = 500, b"Content-Type: text/plain\r\n", f"{error}\n".encode()
        self._call_soon(reply, self._heads.head(status, body, lines), body)


class _KnownCredentials:
    """The Regions of Authorization headers that were looked at before.

    They are known by all that comes before the signature.
    """

    def __init__(self) -> None:
        self._regions: dict[bytes, LoopEngine] = {}

    def of(self, request: Request) -> LoopEngine | None:
        """The Region of a request that is signed in the usual way, by a credential seen before."""
        headers = request.headers
        before, _, signature = headers.get(b"authorization", b"").rpartition(b"=")
        if signature.isalnum() and request.url == b"/" and b"x-amz-date" in headers:
            return self._regions.get(before)
        return None

    def note(self, request: Request, region: LoopEngine) -> None:
        """Remember the Region of a request that was found to be in order."""
        before, _, _ = request.headers.get(b"authorization", b"").rpartition(b"=")
        if not before.endswith(b"Signature"):
            return
        if len(self._regions) >= _CREDENTIALS_MAX:
            self._regions.clear()
        self._regions[before] = region


def _operations() -> dict[bytes, str]:
    """The operations by their targets."""
    models = [service_model(service) for service in (DYNAMODB, STREAMS)]
    targets = {
        f"{model.target_prefix}.{name}": name for model in models for name in model.operations
    }
    return {target.encode(): name for target, name in targets.items()}


def _json_type(request: Request) -> bytes | None:
    """The type of the answer, which is the request's; None where that is none of the API's."""
    given = request.headers.get(b"content-type", b"")
    if given in _TYPE_LINES:
        return given
    kind = given.partition(b";")[0].strip()
    if kind in _TYPE_LINES:
        return kind
    return None if request.body else _PLAIN_JSON


def _content(request: Request, bytes_max: int) -> bytes:
    """What a compressed body holds; raises OverflowError where it is too large."""
    encoding = request.headers[b"content-encoding"].strip().lower()
    if encoding == b"identity":
        return request.body
    if encoding != b"gzip":
        raise SerializationException("")
    try:
        return answers.decompress(request.body, bytes_max)
    except ValueError as error:
        raise SerializationException("") from error


def _takes_gzip(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a client takes gzip."""
    for choice in headers.get(b"accept-encoding", b"").split(b","):
        coding, _, weight = choice.partition(b";")
        if coding.strip().lower() in (b"gzip", b"*"):
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0")
    return False


def _preflight_lines(headers: Mapping[bytes, bytes]) -> bytes:
    """What a browser asks before it sends a request for a page of another origin."""
    lines = b"Access-Control-Max-Age: 172800\r\n"
    for asked, allowed in (
        (b"access-control-request-headers", b"Headers"),
        (b"access-control-request-method", b"Methods"),
    ):
        if asked in headers:
            lines += b"Access-Control-Allow-%b: %b\r\n" % (allowed, headers[asked])
    return lines
