"""What an exchange with the gateway means for a message: CONTRACT section 4, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.judging import judge
from campaigns.delivery.outcomes import Outcome, Sign, Verdict
from campaigns.gateway.client import Client, Exchange, Fate
from campaigns.gateway.faults import Answer, Fault
from campaigns.gateway.protocol import Function
from campaigns.settings import Secret
from tests.running import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "pa ss&wörd/1"
PAGE = "<html><head><title>Error</title></head><body><h1>Server Error</h1></body></html>"
RISK = "its request is 2,400 bytes long"  # what a plan says of a row with a length or markup warning

Judged = tuple[Outcome, str, str, Sign]  # outcome, ref, code, and what it tells about the run


def accepted(ref: str) -> Judged:
    return Outcome.ACCEPTED, ref, "", Sign.GOOD


def rejected(code: str, sign: Sign = Sign.GOOD) -> Judged:
    return Outcome.REJECTED, "", code, sign


def unknown(code: str = "") -> Judged:
    return Outcome.UNKNOWN, "", code, Sign.BAD


def pending(code: str, sign: Sign = Sign.BAD) -> Judged:
    return Outcome.PENDING, "", code, sign


def answer(text: str, http_status: int = 200) -> Exchange:
    redacted = Secret(PASSWORD).redact(text)[:4096]
    return Exchange(Function.SEND, Fate.ANSWERED, text=text, redacted=redacted, http_status=http_status)


ANSWERS: list[tuple[str, int, str, Judged]] = [
    # accepted: the gateway answered `ID: ref`; the ref is text, kept byte for byte
    ("ID: 48151623", 200, "", accepted("48151623")),
    ("ID: 007", 200, "", accepted("007")),
    ("ID: a1:b2-C3_é", 200, "", accepted("a1:b2-C3_é")),
    ("ID: 4815 : Message was accepted: thank you", 200, "", accepted("4815")),
    ("\ufeff id :4815 \r\n\r\n<!DOCTYPE html>", 200, "", accepted("4815")),
    # rejected: an error about this message
    ("Err: 700 : Incorrect parameters in user's request", 200, "", rejected("700")),
    ("Err: 705 : The format of the date/time is incorrect", 200, "", rejected("705")),
    ("Err: 708 : The specified date/time is out of date", 200, "", rejected("708")),
    ("Err: 709 : The specified currency is incorrect", 200, "", rejected("709")),
    # ... or any other code: of other functions, one that does not exist, one that nobody has heard of
    *((f"Err: {code} : text", 200, "", rejected(str(code))) for code in (703, 704, 706, 707, 710, 711, 714)),
    *((f"Err: {code} : text", 200, "", rejected(str(code))) for code in (0, 1, 699, 715, 999999)),
    # ... in the document's other spelling, and in careless ones
    ("Er: 700 : error text", 200, "", rejected("700")),
    ("ERR:700:text", 200, "", rejected("700")),
    ("Err: 700", 200, "", rejected("700")),
    # ... or HTTP 400, 404, 413, 414, 431 for a row that had a length or markup warning
    *((PAGE, status, RISK, rejected(f"HTTP {status}", Sign.BAD)) for status in (400, 404, 413, 414, 431)),
    # unknown: 712 and 713 happen inside the gateway, the message may be under way
    ("Err: 712 : The message send operation timed out", 200, "", unknown("712")),
    ("Err: 713 : Indicates an error occurred in the system", 200, "", unknown("713")),
    # ... a redirect, which is not followed
    *((PAGE, status, risk, unknown(f"HTTP {status}")) for status in (300, 301, 302, 303) for risk in ("", RISK)),
    *((PAGE, status, "", unknown(f"HTTP {status}")) for status in (304, 305, 307, 308)),
    # ... HTTP 408 and 5xx, also for a row with a warning
    (PAGE, 408, "", unknown("HTTP 408")),
    (PAGE, 408, RISK, unknown("HTTP 408")),
    *((PAGE, status, risk, unknown(f"HTTP {status}")) for status in (500, 502, 503, 504) for risk in ("", RISK)),
    *((PAGE, status, "", unknown(f"HTTP {status}")) for status in (501, 505, 507, 520, 599)),
    # ... an answer that is neither `ID` nor `Err`
    ("", 200, "", unknown()),
    ("  \r\n ", 200, "", unknown()),
    ("", 204, "", unknown("HTTP 204")),
    ("OK", 200, "", unknown()),
    ("48151623", 200, "", unknown()),
    (PAGE, 200, "", unknown()),
    (PAGE, 200, RISK, unknown()),
    ("<p>ID: 48151623</p>", 200, "", unknown()),
    ("ID:", 200, "", unknown()),
    ("ID: : Message was accepted", 200, "", unknown()),
    ("ID: two words", 200, "", unknown()),
    ("ID: <b>4815</b>", 200, "", unknown()),
    ("Err: unknown", 200, "", unknown()),
    ("Err: 7OO : text", 200, "", unknown()),
    ("\x00\x01\ufffd\ufffd", 200, "", unknown()),
    # pending: a wrong login and an empty account say nothing about the message; each has its own sign
    ("Err: 701 : Incorrect username or password", 200, "", pending("701", Sign.WRONG_LOGIN)),
    ("Err: 702 : Not enough balance to send SMS message", 200, "", pending("702", Sign.OUT_OF_BALANCE)),
    # ... any other HTTP 4xx: nothing was taken
    *((PAGE, status, "", pending(f"HTTP {status}")) for status in (400, 401, 402, 403, 404, 405, 407, 409, 410, 411)),
    *((PAGE, status, "", pending(f"HTTP {status}")) for status in (412, 413, 414, 415, 421, 422, 426, 429, 431, 451)),
    *((PAGE, status, RISK, pending(f"HTTP {status}")) for status in (401, 403, 405, 429)),
    # A parsable body wins over the HTTP status
    *(("ID: 4815", status, RISK, accepted("4815")) for status in (201, 302, 400, 404, 408, 429, 500, 503)),
    *(("Err: 700 : text", status, "", rejected("700")) for status in (302, 400, 404, 408, 500)),
    ("Err: 701 : text", 401, "", pending("701", Sign.WRONG_LOGIN)),
    ("Err: 702 : text", 402, "", pending("702", Sign.OUT_OF_BALANCE)),
    ("Err: 712 : text", 404, RISK, unknown("712")),
    ("Err: 713 : text", 400, "", unknown("713")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "http_status", "risk", "judged"), ANSWERS)
def test_every_answer_becomes_the_outcome_that_the_contract_names(
    text: str, http_status: int, risk: str, judged: Judged
) -> None:
    verdict = judge(answer(text, http_status), risk)
    assert (verdict.outcome, verdict.ref, verdict.code, verdict.sign) == judged
    assert bool(verdict.detail) == (verdict.outcome is not Outcome.ACCEPTED)  # what is not accepted says why


@pytest.mark.parametrize("risk", ["", RISK])
def test_no_page_of_any_status_is_ever_accepted_and_only_a_4xx_was_surely_not_taken(risk: str) -> None:
    outcomes = {status: judge(answer(PAGE, status), risk).outcome for status in range(200, 600)}
    refused = {status for status in range(400, 500) if status != 408}
    assert {status for status, outcome in outcomes.items() if outcome is not Outcome.UNKNOWN} == refused
    assert {outcomes[status] for status in refused} == (
        {Outcome.PENDING, Outcome.REJECTED} if risk else {Outcome.PENDING}
    )


@pytest.mark.parametrize("risk", ["", RISK])
@pytest.mark.parametrize(
    ("fate", "verdict"),
    [
        (Fate.NOT_SENT, Verdict(Outcome.PENDING, detail="why", sign=Sign.BAD)),
        (Fate.LOST, Verdict(Outcome.UNKNOWN, detail="why: the gateway may have accepted it", sign=Sign.BAD)),
    ],
)
def test_without_an_answer_all_depends_on_whether_the_request_may_have_left(
    fate: Fate, verdict: Verdict, risk: str
) -> None:
    assert judge(Exchange(Function.SEND, fate, detail="why"), risk) == verdict


@pytest.mark.parametrize(
    ("text", "http_status", "risk", "code", "detail"),
    [
        # the gateway's own words stand behind the document's, unless they are the same
        ("Err: 700 : Incorrect parameters in user's request", 200, "", "700", "Incorrect parameters in user's request"),
        ("Err: 700 : no such sender", 200, "", "700", "Incorrect parameters in user's request (no such sender)"),
        ("Err: 700", 200, "", "700", "Incorrect parameters in user's request"),
        ("Err: 999 : new", 200, "", "999", "a code that the gateway's document does not list (new)"),
        (
            "Err: 712 : The message send operation timed out",
            200,
            "",
            "712",
            "The message send operation timed out: the gateway may have accepted it",
        ),
        (PAGE, 200, "", "", "the answer is neither ID nor Err: the gateway may have accepted it"),
        (
            PAGE,
            302,
            "",
            "HTTP 302",
            "a redirect came back, which is not followed: the gateway may have accepted it",
        ),
        (
            PAGE,
            503,
            "",
            "HTTP 503",
            "the server answered with an error page (HTTP 503): the gateway may have accepted it",
        ),
        (PAGE, 404, "", "HTTP 404", "the web server refused the request unread; nothing was taken"),
        (PAGE, 404, RISK, "HTTP 404", f"the web server refused the request unread: {RISK}"),
    ],
)
def test_the_detail_says_what_happened_for_a_person(
    text: str, http_status: int, risk: str, code: str, detail: str
) -> None:
    verdict = judge(answer(text, http_status), risk)
    assert (verdict.code, verdict.detail) == (code, detail)


@pytest.mark.parametrize(
    ("text", "http_status"),
    [
        (f"Err: 700 : unknown request function=send&password={PASSWORD}", 200),
        ("Err: 700 : unknown request function=send&password=pa%20ss%26w%C3%B6rd%2F1", 200),
        (f"Err: 713 : {PASSWORD}", 200),
        (f"Err: 701 : {PASSWORD} is not the password", 200),
        (f"<html>password={PASSWORD}</html>", 200),
        (f"<html>password={PASSWORD}</html>", 302),
        ("<html>password=pa ss&amp;w&#246;rd/1</html>", 404),
        ("<html>password=pa%20ss%26w%C3%B6rd%2F1</html>", 500),
    ],
)
def test_an_answer_that_echoes_the_password_leaves_no_trace_of_it(text: str, http_status: int) -> None:
    kept = repr(judge(answer(text, http_status), RISK))
    assert not any(trace in kept for trace in ("pa ss", "pa%20ss", "rd/1", "rd%2F1", "w&#246;rd"))


@pytest.mark.parametrize(
    ("text", "http_status", "kept"),
    [
        ("Err: 712 : request 17", 200, True),
        ("Err: 713 : request 18", 200, True),
        (PAGE, 200, True),
        (PAGE, 302, True),
        (PAGE, 404, True),
        (PAGE, 500, True),
        # these two say it all by themselves
        ("ID: 4815", 200, False),
        ("Err: 700 : text", 200, False),
    ],
)
def test_an_answer_that_the_gateways_support_may_ask_for_is_kept_as_it_came(
    text: str, http_status: int, kept: bool
) -> None:
    assert judge(answer(text, http_status)).raw == (text if kept else "")


@pytest.mark.parametrize("http_status", [200, 404, 500])
def test_an_endless_page_that_echoes_the_request_is_kept_short_and_without_the_password(http_status: int) -> None:
    def echo(_: Function, parameters: Mapping[str, str]) -> Fault:
        page = f"<p>{parameters['password']}</p>" * 10_000
        return Fault(taken=False, answer=Answer(page.encode(), http_status, "text/html"))

    with serve(faults=echo) as sandbox, Client(sandbox.settings()) as client:
        verdict = judge(client.ask(Function.SEND, {"sender": "Shop", "recipient": "37491000001", "body": "Hello"}))
        password = sandbox.account.password.reveal()

    assert verdict.raw.startswith("<p>***</p><p>***</p>")
    assert len(verdict.raw) == 4096
    assert password not in repr(verdict)
