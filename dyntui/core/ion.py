"""Items as Ion text, as DynamoDB's exports write them.

Numbers are decimals with all their digits, binary values blobs; sets are lists with the
annotations `$dynamodb_SS`, `$dynamodb_NS` and `$dynamodb_BS`.
"""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from amazon.ion.core import IonType
from amazon.ion.simple_types import IonPyList
from amazon.ion.simpleion import dumps

Json = dict[str, Any]


def ion_text(item: Json) -> str:
    """An item on one line."""
    members = {name: _value(value) for name, value in item.items()}
    text: str = dumps(members, binary=False, omit_version_marker=True)
    return text


def _value(value: Json) -> Any:
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return Decimal(content)
        case "B":
            return _blob(content)
        case "NULL":
            return None
        case "L":
            return [_value(element) for element in content]
        case "M":
            return {name: _value(member) for name, member in content.items()}
        case "SS":
            return _set(kind, content)
        case "NS":
            return _set(kind, [Decimal(member) for member in content])
        case "BS":
            return _set(kind, [_blob(member) for member in content])
    return content


def _blob(content: bytes | str) -> bytes:
    """Binary content, which may be base64 text, as on the wire."""
    return base64.b64decode(content) if isinstance(content, str) else content


def _set(kind: str, members: list[Any]) -> Any:
    return IonPyList.from_value(IonType.LIST, members, annotations=(f"$dynamodb_{kind}",))
