"""The service model: operations, shapes, members."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.errors import UnknownOperationException
from engine.model.fast_check import compile_structure
from engine.model.service import service_model

MODEL = service_model()


def test_operations() -> None:
    assert list(MODEL.operations) == sorted(MODEL.operations)
    assert {"GetItem", "TransactWriteItems", "ExecuteStatement"} <= set(MODEL.operations)
    get_item = MODEL.operation("GetItem")
    assert (get_item.input, get_item.output) == ("GetItemInput", "GetItemOutput")
    assert "ResourceNotFoundException" in get_item.errors
    assert get_item.documentation.startswith("<p>")
    assert MODEL.operation("TagResource").output is None
    assert (MODEL.api_version, MODEL.target_prefix) == ("2012-08-10", "DynamoDB_20120810")


def test_unknown_operation() -> None:
    with pytest.raises(UnknownOperationException, match="DropTable"):
        MODEL.operation("DropTable")


def test_shapes() -> None:
    request = MODEL.input_shape("Query")
    assert request.type == "structure"
    assert request.required == ("TableName",)
    assert request.members["Select"].shape_name == "Select"
    assert not request.members["Select"].required
    assert request.members["Limit"].documentation
    assert MODEL.shape("Select").enum[0] == "ALL_ATTRIBUTES"
    index_name = MODEL.shape("IndexName")
    assert (index_name.minimum, index_name.maximum) == (3, 255)
    assert index_name.pattern == "[a-zA-Z0-9_.-]+"
    assert MODEL.shape("KeyList").element == "Key"
    key = MODEL.shape("Key")
    assert (key.type, key.key, key.value) == ("map", "AttributeName", "AttributeValue")
    transaction = MODEL.input_shape("TransactWriteItems")
    assert transaction.members["ClientRequestToken"].idempotency_token


def test_every_request_has_a_check() -> None:
    for operation in MODEL.operations:
        shape = MODEL.input_shape(operation)
        check = compile_structure(MODEL, shape)
        assert bool(check({})) is not bool(shape.required), operation


def test_botocore_is_not_imported() -> None:
    script = (
        "import sys\n"
        "from engine.model.validation import validate\n"
        "validate('ListTables', {})\n"
        "sys.exit('botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
