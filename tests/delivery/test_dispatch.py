"""Dispatch over a real socket: every message once, its intent on the disk before it leaves, its answer after."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.brakes import NOT_WORKING, OUT_OF_BALANCE, WRONG_LOGIN
from campaigns.delivery.dispatch import Delivered, Dispatch
from campaigns.delivery.interrupt import Interrupt, listening
from campaigns.delivery.ledger import DIED, Ledger
from campaigns.delivery.outcomes import Outcome
from campaigns.delivery.pace import Pace
from campaigns.delivery.witness import Witness
from campaigns.errors import Stopped
from campaigns.gateway.client import Client, Exchange
from campaigns.gateway.faults import Cut, Fault, page, text
from campaigns.gateway.protocol import Function
from campaigns.gateway.sandbox import Account, Sandbox
from campaigns.settings import Secret, Settings
from tests.delivery.rows import FRAME, limit_files, look, message, no_file_over, to_submit, wal_size
from tests.running import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from campaigns.planning.plan import Message

SOON = 20.0  # seconds that a test would wait for what comes at once


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as opened:
        yield opened


@dataclass
class Arrivals:
    """What a test does and sees when a message arrives at the sandbox: the n-th one, counted from 1."""

    act: Callable[[int, str], Fault | None]
    recipients: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, function: Function, parameters: Mapping[str, str]) -> Fault | None:
        if function not in (Function.SEND, Function.SCHEDULE):
            return None
        with self._lock:
            self.recipients.append(parameters["recipient"])
            number = len(self.recipients)
        return self.act(number, parameters["recipient"])


def connecting(sandbox: Sandbox) -> Callable[[], Client]:
    return lambda: Client(sandbox.settings(), pauses=())


def people(count: int) -> list[Message]:
    return [message(n) for n in range(1, count + 1)]


def recipients(messages: list[Message]) -> list[str]:
    return [one.recipient for one in messages]


def outcomes(delivered: list[Delivered]) -> dict[str, str]:
    return {one.standing.row.recipient: one.verdict.outcome.value for one in delivered}


def recorded(ledger: Ledger) -> dict[str, str]:
    return {one.message.recipient: one.outcome.value for one in ledger.records().values()}


def arrived(sandbox: Sandbox) -> list[str]:
    return [one.parameters["recipient"] for one in sandbox.taken]


# --- Every message once ---


@pytest.mark.parametrize("workers", [1, 8])
def test_every_message_arrives_once_and_its_ref_is_yielded_and_recorded(ledger: Ledger, workers: int) -> None:
    messages = people(40)
    with serve() as sandbox:
        dispatch = Dispatch(to_submit(*messages), ledger, connecting(sandbox), Interrupt(), workers)
        delivered = list(dispatch)

    refs = {one.parameters["recipient"]: one.ref for one in sandbox.taken}
    assert Counter(arrived(sandbox)) == Counter(recipients(messages))
    assert {one.standing.row.recipient: one.verdict.ref for one in delivered} == refs
    assert {one.message.recipient: one.ref for one in ledger.records().values()} == refs
    assert set(outcomes(delivered).values()) == set(recorded(ledger).values()) == {"accepted"}
    assert len(delivered) == 40
    assert (dispatch.stop, dispatch.interrupted, dispatch.unrecorded) == (None, False, [])


def test_one_worker_keeps_the_order_of_the_rows(ledger: Ledger) -> None:
    messages = people(12)
    with serve() as sandbox:
        delivered = list(Dispatch(to_submit(*messages), ledger, connecting(sandbox), Interrupt()))
    assert arrived(sandbox) == recipients(messages)
    assert [one.standing.row.number for one in delivered] == list(range(2, 14))


def test_a_message_arrives_as_its_row_asked_for_it(ledger: Ledger) -> None:
    asked = [
        message(1, "Hello, Ani & Co: 50% + 1 = ?\nline"),
        message(2, "Շնորհավոր Ձեր ծննդյան օրը ☀", "My Shop"),
        message(3, wap_push=True),
        message(4, send_at=datetime(2099, 12, 1, 6, 30, tzinfo=UTC)),
    ]
    with serve() as sandbox:
        list(Dispatch(to_submit(*asked), ledger, connecting(sandbox), Interrupt()))
    assert [one.parameters for one in sandbox.taken] == [
        {"sender": "Shop", "recipient": "37491000001", "body": "Hello, Ani & Co: 50% + 1 = ?\nline"},
        {"sender": "My Shop", "recipient": "37491000002", "body": "Շնորհավոր Ձեր ծննդյան օրը ☀"},
        {"sender": "Shop", "recipient": "37491000003", "body": "Hello", "wap_push": "true"},
        {"sender": "Shop", "recipient": "37491000004", "body": "Hello", "sendingdate": "2099-12-01T06:30:00"},
    ]


def test_duplicates_that_are_kept_arrive_as_often_as_they_stand_there(ledger: Ledger) -> None:
    asked = [message(1, occurrence=n) for n in (1, 2, 3)]
    with serve() as sandbox:
        list(Dispatch(to_submit(*asked), ledger, connecting(sandbox), Interrupt(), 3))
    assert arrived(sandbox) == ["37491000001"] * 3
    assert {one.message.occurrence: one.ref for one in ledger.records().values()}.keys() == {1, 2, 3}
    assert len({one.ref for one in ledger.records().values()}) == 3


def test_nothing_to_submit_asks_nobody(ledger: Ledger) -> None:
    def connect() -> Client:
        raise AssertionError("nobody is to be asked")

    assert list(Dispatch([], ledger, connect, Interrupt(), 4)) == []
    assert ledger.records() == {}


FATES: list[tuple[Fault | None, str]] = [
    (None, "accepted"),
    (Fault(taken=False, answer=text("Err: 708 : out of date")), "rejected"),
    (None, "accepted"),
    (Fault(taken=True, cut=Cut.CLOSED), "unknown"),
    (None, "accepted"),
    (Fault(taken=False, answer=page(403)), "pending"),
    (Fault(taken=True, answer=text("Err: 713 : system")), "unknown"),
]


@pytest.mark.parametrize("workers", [1, 8])
def test_the_outcomes_agree_with_what_the_gateway_really_took(ledger: Ledger, workers: int) -> None:
    messages = people(42)
    fates = {one.recipient: FATES[n % len(FATES)] for n, one in enumerate(messages)}
    arrivals = Arrivals(lambda _, recipient: fates[recipient][0])
    with serve(faults=arrivals) as sandbox:
        delivered = list(Dispatch(to_submit(*messages), ledger, connecting(sandbox), Interrupt(), workers))

    assert Counter(arrivals.recipients) == Counter(recipients(messages))
    assert outcomes(delivered) == recorded(ledger) == {recipient: outcome for recipient, (_, outcome) in fates.items()}
    assert set(arrived(sandbox)) == {
        recipient for recipient, (fault, _) in fates.items() if fault is None or fault.taken
    }


@pytest.mark.parametrize("workers", [1, 8])
def test_each_worker_has_one_session_of_its_own(ledger: Ledger, workers: int) -> None:
    opened: list[str] = []
    with serve() as sandbox:

        def connect() -> Client:
            opened.append(threading.current_thread().name)
            return Client(sandbox.settings())

        list(Dispatch(to_submit(*people(24)), ledger, connect, Interrupt(), workers))
    assert len(opened) == len(set(opened)) <= workers


# --- The order of writes ---


@pytest.mark.parametrize("workers", [1, 8])
def test_an_intent_is_on_the_disk_when_its_request_arrives_and_at_most_one_a_worker_is_open(
    ledger: Ledger, path: Path, tmp_path: Path, workers: int
) -> None:
    seen: dict[str, list[tuple[str, str | None]]] = {}

    def see(number: int, recipient: str) -> None:
        seen[recipient] = look(path, tmp_path / f"seen-{number}")

    messages = people(24)
    with serve(faults=Arrivals(see)) as sandbox:
        list(Dispatch(to_submit(*messages), ledger, connecting(sandbox), Interrupt(), workers))

    assert set(seen) == set(recipients(messages))
    for recipient, attempts in seen.items():
        still_open = [one for one, outcome in attempts if outcome is None]
        assert recipient in still_open
        assert len(still_open) <= workers


def test_with_one_worker_every_earlier_answer_is_on_the_disk_when_a_request_arrives(
    ledger: Ledger, path: Path, tmp_path: Path
) -> None:
    seen: list[list[tuple[str, str | None]]] = []

    def see(number: int, _: str) -> Fault | None:
        seen.append(look(path, tmp_path / f"seen-{number}"))
        return Fault(taken=False, answer=text("Err: 708 : out of date")) if number == 2 else None

    with serve(faults=Arrivals(see)) as sandbox:
        list(Dispatch(to_submit(*people(3)), ledger, connecting(sandbox), Interrupt()))
    assert seen == [
        [("37491000001", None)],
        [("37491000001", "accepted"), ("37491000002", None)],
        [("37491000001", "accepted"), ("37491000002", "rejected"), ("37491000003", None)],
    ]


def test_an_answer_is_recorded_before_it_is_yielded(ledger: Ledger) -> None:
    with serve() as sandbox:
        for one in Dispatch(to_submit(*people(8)), ledger, connecting(sandbox), Interrupt(), 4):
            assert recorded(ledger)[one.standing.row.recipient] == "accepted"
            assert ledger.records()[one.standing.row.id].ref == one.verdict.ref


# --- Stops ---


@pytest.mark.parametrize("workers", [1, 8])
def test_a_wrong_login_stops_at_once_and_its_rows_stay_pending(ledger: Ledger, workers: int) -> None:
    arrivals = Arrivals(lambda _, __: None)
    with serve(faults=arrivals) as sandbox:
        wrong = Settings(sandbox.url, sandbox.account.username, Secret("wrong"))
        dispatch = Dispatch(to_submit(*people(40)), ledger, lambda: Client(wrong), Interrupt(), workers)
        delivered = list(dispatch)

    assert dispatch.stop is WRONG_LOGIN
    assert 1 <= len(arrivals.recipients) <= workers  # for failed logins lock an account
    assert {(one.verdict.outcome, one.verdict.code) for one in delivered} == {(Outcome.PENDING, "701")}
    assert recorded(ledger) == dict.fromkeys(arrivals.recipients, "pending")  # the others left no trace
    assert not dispatch.interrupted


@pytest.mark.parametrize("workers", [1, 8])
def test_an_empty_account_stops_at_once_and_what_was_under_way_is_recorded(ledger: Ledger, workers: int) -> None:
    account = Account(balance=Decimal(12 * 20))
    with serve(account=account) as sandbox:
        dispatch = Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), Interrupt(), workers)
        delivered = list(dispatch)

    assert dispatch.stop is OUT_OF_BALANCE
    assert len(sandbox.taken) == 20
    assert outcomes(delivered) == recorded(ledger)
    assert {one for one, outcome in recorded(ledger).items() if outcome == "accepted"} == set(arrived(sandbox))
    assert 1 <= Counter(recorded(ledger).values())["pending"] <= workers


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(taken=False, answer=page(503)), "unknown"),
        (Fault(taken=True, cut=Cut.RESET), "unknown"),
        (Fault(taken=False, answer=page(403)), "pending"),
    ],
)
def test_ten_bad_answers_in_a_row_stop(ledger: Ledger, fault: Fault, outcome: str) -> None:
    arrivals = Arrivals(lambda _, __: fault)
    with serve(faults=arrivals) as sandbox:
        dispatch = Dispatch(to_submit(*people(30)), ledger, connecting(sandbox), Interrupt())
        list(dispatch)
    assert dispatch.stop is NOT_WORKING
    assert recorded(ledger) == dict.fromkeys(recipients(people(10)), outcome)
    assert len(arrivals.recipients) == 10


def test_a_gateway_that_cannot_be_reached_stops_after_ten(ledger: Ledger) -> None:
    with serve() as sandbox:
        gone = sandbox.settings()
    dispatch = Dispatch(to_submit(*people(30)), ledger, lambda: Client(gone, pauses=()), Interrupt())
    delivered = list(dispatch)
    assert dispatch.stop is NOT_WORKING
    assert recorded(ledger) == dict.fromkeys(recipients(people(10)), "pending")
    assert {one.verdict.detail for one in delivered} == {"could not connect: the gateway refused the connection"}


def test_a_sender_that_rejects_everybody_stops_after_the_first_ten(ledger: Ledger) -> None:
    account = Account(senders=frozenset({"Registered"}))
    with serve(account=account) as sandbox:
        dispatch = Dispatch(to_submit(*people(30)), ledger, connecting(sandbox), Interrupt())
        list(dispatch)
    assert dispatch.stop is not None
    assert "the first 10 messages were all rejected with 700" in dispatch.stop.reason
    assert "sender is not registered" in dispatch.stop.reason
    assert recorded(ledger) == dict.fromkeys(recipients(people(10)), "rejected")


# --- Ctrl-C ---


@pytest.mark.parametrize("workers", [1, 8])
def test_an_interrupt_lets_what_is_under_way_end_and_hands_out_nothing_more(ledger: Ledger, workers: int) -> None:
    interrupt = Interrupt()

    def ask(number: int, _: str) -> None:
        if number == 9:
            interrupt.ask()

    with serve(faults=Arrivals(ask)) as sandbox:
        dispatch = Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), interrupt, workers)
        delivered = list(dispatch)

    assert dispatch.interrupted
    assert dispatch.stop is None
    assert 9 <= len(sandbox.taken) <= 9 + (workers - 1)
    assert outcomes(delivered) == recorded(ledger) == dict.fromkeys(arrived(sandbox), "accepted")


def test_an_interrupt_at_the_last_message_is_no_interruption(ledger: Ledger) -> None:
    interrupt = Interrupt()

    def ask(number: int, _: str) -> None:
        if number == 3:
            interrupt.ask()

    with serve(faults=Arrivals(ask)) as sandbox:
        dispatch = Dispatch(to_submit(*people(3)), ledger, connecting(sandbox), interrupt)
        assert len(list(dispatch)) == 3
    assert not dispatch.interrupted


def test_an_interrupt_before_the_first_message_submits_nothing(ledger: Ledger) -> None:
    interrupt = Interrupt()
    interrupt.ask()
    with serve() as sandbox:
        dispatch = Dispatch(to_submit(*people(3)), ledger, connecting(sandbox), interrupt)
        assert list(dispatch) == []
    assert dispatch.interrupted
    assert (sandbox.taken, ledger.records()) == ([], {})


def test_a_second_ctrl_c_leaves_at_once_and_what_was_under_way_is_in_doubt(path: Path) -> None:
    first_heard, left = threading.Event(), threading.Event()

    def press_twice(number: int, _: str) -> None:
        if number == 3:
            os.kill(os.getpid(), signal.SIGINT)
            assert first_heard.wait(SOON)
            os.kill(os.getpid(), signal.SIGINT)
            left.wait(SOON)  # this answer comes only when nobody waits for it any more

    with serve(faults=Arrivals(press_twice)) as sandbox, Ledger(path) as ledger:
        with pytest.raises(KeyboardInterrupt), listening(lambda _: first_heard.set()) as interrupt:
            list(Dispatch(to_submit(*people(30)), ledger, connecting(sandbox), interrupt))
        left.set()

    with Ledger(path) as ledger:
        found = {one.message.recipient: (one.outcome.value, one.detail) for one in ledger.records().values()}
    assert found == {
        "37491000001": ("accepted", ""),
        "37491000002": ("accepted", ""),
        "37491000003": ("unknown", DIED),
    }


def test_a_second_ctrl_c_while_an_answer_is_written_waits_until_it_is_on_the_disk(path: Path) -> None:
    looks = 0

    def clock() -> datetime:  # the ledger looks at it whenever it begins to write
        nonlocal looks
        looks += 1
        if looks == 3:  # the second answer, and the intent of the third message
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return datetime.now(UTC)

    with serve() as sandbox, Ledger(path, clock) as ledger:
        with pytest.raises(KeyboardInterrupt), listening(lambda _: None) as interrupt:
            list(Dispatch(to_submit(*people(30)), ledger, connecting(sandbox), interrupt))
        sure = recorded(ledger)
    assert sure == {"37491000001": "accepted", "37491000002": "accepted", "37491000003": "unknown"}


def test_a_second_ctrl_c_while_the_balance_is_asked_finds_the_outcome_on_the_disk(ledger: Ledger) -> None:
    def ask() -> Decimal:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it did not leave")

    arrivals = Arrivals(lambda _, __: Fault(taken=False, answer=page(502)))
    with serve(faults=arrivals) as sandbox:
        rows = to_submit(*people(3), cost=Decimal(12))
        with pytest.raises(KeyboardInterrupt), listening(lambda _: None) as interrupt:
            list(Dispatch(rows, ledger, connecting(sandbox), interrupt, witness=Witness(Decimal(1000), ask)))
    assert [(one.outcome.value, one.code) for one in ledger.records().values()] == [("unknown", "HTTP 502")]


# --- Failures of our own ---


@pytest.mark.parametrize("workers", [1, 8])
def test_when_whoever_takes_the_outcomes_fails_the_answers_under_way_are_recorded(ledger: Ledger, workers: int) -> None:
    with serve() as sandbox:
        dispatch = Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), Interrupt(), workers)

        def take() -> None:
            for number, _ in enumerate(dispatch, start=1):
                if number == 5:
                    raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            take()

    assert recorded(ledger) == dict.fromkeys(arrived(sandbox), "accepted")
    assert 5 <= len(sandbox.taken) < 40


def test_whoever_stops_listening_gets_the_answers_under_way_recorded(ledger: Ledger) -> None:
    with serve() as sandbox:
        outcomes_come = iter(Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), Interrupt(), 4))
        next(outcomes_come)
        del outcomes_come
    assert recorded(ledger) == dict.fromkeys(arrived(sandbox), "accepted")


class Fragile(Client):
    """A client that fails on our side, after the request for one recipient was answered."""

    def ask(self, function: Function, parameters: Mapping[str, str]) -> Exchange:
        exchange = super().ask(function, parameters)
        if parameters.get("recipient") == "37491000003":
            raise MemoryError
        return exchange


@pytest.mark.parametrize("workers", [1, 8])
def test_a_failure_in_a_worker_ends_the_run_and_puts_its_row_in_doubt(ledger: Ledger, workers: int) -> None:
    with serve() as sandbox:
        dispatch = Dispatch(to_submit(*people(40)), ledger, lambda: Fragile(sandbox.settings()), Interrupt(), workers)
        with pytest.raises(MemoryError):
            list(dispatch)

    others = [one for one in arrived(sandbox) if one != "37491000003"]
    assert recorded(ledger) == {"37491000003": "unknown", **dict.fromkeys(others, "accepted")}
    if workers == 1:
        assert arrived(sandbox) == recipients(people(3))  # nothing is handed out after a failure
    detail = next(one.detail for one in ledger.records().values() if one.outcome is Outcome.UNKNOWN)
    assert detail == "the program failed while it was submitted (MemoryError)"


def test_a_session_that_cannot_be_opened_ends_the_run(ledger: Ledger) -> None:
    def connect() -> Client:
        raise OSError("too many open files")

    with pytest.raises(OSError, match="too many open files"):
        list(Dispatch(to_submit(*people(40)), ledger, connect, Interrupt()))
    assert recorded(ledger) == {"37491000001": "unknown"}


def test_a_row_without_a_message_is_a_mistake_of_ours_and_sends_nothing(ledger: Ledger) -> None:
    good, bad = to_submit(message(1), message(2))
    bad = replace(bad, row=replace(bad.row, message=None))
    with serve() as sandbox, pytest.raises(ValueError, match="row 3 has no message to submit"):
        list(Dispatch([bad, good], ledger, connecting(sandbox), Interrupt()))
    assert (sandbox.taken, ledger.records()) == ([], {})


# --- A disk that fills up ---


@pytest.mark.parametrize("workers", [1, 8])
def test_answers_that_the_full_disk_did_not_take_are_named(path: Path, workers: int) -> None:
    def fill(number: int, _: str) -> None:
        if number == 9:
            limit_files(wal_size(path))

    with serve(faults=Arrivals(fill)) as sandbox, Ledger(path) as ledger, no_file_over(2**30):
        dispatch = Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), Interrupt(), workers)
        with pytest.raises(Stopped, match="the ledger cannot be written"):
            list(dispatch)
        on_record = {one.message.recipient: one.ref for one in ledger.records().values() if one.ref}

    named = {one.standing.row.recipient: one.verdict.ref for one in dispatch.unrecorded}
    assert named
    assert not on_record.keys() & named.keys()
    assert {**on_record, **named} == {one.parameters["recipient"]: one.ref for one in sandbox.taken}
    with Ledger(path) as ledger:  # the intents were on the disk all along: nobody is texted twice
        assert recorded(ledger) == {**dict.fromkeys(named, "unknown"), **dict.fromkeys(on_record, "accepted")}


def test_where_the_disk_has_room_for_the_answers_alone_they_are_recorded_and_nothing_more_leaves(path: Path) -> None:
    def fill(number: int, _: str) -> None:
        if number == 3:
            limit_files(wal_size(path) + 2 * FRAME)

    with serve(faults=Arrivals(fill)) as sandbox, Ledger(path) as ledger, no_file_over(2**30):
        dispatch = Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), Interrupt())
        with pytest.raises(Stopped):
            list(dispatch)
        assert recorded(ledger) == dict.fromkeys(recipients(people(3)), "accepted")
    assert dispatch.unrecorded == []
    assert arrived(sandbox) == recipients(people(3))


# --- Pace and witness ---


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_next_message_leaves_only_when_the_pace_allows_it_however_many_workers_wait(ledger: Ledger) -> None:
    clock, interrupt = Clock(), Interrupt()
    left_at: list[float] = []

    def tick(number: int, _: str) -> None:
        left_at.append(clock.now)
        if number == 5:
            interrupt.ask()
        else:
            clock.now += 0.5

    with serve(faults=Arrivals(tick)) as sandbox:
        list(Dispatch(to_submit(*people(40)), ledger, connecting(sandbox), interrupt, 8, Pace(2, clock)))
    assert left_at == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert len(sandbox.taken) == 5


def test_after_an_unknown_outcome_the_balance_is_asked_what_it_hints_at(ledger: Ledger) -> None:
    faults = {2: Fault(taken=True, cut=Cut.CLOSED), 4: Fault(taken=False, answer=page(502))}
    asked: list[Decimal] = []
    with serve(faults=Arrivals(lambda number, _: faults.get(number))) as sandbox:

        def ask() -> Decimal:
            asked.append(sandbox.balance)
            return sandbox.balance

        witness = Witness(sandbox.balance, ask)
        rows = to_submit(*people(5), cost=Decimal(12))
        delivered = list(Dispatch(rows, ledger, connecting(sandbox), Interrupt(), witness=witness))

    assert [one.verdict.outcome.value for one in delivered] == [
        "accepted", "unknown", "accepted", "unknown", "accepted"
    ]  # fmt: skip
    assert delivered[1].verdict.detail.endswith("(balance lower by its cost: probably accepted)")
    assert delivered[3].verdict.detail.endswith("(balance unchanged: probably not accepted)")
    assert len(asked) == 2
    assert [one.detail for one in ledger.records().values() if one.outcome is Outcome.UNKNOWN] == [
        delivered[1].verdict.detail, delivered[3].verdict.detail
    ]  # fmt: skip


@pytest.mark.parametrize("why_not", ["no price", "interrupted"])
def test_without_a_price_or_after_ctrl_c_the_balance_is_not_asked(ledger: Ledger, why_not: str) -> None:
    interrupt = Interrupt()

    def fail(_: int, __: str) -> Fault:
        if why_not == "interrupted":
            interrupt.ask()
        return Fault(taken=False, answer=page(502))

    def ask() -> Decimal:
        raise AssertionError("nobody is to be asked")

    with serve(faults=Arrivals(fail)) as sandbox:
        rows = to_submit(message(1), cost=None if why_not == "no price" else Decimal(12))
        (one,) = Dispatch(rows, ledger, connecting(sandbox), interrupt, witness=Witness(Decimal(1000), ask))
    assert one.verdict.detail == "the server answered with an error page (HTTP 502): the gateway may have accepted it"


def test_the_witness_changes_no_outcome(ledger: Ledger) -> None:
    arrivals = Arrivals(lambda _, __: Fault(taken=False, answer=page(502)))
    with serve(faults=arrivals) as sandbox:
        witness = Witness(sandbox.balance, lambda: sandbox.balance)
        rows = to_submit(*people(3), cost=Decimal(12))
        delivered = list(Dispatch(rows, ledger, connecting(sandbox), Interrupt(), witness=witness))
    assert {one.verdict.outcome for one in delivered} == {Outcome.UNKNOWN}
    assert recorded(ledger) == dict.fromkeys(recipients(people(3)), "unknown")
