"""When a run ends and whom it would wake: arithmetic on times that are passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.planning.hours import Pace, at_night, in_the_night

NOON = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 12:00 in Yerevan


@pytest.mark.parametrize(
    ("utc", "night"),
    [
        ("16:59:59", False),  # 20:59:59 in Yerevan
        ("17:00:00", True),  # 21:00
        ("20:00:00", True),  # midnight
        ("05:59:59", True),
        ("06:00:00", False),  # 10:00
        ("12:00:00", False),
    ],
)
def test_the_night_is_from_21_to_10_in_yerevan(utc: str, night: bool) -> None:
    assert at_night("37491000001", datetime.fromisoformat(f"2026-12-01T{utc}+00:00")) is night
    assert at_night("37491000001", datetime.fromisoformat(f"2026-07-01T{utc}+00:00")) is night  # no summer time


def test_other_countries_have_nights_of_their_own() -> None:
    assert not at_night("79160000000", datetime(2026, 12, 1, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("pace", "messages", "seconds"),
    [
        (Pace(0.5), 0, 0),
        (Pace(0.5), 1, 0.5),
        (Pace(0.5), 100, 50),
        (Pace(0.5, workers=5), 101, 10.5),
        (Pace(0.5, rate=1), 100, 99.5),  # slower than answers come
        (Pace(0.5, rate=10), 100, 50),  # answers are slower than the rate
        (Pace(0.5, workers=10, rate=10), 101, 10.5),
    ],
)
def test_a_run_lasts_until_its_last_answer(pace: Pace, messages: int, seconds: float) -> None:
    assert pace.duration(messages) == timedelta(seconds=seconds)


def test_a_run_that_goes_on_into_the_night_names_the_rows() -> None:
    evening = datetime(2026, 12, 1, 16, 59, 57, tzinfo=UTC)
    recipients = ["37491000001", "37491000002", "79160000000", "37491000003", "37491000004", "79160000001"]
    assert in_the_night(recipients, evening, Pace(1)) == [3, 4]
    assert in_the_night(recipients, NOON, Pace(1)) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 10_000), st.integers(1, 64), st.none() | st.floats(0.01, 100), st.floats(0.001, 60))
def test_more_messages_never_take_less_and_the_last_leaves_before_the_end(
    messages: int, workers: int, rate: float | None, seconds: float
) -> None:
    pace = Pace(seconds, workers, rate)
    assert pace.duration(messages + 1) >= pace.duration(messages)
    assert pace.leaves(NOON, messages - 1) <= NOON + pace.duration(messages)
    assert Pace(seconds, workers + 1, rate).duration(messages) <= pace.duration(messages)
