"""Sentences of the app name the keys that are chosen; hints fit the face that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dyntui
from dyntui.core.actions.hints import app_hint, hint
from dyntui.core.actions.keymap import Keymap
from dyntui.core.actions.registry import ACTIONS
from dyntui.core.actions.spoken_keys import key_for, speak_of, with_keys
from dyntui.lessons.tour import STOPS
from engine import Engine, VirtualClock
from engine.errors import ApiError, api_error

IDS = {action.id for action in ACTIONS if action.keys}


@pytest.fixture(autouse=True)
def registry_keys() -> Iterator[None]:
    """The registry's keys, before and after."""
    speak_of(Keymap())
    yield
    speak_of(Keymap())


def test_sentences_name_the_chosen_key() -> None:
    sentence = "{keys.create} makes one, {editor.restore} goes back, {keys.able} enables it"
    assert with_keys(sentence) == "o makes one, ^R goes back, Space enables it"
    speak_of(Keymap({"keys.create": ("f4", "n"), "keys.able": ("ctrl+b",)}))
    assert with_keys(sentence) == "F4 makes one, ^R goes back, ^B enables it"
    assert key_for("keys.create") == "F4"


def test_braces_that_are_no_ids_stay() -> None:
    assert with_keys('{"a.b": {}} {x} {A.b}') == '{"a.b": {}} {x} {A.b}'


def test_every_sentence_names_actions_that_have_a_key() -> None:
    # In an f-string of the code `{row.name}` is a value: only calls are sure there.
    root = Path(dyntui.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    called = set(re.findall(r"key_for\([\"']([a-z._0-9]+)[\"']\)", code))
    assert len(called) > 15
    assert called - IDS == set()
    for stop in STOPS:
        assert "{" not in with_keys(stop.text), stop.title


def refused(engine: Engine, operation: str, **request: object) -> ApiError:
    with pytest.raises(ApiError) as caught:
        engine.call(operation, request)
    return caught.value


def test_what_the_engine_refuses_has_a_hint() -> None:
    with Engine.in_memory(clock=VirtualClock()) as engine:
        engine.create_table(
            TableName="films",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        key = {"id": {"S": "a"}}
        deep: dict[str, object] = {"S": "x"}
        for _ in range(40):
            deep = {"L": [deep]}
        update = {"TableName": "films", "Key": key}
        errors = [
            refused(engine, "PutItem", TableName="films", Item={"id": {"S": ""}}),
            refused(engine, "PutItem", TableName="films", Item={"id": {"S": "x" * 2049}}),
            refused(engine, "PutItem", TableName="films", Item={"id": {"N": "1"}}),
            refused(engine, "PutItem", TableName="films", Item={"other": {"S": "1"}}),
            refused(engine, "PutItem", TableName="films", Item=key | {"big": {"S": "x" * 410_000}}),
            refused(engine, "PutItem", TableName="films", Item=key | {"deep": deep}),
            refused(engine, "GetItem", TableName="films", Key={"id": {"N": "1"}}),
            refused(engine, "GetItem", TableName="other", Key=key),
            refused(engine, "UpdateItem", **update, UpdateExpression="SET name = name"),
            refused(engine, "UpdateItem", **update, UpdateExpression="SET a = a, a.b = a"),
            refused(
                engine,
                "UpdateItem",
                **update,
                UpdateExpression="SET id = a",
            ),
            refused(
                engine,
                "UpdateItem",
                **update,
                UpdateExpression="REMOVE a",
                ExpressionAttributeNames={"#b": "b"},
            ),
        ]
        for error in errors:
            assert hint(error), error.message
            assert "{" not in app_hint(error)


@pytest.mark.parametrize(
    ("code", "message", "told", "shown"),
    [
        ("ConnectionFailed", "no", "Is the server", "R tries again"),
        ("AccessDeniedException", "KMS key access denied", "enable it", "K shows it"),
        (
            "AccessDeniedException",
            "PutItem is refused: nothing may be changed here (--read-only)",
            "start without",
            "^P",
        ),
        ("ProvisionedThroughputExceededException", "x", "more units", "3 shows"),
        ("UnitsLimitReached", "x", "Ask again", "Ask again"),
    ],
)
def test_only_the_app_names_its_keys(code: str, message: str, told: str, shown: str) -> None:
    error = api_error(code, message)
    assert told in hint(error)
    assert "{" not in hint(error)
    assert shown in app_hint(error)


def test_what_is_unknown_has_no_hint() -> None:
    assert app_hint(api_error("ValidationException", "something else")) == ""
