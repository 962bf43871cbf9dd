"""The account's settings: where the password may travel, and that it is never shown."""

from __future__ import annotations

import copy
import dataclasses
import html
import json
import logging
import pickle
import re
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.errors import UsageError
from campaigns.settings import (
    DEFAULT_TIMEOUT,
    DOCUMENTED_URL,
    Secret,
    Settings,
    check_url,
    is_loopback,
    read_account,
    read_zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "pa ss&wörd/1"
ACCOUNT = {"MOBIPACE_USERNAME": "shop", "MOBIPACE_PASSWORD": PASSWORD}


# --- A secret is never shown ---


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        format,
        ascii,
        "{}".format,
        "{!r:>30}".format,
        lambda secret: f"{secret} {secret!s} {secret!r}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - the form that logging uses
        lambda secret: str([secret, {"password": secret}]),
        lambda secret: json.dumps({"password": secret}, default=str),
        lambda secret: repr(Settings(DOCUMENTED_URL, "shop", secret)),
        lambda secret: str(Settings(DOCUMENTED_URL, "shop", secret)),
    ],
)
def test_no_way_of_printing_shows_the_secret(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(PASSWORD))
    assert PASSWORD not in shown
    assert "***" in shown or "Settings(" in shown


@pytest.mark.parametrize(
    "copying",
    [pickle.dumps, copy.copy, copy.deepcopy, lambda secret: dataclasses.asdict(Settings(DOCUMENTED_URL, "u", secret))],
)
def test_a_secret_is_neither_pickled_nor_copied(copying: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError) as error:
        copying(Secret(PASSWORD))
    assert PASSWORD not in str(error.value)


def test_a_traceback_with_local_variables_does_not_show_it() -> None:
    def fail(secret: Secret, account: Settings) -> None:
        raise RuntimeError(f"{secret} {account}")

    secret = Secret(PASSWORD)
    with pytest.raises(RuntimeError) as error:
        fail(secret, Settings(DOCUMENTED_URL, "shop", secret))
    text = "".join(traceback.TracebackException.from_exception(error.value, capture_locals=True).format())
    assert "secret = Secret('***')" in text
    assert PASSWORD not in text


def test_a_log_line_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("campaigns.test").warning("login %s %r", Secret(PASSWORD), Secret(PASSWORD))
    assert caplog.messages == ["login *** Secret('***')"]


def test_the_secret_itself_is_there_for_the_request() -> None:
    assert Secret(PASSWORD).reveal() == PASSWORD


# --- A reply that echoes the query ---

ECHOES = [
    # (password, the same as a page may echo it)
    ("hunter2", "hunter2"),
    ("pa ss", "pa ss"),
    ("pa ss", "pa%20ss"),
    ("pa ss", "pa+ss"),
    ("a&b=c", "a%26b%3Dc"),
    ("a&b=c", "a%26b%3dc"),  # ASP.NET writes lower-case hexadecimal
    ("a/b", "a/b"),
    ("a/b", "a%2Fb"),
    ("a&b", "a%2526b"),  # encoded twice, as the document's samples do
    ("a=b", "a%253db"),
    ("a&b", "a&amp;b"),
    ("a<b>c", "a&lt;b&gt;c"),
    ('a"b', "a&quot;b"),
    ('a<"b', 'a&lt;"b'),  # in the text of a page quotes may stand as they are
    ("a'b", "a&#x27;b"),
    ("a'b", "a&#39;b"),
    ("ab!", "&#97;&#98;&#33;"),  # every character as its number
    ("ab!", "&#x61;&#x62;&#x21;"),
    ("ab!", "%61%62%21"),  # every byte percent-encoded
    ("wörd", "w%C3%B6rd"),
    ("wörd", "w%c3%b6rd"),
    ("wörd", "w%25C3%25B6rd"),
    ("wörd", "w&#246;rd"),
    ("wörd", "w%u00f6rd"),  # the older ASP.NET way
    ("wörd", "w\\xf6rd"),  # as Python prints bytes and names in an exception
    ("Արև", "%D4%B1%D6%80%D6%87"),
    ("a.b*c", "a.b*c"),  # what means something to a regular expression is nothing but text here
    ("a\\b", "a%5Cb"),
    ("a'b!~c", "a%27b!%7ec"),  # ASP.NET escapes the apostrophe and the tilde and leaves the exclamation mark
    ("a b&c", "a%20b&c"),  # JavaScript's encodeURI leaves what an address may hold
    ("éԱ", "&#233;Ա"),  # ASP.NET writes the Western letters as numbers and leaves the others
    ('a"\\b', 'a\\"\\\\b'),  # in JSON or a script
    ("wörd", "w\\u00f6rd"),
    ("100%", "100%25"),
    ("100%", "100%2525"),
]


@pytest.mark.parametrize(("password", "echo"), ECHOES)
def test_every_form_of_the_password_is_removed(password: str, echo: str) -> None:
    page = f"Err: 701 : bad login (password={echo}&sender=Shop)"
    assert Secret(password).redact(page) == "Err: 701 : bad login (password=***&sender=Shop)"


def asp_net(text: str) -> str:
    """Encode as ASP.NET does for a form."""
    kept = "-_.!*()"
    return "".join(
        "+" if one == " " else one if one in kept or (one.isascii() and one.isalnum()) else lower_hex(every_byte(one))
        for one in text
    )


def every_byte(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def lower_hex(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "percent": lambda text: quote(text, safe=""),
    "percent, slash kept": quote,
    "form": quote_plus,
    "form, slash kept": lambda text: quote_plus(text, safe="/"),
    "JavaScript": lambda text: quote(text, safe="!*'()~"),
    "ASP.NET": asp_net,
    "every byte": every_byte,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, letters kept": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "percent, lower-case": lambda text: lower_hex(quote(text, safe="")),
    "form, lower-case": lambda text: lower_hex(quote_plus(text)),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, twice, lower-case": lambda text: lower_hex(quote(lower_hex(quote(text, safe="")), safe="")),
    "form, then percent": lambda text: quote(quote_plus(text), safe=""),
    "HTML": html.escape,
    "HTML, quotes kept": lambda text: html.escape(text, quote=False),
    "HTML of percent": lambda text: html.escape(quote(text, safe="!*'()~")),
    "HTML numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML hexadecimal numbers": lambda text: "".join(f"&#X{ord(character):X};" for character in text),
}
ALPHABET = st.one_of(st.characters(min_codepoint=32, max_codepoint=126), st.sampled_from("éöÀԱև€ж😀"))


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
@settings(max_examples=100, deadline=None)
@given(password=st.text(ALPHABET, min_size=1, max_size=12))
@example(password="a'b (c) ~d!*")
@example(password="%2B+ %")
def test_any_password_is_removed_whole(encode: Callable[[str], str], password: str) -> None:
    assert Secret(password).redact(f"\n{encode(password)}\n{encode(password)}\n") == "\n***\n***\n"


SPELLINGS = st.sampled_from(list(ENCODINGS.values()))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(ALPHABET, SPELLINGS), min_size=1, max_size=12))
def test_a_password_is_removed_whole_where_a_page_mixes_the_forms(
    spelled: list[tuple[str, Callable[[str], str]]],
) -> None:
    password = "".join(character for character, _ in spelled)
    echo = "".join(encode(character) for character, encode in spelled)
    assert Secret(password).redact(f"\n{echo}\n") == "\n***\n"


def test_the_longest_form_wins_so_that_no_tail_is_left() -> None:
    # The plain password is a part of its own encoded form.
    assert Secret("%").redact("(%25) (%) (%2525)") == "(***) (***) (***)"


def test_what_is_not_the_secret_stays() -> None:
    assert Secret("hunter2").redact("Err: 701 : hunter3") == "Err: 701 : hunter3"


def test_an_empty_secret_removes_nothing() -> None:
    assert Secret("").redact("Err: 701 : bad login") == "Err: 701 : bad login"


# --- Where the password may travel ---


@pytest.mark.parametrize(
    "url",
    [
        DOCUMENTED_URL,
        "https://gateway.example:8443/API_2_0/HTTP_API.aspx",
        "HTTPS://gateway.example/",
        "https://192.0.2.1/",
        # Plain http stays on this machine.
        "http://127.0.0.1:8080/",
        "http://127.8.9.10/",
        "http://localhost:8080/HTTP_API.aspx",
        "http://LocalHost/",
        "http://[::1]:8080/",
    ],
)
def test_an_address_of_https_or_of_this_machine_is_taken_as_it_is(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        # Plain http to another machine, also where it only looks like this one.
        ("http://www.mobipace.com/API_2_0/HTTP_API.aspx", "is plain http"),
        ("http://192.168.0.10/", "is plain http"),
        ("http://0.0.0.0:8080/", "is plain http"),
        ("http://127.0.0.1.gateway.example/", "is plain http"),
        ("http://localhost.gateway.example/", "is plain http"),
        ("http://2130706433/", "is plain http"),
        ("http://[2001:db8::1]/", "is plain http"),
        # A login, a query or a fragment in the address.
        ("https://shop:hunter2@gateway.example/", "holds more than an address"),
        ("https://shop@gateway.example/", "holds more than an address"),
        ("https://@gateway.example/", "holds more than an address"),
        ("http://127.0.0.1@gateway.example/", "holds more than an address"),
        ("http://localhost:80@gateway.example/", "holds more than an address"),
        ("https://gateway.example/?password=hunter2", "holds more than an address"),
        ("https://gateway.example/#hunter2", "holds more than an address"),
        # No address of the web.
        ("www.mobipace.com", "is not an http or https address"),
        ("//gateway.example/", "is not an http or https address"),
        ("ftp://gateway.example/", "is not an http or https address"),
        ("file:///etc/hosts", "is not an http or https address"),
        ("https://", "is not an http or https address"),
        ("https:///HTTP_API.aspx", "is not an http or https address"),
        ("https://:443/", "is not an http or https address"),
        ("https://gateway.example:99999/", "is not an address"),
        ("https://gateway.example:https/", "is not an address"),
        ("https://gateway.example:-1/", "is not an address"),
        ("https://[::1/", "is not an address"),
        ("https://gateway.example/?", "holds more than an address"),
        ("https://gateway.example/#", "holds more than an address"),
        ("ht\ntp://localhost/", "is not an address"),
        ("https://gate way.example/", "is not an address"),
        ("https://gateway.example:0/", "is not an address"),
    ],
)
def test_any_other_address_is_refused_and_not_repeated(url: str, reason: str) -> None:
    with pytest.raises(UsageError) as error:
        check_url(url)
    assert error.value.message.startswith(f"MOBIPACE_URL {reason}")
    assert error.value.hint
    assert "hunter2" not in f"{error.value.message} {error.value.hint}"


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("", False),
        ("128.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - read, not bound
        ("127.1", False),  # some systems take it for 127.0.0.1: not surely
        ("localhost.localdomain", False),
        ("gateway.example", False),
        ("::", False),
    ],
)
def test_loopback_is_localhost_and_the_loopback_addresses(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


# --- The account ---


def never_ask() -> str:
    raise AssertionError("nobody should be asked")


def test_the_account_is_read_from_the_environment() -> None:
    account = read_account({**ACCOUNT, "MOBIPACE_URL": "https://gateway.example/", "MOBIPACE_TIMEOUT": "90"}, never_ask)
    assert (account.url, account.username, account.password.reveal(), account.timeout) == (
        "https://gateway.example/",
        "shop",
        PASSWORD,
        90.0,
    )


@pytest.mark.parametrize("unset", [{}, {"MOBIPACE_URL": "", "MOBIPACE_TIMEOUT": ""}])
def test_address_and_time_out_have_defaults(unset: dict[str, str]) -> None:
    account = read_account({**ACCOUNT, **unset}, never_ask)
    assert (account.url, account.timeout) == ("https://www.mobipace.com/API_2_0/HTTP_API.aspx", DEFAULT_TIMEOUT)


@pytest.mark.parametrize("unset", [{}, {"MOBIPACE_PASSWORD": ""}])
def test_a_missing_password_is_asked_for(unset: dict[str, str]) -> None:
    account = read_account({"MOBIPACE_USERNAME": "shop", **unset}, lambda: " typed ")
    assert account.password.reveal() == " typed "  # spaces may belong to it


@pytest.mark.parametrize("ask", [None, lambda: ""])
def test_without_a_password_there_is_no_account(ask: Callable[[], str] | None) -> None:
    with pytest.raises(UsageError, match="MOBIPACE_PASSWORD is not set") as error:
        read_account({"MOBIPACE_USERNAME": "shop"}, ask)
    assert "--sandbox" in error.value.hint


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "MOBIPACE_USERNAME is not set"),
        ({"MOBIPACE_USERNAME": ""}, "MOBIPACE_USERNAME is not set"),
        ({"MOBIPACE_USERNAME": "shop", "MOBIPACE_URL": "http://gateway.example/"}, "MOBIPACE_URL is plain http"),
        ({"MOBIPACE_USERNAME": "shop", "MOBIPACE_TIMEOUT": "soon"}, "MOBIPACE_TIMEOUT is not"),
    ],
)
def test_nobody_types_a_password_for_settings_that_cannot_be_used(environment: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_account(environment, never_ask)


@pytest.mark.parametrize(("text", "seconds"), [("1", 1.0), ("2.5", 2.5), (" 60 ", 60.0), ("600", 600.0)])
def test_a_time_out_is_a_number_of_seconds(text: str, seconds: float) -> None:
    assert read_account({**ACCOUNT, "MOBIPACE_TIMEOUT": text}, None).timeout == seconds


@pytest.mark.parametrize("text", ["0", "0.5", "-60", "601", "nan", "inf", "1e9", "60s", "one minute"])
def test_a_time_out_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="seconds from 1 to 600") as error:
        read_account({**ACCOUNT, "MOBIPACE_TIMEOUT": text}, None)
    assert repr(text) in error.value.message


# --- The zone ---


@pytest.mark.parametrize("name", ["Asia/Yerevan", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_found_by_its_name(name: str) -> None:
    zone = read_zone(name, "--tz")
    assert zone is not None
    assert zone.key == name


@pytest.mark.parametrize("name", [None, ""])
def test_no_name_is_no_zone(name: str | None) -> None:
    assert read_zone(name, "MOBIPACE_TZ") is None


@pytest.mark.parametrize(
    "name",
    [
        "Yerevan",
        "Asia/Erevan",
        "Asia",  # a folder of zones
        "+04:00",
        "Ереван",
        "../../etc/passwd",  # a name never leads out of the zones
        "/etc/localtime",
        "Asia/Yerevan\0",
        "x" * 5000,
    ],
)
def test_an_unknown_zone_is_an_error_that_says_where_it_came_from(name: str) -> None:
    with pytest.raises(UsageError, match="no time zone is called") as error:
        read_zone(name, "MOBIPACE_TZ")
    assert error.value.message.startswith("MOBIPACE_TZ: ")
    assert "Asia/Yerevan" in error.value.hint


def test_no_text_makes_redaction_slow() -> None:
    password, text = "\\" * 20 + "x", "\\" * 400
    assert Secret(password).redact(text) == text  # exponential in the number of backslashes if done naively
    assert Secret(password).redact(f"{text}x").endswith("***")
