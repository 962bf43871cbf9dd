"""One session with the gateway: what is asked, what is told of an answer, and that an answer ends the matter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import responses

from campaigns.gateway.client import LARGEST_ANSWER, Client, Exchange, Fate
from campaigns.gateway.protocol import Function, message_parameters
from campaigns.settings import DOCUMENTED_URL, Secret, Settings
from tests.gateway.conftest import PASSWORD, account_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT = Settings(DOCUMENTED_URL, "37491000000", Secret("pass word"))
LOGIN = "username=37491000000&password=pass%20word"


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def ask(settings: Settings = ACCOUNT, body: str = "Hi") -> Exchange:
    with Client(settings, pauses=(0, 0)) as client:
        return client.ask(Function.SEND, message_parameters("MyShop", "37491000001", body))


# --- What is asked ---


@pytest.mark.parametrize(
    ("function", "parameters", "query"),
    [
        (Function.QUERYBALANCE, {}, f"function=querybalance&{LOGIN}"),
        (Function.QUERYMESSAGE, {"messageref": "a:b+c"}, f"function=querymessage&{LOGIN}&messageref=a%3Ab%2Bc"),
        (
            Function.SEND,
            message_parameters("My Shop", "37491000001", "Բ & Co", wap_push=True),
            f"function=send&{LOGIN}&sender=My%20Shop&recipient=37491000001&body=%D4%B2%20%26%20Co&wap_push=true",
        ),
        (
            Function.SCHEDULE,
            message_parameters("MyShop", "37491000001", "Hi", send_at=datetime(2026, 12, 1, 6, tzinfo=UTC)),
            f"function=schedule&{LOGIN}&sender=MyShop&recipient=37491000001&body=Hi&sendingdate=2026-12-01T06%3A00%3A00",
        ),
    ],
)
def test_each_function_is_one_get_of_the_documented_address(
    gateway: responses.RequestsMock, function: Function, parameters: dict[str, str], query: str
) -> None:
    gateway.get(DOCUMENTED_URL, body="ID: 1")
    with Client(ACCOUNT) as client:
        exchange = client.ask(function, parameters)
    assert exchange.function is function
    assert [(call.request.method, call.request.url) for call in gateway.calls] == [
        ("GET", f"https://www.mobipace.com/API_2_0/HTTP_API.aspx?{query}")
    ]
    assert gateway.calls[0].request.body is None


def test_no_request_carries_anything_of_the_one_before(gateway: responses.RequestsMock) -> None:
    gateway.get(DOCUMENTED_URL, body="ID: 1", headers={"Set-Cookie": "session=1"})
    with Client(ACCOUNT) as client:
        client.ask(Function.SEND, message_parameters("MyShop", "37491000001", "Hi", wap_push=True))
        client.ask(Function.QUERYBALANCE, {})
    assert gateway.calls[1].request.url == f"{DOCUMENTED_URL}?function=querybalance&{LOGIN}"
    assert "Cookie" not in gateway.calls[1].request.headers


# --- What came back ---


def test_an_answer_is_handed_on_as_it_came(gateway: responses.RequestsMock) -> None:
    gateway.get(DOCUMENTED_URL, body=" Err: 702 : Out of balance\r\n<html>")
    exchange = ask()
    assert (exchange.fate, exchange.http_status, exchange.detail) == (Fate.ANSWERED, 200, "")
    assert exchange.text == exchange.redacted == " Err: 702 : Out of balance\r\n<html>"
    assert exchange.seconds >= 0


# Redirects, refusals and failures, each with what tempts a client into asking again.
@pytest.mark.parametrize(
    "status",
    [200, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 408, 413, 414, 421, 425, 429, 431, 500, 502, 503, 504],
)
def test_whatever_is_answered_the_request_leaves_once(gateway: responses.RequestsMock, status: int) -> None:
    tempting = {
        "Location": "https://elsewhere.example/taken",
        "Retry-After": "0",
        "WWW-Authenticate": 'Basic realm="x"',
        "Refresh": "0",
    }
    gateway.get(DOCUMENTED_URL, status=status, body="a page", headers=tempting)
    exchange = ask()
    assert (exchange.fate, exchange.http_status, exchange.text) == (Fate.ANSWERED, status, "a page")
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        (b"ID: 1", "text/plain", "ID: 1"),
        ("Err: 700 : Սխալ".encode(), "text/plain", "Err: 700 : Սխալ"),  # UTF-8 although the header does not say so
        ("Err: 700 : Սխալ".encode(), "text/html; charset=windows-1251", "Err: 700 : Սխալ"),  # or says otherwise
        (b"\xef\xbb\xbfID: 1", "text/plain; charset=utf-8", "ID: 1"),
        ("Err: 700 : Ошибка".encode("cp1251"), "text/html; charset=windows-1251", "Err: 700 : Ошибка"),
        ("Err: 700 : Ошибка".encode("utf-16"), "text/plain; charset=utf-16", "Err: 700 : Ошибка"),
        (b"Err: 700 : caf\xe9", "text/plain", "Err: 700 : café"),  # HTTP's old default
        (b"Err: 700 : \xff", "application/octet-stream", "Err: 700 : �"),
        (b"Err: 700 : \xff", "text/plain; charset=no-such-thing", "Err: 700 : �"),
        (b"Err: 700 : \xff", "text/plain; charset=base64", "Err: 700 : �"),  # a codec, but no charset
        (b"", "text/plain", ""),
    ],
)
def test_an_answer_is_read_in_its_alphabet(
    gateway: responses.RequestsMock, content: bytes, content_type: str, text: str
) -> None:
    gateway.get(DOCUMENTED_URL, body=content, content_type=content_type)
    assert ask().text == text


def test_a_page_of_any_size_is_read_to_a_bound(gateway: responses.RequestsMock) -> None:
    gateway.get(DOCUMENTED_URL, body="ID: 1\n" + "x" * 1_000_000)
    exchange = ask()
    assert exchange.fate is Fate.ANSWERED
    assert exchange.text.startswith("ID: 1\nxxx")
    assert len(exchange.text) == LARGEST_ANSWER
    assert len(exchange.redacted) == 4096


# --- The listener ---


def test_a_listener_is_told_of_each_exchange_and_its_parameters_without_the_login(
    gateway: responses.RequestsMock,
) -> None:
    told: list[tuple[Exchange, Mapping[str, str]]] = []
    gateway.get(DOCUMENTED_URL, body="ID: 1")
    with Client(ACCOUNT, listener=lambda exchange, parameters: told.append((exchange, parameters))) as client:
        first = client.ask(Function.QUERYMESSAGE, {"messageref": "42"})
        second = client.ask(Function.QUERYBALANCE, {})
    assert told == [(first, {"messageref": "42"}), (second, {})]


# --- The password ---


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize(
    "echo",
    [
        PASSWORD,
        quote(PASSWORD, safe=""),
        quote(PASSWORD, safe="").lower(),
        quote_plus(PASSWORD),
        quote(quote(PASSWORD, safe=""), safe=""),  # encoded twice, as in a log-in page's return address
        PASSWORD.replace("&", "&amp;"),
        "".join(f"&#{ord(letter)};" for letter in PASSWORD),
    ],
)
def test_a_page_that_echoes_the_request_is_kept_without_the_password(
    gateway: responses.RequestsMock, echo: str, status: int
) -> None:
    page = "<p>/HTTP_API.aspx?username=37491000000&password={}&body=Hi</p>"
    gateway.get(DOCUMENTED_URL, status=status, body=page.format(echo))
    exchange = ask(account_at(DOCUMENTED_URL))
    assert exchange.redacted == page.format("***")
    assert exchange.detail == ""


def test_a_password_at_the_bound_of_what_is_kept_leaves_no_half_of_itself(gateway: responses.RequestsMock) -> None:
    gateway.get(DOCUMENTED_URL, body="x" * 4090 + PASSWORD + "y" * 100)
    assert ask(account_at(DOCUMENTED_URL)).redacted == "x" * 4090 + "***" + "yyy"


def test_the_client_and_its_settings_print_without_the_password() -> None:
    settings = account_at(DOCUMENTED_URL)
    with Client(settings) as client:
        shown = f"{client!r} {client} {settings!r} {settings}"
    assert "pä" not in shown
    assert quote("pä") not in shown
