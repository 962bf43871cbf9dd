"""How fast messages leave (`--rate`): evenly, and never in a burst."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.delivery.pace import Pace


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_without_a_rate_all_leave_at_once() -> None:
    pace = Pace(None)
    assert (pace.allow(64), pace.wait, pace.allow(64)) == (64, 0.0, 64)


def test_the_first_leaves_at_once_and_the_next_after_its_interval() -> None:
    clock = Clock()
    pace = Pace(4, clock)
    assert (pace.wait, pace.allow(10), pace.wait, pace.allow(10)) == (0.0, 1, 0.25, 0)
    clock.now += 0.125
    assert (pace.wait, pace.allow(10)) == (0.125, 0)
    clock.now += 0.125
    assert (pace.wait, pace.allow(10)) == (0.0, 1)


def test_time_lost_in_a_stall_is_not_caught_up() -> None:
    clock = Clock()
    pace = Pace(2, clock)
    pace.allow(1)
    clock.now += 60
    assert [pace.allow(8), pace.allow(8), pace.wait] == [1, 0, 0.5]


def test_asking_for_none_uses_nothing_up() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    assert (pace.allow(0), pace.wait, pace.allow(1)) == (0, 0.0, 1)


@pytest.mark.parametrize(("rate", "interval"), [(0.001, 1000.0), (0.5, 2.0), (1, 1.0), (1000, 0.001)])
def test_any_rate_that_the_option_takes_has_its_interval(rate: float, interval: float) -> None:
    pace = Pace(rate, Clock())
    pace.allow(1)
    assert pace.wait == pytest.approx(interval)


@given(rate=st.floats(0.001, 1000), steps=st.lists(st.tuples(st.floats(0, 10), st.integers(0, 64)), max_size=50))
@settings(max_examples=200, deadline=None)
def test_two_messages_are_never_closer_than_the_interval(rate: float, steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    left: list[float] = []
    for passed, wanted in steps:
        clock.now += passed
        allowed = pace.allow(wanted)
        assert allowed <= min(1, wanted)
        left += [clock.now] * allowed
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(left))


@given(rate=st.floats(0.001, 1000))
@settings(max_examples=200, deadline=None)
def test_whoever_waits_as_long_as_told_may_go(rate: float) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    for _ in range(5):
        clock.now += pace.wait + 1e-9
        assert pace.allow(3) == 1
