"""Real sockets: what is known of a message after each thing that can happen to its request on the way.

The rule behind every line: NOT_SENT only where not a byte of the request left, for such a message is sent again;
whatever else ends without a whole answer is LOST, and its message may have been accepted.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from datetime import timedelta
from select import select
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import urllib3

from campaigns.errors import UsageError
from campaigns.gateway import client as client_module
from campaigns.gateway.client import LARGEST_ANSWER, Client, Exchange, Fate
from campaigns.gateway.protocol import Function, message_parameters
from tests.gateway.conftest import (
    PASSWORD,
    Behaviour,
    Certificate,
    RawServer,
    Serve,
    Visit,
    account_at,
    answering,
    make_certificate,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MESSAGE = message_parameters("MyShop", "37491000001", "Hi")
LINE = (
    b"GET /gate.aspx?function=send&username=37491000000"
    b"&password=p%C3%A4%20ss%26w%C3%B6rd%2F%2B%2525%3D%D5%A1&sender=MyShop&recipient=37491000001&body=Hi HTTP/1.1\r\n"
)
NO_PAUSES = (0.0, 0.0)


def ask(origin: str, *, timeout: float = 5.0, pauses: Sequence[float] = NO_PAUSES) -> Exchange:
    with Client(account_at(f"{origin}/gate.aspx", timeout), pauses=pauses) as client:
        return client.ask(Function.SEND, MESSAGE)


def send(client: Client) -> tuple[Fate, str]:
    exchange = client.ask(Function.SEND, MESSAGE)
    return exchange.fate, exchange.text


# --- Whole answers ---


@pytest.mark.parametrize(
    "raw",
    [
        whole(b"ID: 1"),
        whole(b"ID: 1", status="500 Internal Server Error"),
        whole(b"ID: 1", headers="Connection: close\r\n"),
        b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nID: 1",  # no reason
        b"HTTP/1.1 200 OK\nContent-Length: 5\n\nID: 1",  # bare line feeds
        b"HTTP/1.0 200 OK\r\n\r\nID: 1",  # ends where the connection ends
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nID: 1\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nID:\r\n2\r\n 1\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + whole(b"ID: 1"),
    ],
)
def test_a_whole_answer_is_read_however_it_is_framed(serve: Serve, raw: bytes) -> None:
    server = serve(answering(raw))
    exchange = ask(server.origin)
    assert (exchange.fate, exchange.text, exchange.detail) == (Fate.ANSWERED, "ID: 1", "")
    assert server.connections == 1


def test_the_request_on_the_wire_is_one_get_that_holds_no_more_than_it_needs(serve: Serve) -> None:
    server = serve(answering(whole()))
    ask(server.origin)
    (request,) = server.stop()
    assert request.startswith(LINE)
    names = [line.split(b":")[0].decode() for line in request.split(b"\r\n")[1:-2]]
    assert sorted(names) == ["Accept", "Accept-Encoding", "Host", "User-Agent"]
    assert b"Accept-Encoding: identity" in request


def test_an_answer_that_comes_in_pieces_is_put_together(serve: Serve) -> None:
    def piecemeal(visit: Visit) -> None:
        visit.request()
        for position in range(len(answer)):
            visit.send(answer[position : position + 1])

    answer = whole("Err: 700 : Սխալ".encode())
    assert ask(serve(piecemeal).origin).text == "Err: 700 : Սխալ"


# --- After the request began to leave ---


def close_before_reading(visit: Visit) -> None:
    visit.connection.close()


def reset_before_reading(visit: Visit) -> None:
    select([visit.connection], [], [], 5)  # the request is there, and stays unread
    visit.reset()


def close_after_reading(visit: Visit) -> None:
    visit.request()


def reset_after_reading(visit: Visit) -> None:
    visit.request()
    visit.reset()


def reset_within_the_answer(visit: Visit) -> None:
    visit.request()
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nID: 1")
    visit.reset()


def hang(visit: Visit) -> None:
    visit.request()
    visit.connection.recv(1)  # until the client gives up


def hang_within_the_answer(visit: Visit) -> None:
    visit.request()
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nID: 1")
    visit.connection.recv(1)


def trickle(visit: Visit) -> None:
    visit.request()
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nID: 1\n")
    while True:  # each byte in time, the whole never; ends when the client has gone
        visit.send(b"x")
        time.sleep(0.01)


BROKEN_CONNECTIONS = [
    close_before_reading,
    reset_before_reading,
    close_after_reading,
    reset_after_reading,
    reset_within_the_answer,
]


@pytest.mark.parametrize("behaviour", BROKEN_CONNECTIONS)
def test_a_connection_that_breaks_once_it_stood_is_lost_and_not_tried_again(serve: Serve, behaviour: Behaviour) -> None:
    server = serve(behaviour)
    exchange = ask(server.origin)
    assert (exchange.fate, exchange.text, exchange.http_status) == (Fate.LOST, "", None)
    assert exchange.detail == "the connection was lost after the request left"
    server.stop()
    assert server.connections == 1


HALF_ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nID: 1",  # more was promised
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nID: 1",  # within a chunk
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nID: 1",  # after its last byte
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nID: 1\r\n",  # between chunks
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nID: 1\r\nzz\r\n",
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n<html>",  # half a refusal is no refusal
]


@pytest.mark.parametrize("raw", HALF_ANSWERS)
def test_half_an_answer_is_no_answer(serve: Serve, raw: bytes) -> None:
    server = serve(answering(raw))
    exchange = ask(server.origin)
    assert (exchange.fate, exchange.text, exchange.http_status) == (Fate.LOST, "", None)
    assert exchange.detail == "the answer broke off"
    assert server.connections == 1


JUNK = [
    b"\r\n",
    b"ID: 1\r\n",  # the right words, but not HTTP
    b"HTTP/1.1",
    b"HTTP/1.1 OK\r\n\r\nID: 1",
    b"HTTP/1.1 1000 Much\r\n\r\nID: 1",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"\x15\x03\x01\x00\x02\x02\x16",  # TLS answers plain HTTP
    bytes(range(256)) * 10,
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\nID: 1",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\nID: 1",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nID: 1",  # which of them?
]


@pytest.mark.parametrize("raw", JUNK)
def test_what_is_not_http_is_lost_and_asked_once(serve: Serve, raw: bytes) -> None:
    server = serve(answering(raw))
    assert ask(server.origin).fate is Fate.LOST
    assert server.connections == 1


@pytest.mark.parametrize("behaviour", [hang, hang_within_the_answer, trickle])
def test_an_answer_that_does_not_end_in_time_is_lost(serve: Serve, behaviour: Behaviour) -> None:
    server = serve(behaviour)
    exchange = ask(server.origin, timeout=0.15)
    assert (exchange.fate, exchange.text) == (Fate.LOST, "")
    assert exchange.detail == "no answer within 0.15 seconds"
    assert server.connections == 1


def test_an_endless_answer_is_read_to_a_bound_and_its_connection_is_of_no_more_use(serve: Serve) -> None:
    def endless(visit: Visit) -> None:
        visit.request()
        visit.send(b"HTTP/1.1 200 OK\r\n\r\nID: 1\n")
        while True:
            visit.send(b"x" * 65536)

    server = serve(endless, answering(whole(b"ID: 2")))
    with Client(account_at(f"{server.origin}/gate.aspx")) as client:
        fate, text = send(client)
        assert (fate, text[:6], len(text)) == (Fate.ANSWERED, "ID: 1\n", LARGEST_ANSWER)
        assert send(client) == (Fate.ANSWERED, "ID: 2")
    assert server.connections == 2


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(serve: Serve, status: str) -> None:
    elsewhere = serve(answering(whole(b"ID: 2")))
    server = serve(answering(whole(b"moved", status=status, headers=f"Location: {elsewhere.origin}/gate.aspx\r\n")))
    exchange = ask(server.origin)
    assert (exchange.fate, exchange.http_status, exchange.text) == (Fate.ANSWERED, int(status[:3]), "moved")
    assert (server.connections, elsewhere.connections) == (1, 0)


@pytest.mark.parametrize("status", ["408 Request Timeout", "429 Too Many Requests", "503 Service Unavailable"])
def test_an_invitation_to_come_again_is_declined(serve: Serve, status: str) -> None:
    server = serve(answering(whole(b"later", status=status, headers="Retry-After: 0\r\nConnection: close\r\n")))
    assert ask(server.origin).http_status == int(status[:3])
    assert server.connections == 1


# --- Kept connections ---


def test_one_connection_serves_one_request_after_another(serve: Serve) -> None:
    server = serve(answering(whole(b"ID: 1"), whole(b"ID: 2"), whole(b"ID: 3")))
    with Client(account_at(server.origin)) as client:
        assert [send(client)[1] for _ in range(3)] == ["ID: 1", "ID: 2", "ID: 3"]
    assert server.connections == 1


def test_a_closed_session_opens_a_fresh_connection(serve: Serve) -> None:
    server = serve(answering(whole(b"ID: 1"), whole(b"not me")), answering(whole(b"ID: 2")))
    with Client(account_at(server.origin)) as client:
        assert send(client) == (Fate.ANSWERED, "ID: 1")
        client.close()
        assert send(client) == (Fate.ANSWERED, "ID: 2")


def test_a_kept_connection_that_was_closed_while_idle_is_replaced(serve: Serve) -> None:
    gone = threading.Event()

    def answer_and_leave(visit: Visit) -> None:
        answering(whole(b"ID: 1"))(visit)
        visit.connection.close()
        gone.set()

    server = serve(answer_and_leave, answering(whole(b"ID: 2")))
    with Client(account_at(server.origin)) as client:
        assert send(client) == (Fate.ANSWERED, "ID: 1")
        assert gone.wait(5)
        assert send(client) == (Fate.ANSWERED, "ID: 2")
    assert len(server.stop()) == 2


def test_a_connection_that_idled_too_long_is_not_trusted_with_a_message(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "IDLE", 0.02)
    server = serve(answering(whole(b"ID: 1"), whole(b"from a connection that idled")), answering(whole(b"ID: 2")))
    with Client(account_at(server.origin)) as client:
        assert send(client) == (Fate.ANSWERED, "ID: 1")
        time.sleep(0.05)
        assert send(client) == (Fate.ANSWERED, "ID: 2")
    server.stop()
    assert server.connections == 2


def test_a_kept_connection_that_breaks_under_a_request_is_not_replaced(serve: Serve) -> None:
    def answer_then_reset(visit: Visit) -> None:
        answering(whole(b"ID: 1"))(visit)
        reset_after_reading(visit)

    server = serve(answer_then_reset, answering(whole(b"ID: 2")))
    with Client(account_at(server.origin), pauses=NO_PAUSES) as client:
        assert send(client) == (Fate.ANSWERED, "ID: 1")
        assert send(client) == (Fate.LOST, "")
    assert len(server.stop()) == 2
    assert server.connections == 1


@pytest.mark.parametrize(
    "more",
    [
        whole(b"ID: 999"),  # a second answer nobody asked for
        b" and more than was announced",
    ],
)
def test_bytes_behind_an_answer_are_not_taken_for_the_next_one(serve: Serve, more: bytes) -> None:
    server = serve(answering(whole(b"ID: 1") + more, whole(b"ID: 2")), answering(whole(b"ID: 2")))
    with Client(account_at(server.origin)) as client:
        assert send(client) == (Fate.ANSWERED, "ID: 1")
        assert send(client) == (Fate.ANSWERED, "ID: 2")


def test_a_failure_says_nothing_about_the_request_after_it(serve: Serve) -> None:
    server = serve(reset_after_reading, answering(whole(b"ID: 2")), close_before_reading)
    with Client(account_at(server.origin), pauses=()) as client:
        assert send(client) == (Fate.LOST, "")
        assert send(client) == (Fate.ANSWERED, "ID: 2")
        client.close()
        assert send(client) == (Fate.LOST, "")


# --- Before the request: connecting ---


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; nobody waits for them."""
    made: list[float] = []
    monkeypatch.setattr("campaigns.gateway.client.time.sleep", made.append)
    return made


@pytest.fixture
def refusing() -> Iterator[socket.socket]:
    """A port that is taken and refuses every connection until somebody listens on it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder


def address(holder: socket.socket) -> str:
    return f"http://127.0.0.1:{holder.getsockname()[1]}"


def test_a_refused_connection_is_tried_three_times_with_pauses_and_nothing_was_sent(
    refusing: socket.socket, pauses: list[float]
) -> None:
    with Client(account_at(f"{address(refusing)}/gate.aspx")) as client:
        exchange = client.ask(Function.SEND, MESSAGE)
    assert (exchange.fate, exchange.text, exchange.http_status) == (Fate.NOT_SENT, "", None)
    assert exchange.detail == "could not connect: the gateway refused the connection"
    assert pauses == [0.5, 2.0]


def serving_one(listener: socket.socket, behaviour: Behaviour, requests: list[bytes]) -> threading.Thread:
    """A server that is not there yet: started, it listens and serves one connection."""

    def serve_one() -> None:
        connection, _ = listener.accept()
        with connection:
            behaviour(Visit(connection, requests))

    return threading.Thread(target=serve_one, daemon=True)


@pytest.mark.parametrize(
    ("behaviour", "ending"),
    [(answering(whole(b"ID: 1")), (Fate.ANSWERED, "ID: 1")), (reset_after_reading, (Fate.LOST, ""))],
)
def test_a_gateway_that_comes_back_meanwhile_gets_the_message_once(
    refusing: socket.socket, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, ending: tuple[Fate, str]
) -> None:
    def come_back(seconds: float) -> None:
        if seconds == 2.0:
            refusing.listen()
            server.start()  # a second start would raise

    requests: list[bytes] = []
    server = serving_one(refusing, behaviour, requests)
    monkeypatch.setattr("campaigns.gateway.client.time.sleep", come_back)
    with Client(account_at(address(refusing)), pauses=(0.5, 2.0, 2.0)) as client:
        assert send(client) == ending
    server.join()
    assert len(requests) == 1


def test_a_name_that_is_not_found_was_not_sent(names: dict[str, str], pauses: list[float]) -> None:
    assert "gateway.test" not in names
    exchange = ask("https://gateway.test")
    assert (exchange.fate, exchange.detail) == (Fate.NOT_SENT, "could not connect: the gateway's name was not found")
    assert len(pauses) == len(NO_PAUSES)


# --- TLS ---


def over_tls(certificate: Certificate, behaviour: Behaviour) -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.start_tls(certificate.context)
        behaviour(visit)

    return behave


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, certificate: Certificate, names: dict[str, str]) -> None:
    """The name `gateway.test` on this machine, and a bundle that trusts its certificate."""
    names["gateway.test"] = "127.0.0.1"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))


def https(server: RawServer) -> str:
    return f"https://gateway.test:{server.port}"


@pytest.mark.usefixtures("trusting")
def test_a_certificate_of_the_given_bundle_is_trusted(serve: Serve, certificate: Certificate) -> None:
    server = serve(over_tls(certificate, answering(whole(b"ID: 1"))))
    exchange = ask(https(server))
    assert (exchange.fate, exchange.text) == (Fate.ANSWERED, "ID: 1")
    assert server.stop()[0].startswith(LINE)


@pytest.mark.parametrize(
    ("name", "ends_in", "in_bundle"),
    [
        ("gateway.test", timedelta(days=1), False),  # nobody vouches for it
        ("another.test", timedelta(days=1), True),  # somebody else's
        ("gateway.test", timedelta(days=-1), True),  # out of date
    ],
)
def test_a_certificate_that_is_not_valid_gets_no_request(
    serve: Serve,
    names: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    ends_in: timedelta,
    in_bundle: bool,
) -> None:
    certificate = make_certificate(tmp_path, name, ends_in=ends_in)
    names["gateway.test"] = "127.0.0.1"
    if in_bundle:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    server = serve(over_tls(certificate, answering(whole(b"ID: 1"))))
    exchange = ask(https(server))
    assert exchange.fate is Fate.NOT_SENT
    assert exchange.detail == "could not connect: the gateway's TLS certificate is not valid"
    assert server.stop() == []
    assert server.connections == 1 + len(NO_PAUSES)


def test_a_certificate_is_verified_on_loopback_too(serve: Serve, certificate: Certificate) -> None:
    server = serve(over_tls(certificate, answering(whole(b"ID: 1"))))
    exchange = ask(f"https://127.0.0.1:{server.port}")
    assert exchange.detail == "could not connect: the gateway's TLS certificate is not valid"
    assert server.stop() == []


def answer_in_plain(visit: Visit) -> None:
    visit.connection.recv(65536)
    visit.send(whole(b"ID: 1"))


def close_in_the_handshake(visit: Visit) -> None:
    visit.connection.recv(65536)


def reset_in_the_handshake(visit: Visit) -> None:
    visit.connection.recv(65536)
    visit.reset()


@pytest.mark.parametrize("behaviour", [answer_in_plain, close_in_the_handshake, reset_in_the_handshake])
@pytest.mark.usefixtures("trusting")
def test_a_handshake_that_fails_sent_nothing_and_is_tried_a_bounded_number_of_times(
    serve: Serve, behaviour: Behaviour
) -> None:
    server = serve(behaviour)
    exchange = ask(https(server))
    assert exchange.fate is Fate.NOT_SENT
    assert exchange.detail.startswith("could not connect")
    server.stop()
    assert server.connections == 1 + len(NO_PAUSES)


@pytest.mark.usefixtures("trusting")
def test_a_handshake_that_hangs_sent_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(visit: Visit) -> None:
        while visit.connection.recv(65536):
            pass

    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT", 0.1)
    server = serve(silent)
    exchange = ask(https(server), pauses=())
    assert exchange.fate is Fate.NOT_SENT
    assert exchange.detail == "could not connect: the gateway could not be reached in time"


@pytest.mark.parametrize("behaviour", BROKEN_CONNECTIONS)
@pytest.mark.usefixtures("trusting")
def test_a_connection_that_breaks_after_the_handshake_is_lost(
    serve: Serve, certificate: Certificate, behaviour: Behaviour
) -> None:
    server = serve(over_tls(certificate, behaviour))
    assert ask(https(server)).fate is Fate.LOST
    server.stop()
    assert server.connections == 1


@pytest.mark.usefixtures("trusting")
def test_an_answer_that_hangs_behind_tls_is_lost(serve: Serve, certificate: Certificate) -> None:
    server = serve(over_tls(certificate, hang))
    exchange = ask(https(server), timeout=0.1)
    assert (exchange.fate, exchange.detail) == (Fate.LOST, "no answer within 0.1 seconds")
    assert server.connections == 1


# --- Proxies ---


def tunnel(certificate: Certificate, behaviour: Behaviour) -> Behaviour:
    """A proxy that agrees, and the gateway behind it."""

    def behave(visit: Visit) -> None:
        visit.request()
        visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        over_tls(certificate, behaviour)(visit)

    return behave


CONNECT = b"CONNECT gateway.test:443 HTTP/1."


@pytest.mark.usefixtures("trusting")
def test_a_proxy_of_the_environment_is_used_and_sees_the_name_alone(
    serve: Serve, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(tunnel(certificate, answering(whole(b"ID: 1"))))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    exchange = ask("https://gateway.test")
    assert (exchange.fate, exchange.text) == (Fate.ANSWERED, "ID: 1")
    to_proxy, to_gateway = proxy.stop()
    assert to_proxy.startswith(CONNECT)
    assert b"password" not in to_proxy
    assert to_gateway.startswith(LINE)


@pytest.mark.parametrize(
    "refusal",
    [
        whole(b"no", status="403 Forbidden"),
        whole(b"who are you?", status="407 Proxy Authentication Required", headers="Proxy-Authenticate: Basic\r\n"),
        whole(b"not found", status="502 Bad Gateway"),
        b"ID: 1\r\n",
        b"",
    ],
)
def test_a_proxy_that_refuses_sent_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch, refusal: bytes) -> None:
    proxy = serve(answering(refusal))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    exchange = ask("https://gateway.test")
    assert (exchange.fate, exchange.text, exchange.http_status) == (Fate.NOT_SENT, "", None)
    assert exchange.detail.startswith("could not connect")
    requests = proxy.stop()
    assert len(requests) == 1 + len(NO_PAUSES)
    assert all(request.startswith(CONNECT) and b"password" not in request for request in requests)


def test_a_proxy_that_is_not_there_sent_nothing(refusing: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address(refusing))
    exchange = ask("https://gateway.test")
    assert exchange.fate is Fate.NOT_SENT
    assert exchange.detail == "could not connect: the proxy refused or could not be reached"


@pytest.mark.usefixtures("trusting")
def test_a_message_lost_behind_a_proxy_is_lost_and_not_tried_again(
    serve: Serve, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(tunnel(certificate, reset_after_reading))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    assert ask("https://gateway.test").fate is Fate.LOST
    proxy.stop()
    assert proxy.connections == 1


@pytest.mark.usefixtures("trusting")
def test_a_certificate_is_verified_behind_a_proxy(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(tunnel(make_certificate(tmp_path, "gateway.test"), answering(whole(b"ID: 1"))))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    exchange = ask("https://gateway.test", pauses=())
    assert exchange.detail == "could not connect: the gateway's TLS certificate is not valid"
    assert len(proxy.stop()) == 1  # CONNECT alone


@pytest.mark.usefixtures("trusting")
def test_no_proxy_is_honoured(serve: Serve, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answering(b""))
    server = serve(over_tls(certificate, answering(whole(b"ID: 1"))))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    monkeypatch.setenv("NO_PROXY", "gateway.test")
    assert ask(https(server)).text == "ID: 1"
    assert proxy.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"])
def test_a_sandbox_on_this_machine_is_reached_without_a_proxy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    proxy = serve(answering(whole(b"ID: 999")))
    server = serve(answering(whole(b"ID: 1")))
    monkeypatch.setenv(variable, proxy.origin)
    assert ask(f"http://{host}:{server.port}").text == "ID: 1"
    assert proxy.connections == 0


# --- The password ---

SECRETS = [PASSWORD, quote(PASSWORD, safe=""), quote_plus(PASSWORD), "wörd", quote("wörd")]


@pytest.mark.parametrize(
    "behaviour",
    [
        *BROKEN_CONNECTIONS,
        hang,
        *[answering(raw) for raw in (HALF_ANSWERS[0], HALF_ANSWERS[3], JUNK[1], JUNK[-1])],
        answering(whole(b"elsewhere", status="302 Found", headers="Location: http://127.0.0.1:1/\r\n")),
    ],
)
def test_no_ending_tells_the_password(serve: Serve, behaviour: Behaviour, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def listener(exchange: Exchange, parameters: Mapping[str, str]) -> None:
        told.append(f"{exchange!r} {exchange} {dict(parameters)}")

    server = serve(behaviour)
    with Client(account_at(server.origin, 0.05), listener, pauses=()) as client:
        client.ask(Function.SEND, MESSAGE)
    printed = "".join(capfd.readouterr())
    assert len(told) == 1
    assert printed == ""
    assert not [secret for secret in SECRETS if secret in told[0]]


def test_a_failed_connection_does_not_tell_the_password(refusing: socket.socket) -> None:
    told: list[str] = []
    with Client(account_at(address(refusing)), lambda exchange, _: told.append(repr(exchange)), pauses=()) as client:
        client.ask(Function.SEND, MESSAGE)
    assert len(told) == 1
    assert not [secret for secret in SECRETS if secret in told[0]]


# --- Certainty before everything ---


def test_what_was_lost_while_another_failure_was_handled_is_lost(serve: Serve) -> None:
    server = serve(reset_after_reading)
    with Client(account_at(server.origin), pauses=(0, 0)) as client:
        try:
            raise urllib3.exceptions.ConnectTimeoutError("earlier")  # noqa: TRY301 - the failure that is being handled
        except urllib3.exceptions.ConnectTimeoutError:
            came = client.ask(Function.SEND, MESSAGE)
    assert (came.fate, len(server.stop())) == (Fate.LOST, 1)


@pytest.mark.parametrize("proxy", ["http://", "socks5://127.0.0.1:1", "http://127.0.0.1:x"])
def test_with_a_senseless_proxy_nothing_was_sent(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert ask("https://gateway.test", pauses=()).fate is Fate.NOT_SENT


def test_a_bundle_that_is_not_there_is_said_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match="does not exist"):
        Client(account_at("https://gateway.test"))


def test_a_bundle_counts_on_loopback(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    server = serve(over_tls(certificate, answering(whole())))
    assert ask(f"https://localhost:{server.port}", pauses=()).fate is Fate.ANSWERED


def test_an_answer_shows_no_echo_of_the_password(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    came = ask(serve(answering(whole(PASSWORD.encode(), status="500 x"))).origin)
    assert PASSWORD not in repr(came)
    assert quote(PASSWORD, safe="") not in caplog.text


def test_a_charset_without_a_value_is_no_charset(serve: Serve) -> None:
    came = ask(serve(answering(whole(headers="Content-Type: text/plain; charset\r\n"))).origin)
    assert came.text in ("ID: 1", "")  # older libraries fail on it: lost then, and never an exception
