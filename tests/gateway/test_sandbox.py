"""The stand-in of the gateway, asked over a real socket by the real client: it holds to the document."""

from __future__ import annotations

import http.client
import threading
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.gateway.client import Client, Exchange, Fate
from campaigns.gateway.faults import Answer, Cut, Fault, in_turn, page, text
from campaigns.gateway.protocol import (
    LONGEST_QUERY,
    Balance,
    Err,
    Function,
    Status,
    StatusReply,
    Unreadable,
    Value,
    encode_query,
    message_parameters,
    read_balance,
    read_ref,
    read_status,
)
from campaigns.gateway.sandbox import Account, Sandbox, make_ref, read_ref_payload, status_at
from campaigns.settings import Secret, Settings
from tests.gateway.conftest import PASSWORD, USERNAME
from tests.running import serve as sandbox_with

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = 1_796_126_400.0  # 2026-12-01T12:00:00Z
ONE = message_parameters("MyShop", "37491000001", "Hi")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """An account of 100 drams, 12 a segment, with two registered senders."""
    senders = frozenset({"MyShop", "Խանութ"})
    account = Account(USERNAME, Secret(PASSWORD), balance=Decimal(100), price=Decimal(12), senders=senders)
    with sandbox_with(account=account, clock=clock) as served:
        yield served


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(sandbox.settings(timeout=5), pauses=()) as opened:
        yield opened


def send(client: Client, **changed: str) -> Value | Err | Unreadable:
    return read_ref(client.ask(Function.SEND, {**ONE, **changed}).text)


def ref_of(reply: Value | Err | Unreadable) -> str:
    assert isinstance(reply, Value)
    return reply.value


def status(client: Client, ref: str) -> StatusReply | Err | Unreadable:
    return read_status(client.ask(Function.QUERYMESSAGE, {"messageref": ref}).text)


def balance(client: Client) -> Balance | Err | Unreadable:
    return read_balance(client.ask(Function.QUERYBALANCE, {}).text)


def nothing_taken(sandbox: Sandbox, balance: int) -> bool:
    return not sandbox.taken and sandbox.balance == balance


def get(sandbox: Sandbox, path: str) -> tuple[int, str]:
    """Ask for a path that the client would never ask for."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port or 0, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


# --- Where it stands, and who may ask ---


def test_it_serves_the_documented_path_on_this_machine_alone(sandbox: Sandbox) -> None:
    parts = urlsplit(sandbox.url)
    assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "/API_2_0/HTTP_API.aspx")
    status_code, shown = get(sandbox, f"/elsewhere.aspx?{encode_query(Function.QUERYBALANCE, USERNAME, PASSWORD, {})}")
    assert (status_code, "The resource cannot be found." in shown) == (404, True)


def test_each_account_has_a_password_of_its_own_that_does_not_print() -> None:
    one, two = Account(), Account()
    assert one.password.reveal() != two.password.reveal()
    assert one.password.reveal() not in f"{one!r} {one}"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("37491000009", PASSWORD),
        (USERNAME, "wrong"),
        (USERNAME, ""),
        ("", PASSWORD),
        (USERNAME, PASSWORD.upper()),
        (USERNAME, f"{PASSWORD} "),
    ],
)
def test_a_wrong_login_is_701_for_every_function_and_nothing_happens(
    sandbox: Sandbox, username: str, password: str
) -> None:
    with Client(Settings(sandbox.url, username, Secret(password)), pauses=()) as stranger:
        for function in Function:
            assert read_ref(stranger.ask(function, ONE).text) == Err(701, "Incorrect username or password")
    assert nothing_taken(sandbox, 100)


@pytest.mark.parametrize("query", ["", "function=", "function=SEND", "function=cancel", "username=u&password=p"])
def test_another_function_is_700(sandbox: Sandbox, query: str) -> None:
    assert get(sandbox, f"{urlsplit(sandbox.url).path}?{query}") == (200, "Err: 700 : unknown function")


def test_two_sandboxes_stand_side_by_side() -> None:
    with sandbox_with() as one, sandbox_with() as other:
        assert one.url != other.url
        for sandbox in (one, other):
            with Client(sandbox.settings()) as client:
                send(client, sender="Any")
        assert len(one.taken) == len(other.taken) == 1


# --- Taking messages ---


@pytest.mark.parametrize(
    "body", ["Hi", "Tom & Ann: 1+1=2, 100% #1?", "Բարև Ձեզ ու ёжик 😀", "two\nlines\tand a tab", "  ", "a%20b", "1 < 2"]
)
def test_what_arrives_is_what_was_asked(sandbox: Sandbox, client: Client, clock: Clock, body: str) -> None:
    ref = ref_of(send(client, sender="Խանութ", body=body))
    (taken,) = sandbox.taken
    assert taken.parameters == {"sender": "Խանութ", "recipient": "37491000001", "body": body}
    assert (taken.ref, taken.at.timestamp()) == (ref, clock.now)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sender": ""}, "sender is not registered"),
        ({"sender": "Another"}, "sender is not registered"),
        ({"sender": "myshop"}, "sender is not registered"),
        ({"recipient": ""}, "recipient should contain only digits"),
        ({"recipient": "+37491000001"}, "recipient should contain only digits"),
        ({"recipient": "374 91 000001"}, "recipient should contain only digits"),
        ({"recipient": "091000001"}, "recipient should contain only digits"),  # no country's code
        ({"recipient": "374910"}, "recipient should contain only digits"),  # 6 digits
        ({"recipient": "3749100000123456"}, "recipient should contain only digits"),  # 16
        ({"recipient": "٣٧٤٩١٠٠٠٠٠١"}, "recipient should contain only digits"),
        ({"body": ""}, "body is missing"),
        ({"wap_push": "yes"}, "wap_push is neither true nor false"),
        ({"wap_push": ""}, "wap_push is neither true nor false"),
    ],
)
def test_a_wrong_parameter_is_700_with_its_reason_and_costs_nothing(
    sandbox: Sandbox, client: Client, changed: dict[str, str], reason: str
) -> None:
    assert send(client, **changed) == Err(700, reason)
    assert nothing_taken(sandbox, 100)


@pytest.mark.parametrize("missing", ["sender", "recipient", "body"])
def test_a_missing_parameter_is_700(sandbox: Sandbox, client: Client, missing: str) -> None:
    parameters = {name: value for name, value in ONE.items() if name != missing}
    reply = read_ref(client.ask(Function.SEND, parameters).text)
    assert isinstance(reply, Err)
    assert reply.code == 700
    assert sandbox.taken == []


@pytest.mark.parametrize(
    ("sender", "accepted"),
    [
        ("MyShop", True),
        ("My Shop-2.0", True),  # 11 characters
        ("37491000001", True),
        ("123456789012345", True),
        ("My Shop Two.", False),  # 12
        ("1234567890123456", False),
        ("Խանութ", False),
        ("My_Shop", False),
    ],
)
def test_without_a_list_any_well_formed_sender_will_do(sender: str, accepted: bool) -> None:
    with sandbox_with() as sandbox, Client(sandbox.settings()) as client:
        assert isinstance(send(client, sender=sender), Value) is accepted


@pytest.mark.parametrize("value", ["true", "false", "True", "FALSE"])
def test_wap_push_is_true_or_false(sandbox: Sandbox, client: Client, value: str) -> None:
    assert isinstance(send(client, wap_push=value), Value)
    assert sandbox.taken[0].parameters["wap_push"] == value


# --- Money ---


def test_the_balance_is_told_with_its_currency(client: Client) -> None:
    assert balance(client) == Balance("100 : AMD", Decimal(100), "AMD")


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("x" * 160, 88),
        ("x" * 161, 76),  # two segments
        ("ա" * 70, 88),
        ("ա" * 71, 76),
    ],
)
def test_each_segment_is_charged_when_a_message_is_taken(client: Client, body: str, left: int) -> None:
    send(client, body=body)
    assert balance(client) == Balance(f"{left} : AMD", Decimal(left), "AMD")


def test_a_scheduled_message_is_charged_at_once(sandbox: Sandbox, client: Client) -> None:
    client.ask(Function.SCHEDULE, {**ONE, "sendingdate": "2026-12-02T10:00:00"})
    assert sandbox.balance == 88


def test_fractions_of_a_dram_add_up_exactly() -> None:
    account = Account(balance=Decimal("0.30"), price=Decimal("0.10"))
    with sandbox_with(account=account) as sandbox, Client(sandbox.settings()) as client:
        assert [type(send(client)) for _ in range(4)] == [Value, Value, Value, Err]
        assert balance(client) == Balance("0.00 : AMD", Decimal("0.00"), "AMD")


def test_too_little_money_is_702_and_a_cheaper_message_still_goes(sandbox: Sandbox, client: Client) -> None:
    sandbox.balance = Decimal(23)
    assert send(client, body="x" * 161) == Err(702, "Not enough balance to send SMS message")
    assert nothing_taken(sandbox, 23)
    assert isinstance(send(client), Value)
    assert sandbox.balance == 11


def test_many_at_once_never_spend_more_than_there_is(sandbox: Sandbox) -> None:
    def work() -> None:
        with Client(sandbox.settings()) as client:
            codes.extend(type(send(client)) for _ in range(5))

    codes: list[type] = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes.count(Value), codes.count(Err)) == (8, 12)  # 100 drams are eight messages
    assert len(sandbox.taken) == 8
    assert sandbox.balance == 4


# --- Times ---


@pytest.mark.parametrize(
    ("sendingdate", "reply"),
    [
        ("", 705),
        ("tomorrow", 705),
        ("2026-12-01 13:00:00", 705),  # a space for the T
        ("2026-12-01T13:00", 705),
        ("2026-12-01T13:00:00Z", 705),
        ("2026-12-01T13:00:00+04:00", 705),
        ("2026-12-01T13:00:00.5", 705),
        ("2027-02-29T13:00:00", 705),  # no such day
        ("2026-12-01T24:30:00", 705),
        ("٢٠٢٦-12-01T13:00:00", 705),
        ("2009-06-15T13:45:30", 708),  # the document's example is past
        ("2026-12-01T11:59:59", 708),
        ("2026-12-01T12:00:00", 708),  # now is too late
        ("2026-12-01T12:00:01", None),
        ("2028-02-29T00:00:00", None),
    ],
)
def test_a_time_is_sortable_utc_and_to_come(
    sandbox: Sandbox, client: Client, sendingdate: str, reply: int | None
) -> None:
    came = read_ref(client.ask(Function.SCHEDULE, {**ONE, "sendingdate": sendingdate}).text)
    assert (came.code if isinstance(came, Err) else None) == reply
    assert len(sandbox.taken) == (reply is None)


def test_schedule_without_a_time_is_705(client: Client) -> None:
    assert read_ref(client.ask(Function.SCHEDULE, ONE).text) == Err(705, "The format of the date/time is incorrect")


# --- Refs and statuses ---


def test_every_message_has_a_ref_of_its_own(client: Client, sandbox: Sandbox) -> None:
    sandbox.balance = Decimal(10_000)
    assert len({ref_of(send(client)) for _ in range(20)}) == 20  # the clock stands still, the message is the same


def test_another_sandbox_answers_for_a_ref_given_out_before(client: Client, clock: Clock) -> None:
    ref = ref_of(send(client))
    with sandbox_with(clock=clock) as another, Client(another.settings()) as asker:
        assert status(asker, ref) == StatusReply(0, "The status of the SMS message is unknown, SMS is in queue.")
        clock.now += 60
        assert status(asker, ref) == status(client, ref)


@pytest.mark.parametrize(
    "ref", ["", "1", "SB", "SBAAAA", "no such ref", "Հղում", "SB" + "A" * 40, "SB" + "A" * 500, "SB=", "%00"]
)
def test_a_made_up_ref_is_703(client: Client, ref: str) -> None:
    assert status(client, ref) == Err(703, "Incorrect message references")


def test_no_ref_at_all_is_703(client: Client) -> None:
    assert read_status(client.ask(Function.QUERYMESSAGE, {}).text) == Err(703, "Incorrect message references")


def test_a_tampered_ref_is_703_wherever_it_was_touched(client: Client) -> None:
    ref = ref_of(send(client))
    touched = [f"{ref[:at]}{'B' if ref[at] != 'B' else 'C'}{ref[at + 1 :]}" for at in range(len(ref))]
    touched += [ref[:-1], f"{ref}A", f"{ref}=", ref.lower(), ref[::-1], f"SB{ref}"]
    assert [wrong for wrong in touched if status(client, wrong) != Err(703, "Incorrect message references")] == []


milliseconds = st.integers(min_value=0, max_value=10**13)


@settings(max_examples=200, deadline=None)
@given(milliseconds, milliseconds, st.sampled_from(Status))
def test_a_ref_carries_when_and_how_a_message_ends(taken: int, send_at: int, last: Status) -> None:
    ref = make_ref(taken / 1000, send_at / 1000, last)
    known = read_ref_payload(ref)
    assert known is not None
    assert known[0] == pytest.approx(taken / 1000, abs=0.0011)
    assert known[1] == pytest.approx(send_at / 1000, abs=0.0011)
    assert known[2] is last
    assert read_ref(f"ID: {ref}") == Value(ref)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Status.Pending),
        (0.99, Status.Pending),
        (1, Status.DeliveryToGateway),
        (1.99, Status.DeliveryToGateway),
        (2, Status.DeliveredToNetwork),
        (3.99, Status.DeliveredToNetwork),
        (4, Status.NotSent),
        (1e9, Status.NotSent),
    ],
)
def test_a_status_moves_on_with_the_clock(seconds: float, expected: Status) -> None:
    assert status_at(NOON + seconds, NOON, 0, Status.NotSent, jitter=0) is expected
    assert status_at(NOON + 2 * seconds, NOON, 0, Status.NotSent, jitter=1) is expected  # twice as slow


def test_a_message_passes_through_every_status_and_stays_at_the_last(client: Client, clock: Clock) -> None:
    ref = ref_of(send(client))
    seen: list[int] = []
    for _ in range(50):
        reply = status(client, ref)
        assert isinstance(reply, StatusReply)
        assert reply.status is not None
        assert reply.info == reply.status.meaning
        seen += [reply.code] if seen[-1:] != [reply.code] else []
        clock.now += 0.25
    assert seen[:3] == [0, 6, 2]
    assert len(seen) == 4
    assert Status(seen[3]).final


def test_a_scheduled_message_waits_for_its_time(client: Client, clock: Clock) -> None:
    came = client.ask(Function.SCHEDULE, {**ONE, "sendingdate": "2026-12-02T10:00:00"})
    ref = ref_of(read_ref(came.text))
    due = NOON + 22 * 3600
    for now, expected in ((NOON, 5), (due - 1, 5), (due, 0), (due + 60, 1)):
        clock.now = now
        assert status(client, ref) == StatusReply(expected, Status(expected).meaning)


def test_one_recipient_always_ends_the_same_way_and_nearly_all_are_reached() -> None:
    account = Account(balance=Decimal(100_000))
    numbers = [f"374910000{n:02}" for n in range(100)]
    with sandbox_with(account=account) as sandbox, Client(sandbox.settings()) as client:
        refs = {number: [ref_of(send(client, recipient=number)) for _ in range(2)] for number in numbers}
    ends = {number: {(read_ref_payload(ref) or (0, 0, None))[2] for ref in pair} for number, pair in refs.items()}
    assert all(len(end) == 1 for end in ends.values())
    assert sum(end == {Status.Sent} for end in ends.values()) >= 80
    assert all(end <= {Status.Sent, Status.TimeOut, Status.NotSent, Status.IncorrectRecipient} for end in ends.values())


# --- What its web server refuses unread ---


def body_for(query_bytes: int) -> str:
    """Return a body that makes the whole query that long."""
    return "x" * (query_bytes - len(encode_query(Function.SEND, USERNAME, PASSWORD, {**ONE, "body": ""})))


def test_a_query_of_2048_bytes_is_read(sandbox: Sandbox, client: Client) -> None:
    sandbox.balance = Decimal(10_000)
    assert isinstance(send(client, body=body_for(LONGEST_QUERY)), Value)


def refused(exchange: Exchange) -> tuple[Fate, int | None, bool]:
    return exchange.fate, exchange.http_status, isinstance(read_ref(exchange.text), Unreadable)


@pytest.mark.parametrize("body", [body_for(LONGEST_QUERY + 1), "ա" * 340])
def test_a_longer_query_is_404_and_nothing_is_taken(sandbox: Sandbox, client: Client, body: str) -> None:
    sandbox.balance = Decimal(10_000)
    exchange = client.ask(Function.SEND, {**ONE, "body": body})
    assert refused(exchange) == (Fate.ANSWERED, 404, True)
    assert nothing_taken(sandbox, 10_000)


@pytest.mark.parametrize("field", ["body", "sender", "recipient"])
@pytest.mark.parametrize("value", ["<b>sale</b>", "1</2", "<!", "<?xml", "a &#1 b", "x<y"])
def test_markup_in_any_value_is_500_and_nothing_is_taken(
    sandbox: Sandbox, client: Client, field: str, value: str
) -> None:
    exchange = client.ask(Function.SEND, {**ONE, field: value})
    assert refused(exchange) == (Fate.ANSWERED, 500, True)
    assert sandbox.taken == []


@pytest.mark.parametrize("body", ["a < b", "<3", "2<3", "Tom & Ann", "&amp;", "# &", ">"])
def test_what_only_looks_like_markup_is_taken(client: Client, body: str) -> None:
    assert isinstance(send(client, body=body), Value)


def test_an_error_page_echoes_the_query_as_a_real_one_may(client: Client) -> None:
    exchange = client.ask(Function.SEND, {**ONE, "body": "<b>"})
    assert "p%C3%A4%20ss%26w%C3%B6rd" in exchange.text
    assert "recipient=37491000001" in exchange.redacted
    assert "password=***&amp;" in exchange.redacted


# --- Faults on demand ---


@pytest.mark.parametrize(
    ("fault", "fate", "http_status", "came"),
    [
        (Fault(taken=True, answer=text("Err: 713 : router")), Fate.ANSWERED, 200, "Err: 713 : router"),
        (Fault(taken=False, answer=text("Er: 712", 503)), Fate.ANSWERED, 503, "Er: 712"),
        (Fault(taken=False, answer=page(502, b"<html>")), Fate.ANSWERED, 502, "<html>"),
        (Fault(taken=False), Fate.ANSWERED, 200, ""),
        (Fault(taken=False, answer=Answer(b"", 302, location="/elsewhere")), Fate.ANSWERED, 302, ""),
        (Fault(taken=True, cut=Cut.CLOSED), Fate.LOST, None, ""),
        (Fault(taken=False, cut=Cut.CLOSED), Fate.LOST, None, ""),
        (Fault(taken=True, cut=Cut.RESET), Fate.LOST, None, ""),
        (Fault(taken=True, cut=Cut.HALF), Fate.LOST, None, ""),
    ],
)
def test_a_fault_is_what_the_client_meets_and_the_next_message_passes(
    fault: Fault, fate: Fate, http_status: int | None, came: str
) -> None:
    with sandbox_with(faults=in_turn(fault)) as sandbox, Client(sandbox.settings(5), pauses=()) as client:
        assert isinstance(balance(client), Balance)  # faults befall messages alone
        exchange = client.ask(Function.SEND, ONE)
        assert (exchange.fate, exchange.http_status, exchange.text) == (fate, http_status, came)
        assert len(sandbox.taken) == fault.taken
        assert isinstance(send(client), Value)
        assert len(sandbox.taken) == fault.taken + 1


def test_an_answer_that_is_delayed_comes_too_late_for_a_client_that_does_not_wait() -> None:
    with sandbox_with(faults=in_turn(Fault(taken=True, delay=0.4))) as sandbox:
        with Client(sandbox.settings(0.1), pauses=()) as hasty:
            assert hasty.ask(Function.SEND, ONE).fate is Fate.LOST
        with Client(sandbox.settings(5)) as patient:
            assert isinstance(send(patient), Value)
        assert len(sandbox.taken) == 2


def test_a_message_that_is_taken_behind_a_fault_is_charged_and_delivered() -> None:
    faults = in_turn(None, Fault(taken=True, answer=text("")))
    with sandbox_with(faults=faults) as sandbox, Client(sandbox.settings()) as client:
        assert isinstance(send(client), Value)
        assert send(client) == Unreadable("")
        assert balance(client) == Balance("999976 : AMD", Decimal(999_976), "AMD")
        assert isinstance(status(client, sandbox.taken[1].ref), StatusReply)


def test_one_request_at_a_time_refuses_another_meanwhile() -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def dawdle(function: Function, _: object) -> None:
        if function is Function.SEND:
            under_way.set()
            go_on.wait(5)

    with sandbox_with(faults=dawdle, one_at_a_time=True) as sandbox:
        with Client(sandbox.settings()) as slow, Client(sandbox.settings()) as impatient:
            sending = threading.Thread(target=send, args=(slow,))
            sending.start()
            assert under_way.wait(5)
            meanwhile = balance(impatient)
            go_on.set()
            sending.join()
            assert meanwhile == Err(713, "another request of this account is under way")
            assert isinstance(balance(impatient), Balance)
        assert len(sandbox.taken) == 1
