"""The status pass: what the gateway says of each ref, and when asking stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.brakes import WRONG_LOGIN
from campaigns.delivery.interrupt import Interrupt
from campaigns.delivery.refresh import GATEWAY_GONE, Refresh, RefStatus, is_final
from campaigns.gateway.client import Client
from campaigns.gateway.faults import Answer, Cut, Fault, page, text
from campaigns.gateway.protocol import Status
from campaigns.gateway.sandbox import Account, Sandbox, make_ref
from campaigns.settings import Secret, Settings
from tests.running import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaigns.delivery.pace import Pace
    from campaigns.gateway.protocol import Function

NOW = 1_796_000_000.0  # seconds since the epoch


def answering(*answers: str | Fault) -> Callable[[Function, Mapping[str, str]], Fault | None]:
    """Answer the questions that come with these, in order; the last one answers all that follow."""
    waiting = [Fault(taken=False, answer=text(one)) if isinstance(one, str) else one for one in answers]

    def choose(_: Function, __: Mapping[str, str]) -> Fault | None:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return choose


def refs(count: int) -> list[str]:
    return [f"R-{n}" for n in range(1, count + 1)]


def ask(
    sandbox: Sandbox, wanted: list[str], interrupt: Interrupt, workers: int = 1, pace: Pace | None = None
) -> tuple[list[RefStatus], Refresh]:
    asking = Refresh(wanted, lambda: Client(sandbox.settings(), pauses=()), interrupt, workers, pace)
    return list(asking), asking


def test_a_message_s_own_way_through_the_statuses() -> None:
    made = [
        make_ref(NOW - 0.5, 0, Status.Sent),
        make_ref(NOW - 3600, 0, Status.Sent),
        make_ref(NOW - 3600, 0, Status.NotSent),
        make_ref(NOW - 3600, NOW + 3600, Status.Sent),
    ]
    with serve(clock=lambda: NOW) as sandbox:
        statuses, asking = ask(sandbox, [*made, "made-up"], Interrupt())
    assert statuses == [
        RefStatus(made[0], 0, "Pending"),
        RefStatus(made[1], 1, "Sent"),
        RefStatus(made[2], 8, "NotSent"),
        RefStatus(made[3], 5, "Scheduled"),
        RefStatus("made-up", 703, "Unknown"),
    ]
    assert (asking.stop, asking.interrupted) == (None, False)


@pytest.mark.parametrize(
    ("reply", "status", "unknown"),
    [
        # the gateway's ten names
        *((f"ID: {one.value} : text", RefStatus("R-1", one.value, one.name), one.value == 9) for one in Status),
        # a number that the document does not list stays a number
        ("ID: 10 : Teleported", RefStatus("R-1", 10, "10"), False),
        # a ref that it does not know: by status or by error, both are shown as Unknown
        ("Err: 703 : Incorrect message references", RefStatus("R-1", 703, "Unknown"), True),
        ("Er: 703 : Incorrect message references", RefStatus("R-1", 703, "Unknown"), True),
    ],
)
def test_an_answer_becomes_the_gateways_own_name(reply: str, status: RefStatus, unknown: bool) -> None:
    with serve(faults=answering(reply)) as sandbox:
        assert ask(sandbox, ["R-1"], Interrupt())[0] == [status]
    assert status.unknown is unknown


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ("Err: 700 : text", "error 700: Incorrect parameters in user's request"),
        ("Err: 713 : text", "error 713: Indicates an error occurred in the system"),
        ("Err: 999 : text", "error 999"),
        ("ID: delivered", "the answer is neither ID nor Err (HTTP 200)"),
        ("", "the answer is neither ID nor Err (HTTP 200)"),
        (Fault(taken=False, answer=page(503)), "the answer is neither ID nor Err (HTTP 503)"),
        (
            Fault(taken=False, answer=Answer(b"", 302, location="/elsewhere")),
            "the answer is neither ID nor Err (HTTP 302)",
        ),
        (Fault(taken=True, cut=Cut.CLOSED), "the connection was lost after the request left"),
        (Fault(taken=True, cut=Cut.HALF), "the answer broke off"),
    ],
)
def test_a_ref_that_could_not_be_asked_says_why_and_the_next_one_is_asked(answer: str | Fault, detail: str) -> None:
    with serve(faults=answering(answer, "ID: 1 : text")) as sandbox:
        statuses, asking = ask(sandbox, refs(2), Interrupt())
    assert statuses == [RefStatus("R-1", detail=detail), RefStatus("R-2", 1, "Sent")]
    assert asking.stop is None


def test_no_answer_shows_the_password() -> None:
    def echo(_: Function, parameters: Mapping[str, str]) -> Fault:
        return Fault(taken=False, answer=text(f"Err: 700 : password={parameters['password']}"))

    with serve(faults=echo) as sandbox:
        statuses, _ = ask(sandbox, ["R-1"], Interrupt())
        assert sandbox.account.password.reveal() not in repr(statuses)


def test_a_wrong_login_stops_at_once() -> None:
    with serve(account=Account(password=Secret("right"))) as sandbox:
        wrong = Settings(sandbox.url, sandbox.account.username, Secret("wrong"))
        asking = Refresh(refs(20), lambda: Client(wrong), Interrupt(), workers=8)
        statuses = list(asking)
    assert statuses == [RefStatus("R-1", detail="error 701: wrong username or password", wrong_login=True)]
    assert asking.stop is WRONG_LOGIN


def test_a_wrong_login_part_way_stops_too() -> None:
    with serve(faults=answering("ID: 1 : text", "Err: 701 : text")) as sandbox:
        statuses, asking = ask(sandbox, refs(20), Interrupt())
    assert [one.code for one in statuses] == [1, None]
    assert asking.stop is WRONG_LOGIN


@pytest.mark.parametrize("workers", [2, 8])
def test_workers_ask_for_every_ref_once(workers: int) -> None:
    asked = []

    def choose(_: Function, parameters: Mapping[str, str]) -> Fault:
        asked.append(parameters["messageref"])
        return Fault(taken=False, answer=text("ID: 1 : text"), delay=0.01)

    with serve(faults=choose) as sandbox:
        statuses, asking = ask(sandbox, refs(40), Interrupt(), workers)
    assert sorted(asked) == sorted(refs(40))
    assert sorted(one.ref for one in statuses) == sorted(refs(40))
    assert {one.code for one in statuses} == {1}
    assert (asking.stop, asking.interrupted) == (None, False)


def test_a_wrong_login_costs_one_attempt_however_many_workers_there_are() -> None:
    asked = []

    def choose(_: Function, parameters: Mapping[str, str]) -> Fault:
        asked.append(parameters["messageref"])
        return Fault(taken=False, answer=text("Err: 701 : text"))

    with serve(faults=choose) as sandbox:
        _, asking = ask(sandbox, refs(20), Interrupt(), workers=8)
    assert asked == ["R-1"]
    assert asking.stop is WRONG_LOGIN


def test_a_fault_of_ours_reaches_the_one_who_asked() -> None:
    def broken() -> Client:
        raise ValueError("no certificates")

    with pytest.raises(ValueError, match="no certificates"):
        list(Refresh(refs(3), broken, Interrupt(), workers=2))


def test_nothing_to_ask_for_asks_nobody() -> None:
    def never() -> Client:
        raise AssertionError

    assert list(Refresh([], never, Interrupt())) == []


@pytest.mark.parametrize("failure", ["", "Err: 713 : text", Fault(taken=True, cut=Cut.RESET)])
def test_ten_that_could_not_be_asked_in_a_row_stop(failure: str | Fault) -> None:
    with serve(faults=answering("ID: 1 : text", failure)) as sandbox:
        statuses, asking = ask(sandbox, refs(30), Interrupt())
    assert len(statuses) == 11
    assert asking.stop is GATEWAY_GONE


@pytest.mark.parametrize("answer", ["ID: 0 : text", "ID: 9 : text", "Err: 703 : text", "ID: 77 : text"])
def test_nine_failures_and_any_answer_begin_the_count_anew(answer: str) -> None:
    with serve(faults=answering(*[*[""] * 9, answer] * 2, "")) as sandbox:
        statuses, asking = ask(sandbox, refs(29), Interrupt())
    assert len(statuses) == 29
    assert asking.stop is None


def test_a_gateway_that_is_gone_stops_after_ten() -> None:
    with serve() as sandbox:
        pass
    statuses, asking = ask(sandbox, refs(30), Interrupt())
    assert [one.detail for one in statuses] == ["could not connect: the gateway refused the connection"] * 10
    assert asking.stop is GATEWAY_GONE


def test_an_interrupt_ends_the_pass_after_the_answer_that_is_under_way() -> None:
    interrupt = Interrupt()

    def choose(_: Function, parameters: Mapping[str, str]) -> Fault:
        if parameters["messageref"] == "R-3":
            interrupt.ask()
        return Fault(taken=False, answer=text("ID: 1 : text"))

    with serve(faults=choose) as sandbox:
        statuses, asking = ask(sandbox, refs(20), interrupt)
    assert [one.ref for one in statuses] == refs(3)
    assert asking.interrupted
    assert asking.stop is None


def test_an_interrupt_during_the_last_answer_is_no_interruption() -> None:
    interrupt = Interrupt()

    def choose(_: Function, __: Mapping[str, str]) -> Fault:
        interrupt.ask()
        return Fault(taken=False, answer=text("ID: 1 : text"))

    with serve(faults=choose) as sandbox:
        statuses, asking = ask(sandbox, ["R-1"], interrupt)
    assert len(statuses) == 1
    assert not asking.interrupted


@pytest.mark.parametrize(
    ("cell", "final"),
    [
        *((str(code), code in (1, 3, 4, 7, 8)) for code in range(10)),
        # what is not known is asked again: no status yet, a ref that was not known, a number of a later gateway
        ("", False),
        ("703", False),
        ("10", False),
        ("Sent", False),
    ],
)
def test_which_statuses_are_asked_again(cell: str, final: bool) -> None:
    assert is_final(cell) is final
