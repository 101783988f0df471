"""Random requests give the answers of the plain-Python model, also after the folder is reopened."""

from __future__ import annotations

from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from engine import ApiError, Engine, VirtualClock
from tests.engine.operations.definitions import adding, described, index, pages, removing, table
from tests.engine.operations.model import OPERATORS, TYPES, Json, Model, ModelIndex, order

INDEXES = (
    ModelIndex("by-x", ("x",), (), None),
    ModelIndex("by-x-y", ("x",), ("y",), ()),
    ModelIndex("by-y-p", ("y",), ("p",), ("v",)),
    ModelIndex("by-all", ("x", "y"), ("z", "p"), ("w",)),
)
LOCAL = (ModelIndex("local-y", ("p",), ("y",), ()), ModelIndex("local-z", ("p",), ("z",), None))

TEXTS = st.sampled_from(["a", "a\x00", "ab", "b", "é"])
NUMBERS = st.sampled_from(["0", "-1", "1", "10", "9.5", "-1.5e3", "1e-5"])
BYTES = st.sampled_from([b"\x00", b"\x00\x00", b"\x00\xff", b"\x01", b"\xff"])
OF_TYPE = {
    "S": st.builds(lambda text: {"S": text}, TEXTS),
    "N": st.builds(lambda number: {"N": number}, NUMBERS),
    "B": st.builds(lambda raw: {"B": raw}, BYTES),
}
KEYS = {name: OF_TYPE[kind] for name, kind in TYPES.items()}
# What an index cannot take, though a table without it can.
ODD = st.sampled_from([{"S": ""}, {"NULL": True}, {"BOOL": True}, {"L": [{"S": "a"}]}])
BIG = {"S": "big" * 900}
VALUES = st.one_of(*OF_TYPE.values(), ODD, st.just(BIG), st.just({"SS": ["a", "b"]}))
SMALL_NUMBERS = st.builds(lambda number: {"N": str(number)}, st.integers(-3, 3))
TABLE = "films"


def canonical(value: Json) -> Json:
    """A value as answers show it."""
    if "N" in value:
        return {"N": format(Decimal(value["N"]).normalize(), "f")}
    return value


def optional(name: str) -> st.SearchStrategy[Json | None]:
    """An attribute that may be an index key: mostly right, now and then missing or odd."""
    return st.one_of(KEYS[name], KEYS[name], KEYS[name], st.none(), ODD)


ATTRIBUTES = st.fixed_dictionaries(
    {"x": optional("x"), "y": optional("y"), "z": optional("z")},
    optional={"v": VALUES, "w": SMALL_NUMBERS},
).map(lambda drawn: {name: canonical(value) for name, value in drawn.items() if value is not None})


class EngineAgainstModel(RuleBasedStateMachine):
    """An engine in a folder, and the model of its one table."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = VirtualClock()
        self.engine = self.open()

    def open(self) -> Engine:
        """The engine of the folder."""
        return Engine.open(self.folder.name, clock=self.clock, durability="relaxed")

    def teardown(self) -> None:
        """Nothing is amiss at the end."""
        try:
            assert self.engine.check() == []
        finally:
            self.engine.close()
            self.folder.cleanup()

    # Tables.

    @initialize(has_sort=st.booleans(), chosen=st.sets(st.sampled_from(INDEXES)))
    def make_table(self, has_sort: bool, chosen: set[ModelIndex]) -> None:
        indexes = [form for form in INDEXES if form in chosen]
        local = LOCAL if has_sort else ()
        self.model = Model(has_sort, local, {form.name: form for form in indexes})
        self.engine.create_table(
            **table(
                TABLE,
                "p:S",
                "r:N" if has_sort else "",
                [form_of(local_index) for local_index in local],
                [form_of(global_index) for global_index in indexes],
            )
        )

    @rule(has_sort=st.booleans(), chosen=st.sets(st.sampled_from(INDEXES)))
    @precondition(lambda self: len(self.model.items) > 5)
    def replace_table(self, has_sort: bool, chosen: set[ModelIndex]) -> None:
        self.engine.delete_table(TableName=TABLE)
        with pytest.raises(ApiError, match="not found"):
            described(self.engine, TABLE)
        self.make_table(has_sort, chosen)

    @rule(form=st.sampled_from(INDEXES))
    def change_indexes(self, form: ModelIndex) -> None:
        if form.name in self.model.indexes:
            self.engine.update_table(**removing(TABLE, form.name))
            del self.model.indexes[form.name]
        else:
            self.engine.update_table(**adding(TABLE, form_of(form)))
            self.model.indexes[form.name] = form

    @rule()
    def reopen(self) -> None:
        self.engine.close()
        self.engine = self.open()

    @rule()
    def describe(self) -> None:
        description = described(self.engine, TABLE)
        assert description["ItemCount"] == len(self.model.items)
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
            for shown in description.get(member, ()):
                assert shown["ItemCount"] == len(self.model.held(shown["IndexName"]))

    # Writes.

    def key(self, p: Json, r: Json) -> Json:
        """The key of an item."""
        return {"p": p, "r": canonical(r)} if self.model.has_sort else {"p": p}

    def refused(self, operation: str, request: Json, code: str) -> None:
        """Expect an error."""
        with pytest.raises(ApiError) as caught:
            self.engine.call(operation, request)
        assert caught.value.code == code, caught.value.message

    @rule(
        p=KEYS["p"],
        r=KEYS["r"],
        attributes=ATTRIBUTES,
        only=st.sampled_from([None, None, "attribute_exists(p)", "attribute_not_exists(p)"]),
    )
    def put(self, p: Json, r: Json, attributes: Json, only: str | None) -> None:
        item = {**self.key(p, r), **attributes}
        request: Json = {"TableName": TABLE, "Item": item, "ReturnValues": "ALL_OLD"}
        if only is not None:
            request["ConditionExpression"] = only
        old = self.model.items.get(self.model.key_of(item))
        if not self.model.takes(item, item):
            self.refused("PutItem", request, "ValidationException")
        elif only is not None and (old is None) is (only == "attribute_exists(p)"):
            self.refused("PutItem", request, "ConditionalCheckFailedException")
        else:
            assert self.engine.call("PutItem", request).get("Attributes") == old
            self.model.items[self.model.key_of(item)] = item

    @rule(p=KEYS["p"], r=KEYS["r"], name=st.sampled_from("xyzv"), data=st.data())
    def set_attribute(self, p: Json, r: Json, name: str, data: st.DataObject) -> None:
        value = canonical(data.draw(VALUES if name == "v" else st.one_of(KEYS[name], ODD)))
        key = self.key(p, r)
        item = {**self.model.items.get(self.model.key_of(key), key), name: value}
        request = {
            "TableName": TABLE,
            "Key": key,
            "UpdateExpression": f"SET {name} = :v",
            "ExpressionAttributeValues": {":v": value},
            "ReturnValues": "ALL_NEW",
        }
        if not self.model.takes(item, [name]):
            self.refused("UpdateItem", request, "ValidationException")
        else:
            assert self.engine.call("UpdateItem", request)["Attributes"] == item
            self.model.items[self.model.key_of(key)] = item

    @rule(p=KEYS["p"], r=KEYS["r"], name=st.sampled_from("xyzvw"))
    def remove_attribute(self, p: Json, r: Json, name: str) -> None:
        key = self.key(p, r)
        old = self.model.items.get(self.model.key_of(key))
        answer = self.engine.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression=f"REMOVE {name}",
            ReturnValues="UPDATED_OLD",
        )
        before = {} if old is None else old
        assert answer.get("Attributes", {}) == ({name: before[name]} if name in before else {})
        if old is not None:
            left = {other: value for other, value in old.items() if other != name}
            self.model.items[self.model.key_of(key)] = left

    @rule(p=KEYS["p"], r=KEYS["r"], number=st.integers(-3, 3), bound=st.integers(-3, 3))
    def add_if_less(self, p: Json, r: Json, number: int, bound: int) -> None:
        key = self.key(p, r)
        old = self.model.items.get(self.model.key_of(key), {})
        request = {
            "TableName": TABLE,
            "Key": key,
            "UpdateExpression": "ADD w :n",
            "ConditionExpression": "attribute_not_exists(w) OR w < :bound",
            "ExpressionAttributeValues": {":n": {"N": str(number)}, ":bound": {"N": str(bound)}},
            "ReturnValues": "UPDATED_NEW",
        }
        before = int(old["w"]["N"]) if "w" in old else None
        if before is not None and before >= bound:
            self.refused("UpdateItem", request, "ConditionalCheckFailedException")
            return
        total = {"N": str((before or 0) + number)}
        assert self.engine.call("UpdateItem", request)["Attributes"] == {"w": total}
        self.model.items[self.model.key_of(key)] = {**(old or key), "w": total}

    @rule(p=KEYS["p"], r=KEYS["r"])
    def delete(self, p: Json, r: Json) -> None:
        key = self.key(p, r)
        answer = self.engine.delete_item(TableName=TABLE, Key=key, ReturnValues="ALL_OLD")
        old = self.model.items.pop(self.model.key_of(key), None)
        assert answer.get("Attributes") == old

    # Reads.

    @rule(p=KEYS["p"], r=KEYS["r"], consistent=st.booleans())
    def get(self, p: Json, r: Json, consistent: bool) -> None:
        key = self.key(p, r)
        answer = self.engine.get_item(TableName=TABLE, Key=key, ConsistentRead=consistent)
        assert answer.get("Item") == self.model.items.get(self.model.key_of(key))

    def source(self, data: st.DataObject) -> str | None:
        """The table, or one of its indexes."""
        names = [form.name for form in self.model.all_indexes]
        return data.draw(st.sampled_from([None, *names]), label="source")

    @rule(
        data=st.data(),
        limit=st.sampled_from([None, 1, 2, 5]),
        total=st.sampled_from([1, 1, 2, 3]),
        filtered=st.booleans(),
    )
    def scan(self, data: st.DataObject, limit: int | None, total: int, filtered: bool) -> None:
        source = self.source(data)
        request = read_request(source, limit, filtered)
        found: list[Json] = []
        scanned = 0
        for segment in range(total):
            segmented = {**request, "Segment": segment, "TotalSegments": total}
            items, count = read_all(self.engine, "Scan", segmented, limit)
            found += items
            scanned += count
        held = self.model.held(source)
        assert scanned == len(held)
        assert same(found, self.kept(source, held, filtered))

    @rule(
        data=st.data(),
        limit=st.sampled_from([None, 1, 2, 5]),
        forward=st.booleans(),
        filtered=st.booleans(),
        operator=st.sampled_from([None, *OPERATORS]),
    )
    def query(
        self,
        data: st.DataObject,
        limit: int | None,
        forward: bool,
        filtered: bool,
        operator: str | None,
    ) -> None:
        source = self.source(data)
        partition, sort = self.model.schema(source)
        chosen = {name: canonical(data.draw(KEYS[name], label=name)) for name in partition}
        tests = [f"{name} = :{name}" for name in partition]
        values = {f":{name}": value for name, value in chosen.items()}
        held = [
            item
            for item in self.model.held(source)
            if all(order(item[name]) == order(value) for name, value in chosen.items())
        ]
        if sort and operator is not None:
            if operator == "begins_with" and TYPES[sort[0]] == "N":
                operator = "="
            text, operands = self.sort_test(sort[0], operator, data)
            tests.append(text)
            values |= {f":{name}": value for name, value in operands.items()}
            low, *high = map(order, operands.values())
            holds = OPERATORS[operator]
            held = [
                item for item in held if holds(order(item[sort[0]]), low, high[0] if high else low)
            ]
        request = read_request(source, limit, filtered, values)
        request |= {"KeyConditionExpression": " AND ".join(tests), "ScanIndexForward": forward}
        note(str(request))
        found, scanned = read_all(self.engine, "Query", request, limit)
        assert scanned == len(held)
        assert same(found, self.kept(source, held, filtered))
        places = [tuple(order(item[name]) for name in sort) for item in found]
        assert places == sorted(places, reverse=not forward)
        self.check_projection(request, found, partition)

    def sort_test(
        self, name: str, operator: str, data: st.DataObject
    ) -> tuple[str, dict[str, Json]]:
        """A condition on a sort key, and its operands by name."""
        low = canonical(data.draw(KEYS[name], label="low"))
        if operator == "BETWEEN":
            high = canonical(data.draw(KEYS[name], label="high"))
            low, high = sorted((low, high), key=order)
            return f"{name} BETWEEN :low AND :high", {"low": low, "high": high}
        if operator == "begins_with":
            return f"begins_with({name}, :low)", {"low": low}
        return f"{name} {operator} :low", {"low": low}

    def kept(self, source: str | None, held: list[Json], filtered: bool) -> list[Json]:
        """What passes the filter `w > 0`; a local index looks it up in its table."""
        if not filtered:
            return held
        is_local = any(form.name == source for form in self.model.local)

        def weight(item: Json) -> int:
            whole = self.model.items[self.model.key_of(item)] if is_local else item
            return int(whole["w"]["N"]) if "w" in whole else 0

        return [item for item in held if weight(item) > 0]

    def check_projection(self, request: Json, found: list[Json], names: tuple[str, ...]) -> None:
        """A projection shows its part of the same items, in the same order."""
        projected, _ = read_all(
            self.engine,
            "Query",
            {**request, "ProjectionExpression": ", ".join(names)},
            request.get("Limit"),
        )
        assert projected == [{name: item[name] for name in names} for item in found]


def form_of(form: ModelIndex) -> Json:
    """The index of a request."""
    kind: Any = "ALL" if form.included is None else list(form.included) or "KEYS_ONLY"
    partition, sort = (
        " ".join(f"{name}:{TYPES[name]}" for name in names) for names in (form.partition, form.sort)
    )
    return index(form.name, partition, sort, kind)


def read_request(
    source: str | None, limit: int | None, filtered: bool, values: Json | None = None
) -> Json:
    """The members that Query and Scan share."""
    request: Json = {"TableName": TABLE}
    given = dict(values or {})
    if source is not None:
        request["IndexName"] = source
    if limit is not None:
        request["Limit"] = limit
    if filtered:
        request["FilterExpression"] = "w > :zero"
        given[":zero"] = {"N": "0"}
    if given:
        request["ExpressionAttributeValues"] = given
    return request


def read_all(
    engine: Engine, operation: str, request: Json, limit: int | None
) -> tuple[list[Json], int]:
    """Items of all pages, and how many were examined; checks each page by itself."""
    found: list[Json] = []
    scanned = 0
    for page in pages(engine, operation, **request):
        assert page["Count"] == len(page["Items"]) <= page["ScannedCount"]
        if limit is not None:
            assert page["ScannedCount"] <= limit
            if "LastEvaluatedKey" in page:
                assert page["ScannedCount"] == limit
        found += page["Items"]
        scanned += page["ScannedCount"]
    return found, scanned


def same(found: list[Json], expected: list[Json]) -> bool:
    """Equal but for the order."""
    return sorted(found, key=key_text) == sorted(expected, key=key_text)


def key_text(item: Json) -> str:
    return str(sorted(item.items(), key=str))


TestEngineAgainstModel = EngineAgainstModel.TestCase
