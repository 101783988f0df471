"""A remote DynamoDB as a Client: the service, or a server that speaks its protocol.

botocore chooses address and credentials, signs, sends and tries again, as its configuration files
and environment variables say; it is imported when a client is made. The body of a request goes out
as it was given, so that the remote judges it, and not botocore's own checks.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import orjson

from engine.client.answer_check import answer_fault, error_fault, items_missing
from engine.client.methods import OperationMethods
from engine.client.protocol import OWNER, Context, Json
from engine.client.retrying import NO_ANSWER, Wait, silent
from engine.errors import (
    ApiError,
    ConnectionFailed,
    RequestCancelled,
    SerializationException,
    UnknownOperationException,
    api_error,
)

# How botocore names the two services that are one here.
_DYNAMODB = "dynamodb"
_STREAMS = "dynamodbstreams"
_DEFAULT_REGION = "us-east-1"
_CONNECT_S_MAX = 10.0
# The service answers within a few seconds, or never; boto3 would wait a minute, several times.
_READ_S_MAX = 20.0
_ACCOUNT_S_MAX = 2.0
# What an answer's status says.
_OK = 200
_ERRORS_FROM = 300
_FAILURES_FROM = 500
_CHECKSUM = "x-amz-crc32"
# Where an answer that botocore has read says what was wrong with it.
_FAULT = "dyntui_fault"
# What an answer holds beside the members of its error.
_NO_MEMBERS = frozenset({"Error", "ResponseMetadata", "message", "Message"})
# Credentials that only a machine of the service has, and that take seconds to be found missing.
_MACHINE_CREDENTIALS = ("container-role", "iam-role")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, for those who do not leave the choice to botocore."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


# What is said where nobody knows.
_PERHAPS_DONE = "; it may have carried out the request all the same"

# For servers that take any.
_ANY_CREDENTIALS = Credentials("dyntui", "dyntui")


class RemoteClient(OperationMethods):
    """DynamoDB at an address; safe to use from several threads.

    `endpoint_url` None is the address that botocore has for the Region: the service, unless its
    configuration names another. Off the service, missing credentials are replaced by made-up ones,
    and a missing Region by us-east-1. `attempts_max` None is as botocore is configured. `on_wait`
    is told of each request that is sent again: one that was throttled, got no answer, or failed.

    Raises `engine.errors.ConnectionFailed` where profile, Region, address or credentials do not do.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        credentials: Credentials | None = None,
        attempts_max: int | None = None,
    ) -> None:
        if endpoint_url is not None and not _is_address(endpoint_url):
            raise ConnectionFailed(
                f"{endpoint_url!r} is not the address of a server, such as http://localhost:8000"
            )
        try:
            self.on_wait: Callable[[Wait], None] = silent
            with _failures():
                self._session = _session(profile)
                self.profile: str | None = self._session.profile
                self.region = _region(self._session, region, endpoint_url)
                self._choose_credentials(credentials, endpoint_url)
                self._given_url = endpoint_url
                self._attempts_max = attempts_max
                self._client = self._connect(_DYNAMODB)
        except ValueError as error:
            # How botocore takes a setting that is no number.
            raise ConnectionFailed(f"the AWS configuration is wrong: {error}") from error
        self._methods = _methods(self._client)

    def _choose_credentials(self, given: Credentials | None, endpoint_url: str | None) -> None:
        """Have the session use those that are given; made-up ones off the service, if need be."""
        if given is None:
            if endpoint_url is None or self._is_service(endpoint_url):
                return
            resolver = self._session.get_component("credential_provider")
            for name in _MACHINE_CREDENTIALS:
                resolver.remove(name)
            if self._session.get_credentials() is not None:
                return
            given = _ANY_CREDENTIALS
        self._session.set_credentials(
            given.access_key_id, given.secret_access_key, given.session_token
        )

    @cached_property
    def _streams(self) -> Any:
        """The client for the operations of streams, which are a service of their own."""
        with _failures():
            return self._connect(_STREAMS)

    @cached_property
    def _stream_methods(self) -> dict[str, Any]:
        return _methods(self._streams)

    def _connect(self, service: str) -> Any:
        from botocore.config import Config

        attempts_max = self._attempts_max
        config = Config(
            connect_timeout=_CONNECT_S_MAX,
            read_timeout=_READ_S_MAX,
            # The remote checks parameters; and one address for all, whoever's the table is.
            parameter_validation=False,
            account_id_endpoint_mode="disabled",
            retries=None if attempts_max is None else {"total_max_attempts": attempts_max},
            user_agent_extra="dyntui",
        )
        client = self._session.create_client(
            service, region_name=self.region, endpoint_url=self._given_url, config=config
        )
        events, name = client.meta.events, client.meta.service_model.service_id.hyphenize()
        events.register_last(f"provide-client-params.{name}", _take_request)
        events.register_last(f"before-call.{name}", _put_request)
        events.register_last(f"before-parse.{name}", _refuse_foreign_answer)
        events.register_last(f"needs-retry.{name}", _note_fault)
        events.register_last(f"request-created.{name}", self._tell_retry)
        return client

    def _tell_retry(self, request: Any, operation_name: str, **_: Any) -> None:
        """Tell of a request that is sent again; botocore tells nothing of its waits."""
        retries = request.context["retries"]
        fault = request.context.get("dyntui_fault")
        if retries["attempt"] > 1 and fault is not None:
            most = (self._client.meta.config.retries or {}).get("total_max_attempts", 0)
            self.on_wait(Wait(operation_name, retries["attempt"], most, 0.0, fault))

    # The one call.

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Answer one request; see `Client.call`.

        Raises `ConnectionFailed` where no answer came, `ServiceError` for an error that the engine
        does not know.
        """
        method = self._methods.get(operation) or self._stream_methods.get(operation)
        if method is None:
            raise UnknownOperationException(f"{operation} is not an operation of DynamoDB")
        if context.cancelled is not None and context.cancelled():
            raise RequestCancelled("The request was cancelled")
        with _failures():
            response: Json = method(**request)
        if _FAULT in response:
            raise _damaged()
        response.pop("ResponseMetadata", None)
        if items_missing(operation, request, response):
            raise _foreign(_OK, f"its answer to {operation} has no Items")
        return response

    # Where it is.

    @property
    def endpoint_url(self) -> str:
        """The address."""
        return str(self._client.meta.endpoint_url)

    @property
    def is_service(self) -> bool:
        """Whether this is Amazon's service, and so somebody's data and bill."""
        return self._is_service(self.endpoint_url)

    def _is_service(self, endpoint_url: str) -> bool:
        host = urlsplit(endpoint_url).hostname or ""
        partitions = self._session.get_data("partitions")["partitions"]
        outputs = [partition["outputs"] for partition in partitions]
        domains = {one[key] for one in outputs for key in ("dnsSuffix", "dualStackDnsSuffix")}
        return any(host.endswith("." + domain) for domain in domains)

    def setting(self, name: str) -> str | None:
        """What the profile says in AWS's configuration, of AWS's settings or of others."""
        with _failures():
            found = self._session.get_scoped_config().get(name)
        return found if isinstance(found, str) else None

    @cached_property
    def account_id(self) -> str | None:
        """The service's number of the account; None where it cannot be had, or off the service."""
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        if not self.is_service:
            return None
        try:
            known = self._session.get_credentials()
            if known is not None and known.account_id:
                return str(known.account_id)
            config = Config(
                connect_timeout=_ACCOUNT_S_MAX,
                read_timeout=_ACCOUNT_S_MAX,
                retries={"total_max_attempts": 1},
            )
            tokens = self._session.create_client("sts", region_name=self.region, config=config)
            return str(tokens.get_caller_identity()["Account"])
        except (BotoCoreError, ClientError):
            return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        if "_streams" in self.__dict__:
            self._streams.close()


def _methods(client: Any) -> dict[str, Any]:
    """The methods of one of botocore's clients by the operations that they ask."""
    mapping = client.meta.method_to_api_mapping
    return {operation: getattr(client, method) for method, operation in mapping.items()}


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _session(profile: str | None) -> Any:
    from botocore.session import Session

    session = Session(profile=profile)
    # Times stay numbers, as the protocol has them.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_as_it_is)
    return session


def _as_it_is(value: Any) -> Any:
    return value


def _region(session: Any, given: str | None, endpoint_url: str | None) -> str:
    region = given or session.get_config_variable("region")
    if region is None and endpoint_url is None:
        raise ConnectionFailed("no Region is given, and none is configured")
    return region or _DEFAULT_REGION


# What botocore's events do. A request goes past botocore's own checks and its own encoding.


def _take_request(params: Json, model: Any, context: Json, **_: Any) -> Json:
    """Keep the request, and give botocore another in its place, to which it adds a client token.

    Where a request has a map, botocore wants one, to look for the names of tables.
    """
    context["dyntui"] = params
    stand_in: Json = {
        name: {} for name, shape in model.input_shape.members.items() if shape.type_name == "map"
    }
    context["dyntui_stand_in"] = stand_in
    return stand_in


def _put_request(params: Json, model: Any, context: Json, **_: Any) -> None:
    stand_in, request = context["dyntui_stand_in"], context["dyntui"]
    tokens = {name: stand_in[name] for name in model.idempotent_members}
    try:
        params["body"] = orjson.dumps(tokens | request, default=_base64)
    except orjson.JSONEncodeError as error:
        raise SerializationException(str(error)) from error


def _note_fault(response: Any, request_dict: Json, **_: Any) -> None:
    """Keep why an attempt failed, for the next one."""
    if response is None:
        fault = NO_ANSWER
    else:
        fault = response[1].get(_FAULT) or response[1].get("Error", {}).get("Code")
    # Of an error without a code botocore makes the status one.
    named = fault is None or not fault.isdigit()
    request_dict["context"]["dyntui_fault"] = fault if named else f"status {fault}"


def _base64(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    raise TypeError(f"a value of {type(value).__name__} has no place in a request")


def _refuse_foreign_answer(
    operation_model: Any, response_dict: Json, customized_response_dict: Json, **_: Any
) -> None:
    """What answers with something else than DynamoDB does is no DynamoDB.

    botocore reads the answer next, and takes its form for granted. A server's own failure, and an
    answer that was damaged on its way, are left to it, which tries again.
    """
    body, status = response_dict["body"], response_dict["status_code"]
    answer = _decoded(body)
    if status >= _ERRORS_FROM:
        response_dict["body"] = _error_body(operation_model, answer, status)
        return
    if answer is None:
        raise _foreign(status)
    if _is_damaged(body, response_dict["headers"].get(_CHECKSUM), status):
        customized_response_dict[_FAULT] = "a damaged answer"
        response_dict["body"] = b"{}"
        return
    fault = answer_fault(operation_model, answer)
    if fault is not None:
        raise _foreign(status, fault)


def _damaged() -> ConnectionFailed:
    return ConnectionFailed(f"the answer was damaged on its way{_PERHAPS_DONE}")


def _decoded(body: bytes) -> Json | None:
    """The JSON object of an answer, None where it is none."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


def _error_body(operation_model: Any, answer: Json | None, status: int) -> bytes:
    """What botocore can read of an error; raises `ConnectionFailed` where it is none of DynamoDB's.

    A server's own failure need not have a form.
    """
    answer = answer or {}
    code, reason = answer.get("__type"), answer.get("message", answer.get("Message"))
    message = reason if isinstance(reason, str) else ""
    if not isinstance(code, str):
        if status < _FAILURES_FROM:
            raise _foreign(status, message)
        return orjson.dumps({"message": message})
    name = code.partition(":")[0].rpartition("#")[2]
    shape = operation_model.service_model.shape_for_error_code(name)
    members = {} if error_fault(shape, answer) is not None else answer
    return orjson.dumps(members | {"__type": code, "message": message})


def _is_damaged(body: bytes, checksum: str | None, status: int) -> bool:
    """Whether an answer's checksum says that it is not the one that was sent."""
    if checksum is None:
        return False
    if not (checksum.isascii() and checksum.isdigit()):
        raise _foreign(status, f"its checksum is {checksum!r}")
    return crc32(body) != int(checksum)


def _foreign(status: int, reason: str = "") -> ConnectionFailed:
    because = f": {' '.join(reason.split())}" if reason else ""
    return ConnectionFailed(f"what answers there is no DynamoDB (status {status}){because}")


@contextmanager
def _failures() -> Iterator[None]:
    """Turn botocore's errors into ours."""
    from botocore.exceptions import (
        BotoCoreError,
        ChecksumError,
        ClientError,
        ConnectionClosedError,
        ReadTimeoutError,
    )

    try:
        yield
    except ClientError as error:
        raise _as_api_error(error.operation_name, error.response) from error
    except ChecksumError as error:
        # In botocore's legacy mode of retries, at the last attempt.
        raise _damaged() from error
    except BotoCoreError as error:
        text = " ".join(str(error).split())
        if isinstance(error, ConnectionClosedError | ReadTimeoutError):
            text += _PERHAPS_DONE
        raise ConnectionFailed(text) from error


def _as_api_error(operation: str, response: Json) -> ApiError:
    code, message = response["Error"].get("Code", ""), response["Error"].get("Message", "")
    if not code or code.isdigit():
        status = response["ResponseMetadata"].get("HTTPStatusCode", 0)
        if status < _FAILURES_FROM:
            return _foreign(status, message)
        reason = f": {' '.join(message.split())}" if message else " and gave no reason"
        return ConnectionFailed(
            f"the server failed at {operation}{reason} (status {status}){_PERHAPS_DONE}"
        )
    if code == UnknownOperationException.__name__ and not message:
        message = f"{operation} is not an operation of this server"
    members = {name: value for name, value in response.items() if name not in _NO_MEMBERS}
    return api_error(code, message, **members)
