"""What a change of capacity costs a month."""

from __future__ import annotations

from typing import Any

import pytest

from dyntui.core.tables.provision_cost import provision_change
from tests.dyntui.app.descriptions import index, table

Json = dict[str, Any]


def units(read: int, write: int) -> Json:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}


ON_DEMAND = table("id", types="id:S")
PROVISIONED = table(
    "id",
    types="id:S genre:S",
    global_indexes=({**index("by-genre", "genre"), **units(5, 10)},),
    BillingModeSummary={"BillingMode": "PROVISIONED"},
    **units(45, 10),
)
REQUESTS = "$0.125 a million reads, $0.625 a million writes"


@pytest.mark.parametrize(
    ("request_", "change"),
    [
        (units(45, 30), "$14.23 → $23.73"),
        ({"BillingMode": "PAY_PER_REQUEST"}, f"$14.23 → {REQUESTS}"),
        ({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, "$14.23 → $17.67"),
        ({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-genre"}}]},
         "$14.23 → $9.02"),
        ({"GlobalSecondaryIndexUpdates": [{"Create": {"IndexName": "b", **units(1, 1)}}]},
         "$14.23 → $14.80"),
    ],
)  # fmt: skip
def test_a_provision_before_and_after(request_: Json, change: str) -> None:
    text = provision_change(PROVISIONED, [request_], "eu-west-1")
    assert text == f"A month of it: {change} (list prices of us-east-1, 2024-11-01)"


def test_from_on_demand_it_is_known_only_afterwards() -> None:
    request = {"BillingMode": "PROVISIONED", **units(50, 20)}
    text = provision_change(ON_DEMAND, [request], "us-east-1")
    assert text is not None
    assert f"{REQUESTS} → $14.23" in text


def test_what_changes_no_capacity_costs_nothing_more() -> None:
    assert provision_change(PROVISIONED, [], "us-east-1") is None
    assert provision_change(ON_DEMAND, [{"DeletionProtectionEnabled": True}], "us-east-1") is None
