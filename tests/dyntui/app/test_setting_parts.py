"""Rows, lines and requests of settings, without an app."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dyntui.core.settings.page import setting_page
from dyntui.core.settings.requests import (
    capacity_requests,
    encryption_requests,
    index_capacity_requests,
    protection_requests,
    recovery_requests,
    table_class_requests,
    tag_requests,
    warm_requests,
)
from dyntui.core.settings.rows import Row, encryption_text, rows_with, setting_rows
from dyntui.core.settings.table_settings import TableSettings, read_settings
from dyntui.core.tables.definition import NotationError
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from engine import Engine
from tests.dyntui.app.descriptions import index, table

Json = dict[str, Any]

ON_DEMAND = table(
    "id",
    types="id:S genre:S",
    global_indexes=(index("by-genre", "genre"),),
    local_indexes=(index("by-year", "id", "genre", projection="INCLUDE"),),
    OnDemandThroughput={"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": -1},
)
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5, "NumberOfDecreasesToday": 3}
PROVISIONED = table(
    "id",
    types="id:S genre:S",
    global_indexes=({**index("by-genre", "genre"), "ProvisionedThroughput": UNITS},),
    BillingModeSummary={"BillingMode": "PROVISIONED"},
    ProvisionedThroughput=UNITS,
)
TOLD: dict[str, Any] = {"expiry": {"TimeToLiveStatus": "DISABLED"}}


def rows_of(info: TableInfo, **told: Any) -> dict[str, Row]:
    """The rows of a table by their names."""
    return {row.name.strip(): row for row in setting_rows(TableSettings(info, **TOLD | told))}


def test_rows_of_a_table_on_demand() -> None:
    rows = rows_of(ON_DEMAND)
    assert rows["mode"].value == "on demand"
    assert rows["maximum"].value == "reads 10 a second, writes no limit"
    assert "units" not in rows
    local = rows["by-year"]
    assert local.value == "LSI · id S, genre S · INCLUDE title · 1,000 items, 195 KB"
    assert local.change is None
    assert "lives as long as its table" in local.note


def test_rows_of_a_provisioned_table() -> None:
    rows = rows_of(PROVISIONED)
    assert rows["units"].value == "5 RCU, 5 WCU"
    assert "today they were lowered 3 times." in rows["units"].note


@pytest.mark.parametrize(
    ("described", "text"),
    [
        ({}, "by a key that AWS owns"),
        (
            {"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:0:alias/aws/dynamodb"},
            "by the key that AWS manages · arn:aws:kms:r:0:alias/aws/dynamodb",
        ),
        (
            {"Status": "UPDATING", "KMSMasterKeyArn": "arn:aws:kms:r:0:key/1"},
            "by a key of one's own · arn:aws:kms:r:0:key/1 · UPDATING",
        ),
        (
            {
                "Status": "ENABLED",
                "KMSMasterKeyArn": "arn:aws:kms:r:0:key/1",
                "InaccessibleEncryptionDateTime": 1.0,
            },
            "by a key of one's own · arn:aws:kms:r:0:key/1 · INACCESSIBLE: enable the key",
        ),
    ],
)
def test_encryption(described: Json, text: str) -> None:
    assert encryption_text(described) == text


def test_of_a_table_that_is_gone_nothing_is_told() -> None:
    info = table("id", types="id:S", TableStatus="UPDATING")
    with Engine.in_memory() as engine:
        settings = read_settings(engine.call, info, engine)
    assert settings.fills == {}
    rows = {row.name: row.value for row in setting_rows(settings)}
    assert rows["Time to Live"] == "not told: ResourceNotFoundException"
    assert rows["recovery"] == "not told: TableNotFoundException"
    assert rows["tags"] == "not told: ResourceNotFoundException"


def test_an_index_is_found_with_all_its_rows() -> None:
    rows = setting_rows(TableSettings(PROVISIONED, **TOLD))
    found = rows_with(rows, "5 RCU")
    assert [row.name for row in found if row.subject] == [
        "by-genre",
        "  capacity",
        "  warm throughput",
    ]
    assert rows_with(rows, "") == rows


# Requests.


def members(requests: list[Request]) -> list[Json]:
    """What requests carry beside the table's name."""
    return [
        {name: value for name, value in one.members.items() if name != "TableName"}
        for one in requests
    ]


def test_no_change_is_no_request() -> None:
    assert capacity_requests(ON_DEMAND, "PAY_PER_REQUEST", (None, None), (10, None)) == []
    assert capacity_requests(PROVISIONED, "PROVISIONED", (5, 5), (None, None)) == []
    assert index_capacity_requests(PROVISIONED, "by-genre", (5, 5), (None, None)) == []
    assert index_capacity_requests(ON_DEMAND, "by-genre", (None, None), (None, None)) == []
    assert warm_requests(ON_DEMAND, None, (None, None)) == []
    assert table_class_requests(ON_DEMAND, "STANDARD") == []
    assert protection_requests(ON_DEMAND, protected=False) == []
    assert encryption_requests(ON_DEMAND, "aws-owned") == []
    assert tag_requests(ON_DEMAND, ("a", "b"), "a", "b") == []


def test_a_mode_with_its_maxima_is_one_request() -> None:
    [made] = members(capacity_requests(PROVISIONED, "PAY_PER_REQUEST", (5, 5), (7, None)))
    assert made == {
        "BillingMode": "PAY_PER_REQUEST",
        "OnDemandThroughput": {"MaxReadRequestUnits": 7},
    }
    [made] = members(capacity_requests(ON_DEMAND, "PAY_PER_REQUEST", (None, None), (None, 3)))
    assert made["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 3}


def test_a_table_that_becomes_provisioned_provisions_its_indexes() -> None:
    [made] = members(capacity_requests(ON_DEMAND, "PROVISIONED", (7, 8), (10, None)))
    units = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}
    assert made == {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": units,
        "GlobalSecondaryIndexUpdates": [
            {"Update": {"IndexName": "by-genre", "ProvisionedThroughput": units}}
        ],
    }


@pytest.mark.parametrize("days", ["", "0", "36", "x", "²", "-1"])
def test_days_that_are_none(days: str) -> None:
    with pytest.raises(NotationError):
        recovery_requests(ON_DEMAND, True, days)
    [request] = recovery_requests(ON_DEMAND, False, days)
    specification = request.members["PointInTimeRecoverySpecification"]
    assert specification == {"PointInTimeRecoveryEnabled": False}


# Lines.

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from(["Table", "Tags"]),
        TEXTS,
        TEXTS,
        st.just(""),
        st.just(Request("DescribeTable", {})),
    ),
    max_size=8,
).map(lambda rows: sorted(rows, key=lambda row: row.group))


@given(ROWS, st.integers(20, 120), st.integers(0, 7))
def test_every_row_has_its_lines_in_their_order(rows: list[Row], width: int, chosen: int) -> None:
    page = setting_page(rows, chosen, width)
    assert len(page.lines) == len(page.rows)
    numbers = [number for number in page.rows if number is not None]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(len(rows)))
    marked = [line for line in page.lines if line and line[0] == ("▸ ", "chosen")]
    assert len(marked) == (1 if chosen < len(rows) else 0)
    for number in numbers:
        assert page.first_line(number) <= page.last_line(number)


@given(st.text(st.characters(codec="ascii"), max_size=300), st.integers(40, 120))
def test_long_values_go_on_below(value: str, width: int) -> None:
    row = Row("Table", "name", value, "", Request("DescribeTable", {}))
    for line in setting_page([row], 0, width).lines:
        assert sum(cell_len(text) for text, _ in line) <= width
