"""boto3 without a server: its clients and resources, answered by an engine in this process.

    from dyntui import boto
    from engine import Engine

    table = boto.resource(Engine.in_memory()).Table("orders")

Everything of boto3 and botocore is as it is with the service, down to the bytes of the answer; only
the sending is left out. boto3 is an extra: `pip install 'dyntui[boto]'`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cache
from random import getrandbits
from typing import TYPE_CHECKING, Any
from zlib import crc32

import orjson

from engine.errors import ApiError

if TYPE_CHECKING:
    from engine import Engine

# What botocore calls the services that an engine answers.
_SERVICES = ("dynamodb", "dynamodb-streams")
# A request id is 52 characters out of A to Z and 0 to 9.
_REQUEST_ID_BITS = 208
# Any credentials will do: nothing is signed.
_ACCESS_KEY = "dyntui"

# Sessions share parts, and making a client changes the session that makes it.
_making = threading.Lock()


def session(engine: Engine) -> Any:
    """A `boto3.Session` whose DynamoDB clients and resources `engine` answers.

    Neither environment nor configuration files count; a request is tried once. Clients of other
    services are botocore's own.
    """
    with _making:
        made = _new_session(engine.region)
    attach(made, engine)
    return made


def client(engine: Engine, service: str = "dynamodb") -> Any:
    """A boto3 client that `engine` answers: for DynamoDB, or for "dynamodbstreams"."""
    with _making:
        made = _shared_session(engine.region).client(service)
    attach(made, engine)
    return made


def resource(engine: Engine) -> Any:
    """A boto3 resource for DynamoDB that `engine` answers."""
    with _making:
        made = _shared_session(engine.region).resource("dynamodb")
    attach(made, engine)
    return made


def attach(target: Any, engine: Engine) -> Callable[[], None]:
    """Have `engine` answer a client, resource or session of boto3 that exists already.

    Gives a function that undoes it. A session's clients and resources are answered if they are made
    afterwards, and stay so.
    """
    events = _events(target)
    answer = _answerer(engine)
    # Last, so that whatever else answers a client, such as botocore's Stubber, goes before.
    for service in _SERVICES:
        events.register_last(f"before-call.{service}", answer)

    def detach() -> None:
        for service in _SERVICES:
            events.unregister(f"before-call.{service}", answer)

    return detach


def _events(target: Any) -> Any:
    """Where a session, a client or a resource tells what it is about to do."""
    if hasattr(target, "events"):
        return target.events
    meta = target.meta
    return meta.events if hasattr(meta, "events") else meta.client.meta.events


def _answerer(engine: Engine) -> Callable[..., Any]:
    """A handler of `before-call`: what it gives is taken for the answer.

    The event comes once the request is checked and its body is made. To answer the later
    `before-send` instead would cost 80 µs a call, for a head and retries that lead nowhere.
    """
    from botocore.awsrequest import AWSResponse
    from botocore.parsers import create_parser

    parser = create_parser("json")

    def answer(model: Any, params: Any, **_: Any) -> Any:
        status = 200
        try:
            body = engine.call_wire(model.name, params["body"])
        except ApiError as error:
            status, body = error.status, orjson.dumps(error.body())
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "content-length": str(len(body)),
            "x-amzn-requestid": f"{getrandbits(_REQUEST_ID_BITS):052X}",
            "x-amz-crc32": str(crc32(body)),
        }
        answered = {"status_code": status, "headers": headers, "body": body, "context": {}}
        parsed = parser.parse(answered, model.output_shape)
        if status != 200:
            shape = model.service_model.shape_for_error_code(parsed["Error"]["Code"])
            if shape is not None:
                parsed.update(parser.parse(answered, shape))
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        return AWSResponse(params["url"], status, headers, _Body(body)), parsed

    return answer


class _Body:
    """A body that is read from memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """All of it, in one piece."""
        yield self._content


@cache
def _shared_session(region: str) -> Any:
    """A session of a Region, whose clients are made quickly once it has made one."""
    return _new_session(region)


def _new_session(region: str) -> Any:
    """A session that knows nothing of the environment it runs in."""
    boto3 = _import_boto3()
    inner = _botocore_session()
    loader = _shared_loader()
    inner.register_component("data_loader", loader)
    made = boto3.session.Session(
        aws_access_key_id=_ACCESS_KEY,
        aws_secret_access_key=_ACCESS_KEY,
        region_name=region,
        botocore_session=inner,
    )
    # Every session of boto3 adds its folder to the loader's; once is enough.
    folders = loader.search_paths
    folders[:] = dict.fromkeys(folders)
    return made


@cache
def _shared_loader() -> Any:
    """What reads the service models; it keeps them, and they are dear to read."""
    return _botocore_session().get_component("data_loader")


def _botocore_session() -> Any:
    """A session of botocore's that reads its settings neither from files nor from the environment.

    A setting is a name in the file, a name in the environment, a default, and a conversion.
    """
    from botocore.session import Session

    given = {"config_file": "", "credentials_file": "", "ignore_configured_endpoint_urls": True}
    settings = {
        name: (None, None, given.get(name, default), convert)
        for name, (_, _, default, convert) in Session.SESSION_VARIABLES.items()
    }
    return Session(session_vars=settings)


def _import_boto3() -> Any:
    try:
        import boto3
    except ModuleNotFoundError as error:
        if error.name != "boto3":
            raise
        raise ModuleNotFoundError(
            "dyntui.boto needs boto3, which is an extra: pip install 'dyntui[boto]'", name="boto3"
        ) from error
    return boto3
