"""UpdateTable without indexes: throughput, billing mode, and the other settings."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.errors import LimitExceededException
from tests.engine.operations.definitions import UNITS, Json, described, index, table
from tests.engine.operations.tables import n, refused, s

NOW_S = 1_700_000_000.0
DAY_S = 86_400


def units(reads: int, writes: int) -> Json:
    return {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


def provision(engine: Engine, reads: int, writes: int) -> Json:
    answer = engine.update_table(TableName="films", ProvisionedThroughput=units(reads, writes))
    description: Json = answer["TableDescription"]
    return description


def throughput(engine: Engine) -> Json:
    shown: Json = described(engine, "films")["ProvisionedThroughput"]
    return shown


@pytest.fixture
def provisioned(engine: Engine) -> Engine:
    engine.create_table(**table("films", ProvisionedThroughput=units(100, 100)))
    return engine


# Provisioned throughput.


def test_throughput_is_changed_and_the_answer_shows_the_table_updating(provisioned: Engine) -> None:
    assert provision(provisioned, 200, 100)["TableStatus"] == "UPDATING"
    assert described(provisioned, "films")["TableStatus"] == "ACTIVE"
    assert throughput(provisioned) == {
        **units(200, 100),
        "NumberOfDecreasesToday": 0,
        "LastIncreaseDateTime": NOW_S,
    }


def test_a_decrease_is_counted_and_dated(provisioned: Engine, clock: VirtualClock) -> None:
    clock.advance(10)
    provision(provisioned, 200, 50)
    assert throughput(provisioned) == {
        **units(200, 50),
        "NumberOfDecreasesToday": 1,
        "LastIncreaseDateTime": NOW_S + 10,
        "LastDecreaseDateTime": NOW_S + 10,
    }


def test_after_four_decreases_on_a_day_one_an_hour_is_left(
    provisioned: Engine, clock: VirtualClock
) -> None:
    for reads in (90, 80, 70, 60):
        provision(provisioned, reads, 100)
    with refused(
        "LimitExceededException",
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given "
        "UTC day. After the first 4 decreases, each subsequent decrease in the same UTC day can be "
        "performed at most once every 3600 seconds. Number of decreases today: 4. Last decrease at "
        "Tuesday, November 14, 2023 10:13:20 PM UTC. Next decrease can be made at Tuesday, "
        "November 14, 2023 11:13:20 PM UTC",
    ):
        provision(provisioned, 50, 200)
    assert throughput(provisioned)["WriteCapacityUnits"] == 100
    provision(provisioned, 61, 100)
    clock.advance(3_600)
    provision(provisioned, 50, 100)
    assert throughput(provisioned)["NumberOfDecreasesToday"] == 5


def test_the_count_of_decreases_begins_anew_at_midnight(
    provisioned: Engine, clock: VirtualClock
) -> None:
    for reads in (90, 80, 70, 60):
        provision(provisioned, reads, 100)
    clock.advance(DAY_S - NOW_S % DAY_S)
    assert throughput(provisioned)["NumberOfDecreasesToday"] == 0
    provision(provisioned, 50, 100)
    assert throughput(provisioned)["NumberOfDecreasesToday"] == 1


def test_one_dimension_may_stay_as_it_is(provisioned: Engine) -> None:
    provision(provisioned, 100, 101)
    assert throughput(provisioned)["WriteCapacityUnits"] == 101


# Billing modes.


def test_a_table_becomes_on_demand(provisioned: Engine, clock: VirtualClock) -> None:
    clock.advance(5)
    provisioned.update_table(TableName="films", BillingMode="PAY_PER_REQUEST")
    description = described(provisioned, "films")
    assert description["ProvisionedThroughput"] == {**units(0, 0), "NumberOfDecreasesToday": 0}
    assert description["BillingModeSummary"] == {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": NOW_S + 5,
    }
    assert description["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000


def test_a_table_becomes_provisioned(engine: Engine, clock: VirtualClock) -> None:
    engine.create_table(**table("films", OnDemandThroughput={"MaxReadRequestUnits": 9}))
    clock.advance(5)
    engine.update_table(
        TableName="films", BillingMode="PROVISIONED", ProvisionedThroughput=units(3, 4)
    )
    description = described(engine, "films")
    assert description["ProvisionedThroughput"] == {**units(3, 4), "NumberOfDecreasesToday": 0}
    assert description["BillingModeSummary"] == {
        "BillingMode": "PROVISIONED",
        "LastUpdateToPayPerRequestDateTime": NOW_S,
    }
    assert "OnDemandThroughput" not in description
    assert description["WarmThroughput"]["WriteUnitsPerSecond"] == 4_000


def test_global_indexes_go_along_with_the_billing_mode(engine: Engine) -> None:
    engine.create_table(
        **table("films", "p:S", "r:S", [index("local", "p:S", "l:S")], [index("idx", "g:S")])
    )
    update = {"Update": {"IndexName": "idx", "ProvisionedThroughput": units(7, 8)}}
    engine.update_table(
        TableName="films",
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexUpdates=[update],
    )
    (shown,) = described(engine, "films")["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"] == {**units(7, 8), "NumberOfDecreasesToday": 0}
    engine.update_table(TableName="films", BillingMode="PAY_PER_REQUEST")
    (shown,) = described(engine, "films")["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"] == {**units(0, 0), "NumberOfDecreasesToday": 0}


def test_the_same_billing_mode_again_changes_nothing(engine: Engine, clock: VirtualClock) -> None:
    engine.create_table(**table("films"))
    before = described(engine, "films")
    clock.advance(60)
    engine.update_table(TableName="films", BillingMode="PAY_PER_REQUEST")
    assert described(engine, "films") == before


def to_on_demand_and_back(engine: Engine) -> None:
    engine.update_table(TableName="films", BillingMode="PAY_PER_REQUEST")
    engine.update_table(
        TableName="films", BillingMode="PROVISIONED", ProvisionedThroughput=units(3, 4)
    )


def test_a_table_becomes_on_demand_four_times_in_24_hours(
    provisioned: Engine, clock: VirtualClock
) -> None:
    for _ in range(4):
        to_on_demand_and_back(provisioned)
        clock.advance(3_600)
    with pytest.raises(LimitExceededException) as caught:
        to_on_demand_and_back(provisioned)
    assert caught.value.message == (
        "Subscriber limit exceeded: Update to PayPerRequest mode are limited to 4 times in 1 "
        "day(s). Last update at Wednesday, November 15, 2023 1:13:20 AM UTC. "
        "Next update can be made at Wednesday, November 15, 2023 10:13:20 PM UTC"
    )
    assert described(provisioned, "films")["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    clock.advance(20 * 3_600)
    to_on_demand_and_back(provisioned)


@pytest.mark.parametrize(("switches_max", "allowed"), [(1, 1), (0, 9)])
def test_how_often_can_be_set(switches_max: int, allowed: int) -> None:
    settings = Settings(on_demand_switches=switches_max)
    with Engine.in_memory(settings=settings, clock=VirtualClock()) as engine:
        engine.create_table(**table("films", ProvisionedThroughput=units(100, 100)))
        for _ in range(allowed):
            to_on_demand_and_back(engine)
        if switches_max:
            with pytest.raises(LimitExceededException, match="limited to once in 1 day"):
                to_on_demand_and_back(engine)


def test_an_account_has_a_maximum_of_its_own(engine: Engine) -> None:
    for name in ("one", "two"):
        engine.create_table(**table(f"{name}-films", ProvisionedThroughput=units(39_000, 10)))
    engine.create_table(**table("films", ProvisionedThroughput=units(2_000, 10)))
    with pytest.raises(LimitExceededException, match="The requested ReadCapacityUnits, 2001,"):
        provision(engine, 2_001, 10)
    provision(engine, 2_000, 11)
    with pytest.raises(LimitExceededException, match="Per account maximum: 80000"):
        engine.create_table(**table("more", ProvisionedThroughput=units(1, 1)))
    engine.create_table(**table("more"))


# On-demand maxima and warm throughput.


def test_maxima_are_set_and_taken_away_one_by_one(engine: Engine) -> None:
    engine.create_table(**table("films"))

    def maxima(**members: int) -> Any:
        engine.update_table(TableName="films", OnDemandThroughput=members)
        return described(engine, "films").get("OnDemandThroughput")

    assert maxima(MaxReadRequestUnits=5) == {"MaxReadRequestUnits": 5}
    assert maxima(MaxWriteRequestUnits=6) == {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6}
    assert maxima(MaxReadRequestUnits=-1) == {"MaxWriteRequestUnits": 6}
    assert maxima(MaxWriteRequestUnits=-1) is None
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Requested MaxReadRequestUnits for "
        "OnDemandThroughput for table is outside of valid range",
    ):
        maxima(MaxReadRequestUnits=0)


def test_warm_throughput_only_rises(engine: Engine) -> None:
    engine.create_table(**table("films"))
    engine.update_table(TableName="films", WarmThroughput={"WriteUnitsPerSecond": 5_000})
    expected = {
        "ReadUnitsPerSecond": 12_000,
        "WriteUnitsPerSecond": 5_000,
        "Status": "ACTIVE",
    }
    assert described(engine, "films")["WarmThroughput"] == expected
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Requested WriteUnitsPerSecond for "
        "WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput "
        "is not supported",
    ):
        engine.update_table(TableName="films", WarmThroughput={"WriteUnitsPerSecond": 4_999})
    assert described(engine, "films")["WarmThroughput"] == expected


def test_warm_throughput_keeps_the_highest_units_that_were_provisioned(provisioned: Engine) -> None:
    provision(provisioned, 300, 100)
    provision(provisioned, 1, 1)
    warm = described(provisioned, "films")["WarmThroughput"]
    assert (warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"]) == (300, 100)


# Other settings.


def test_deletion_protection_is_turned_on_and_off(engine: Engine) -> None:
    engine.create_table(**table("films"))
    for protected in (True, True, False):
        answer = engine.update_table(TableName="films", DeletionProtectionEnabled=protected)
        assert answer["TableDescription"]["DeletionProtectionEnabled"] is protected
        assert answer["TableDescription"]["TableStatus"] == "ACTIVE"
    engine.delete_table(TableName="films")


def test_the_table_class_is_changed_and_dated(engine: Engine, clock: VirtualClock) -> None:
    engine.create_table(**table("films"))
    clock.advance(1)
    engine.update_table(TableName="films", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert described(engine, "films")["TableClassSummary"] == {
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "LastUpdateDateTime": NOW_S + 1,
    }


def test_a_disabled_stream_leaves_its_label(engine: Engine, clock: VirtualClock) -> None:
    engine.create_table(**table("films"))
    specification = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    engine.update_table(TableName="films", StreamSpecification=specification)
    label = described(engine, "films")["LatestStreamLabel"]
    engine.update_table(TableName="films", StreamSpecification={"StreamEnabled": False})
    description = described(engine, "films")
    assert "StreamSpecification" not in description
    assert description["LatestStreamLabel"] == label
    clock.advance(1)
    engine.update_table(TableName="films", StreamSpecification=specification)
    assert described(engine, "films")["LatestStreamLabel"] > label


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ({"StreamEnabled": True}, "If stream is being enabled then UpdateViewType is required"),
        (
            {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"},
            "If stream is being disabled, then UpdateViewType must not be specified",
        ),
    ],
)
def test_streams_that_cannot_be(engine: Engine, specification: Json, message: str) -> None:
    with refused("ValidationException", f"One or more parameter values were invalid: {message}"):
        engine.update_table(TableName="missing", StreamSpecification=specification)


def test_the_key_of_encryption_is_changed(engine: Engine) -> None:
    engine.create_table(**table("films"))
    by_default = "One or more parameter values were invalid: Table is already encrypted by default"
    with refused("ValidationException", by_default):
        engine.update_table(TableName="films", SSESpecification={"Enabled": False})
    arn = engine.keys.create("", "alias/mine").arn
    mine = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"}
    engine.update_table(TableName="films", SSESpecification=mine)
    assert described(engine, "films")["SSEDescription"]["KMSMasterKeyArn"] == arn
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Table is already encrypted by given "
        "KMSMasterKey",
    ):
        engine.update_table(TableName="films", SSESpecification=mine)
    engine.update_table(TableName="films", SSESpecification={"Enabled": False})
    assert "SSEDescription" not in described(engine, "films")


def test_a_refused_update_changes_nothing(provisioned: Engine) -> None:
    before = described(provisioned, "films")
    with refused("ValidationException"):
        provisioned.update_table(
            TableName="films",
            ProvisionedThroughput=units(1, 1),
            TableClass="STANDARD_INFREQUENT_ACCESS",
            OnDemandThroughput={"MaxReadRequestUnits": 5},
        )
    assert described(provisioned, "films") == before


def test_items_stay_when_settings_change(provisioned: Engine) -> None:
    provisioned.put_item(TableName="films", Item={"p": s("a"), "v": n(1)})
    provisioned.update_table(TableName="films", BillingMode="PAY_PER_REQUEST")
    assert provisioned.scan(TableName="films")["Items"] == [{"p": s("a"), "v": n(1)}]


def test_replicas_are_not_there(engine: Engine) -> None:
    engine.create_table(**table("films"))
    with refused("UnknownOperationException"):
        engine.update_table(
            TableName="films", ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}]
        )
