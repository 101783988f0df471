"""Who asks, and for which Region: the Authorization header, or its form in the query string.

Any access key is accepted, and the signature is not looked at. What is missing from a header is
refused as the service does, in its order (facts on security, §6, rows 1 to 4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from dyntui.serve.request import Request
from engine.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
)

# The header as all SDKs write it; any other is taken apart step by step.
_USUAL = re.compile(
    rb"AWS4-HMAC-SHA256 Credential=[^,]*/([a-z0-9-]+)/[a-z]+/aws4_request, ?"
    rb"SignedHeaders=[^,]+, ?Signature=[^, ]+\Z"
)
_HEADER_PARTS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARTS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
)


def region_named(request: Request) -> str:
    """The Region in the scope of a request's credential; empty where the scope has none.

    Raises an `ApiError` where the request bears no credential, or a part of it is missing.
    """
    header = request.headers.get(b"authorization")
    if header is not None and b"?" not in request.url:
        usual = _USUAL.match(header)
        if usual is not None and b"x-amz-date" in request.headers:
            return usual[1].decode()
    return _region_of_parts(request, header)


def _region_of_parts(request: Request, header: bytes | None) -> str:
    _, _, query_string = request.url.partition(b"?")
    query = parse_qs(query_string.decode("latin-1"), max_num_fields=100)
    if header is not None and "X-Amz-Algorithm" in query:
        raise InvalidSignatureException(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
            "header."
        )
    if header is not None and header.strip().startswith(b"AWS4-"):
        return _region_of_header(header.decode("latin-1"), request.headers)
    if header is not None or "X-Amz-Algorithm" not in query:
        raise MissingAuthenticationTokenException("Request is missing Authentication Token")
    missing = [part for part in _QUERY_PARTS if not query.get(part)]
    if missing:
        listed = "".join(f"AWS query-string parameters must include '{part}'. " for part in missing)
        raise IncompleteSignatureException(f"{listed}Re-examine the query-string parameters.")
    return _region_of_scope(query["X-Amz-Credential"][0])


def _region_of_header(header: str, headers: Mapping[bytes, bytes]) -> str:
    parts = {}
    for part in re.split("[, ]+", header)[1:]:
        name, _, value = part.partition("=")
        parts[name] = value
    faults = [
        f"Authorization header requires '{part}' parameter. "
        for part in _HEADER_PARTS
        if not parts.get(part)
    ]
    if b"x-amz-date" not in headers and b"date" not in headers:
        faults.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        )
    if faults:
        raise IncompleteSignatureException(f"{''.join(faults)}Authorization={header}")
    return _region_of_scope(parts["Credential"])


def _region_of_scope(credential: str) -> str:
    """The Region out of `key/date/region/service/aws4_request`; the key may hold strokes."""
    parts = credential.rstrip("/").rsplit("/", 4)
    return parts[2] if len(parts) == 5 else ""
