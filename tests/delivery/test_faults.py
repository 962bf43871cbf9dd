"""Whole runs of `send` against a gateway that misbehaves: what each fault makes of a row, and of a re-run.

`FAULTS` is the table of the README's section on faults: a line for each fault, every one of its forms tried here.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from campaigns.gateway.faults import Answer, Cut, Fault, in_turn, page, text
from campaigns.gateway.protocol import Function
from campaigns.gateway.sandbox import PATH, Account, Sandbox
from campaigns.planning.segments import count
from campaigns.settings import Secret
from tests.running import Ended, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.running import Program

# The user name is longer than the password, so a request that a plan finds too long can still arrive here unharmed.
ACCOUNT = Account(username="a-shop-with-a-very-long-user-name", password=Secret("pä ss&wörd"))
FIRST, SECOND = "37491000001", "37491000002"
SHORT = "Hello"

NEVER = "never"
YES = "yes"
AFTER_CHANGE = "after the row changes, or with --retry-rejected"
ON_REQUEST = "only with --retry-unknown"

SOON = 20.0  # seconds that a test would wait for what comes at once
BOTH_WAYS = (True, False)  # whether the gateway took the message before it went wrong


class Tried(NamedTuple):
    """One line of the table, and the forms in which it is tried; none where a test of its own tries it.

    Attributes:
        name: The fault.
        gateway: What the gateway did.
        outcome: What the results say of the row.
        again: Whether the same command submits it again.
        forms: What goes wrong with the first of two messages.
        body: The first message's text.
        code: What the first run ends with.
    """

    name: str
    gateway: str
    outcome: str
    again: str
    forms: tuple[Fault, ...] = ()
    body: str = SHORT
    code: int = 1


def parameters(body: str) -> dict[str, str]:
    return {"sender": "Shop", "recipient": FIRST, "body": body}


TOO_LONG = "x" * 2048  # its request is longer than a web server of this kind reads by default


@pytest.fixture(autouse=True)
def _a_web_server_that_reads_longer_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.gateway.sandbox.LONGEST_QUERY", 4096)


def errors(*codes: int) -> tuple[Fault, ...]:
    return tuple(Fault(taken=False, answer=text(f"Err: {code} : text")) for code in codes)


def answers(*replies: str, taken: bool = True, status: int = 200) -> tuple[Fault, ...]:
    return tuple(Fault(taken=taken, answer=text(reply, status)) for reply in replies)


def pages(*statuses: int, taken: bool = False) -> tuple[Fault, ...]:
    return tuple(Fault(taken=taken, answer=page(status)) for status in statuses)


ELSEWHERE = Answer(b"<html>moved</html>", 302, "text/html", location=PATH)  # who followed it would get an error 700

FAULTS: tuple[Tried, ...] = (
    # --- Answers of the gateway ---
    Tried("no fault", "took the message and answered `ID: ref`", "accepted", NEVER, (Fault(taken=True),), code=0),
    Tried(
        "untidy answer",
        "took it and answered with a byte-order mark, other case and spacing, or markup behind",
        "accepted",
        NEVER,
        answers("\ufeffID: R-1\r\n", "  id :R-1", "ID:R-1", "ID: R-1 : accepted\r\n\r\n<!DOCTYPE html><html></html>"),
        code=0,
    ),
    Tried(
        "answer with another HTTP status",
        "took it and answered `ID: ref` with HTTP 302, 400, 404 or 500",
        "accepted",
        NEVER,
        tuple(Fault(taken=True, answer=text("ID: R-1", status)) for status in (302, 400, 404, 500)),
        code=0,
    ),
    Tried("error 700", "refused the parameters", "rejected", AFTER_CHANGE, errors(700)),
    Tried("error 705, 708", "refused the time", "rejected", AFTER_CHANGE, errors(705, 708)),
    Tried("error 709", "refused the currency", "rejected", AFTER_CHANGE, errors(709)),
    Tried(
        "error 703, 706, 707, 710, 711, 714",
        "answered with a code of another function",
        "rejected",
        AFTER_CHANGE,
        errors(703, 706, 707, 710, 711, 714),
    ),
    Tried(
        "another error code",
        "answered with a code that its document does not list (704, 715, 1)",
        "rejected",
        AFTER_CHANGE,
        errors(704, 715, 1),
    ),
    Tried(
        "untidy error",
        "answered `Er:`, in other case or spacing, or with HTTP 400 or 500",
        "rejected",
        AFTER_CHANGE,
        tuple(
            Fault(taken=False, answer=text(reply, status))
            for reply, status in (("Er: 700 : text", 200), ("err:700", 200), ("Err: 700 : text", 400), ("Er: 700", 500))
        ),
    ),
    Tried("error 701", "refused the user name or password", "pending", YES, errors(701), code=4),
    Tried("error 702", "is out of balance", "pending", YES, errors(702), code=4),
    Tried(
        "error 712",
        "timed out inside; took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(Fault(taken, text("Err: 712 : The message send operation timed out")) for taken in BOTH_WAYS),
    ),
    Tried(
        "error 713",
        "failed inside; took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(Fault(taken, text("Err: 713 : Indicates an error occurred in the system")) for taken in BOTH_WAYS),
    ),
    Tried(
        "requests at the same time",
        "takes one request at a time, and refused this one unread (error 713)",
        "unknown",
        ON_REQUEST,
    ),
    # --- Answers that are none ---
    Tried(
        "empty answer",
        "took it and answered nothing, or white space",
        "unknown",
        ON_REQUEST,
        answers("", " \r\n"),
    ),
    Tried(
        "unreadable answer",
        "took it and answered `ID:` without a ref, `OK`, or `Err:` without a code",
        "unknown",
        ON_REQUEST,
        answers("ID:", "ID: : accepted", "OK", "R-1", "Err: failed"),
    ),
    Tried(
        "HTML page",
        "answered with a page and HTTP 200; took the message or not",
        "unknown",
        ON_REQUEST,
        pages(200, taken=True) + pages(200),
    ),
    Tried(
        "binary page",
        "took it and answered with bytes that are no text",
        "unknown",
        ON_REQUEST,
        (Fault(taken=True, answer=Answer(bytes(range(256)) * 400, 200, "application/octet-stream")),),
    ),
    # --- The wire ---
    Tried("connection refused", "was not listening", "pending", YES),
    Tried(
        "read time-out",
        "answered too late; took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(Fault(taken, delay=1.3) for taken in BOTH_WAYS),
    ),
    Tried(
        "connection closed",
        "closed the connection without an answer; took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(Fault(taken, cut=Cut.CLOSED) for taken in BOTH_WAYS),
    ),
    Tried(
        "connection reset",
        "reset the connection without an answer; took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(Fault(taken, cut=Cut.RESET) for taken in BOTH_WAYS),
    ),
    Tried(
        "half an answer",
        "took it and broke off in the middle of the answer",
        "unknown",
        ON_REQUEST,
        (Fault(taken=True, cut=Cut.HALF),),
    ),
    # --- The web server, or whatever stands between ---
    Tried(
        "redirect",
        "pointed elsewhere (HTTP 301, 302, 303, 307, 308); took the message or not",
        "unknown",
        ON_REQUEST,
        tuple(
            Fault(taken, Answer(ELSEWHERE.body, status, ELSEWHERE.content_type, ELSEWHERE.location))
            for status in (301, 302, 303, 307, 308)
            for taken in BOTH_WAYS
        ),
    ),
    Tried(
        "HTTP 400, 404, 413, 414, 431",
        "refused the request unread",
        "pending",
        YES,
        pages(400, 404, 413, 414, 431),
    ),
    Tried(
        "HTTP 400, 404, 413, 414, 431 on a row that was warned of",
        "refused the request unread, for its length or for markup",
        "rejected",
        AFTER_CHANGE,
        pages(400, 404, 413, 414, 431),
        body=TOO_LONG,
    ),
    Tried(
        "HTTP 401, 403, 429 and every other 4xx",
        "refused the request unread",
        "pending",
        YES,
        pages(401, 403, 405, 407, 410, 429, 451),
    ),
    Tried(
        "HTTP 401, 403, 429 on a row that was warned of",
        "refused the request unread, for another reason",
        "pending",
        YES,
        pages(401, 403, 429),
        body=TOO_LONG,
    ),
    Tried(
        "HTTP 408",
        "gave up; took the message or not",
        "unknown",
        ON_REQUEST,
        pages(408, taken=True) + pages(408),
    ),
    Tried(
        "HTTP 500, 502, 503, 504",
        "failed; took the message or not",
        "unknown",
        ON_REQUEST,
        pages(500, 502, 503, 504, taken=True) + pages(500, 502, 503, 504),
    ),
    Tried(
        "HTTP 500 on a row with markup",
        "refused the request unread, for its markup",
        "unknown",
        ON_REQUEST,
    ),
)

CASES = [pytest.param(line, form, id=f"{line.name}-{n}") for line in FAULTS for n, form in enumerate(line.forms)]
ONE_OF_EACH = list({line.outcome: line for line in FAULTS if line.forms}.values())  # a retry knows outcomes only
THESE = {line.name: line for line in FAULTS}


# --- The runs ---


@dataclass
class Shop:
    """Who runs a campaign of two messages, again and again with the same command."""

    program: Program
    path: Path

    def send(self, *options: str) -> Ended:
        said = ("--sender", "Shop", "--price", "12", "--results", "results.csv", "--yes")
        return self.program("send", self.path, *said, *options)

    @property
    def results(self) -> dict[str, dict[str, str]]:
        return {line["recipient"]: line for line in self.program.lines("results.csv")}

    @property
    def outcomes(self) -> dict[str, str]:
        return self.program.outcomes("results.csv")

    def change(self, *rows: str) -> None:
        """Write the file anew."""
        self.program.write(self.path.name, "phone,text", *rows)


@pytest.fixture
def shop(program: Program) -> Shop:
    return Shop(program, program.write("spring.csv", "phone,text", f"{FIRST},{SHORT}", f"{SECOND},{SHORT}"))


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try to connect again without the pause in between."""
    hurried = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None)
    monkeypatch.setattr("campaigns.gateway.client.time", hurried)


def arrived(sandbox: Sandbox) -> list[str]:
    return [one.parameters["recipient"] for one in sandbox.taken]


def refs(sandbox: Sandbox) -> dict[str, str]:
    return {one.parameters["recipient"]: one.ref for one in sandbox.taken}


@pytest.mark.parametrize(("line", "form"), CASES)
def test_what_becomes_of_a_row_and_whether_a_re_run_submits_it(shop: Shop, line: Tried, form: Fault) -> None:
    shop.change(f"{FIRST},{line.body}", f"{SECOND},{SHORT}")
    if form.delay:
        shop.program.monkeypatch.setenv("MOBIPACE_TIMEOUT", "1")
    stops = line.code == 4
    expected = {FIRST: line.outcome, SECOND: "pending" if stops else "accepted"}

    with serve(account=ACCOUNT, faults=in_turn(form)) as sandbox:
        shop.program.use(sandbox)
        ended = shop.send()
        assert ended.code == line.code
        assert shop.outcomes == expected
        assert arrived(sandbox) == [FIRST] * form.taken + [SECOND] * (not stops)
        if line.outcome == "unknown":
            hint = "probably accepted" if form.taken else "probably not accepted"
            assert shop.results[FIRST]["detail"].endswith(f"{hint})")
        assert_nothing_shows_the_password(shop, ended)

    with serve(account=ACCOUNT) as sandbox:  # the gateway has come to its senses: the same command again
        shop.program.use(sandbox)
        ended = shop.send()
        assert arrived(sandbox) == [FIRST] * (line.again == YES) + [SECOND] * stops
        done = line.again in (YES, NEVER)
        assert ended.code == (0 if done else 1)
        assert shop.outcomes == {FIRST: "accepted" if done else line.outcome, SECOND: "accepted"}


@pytest.mark.parametrize("line", ONE_OF_EACH, ids=lambda line: line.outcome)
def test_each_retry_submits_just_the_rows_that_it_names(shop: Shop, line: Tried) -> None:
    shop.change(f"{FIRST},{line.body}", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT, faults=in_turn(line.forms[-1])) as sandbox:
        shop.program.use(sandbox)
        shop.send()
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        shop.send()
        sandbox.taken.clear()
        shop.send("--retry-rejected")
        assert arrived(sandbox) == [FIRST] * (line.again == AFTER_CHANGE)
        sandbox.taken.clear()
        assert shop.send("--retry-unknown").code == 0
        assert arrived(sandbox) == [FIRST] * (line.again == ON_REQUEST)
    assert set(shop.outcomes.values()) == {"accepted"}


def assert_nothing_shows_the_password(shop: Shop, ended: Ended) -> None:
    kept = "".join(path.read_bytes().decode("utf-8", "replace") for path in shop.program.folder.iterdir())
    for trace in ("pä ss", "p%C3%A4", "wörd", "w%C3%B6rd"):
        assert trace not in ended.out + ended.err + kept


@pytest.mark.parametrize("name", ["error 700", "HTTP 400, 404, 413, 414, 431 on a row that was warned of"])
def test_a_rejected_row_is_submitted_again_once_it_has_changed(shop: Shop, name: str) -> None:
    line = THESE[name]
    shop.change(f"{FIRST},{line.body}", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT, faults=in_turn(line.forms[0])) as sandbox:
        shop.program.use(sandbox)
        shop.send()
    shop.change(f"{FIRST},Changed", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        assert shop.send().code == 0
        assert arrived(sandbox) == [FIRST]
    assert shop.outcomes == {FIRST: "accepted", SECOND: "accepted"}


@pytest.mark.parametrize("name", ["error 712", "connection reset"])
def test_a_row_in_doubt_that_has_changed_is_not_submitted_again(shop: Shop, name: str) -> None:
    line = THESE[name]
    with serve(account=ACCOUNT, faults=in_turn(line.forms[0])) as sandbox:
        shop.program.use(sandbox)
        shop.send()
    shop.change(f"{FIRST},Changed", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        ended = shop.send()
        assert (ended.code, sandbox.taken) == (3, [])
    assert "1 recipient of 'spring' already got, or may have got, a message" in ended.err


class Telling(Sandbox):
    """Takes one request at a time, and tells when it has refused another one that came meanwhile."""

    def __init__(self) -> None:
        super().__init__(lambda body: count(body).segments, ACCOUNT, faults=self.hold, one_at_a_time=True)
        self.refused = threading.Event()

    def hold(self, function: Function, _: Mapping[str, str]) -> None:
        if function is Function.SEND:
            self.refused.wait(SOON)

    def answer(self, target: str) -> tuple[Answer, Fault | None]:
        answer, fault = super().answer(target)
        if b"713" in answer.body:
            self.refused.set()
        return answer, fault


def test_requests_at_the_same_time(shop: Shop) -> None:
    line = THESE["requests at the same time"]
    with Telling() as sandbox:
        shop.program.use(sandbox)
        assert shop.send("--workers", "4").code == line.code
        (taken,) = arrived(sandbox)
        refused = SECOND if taken == FIRST else FIRST
        assert shop.outcomes == {taken: "accepted", refused: line.outcome}
        assert shop.results[refused]["code"] == "713"
        shop.send("--workers", "4")
        assert arrived(sandbox) == [taken]
        shop.send("--workers", "4", "--retry-unknown")
        assert arrived(sandbox) == [taken, refused]
    assert set(shop.outcomes.values()) == {"accepted"}


class Closing:
    """Closes the sandbox for good as soon as it has told the balance: no message finds anybody listening."""

    def __init__(self) -> None:
        self.sandbox: Sandbox | None = None

    def __call__(self, function: Function, _: Mapping[str, str]) -> None:
        if self.sandbox and function is Function.QUERYBALANCE:
            self.sandbox.__exit__()
            self.sandbox = None


@pytest.mark.usefixtures("_no_pauses")
def test_connection_refused(shop: Shop) -> None:
    line = THESE["connection refused"]
    closing = Closing()
    with serve(account=ACCOUNT, faults=closing) as sandbox:
        closing.sandbox = sandbox
        shop.program.use(sandbox)
        assert shop.send().code == line.code
    assert sandbox.taken == []
    assert shop.outcomes == {FIRST: line.outcome, SECOND: line.outcome}
    assert shop.results[FIRST]["detail"] == "could not connect: the gateway refused the connection"

    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        assert shop.send().code == 0
        assert arrived(sandbox) == [FIRST, SECOND]


def test_markup_that_the_web_server_refuses(shop: Shop) -> None:
    line = THESE["HTTP 500 on a row with markup"]
    shop.change(f"{FIRST},Now <b>cheaper</b>", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT) as sandbox:  # it needs no fault: being such a server, it refuses markup by itself
        shop.program.use(sandbox)
        ended = shop.send()
        assert ended.code == line.code
        assert_nothing_shows_the_password(shop, ended)  # the page echoes the request
        shop.send()
        assert arrived(sandbox) == [SECOND]
    assert shop.outcomes == {FIRST: line.outcome, SECOND: "accepted"}
    assert shop.results[FIRST]["code"] == "HTTP 500"


def test_a_request_that_is_really_too_long(shop: Shop) -> None:
    shop.program.monkeypatch.setattr("campaigns.gateway.sandbox.LONGEST_QUERY", 2048)
    line = THESE["HTTP 400, 404, 413, 414, 431 on a row that was warned of"]
    shop.change(f"{FIRST},{'Բարև ' * 80}", f"{SECOND},{SHORT}")
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        assert shop.send().code == line.code
        shop.send()
        assert arrived(sandbox) == [SECOND]
    assert shop.outcomes == {FIRST: line.outcome, SECOND: "accepted"}
    assert shop.results[FIRST]["code"] == "HTTP 404"


def test_every_line_is_tried() -> None:
    apart = {"requests at the same time", "connection refused", "HTTP 500 on a row with markup"}
    assert {line.name for line in FAULTS if not line.forms} == apart
    assert len(THESE) == len(FAULTS)


# --- Before the first answer ---


@pytest.mark.usefixtures("_no_pauses")
def test_a_gateway_that_is_down_from_the_start_stops_before_anything_is_sent(shop: Shop) -> None:
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
    ended = shop.send()
    assert ended.code == 4
    assert "the gateway refused the connection" in ended.err
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        assert shop.send().code == 0
        assert arrived(sandbox) == [FIRST, SECOND]


def test_a_wrong_password_is_tried_once_and_nothing_is_sent(shop: Shop) -> None:
    asked: list[Function] = []

    def note(function: Function, _: Mapping[str, str]) -> None:
        asked.append(function)

    with serve(account=ACCOUNT, faults=note) as sandbox:
        shop.program.use(sandbox)
        shop.program.monkeypatch.setenv("MOBIPACE_PASSWORD", "wrong")
        ended = shop.send()
        assert (ended.code, asked) == (4, [Function.QUERYBALANCE])
        assert "failed logins can lock an account" in ended.err
        shop.program.use(sandbox)
        assert shop.send().code == 0
        assert arrived(sandbox) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "form", [*pages(403, 500), *answers("", "OK", "Err: 713 : text"), Fault(taken=False, cut=Cut.RESET)]
)
def test_without_a_balance_nothing_is_sent(shop: Shop, form: Fault) -> None:
    with serve(account=ACCOUNT, faults=lambda *_: form) as sandbox:
        shop.program.use(sandbox)
        ended = shop.send()
    assert (ended.code, sandbox.taken) == (4, [])
    assert_nothing_shows_the_password(shop, ended)


# --- Stops part-way ---

TWELVE = [f"374910000{n:02}" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("choose", "outcome", "reason"),
    [
        (
            lambda: Fault(taken=False, answer=page(503)),
            "unknown",
            "10 answers in a row were unknown, unreachable or refused unread",
        ),
        (
            lambda: Fault(taken=True, cut=Cut.CLOSED),
            "unknown",
            "10 answers in a row were unknown, unreachable or refused unread",
        ),
        (
            lambda: Fault(taken=False, answer=page(403)),
            "pending",
            "10 answers in a row were unknown, unreachable or refused unread",
        ),
        (
            lambda: Fault(taken=False, answer=text("Err: 700 : sender is not registered")),
            "rejected",
            "the first 10 messages were all rejected with 700",
        ),
    ],
)
def test_ten_alike_stop_the_run_and_the_same_command_resumes(
    shop: Shop, choose: Callable[[], Fault], outcome: str, reason: str
) -> None:
    shop.change(*(f"{one},{SHORT}" for one in TWELVE))

    def every(function: Function, _: Mapping[str, str]) -> Fault | None:
        return choose() if function is Function.SEND else None

    with serve(account=ACCOUNT, faults=every) as sandbox:
        shop.program.use(sandbox)
        ended = shop.send()
        assert ended.code == 4
        assert reason in ended.err
        assert shop.outcomes == {**dict.fromkeys(TWELVE[:10], outcome), **dict.fromkeys(TWELVE[10:], "pending")}

    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        shop.send()
        assert arrived(sandbox) == (TWELVE if outcome == "pending" else TWELVE[10:])
        shop.send()
        assert len(sandbox.taken) == (12 if outcome == "pending" else 2)


def test_money_that_runs_out_part_way_resumes_after_a_top_up(shop: Shop) -> None:
    shop.change(*(f"{one},{SHORT}" for one in TWELVE))
    # the account is charged twice what was said: the estimate fits, and the money is gone after six
    poor = Account(ACCOUNT.username, ACCOUNT.password, balance=Decimal(12 * 12), price=Decimal(24))
    with serve(account=poor) as sandbox:
        shop.program.use(sandbox)
        ended = shop.send()
        assert ended.code == 4
        assert "out of balance (702)" in ended.err
        assert arrived(sandbox) == TWELVE[:6]
        assert shop.outcomes == {**dict.fromkeys(TWELVE[:6], "accepted"), **dict.fromkeys(TWELVE[6:], "pending")}
        sandbox.balance += 1000
        assert shop.send().code == 0
        assert arrived(sandbox) == TWELVE
        assert {one: line["ref"] for one, line in shop.results.items()} == refs(sandbox)


def test_four_workers_and_every_fault_at_once_lose_and_repeat_nothing(shop: Shop) -> None:
    people = [f"374910000{n:02}" for n in range(1, 81)]
    shop.change(*(f"{one},{SHORT}" for one in people))
    lines = [line for line in FAULTS if line.forms and line.body == SHORT and line.code < 4]
    forms = [form for line in lines for form in line.forms if not form.delay]
    counting = threading.Lock()
    shown: dict[str, Fault | None] = {}

    def every_other(function: Function, asked: Mapping[str, str]) -> Fault | None:
        if function is not Function.SEND:
            return None
        with counting:
            number = len(shown)
            shown[asked["recipient"]] = None if number % 2 else forms[number // 2 % len(forms)]
            return shown[asked["recipient"]]

    with serve(account=ACCOUNT, faults=every_other) as sandbox:
        shop.program.use(sandbox)
        shop.send("--workers", "4")
        first, outcomes = arrived(sandbox), shop.outcomes
        assert sorted(shown) == people
        assert len(first) == len(set(first))
    with serve(account=ACCOUNT) as sandbox:
        shop.program.use(sandbox)
        shop.send("--workers", "4")
        second = arrived(sandbox)
    assert sorted(second) == sorted(one for one, outcome in outcomes.items() if outcome == "pending")
    assert not set(first) & set(second)
