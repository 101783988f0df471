"""The server with real sockets: hostile clients, many idle ones, TLS, and the way out."""

from __future__ import annotations

import resource
import socket
import ssl
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dyntui.serve.limits import Limits
from dyntui.serve.settings import Settings
from engine import Account, VirtualClock
from engine.storage.gate import FileGate
from engine.storage.upkeep import gate_path
from tests.dyntui.serve.live import HOST, LiveServer, RawClient, request_json, request_text
from tests.dyntui.serve.test_protocol import create_table

MIB = 1024 * 1024


def put(text: str, name: str = "some") -> bytes:
    """A request that puts an item."""
    return request_json("PutItem", TableName=name, Item={"pk": {"S": "a"}, "text": {"S": text}})


GET = request_json("GetItem", TableName="some", Key={"pk": {"S": "a"}})


def test_a_request_may_come_in_pieces(server: LiveServer) -> None:
    text = request_text()
    with server.client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(text), 7):
            client.send(text[at : at + 7])
        assert client.receive().json() == {"TableNames": []}


def test_pipelined_requests_are_answered_in_order(server: LiveServer) -> None:
    with server.client() as client:
        client.send(request_text("CreateTable", create_table("some")) + put("1") + GET + put("2"))
        client.send((GET + request_text("ListTables")) * 50)
        assert [client.receive().status for _ in range(4)] == [200] * 4
        for _ in range(50):
            assert client.receive().json()["Item"]["text"] == {"S": "2"}
            assert client.receive().json() == {"TableNames": ["some"]}
        client.send(request_json("DeleteTable", TableName="some"))
        client.receive()


def test_a_body_at_the_limit_is_read_and_a_larger_one_is_refused(server: LiveServer) -> None:
    with server.client() as client:
        client.send(request_text(body=b"{}".ljust(16 * MIB)))
        assert client.receive().json() == {"TableNames": []}
        client.send(request_text(body=b"{}".ljust(16 * MIB + 1)))
        response = client.receive()
        assert (response.status, response.body) == (413, b"")
        assert response.headers["transfer-encoding"] == "chunked"
        client.socket.shutdown(socket.SHUT_WR)
        assert client.is_over()


def test_a_chunked_body_is_read(server: LiveServer) -> None:
    head = request_text(content_length=None, transfer_encoding="chunked", body=b"")
    with server.client() as client:
        client.send(head + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
        assert client.receive().json() == {"TableNames": []}


def test_an_aborted_upload_hurts_nobody(server: LiveServer) -> None:
    for _ in range(20):
        with server.client() as client:
            client.send(request_text(content_length="1000000", body=b"x" * 10_000))
            # The socket's closing is a reset, not an orderly end.
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert server.ask(request_text()).status == 200


def test_garbage_gets_a_word_and_the_end(server: LiveServer) -> None:
    with server.client() as client:
        client.send(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        assert client.rest().startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_an_answer_comes_after_the_client_has_ended_its_side(server: LiveServer) -> None:
    with server.client() as client:
        client.send(request_text())
        client.socket.shutdown(socket.SHUT_WR)
        assert client.receive().json() == {"TableNames": []}
        assert client.is_over()


def test_slow_and_silent_clients_are_ended_in_time() -> None:
    clock = VirtualClock()
    with LiveServer(clock=clock) as live, ExitStack() as stack:
        silent, half_open, half_sent, working = (
            stack.enter_context(live.client()) for _ in range(4)
        )
        half_open.send(b"POST / HTT")
        half_sent.send(request_text(content_length="100"))
        assert_served(working)
        live.look_at_time()
        clock.advance(31)
        live.look_at_time()
        assert half_open.rest().startswith(b"HTTP/1.1 408 ")
        assert half_sent.rest().startswith(b"HTTP/1.1 408 ")
        assert_served(working)
        clock.advance(590)
        live.look_at_time()
        assert silent.is_over()
        assert_served(working)
        clock.advance(601)
        live.look_at_time()
        assert working.is_over()
    assert live.failures == []


def assert_served(client: RawClient) -> None:
    """A client gets its answer."""
    client.send(request_text())
    assert client.receive().status == 200


def test_more_clients_than_the_limit_are_turned_away() -> None:
    with LiveServer(limits=Limits(connections_max=3)) as live:
        with ExitStack() as stack:
            clients = [stack.enter_context(live.client()) for _ in range(3)]
            for client in clients:
                assert_served(client)
            with live.client() as one_more:
                assert one_more.rest().startswith(b"HTTP/1.1 503 ")
            for client in clients:
                assert_served(client)
        with live.client() as later:
            assert_served(later)


def test_many_idle_clients_hurt_nobody() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(2_000, hard // 2 - 600)
    with LiveServer() as live, ExitStack() as stack:
        # Half of them silent, half in the middle of a request.
        for number in range(count):
            client = stack.enter_context(live.client())
            if number % 2:
                client.send(b"POST / HTTP/1.1\r\nContent-Le")
        with live.client() as working:
            for _ in range(100):
                assert_served(working)
            live.look_at_time()
            assert_served(working)


def test_a_client_that_does_not_read_does_not_hold_up_others() -> None:
    clock = VirtualClock()
    with LiveServer(clock=clock) as live:
        live.ask(request_text("CreateTable", create_table("some")))
        live.ask(put("x" * 390_000))
        with live.client() as greedy, live.client() as other:
            greedy.send(GET * 60)
            other.send(GET)
            assert other.receive().status == 200
            for _ in range(3):
                live.look_at_time()
                clock.advance(31)
            live.look_at_time()
            assert len(greedy.rest()) < 60 * 390_000
            other.send(GET)
            assert other.receive().status == 200


# The way out.


def test_on_the_way_out_running_requests_are_finished(tmp_path: Path) -> None:
    with LiveServer(Account.open(tmp_path)) as live:
        live.ask(request_text("CreateTable", create_table("some")))
        gate = FileGate(gate_path(tmp_path / "us-east-1" / "data.db"))
        with live.client() as idle, live.client() as writer, live.client() as late:
            assert_served(idle)
            assert_served(late)
            with gate:
                writer.send(put("last"))
                late.send(request_text(content_length="2", body=b"{"))
                await_seen(live)
                live.stop()
                assert idle.is_over()
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((HOST, live.port), 5).close()
            response = writer.receive()
            assert response.status == 200
            assert response.headers["connection"] == "close"
            late.send(b"}")
            assert late.receive().status == 200
            assert late.is_over()
        gate.close()
    with Account.open(tmp_path) as account:
        item = account.engine().get_item(TableName="some", Key={"pk": {"S": "a"}})["Item"]
        assert item["text"] == {"S": "last"}
    assert live.failures == []


def await_seen(live: LiveServer) -> None:
    """Wait until the server has taken in what was sent before: it answers later questions."""
    for _ in range(3):
        assert live.ask(request_text()).status == 200


def test_on_the_way_out_what_takes_too_long_is_broken_off(tmp_path: Path) -> None:
    limits = replace(Limits(), shutdown_s_max=0.05)
    with LiveServer(Account.open(tmp_path), limits=limits) as live, live.client() as client:
        client.send(request_text(content_length="2", body=b"{"))
        live.stop()
        assert client.is_over()


def test_on_the_way_out_a_write_that_is_still_queued_is_done_before_the_files_close(
    tmp_path: Path,
) -> None:
    limits = replace(Limits(), shutdown_s_max=0.05)
    with LiveServer(Account.open(tmp_path), limits=limits) as live:
        live.ask(request_text("CreateTable", create_table("some")))
        with live.client() as client, FileGate(gate_path(tmp_path / "us-east-1" / "data.db")):
            client.send(put("queued"))
            await_seen(live)
            live.stop()
            assert client.is_over()
    with Account.open(tmp_path) as account:
        item = account.engine().get_item(TableName="some", Key={"pk": {"S": "a"}})["Item"]
        assert item["text"] == {"S": "queued"}
    assert live.failures == []


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Files of a certificate for loopback, and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_the_protocol_over_tls(certificate: tuple[str, str]) -> None:
    settings = Settings(None, "us-east-1", tls_cert=certificate[0], tls_key=certificate[1])
    trusting = ssl.create_default_context(cafile=certificate[0])
    with (
        LiveServer(tls=settings.tls()) as live,
        live.client() as plain,
        RawClient(trusting.wrap_socket(plain.socket, server_hostname=HOST)) as client,
    ):
        for _ in range(3):
            assert_served(client)
        client.send(request_text("CreateTable", create_table("some")) + put("x" * 390_000) + GET)
        assert [client.receive().status for _ in range(2)] == [200, 200]
        assert len(client.receive().body) > 390_000
        with live.client() as unsecured:
            unsecured.send(request_text())
            assert unsecured.is_over()
        assert_served(client)
    assert live.failures == []


# Several clients at once.


def test_counters_of_many_clients_are_exact(tmp_path: Path) -> None:
    add: dict[str, Any] = {
        "TableName": "some",
        "Key": {"pk": {"S": "counter"}},
        "UpdateExpression": "ADD hits :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    text = request_text("UpdateItem", orjson.dumps(add))
    with LiveServer(Account.open(tmp_path)) as live:
        live.ask(request_text("CreateTable", create_table("some")))

        def count() -> None:
            with live.client() as client:
                for _ in range(50):
                    client.send(text)
                    assert client.receive().status == 200

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        get = request_json("GetItem", TableName="some", Key=add["Key"])
        assert live.ask(get).json()["Item"]["hits"] == {"N": "400"}
    assert live.failures == []
