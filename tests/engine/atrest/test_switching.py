"""Tables are switched from key to key; nothing is left under the one from before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations
from pathlib import Path

import pytest

from engine import Context, Engine, VirtualClock
from engine.operations.region import Settings
from engine.storage.backfill import backfill_step
from engine.storage.expiring import note_step
from engine.storage.resealing import reseal_step
from engine.storage.sealing import data_key_of
from tests.engine.atrest.sealed import (
    AWS_MANAGED,
    AWS_OWNED,
    Json,
    arn_of,
    records,
    round_of_upkeep,
    shown,
    stored,
    under,
    use,
)
from tests.engine.operations.definitions import table
from tests.engine.operations.tables import refused
from tests.engine.storage.things import (
    TABLE,
    add_index,
    database_of,
    items_of,
    make_table,
    put,
    run_sql,
    table_of,
    thing,
)

SECRET = "planted-secret"
_INVALID = "One or more parameter values were invalid: "
KINDS = {
    "owned": AWS_OWNED,
    "managed": AWS_MANAGED,
    "one": under("alias/one"),
    "two": under("alias/two"),
}
# Some of them inline in each form, some beside in each, some only when they are sealed.
_LENGTHS = (0, 20, 130, 134, 135, 136, 137, 200)


def fill(engine: Engine, version: str) -> None:
    """Put items of many sizes, each with a secret."""
    for number, length in enumerate(_LENGTHS):
        put(engine, thing(number, text={"S": f"{SECRET} {version} " + "0123456789abc" * length}))


def stop() -> Context:
    """A caller that gives up after the first step."""
    return Context(cancelled=lambda: True)


def data_keys(engine: Engine) -> int:
    """How many data keys there are."""
    ((count,),) = run_sql(engine, "SELECT count(*) FROM data_keys")
    return int(count)


@pytest.mark.parametrize(("before", "after"), permutations(KINDS, 2))
def test_from_every_key_to_every_other(engine: Engine, before: str, after: str) -> None:
    if before != "owned":
        use(engine, KINDS[before])
    for version in ("first", "second"):
        fill(engine, version)
    known, told = items_of(engine), records(engine)
    entries = items_of(engine, TABLE, "by-g")
    use(engine, KINDS[after])
    assert items_of(engine) == known
    assert items_of(engine, TABLE, "by-g") == entries
    assert records(engine) == told
    assert engine.check() == []
    assert (SECRET.encode() in stored(engine)) == (after == "owned")
    assert data_keys(engine) == (after != "owned")
    fill(engine, "third")
    assert (SECRET.encode() in stored(engine)) == (after == "owned")
    assert engine.check() == []
    ids = {
        data_key_of(value)
        for column, source in (("v", f"t{table_of(engine).storage_id}"), ("old", "changes"))
        for (value,) in run_sql(engine, f"SELECT {column} FROM {source} WHERE {column} NOTNULL")
    }
    encryption = table_of(engine).encryption
    assert ids == {None if encryption is None else encryption.data_key}


def test_the_old_key_is_needed_no_more(engine: Engine) -> None:
    use(engine, KINDS["one"])
    fill(engine, "first")
    fill(engine, "second")
    told = records(engine)
    use(engine, KINDS["two"])
    engine.keys.disable("alias/one")
    assert len(items_of(engine)) == len(_LENGTHS)
    assert records(engine) == told
    assert len(engine.history(TABLE)) == 2 * len(_LENGTHS)
    assert engine.check() == []


def test_what_is_shown_amid_a_switch(engine: Engine) -> None:
    one, two = (engine.keys.describe(f"alias/{name}").arn for name in ("one", "two"))
    engine.load_items(TABLE, (thing(number) for number in range(2_500)))
    use(engine, KINDS["one"])
    request = {"TableName": TABLE, "SSESpecification": KINDS["two"]}
    answer = engine.call("UpdateTable", request, stop())["TableDescription"]
    assert answer["SSEDescription"]["Status"] == "UPDATING"
    assert answer["TableStatus"] == "ACTIVE"
    described = shown(engine)["SSEDescription"]
    assert described == {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": one}
    (key,) = engine.table_keys()
    assert key.arn == one
    assert key.switch is not None
    assert key.switch.arn == two
    assert 0 < key.switch.done < key.switch.total
    with refused("ResourceInUseException"):
        use(engine, KINDS["one"])
    # What is written meanwhile is under the new key at once.
    put(engine, thing(3_000))
    assert len(items_of(engine)) == 2_501
    round_of_upkeep(engine)
    assert shown(engine)["SSEDescription"]["Status"] == "ENABLED"
    assert arn_of(engine) == two
    assert engine.table_keys()[0].switch is None
    assert engine.check() == []


def test_both_keys_are_needed_amid_a_switch(engine: Engine) -> None:
    engine.load_items(TABLE, (thing(number) for number in range(2_500)))
    use(engine, KINDS["one"])
    engine.call("UpdateTable", {"TableName": TABLE, "SSESpecification": KINDS["two"]}, stop())
    for name in ("one", "two"):
        engine.keys.disable(f"alias/{name}")
        with refused("AccessDeniedException"):
            items_of(engine)
        assert shown(engine)["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
        # Upkeep leaves it for later.
        round_of_upkeep(engine)
        engine.keys.enable(f"alias/{name}")
    round_of_upkeep(engine)
    engine.keys.disable("alias/one")
    assert len(items_of(engine)) == 2_500


def test_an_index_made_amid_a_switch_and_one_deleted(engine: Engine) -> None:
    engine.load_items(TABLE, (thing(number) for number in range(2_500)))
    engine.call("UpdateTable", {"TableName": TABLE, "SSESpecification": KINDS["one"]}, stop())
    delete = {"Delete": {"IndexName": "by-g"}}
    engine.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=[delete])
    engine.update_table(**add_index())
    round_of_upkeep(engine)
    assert len(items_of(engine, TABLE, "by-g")) == 2_500
    assert b"text 7" not in stored(engine)
    assert engine.check() == []


def test_a_table_deleted_amid_a_switch(engine: Engine) -> None:
    engine.load_items(TABLE, (thing(number) for number in range(1_500)))
    engine.call("UpdateTable", {"TableName": TABLE, "SSESpecification": KINDS["one"]}, stop())
    engine.delete_table(TableName=TABLE)
    make_table(engine, indexed=True)
    put(engine, thing(1))
    round_of_upkeep(engine)
    assert run_sql(engine, "SELECT * FROM jobs") == []
    assert arn_of(engine) is None


@pytest.mark.parametrize("step", [reseal_step, backfill_step, note_step])
def test_another_process_ended_the_job_and_began_one_that_has_its_id(
    engine: Engine, step: Callable[..., bool]
) -> None:
    database = database_of(engine)
    job_id = database.write(lambda transaction: transaction.add_job("restore", "x", {"done": 1}))
    assert not database.write(partial(step, job_id=job_id))
    assert run_sql(engine, "SELECT id, state FROM jobs") == [(job_id, b'{"done":1}')]


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (AWS_OWNED, "Table is already encrypted by default"),
        (
            {"Enabled": False, "KMSMasterKeyId": "alias/one"},
            "KMSMasterKeyId can be set only if SSEType is KMS",
        ),
        (
            {"SSEType": "KMS", "KMSMasterKeyId": "alias/one"},
            "KMSMasterKeyId can be set only if SSEType is KMS",
        ),
        (
            under("alias/three"),
            "KMS key alias/three: Alias arn:aws:kms:us-east-1:000000000000:alias/three is not "
            "found.",
        ),
    ],
)
def test_what_cannot_be_asked_for(engine: Engine, specification: Json, message: str) -> None:
    with refused("ValidationException", _INVALID + message):
        use(engine, specification)


def test_a_key_that_is_of_no_use_is_refused(engine: Engine) -> None:
    arn = engine.keys.describe("alias/one").arn
    engine.keys.disable("alias/one")
    with refused("ValidationException", f"{_INVALID}KMS key {arn} is disabled"):
        use(engine, KINDS["one"])
    with refused("ValidationException", f"{_INVALID}KMS key {arn} is disabled"):
        engine.create_table(**table("films", SSESpecification=KINDS["one"]))
    engine.keys.schedule_deletion("alias/one")
    with refused("ValidationException", f"{_INVALID}KMS key {arn} is pending deletion"):
        use(engine, KINDS["one"])
    assert arn_of(engine) is None


def test_a_key_store_that_cannot_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error that clients would try again."""
    folder = tmp_path / "under a passphrase"
    with Engine.open(folder) as engine:
        engine.keys.create(alias="alias/one")
        engine.keys.protect("passphrase", "a long passphrase")
    monkeypatch.setenv("DYNTUI_MASTER_PASSPHRASE", "not that passphrase")
    with Engine.open(folder) as engine:
        said = "KMS key access denied error: the passphrase is not that of the keys"
        for specification in (KINDS["one"], AWS_MANAGED):
            with refused("AccessDeniedException", said):
                engine.create_table(**table("films", SSESpecification=specification))
        assert engine.list_tables()["TableNames"] == []


def test_a_key_is_named_in_four_ways(engine: Engine) -> None:
    info = engine.keys.describe("alias/one")
    alias = info.arn.replace(f"key/{info.key_id}", "alias/one")
    for name in (info.key_id, info.arn, "alias/one", alias):
        use(engine, under(name))
        assert arn_of(engine) == info.arn
        with refused(
            "ValidationException", f"{_INVALID}Table is already encrypted by given KMSMasterKey"
        ):
            use(engine, under(info.arn))
        use(engine, AWS_OWNED)


def test_a_rotated_key_opens_what_it_wrapped(engine: Engine) -> None:
    use(engine, KINDS["one"])
    fill(engine, "first")
    engine.keys.rotate("alias/one")
    assert len(items_of(engine)) == len(_LENGTHS)


def test_switches_are_limited(clock: VirtualClock) -> None:
    with Engine.in_memory(clock=clock, settings=Settings(key_switches=2)) as engine:
        make_table(engine)
        switch = partial(use, engine)
        switch(AWS_MANAGED)
        switch(AWS_OWNED)
        with refused("LimitExceededException"):
            switch(AWS_MANAGED)
        # One more after six hours without any.
        clock.advance(6 * 3_600)
        switch(AWS_MANAGED)
        with refused("LimitExceededException"):
            switch(AWS_OWNED)
        clock.advance(86_400)
        switch(AWS_OWNED)


def test_which_tables_are_under_which_keys(engine: Engine) -> None:
    make_table(engine, "others")
    use(engine, KINDS["one"])
    arn = engine.keys.describe("alias/one").arn
    found = {key.table: key.arn for key in engine.table_keys()}
    assert found == {TABLE: arn, "others": None}


def test_a_value_that_was_altered_holds_up_its_own_table_only(engine: Engine) -> None:
    make_table(engine, "others")
    for name in (TABLE, "others"):
        use(engine, KINDS["one"], name)
        engine.load_items(name, (thing(number) for number in range(1_500)))
    for name in (TABLE, "others"):
        request = {"TableName": name, "SSESpecification": KINDS["two"]}
        engine.call("UpdateTable", request, stop())
    storage_id = table_of(engine).storage_id
    run_sql(
        engine,
        f"UPDATE t{storage_id} SET v = CAST(substr(v, 1, 60) AS BLOB)"
        f" WHERE k = (SELECT max(k) FROM t{storage_id})",
    )
    round_of_upkeep(engine)
    assert shown(engine)["SSEDescription"]["Status"] == "UPDATING"
    assert shown(engine, "others")["SSEDescription"]["Status"] == "ENABLED"
