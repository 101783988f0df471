"""The fixtures that pytest finds wherever dyntui is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import boto3

from engine import Engine, VirtualClock
from tests.dyntui.boto.orders import DEFINITION, TABLE, key

HEAVY = ("engine", "boto3", "botocore", "apsw", "orjson", "dyntui.boto")


def run_project(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on a project of some files, as somebody would who has dyntui installed."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # Other plugins that happen to be there would only cost time.
    others = [
        f"no:{name}" for name in ("syrupy", "asyncio", "hypothesispytest", "textual-snapshot")
    ]
    switches = [part for name in ("no:cacheprovider", *others) for part in ("-p", name)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *switches],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_plugin_imports_nothing_heavy_until_a_fixture_is_used(tmp_path: Path) -> None:
    found = run_project(
        tmp_path,
        test_light=f"""
            import sys

            def test_the_plugin_is_there_and_light(pytestconfig):
                assert pytestconfig.pluginmanager.has_plugin("dyntui")
                assert [name for name in {HEAVY} if name in sys.modules] == []
        """,
    )
    assert found.returncode == 0, found.stdout


def test_an_application_that_calls_boto3_itself_is_tested_with_fixtures_replaced(
    tmp_path: Path,
) -> None:
    found = run_project(
        tmp_path,
        shop="""
            import boto3

            def open_shop():
                boto3.client("dynamodb").create_table(
                    TableName="orders",
                    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                )

            def order(id):
                boto3.resource("dynamodb").Table("orders").put_item(Item={"id": id})
        """,
        conftest="""
            import pytest
            import shop

            @pytest.fixture
            def dynamodb_clock():
                from engine import VirtualClock

                return VirtualClock(1_000_000)

            @pytest.fixture
            def dynamodb():
                return "the project's own"

            @pytest.fixture(autouse=True)
            def _shop(dynamodb_session):
                shop.open_shop()
        """,
        test_shop="""
            import pytest
            import shop

            @pytest.mark.parametrize("number", range(2))
            def test_each_test_has_a_shop_of_its_own(dynamodb_engine, number):
                shop.order("1")
                assert dynamodb_engine.describe_table(TableName="orders")["Table"]["ItemCount"] == 1

            def test_the_projects_fixtures_go_before_ours(dynamodb, dynamodb_engine):
                assert dynamodb == "the project's own"
                table = dynamodb_engine.describe_table(TableName="orders")["Table"]
                assert table["CreationDateTime"] == 1
        """,
    )
    assert found.returncode == 0, found.stdout
    assert "3 passed" in found.stdout


def test_client_resource_and_session_share_the_tests_engine(
    dynamodb: Any, dynamodb_client: Any, dynamodb_session: Any, dynamodb_engine: Engine
) -> None:
    dynamodb_engine.create_table(**DEFINITION)
    dynamodb.Table(TABLE).put_item(Item={"customer": "ada", "placed": 1})
    assert dynamodb_client.get_item(TableName=TABLE, Key=key())["Item"] == key()
    for made in (dynamodb_session.client("dynamodb"), boto3.client("dynamodb")):
        assert made.scan(TableName=TABLE)["Items"] == [key()]


def test_the_clock_moves_only_when_it_is_told(
    dynamodb_engine: Engine, dynamodb_clock: VirtualClock
) -> None:
    first = dynamodb_engine.create_table(**DEFINITION)
    dynamodb_clock.advance(60)
    second = dynamodb_engine.create_table(**DEFINITION | {"TableName": "later"})
    made = [one["TableDescription"]["CreationDateTime"] for one in (first, second)]
    assert made == [1_700_000_000, 1_700_000_060]
