"""Sessions, clients made elsewhere, and independence of what surrounds them."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from dyntui import boto
from engine import Engine
from tests.dyntui.boto.orders import DEFINITION, TABLE


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with a table."""
    with Engine.in_memory() as opened:
        opened.create_table(**DEFINITION)
        yield opened


@pytest.fixture
def _unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection can be made."""

    def connect(*_: Any) -> None:
        raise AssertionError("something connects")

    monkeypatch.setattr(socket.socket, "connect", connect)


def foreign_client(**arguments: Any) -> Any:
    """A client that somebody else made, of a server that is not there."""
    return boto3.session.Session().client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:1",
        config=Config(retries={"total_max_attempts": 1}),
        **arguments,
    )


@pytest.mark.usefixtures("_unreachable")
def test_neither_environment_nor_files_nor_network_count(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("this is [[ no configuration")
    settings = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_PROFILE": "missing",
        "AWS_DEFAULT_REGION": "no region",
        "AWS_REGION": "no region",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_DATA_PATH": "/nowhere",
        "AWS_MAX_ATTEMPTS": "0",
        "AWS_RETRY_MODE": "nonsense",
        "AWS_DEFAULTS_MODE": "nonsense",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "nonsense",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "nonsense",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    session = boto.session(engine)
    client = session.client("dynamodb")
    assert client.list_tables()["TableNames"] == [TABLE]
    assert client.meta.endpoint_url == "https://dynamodb.us-east-1.amazonaws.com"
    assert boto.resource(engine).Table(TABLE).table_status == "ACTIVE"


def test_a_session_shows_the_engines_region_and_made_up_credentials() -> None:
    with Engine.in_memory("eu-central-1") as engine:
        session = boto.session(engine)
        assert session.region_name == "eu-central-1"
        assert session.get_credentials().access_key == "dyntui"
        assert boto.client(engine).meta.region_name == "eu-central-1"


def test_all_that_a_session_makes_is_answered(engine: Engine) -> None:
    session = boto.session(engine)
    assert session.client("dynamodb").list_tables()["TableNames"] == [TABLE]
    assert [table.name for table in session.resource("dynamodb").tables.all()] == [TABLE]


def test_many_sessions_search_no_more_folders_than_one(engine: Engine) -> None:
    sessions = [boto.session(engine) for _ in range(3)]
    folders = sessions[0]._loader.search_paths
    assert len(folders) == len(set(folders))


def test_a_client_made_elsewhere_can_be_answered_and_let_go(engine: Engine) -> None:
    client = foreign_client(aws_access_key_id="a", aws_secret_access_key="b")
    detach = boto.attach(client, engine)
    assert client.list_tables()["TableNames"] == [TABLE]
    detach()
    with pytest.raises(EndpointConnectionError):
        client.list_tables()


def test_a_client_without_credentials_can_be_answered(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = foreign_client()
    boto.attach(client, engine)
    assert client.list_tables()["TableNames"] == [TABLE]


def test_a_table_made_elsewhere_can_be_answered(engine: Engine) -> None:
    resource = boto3.session.Session().resource("dynamodb", region_name="eu-west-1")
    table = resource.Table(TABLE)
    boto.attach(table, engine)
    assert table.item_count == 0


def test_an_attached_session_answers_what_it_makes_afterwards(engine: Engine) -> None:
    session = boto3.session.Session(region_name="eu-west-1")
    boto.attach(session, engine)
    assert session.client("dynamodb").list_tables()["TableNames"] == [TABLE]


def test_a_stub_goes_before_the_engine(engine: Engine) -> None:
    client = boto.client(engine)
    with Stubber(client) as stub:
        stub.add_client_error("list_tables", "ThrottlingException", "stubbed")
        with pytest.raises(Exception, match="stubbed"):
            client.list_tables()
    assert client.list_tables()["TableNames"] == [TABLE]


def test_moto_may_mock_other_services_beside(engine: Engine) -> None:
    moto = pytest.importorskip("moto")
    with moto.mock_aws():
        session = boto.session(engine)
        session.client("s3").create_bucket(Bucket="receipts")
        buckets = session.client("s3").list_buckets()["Buckets"]
        assert [bucket["Name"] for bucket in buckets] == ["receipts"]
        assert session.client("dynamodb").list_tables()["TableNames"] == [TABLE]


def test_without_boto3_one_line_says_what_to_install(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'dyntui\[boto\]'"):
        boto.session(engine)
