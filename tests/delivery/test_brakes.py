"""When a run stops by itself: a wrong login, no money, a gateway that plainly does not work (CONTRACT section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.delivery.brakes import NOT_WORKING, OUT_OF_BALANCE, WRONG_LOGIN, Brakes, Stop
from campaigns.delivery.outcomes import Outcome, Sign, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCEPTED = Verdict(Outcome.ACCEPTED, ref="1")
UNKNOWN = Verdict(Outcome.UNKNOWN, sign=Sign.BAD)
UNREACHABLE = Verdict(Outcome.PENDING, sign=Sign.BAD)
REFUSED_UNREAD = Verdict(Outcome.PENDING, code="HTTP 403", sign=Sign.BAD)
TOO_LONG = Verdict(Outcome.REJECTED, code="HTTP 404", sign=Sign.BAD)
NO_SENDER = Verdict(Outcome.REJECTED, code="700", detail="sender is not registered")
LATE = Verdict(Outcome.REJECTED, code="708")
LOGIN = Verdict(Outcome.PENDING, code="701", sign=Sign.WRONG_LOGIN)
NO_MONEY = Verdict(Outcome.PENDING, code="702", sign=Sign.OUT_OF_BALANCE)


def stopped(verdicts: Iterable[Verdict]) -> tuple[int, Stop] | None:
    """The verdict, counted from 1, at which a run stops, and why."""
    brakes = Brakes()
    for position, verdict in enumerate(verdicts, start=1):
        if stop := brakes.watch(verdict):
            return position, stop
    return None


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        # 701 and 702 at once, wherever they come
        ([LOGIN], (1, WRONG_LOGIN)),
        ([NO_MONEY], (1, OUT_OF_BALANCE)),
        ([ACCEPTED] * 50 + [LOGIN], (51, WRONG_LOGIN)),
        ([UNKNOWN] * 9 + [NO_MONEY], (10, OUT_OF_BALANCE)),
        ([NO_SENDER] * 9 + [LOGIN], (10, WRONG_LOGIN)),
        # ten in a row that are unknown, unreachable or refused unread, in any mixture
        ([UNKNOWN] * 9, None),
        ([UNKNOWN] * 10, (10, NOT_WORKING)),
        ([UNREACHABLE] * 10, (10, NOT_WORKING)),
        ([REFUSED_UNREAD] * 10, (10, NOT_WORKING)),
        ([TOO_LONG] * 10, (10, NOT_WORKING)),
        ([UNKNOWN, UNREACHABLE, REFUSED_UNREAD, TOO_LONG, UNKNOWN] * 2, (10, NOT_WORKING)),
        ([ACCEPTED] * 30 + [UNKNOWN] * 10, (40, NOT_WORKING)),
        # ... and one that the gateway read, be it accepted or rejected, begins the count anew
        (([UNKNOWN] * 9 + [ACCEPTED]) * 5, None),
        (([UNKNOWN] * 9 + [NO_SENDER]) * 5, None),
        ([UNKNOWN] * 9 + [ACCEPTED] + [UNKNOWN] * 10, (20, NOT_WORKING)),
        # two codes among the first ten, one good between, or an unknown one: it is not the sender's fault
        ([NO_SENDER] * 9, None),
        ([NO_SENDER] * 9 + [LATE] + [NO_SENDER] * 20, None),
        ([NO_SENDER] * 9 + [ACCEPTED] + [NO_SENDER] * 20, None),
        ([ACCEPTED] + [NO_SENDER] * 30, None),
        ([NO_SENDER] * 4 + [UNKNOWN] + [NO_SENDER] * 30, None),
        # only the first ten: a run that began well may meet a stretch of bad rows
        ([ACCEPTED] * 10 + [LATE] * 30, None),
    ],
)
def test_a_run_stops_where_the_contract_says(verdicts: list[Verdict], expected: tuple[int, Stop] | None) -> None:
    assert stopped(verdicts) == expected


@pytest.mark.parametrize("verdict", [NO_SENDER, LATE])
def test_the_first_ten_all_rejected_with_one_code_stop_the_run_and_name_it(verdict: Verdict) -> None:
    found = stopped([verdict] * 30)
    assert found is not None
    position, stop = found
    assert position == 10
    assert stop.reason == f"stopped: the first 10 messages were all rejected with {verdict.code}: {verdict.detail}"
    assert "sender" in stop.hint
    assert "--retry-rejected" in stop.hint


def test_stopping_for_the_login_warns_of_a_locked_account() -> None:
    assert "MOBIPACE_PASSWORD" in WRONG_LOGIN.hint
    assert "lock" in WRONG_LOGIN.hint


ANY = st.sampled_from([ACCEPTED, UNKNOWN, UNREACHABLE, REFUSED_UNREAD, TOO_LONG, NO_SENDER, LATE])


@given(st.lists(ANY, max_size=40))
@settings(max_examples=200, deadline=None)
def test_without_701_and_702_a_run_stops_only_for_ten_alike(verdicts: list[Verdict]) -> None:
    found = stopped(verdicts)
    if found is None:
        signs = "".join("x" if verdict.sign is Sign.BAD else "." for verdict in verdicts)
        assert "x" * 10 not in signs
        assert len(verdicts) < 10 or {(one.outcome, one.code) for one in verdicts[:10]} not in (
            {(Outcome.REJECTED, "700")},
            {(Outcome.REJECTED, "708")},
        )
    else:
        position, stop = found
        last_ten = verdicts[position - 10 : position]
        assert len(last_ten) == 10
        if stop is NOT_WORKING:
            assert {one.sign for one in last_ten} == {Sign.BAD}
        else:
            assert position == 10
            assert len({(one.outcome, one.code) for one in last_ten}) == 1
