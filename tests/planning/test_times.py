"""When a message goes out: never guessed. A time needs a zone, and the zone must have it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import Problem
from campaigns.planning.times import parse_time, past, read_time

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
YEREVAN, BERLIN, NEW_YORK = ZoneInfo("Asia/Yerevan"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def utc(*parts: int) -> datetime:
    year, month, day, *clock = parts
    hour, minute, second = [*clock, 0, 0, 0][:3]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01 10:00", utc(2026, 12, 1, 6)),  # Yerevan is four hours ahead, all year
        ("2027-07-01 10:00", utc(2027, 7, 1, 6)),
        ("2026-12-01T10:00", utc(2026, 12, 1, 6)),
        ("2026-12-01t10:00", utc(2026, 12, 1, 6)),
        (" 2026-12-01  10:00 ", utc(2026, 12, 1, 6)),
        ("2026-12-01 9:05", utc(2026, 12, 1, 5, 5)),  # as a person writes it
        ("2026-12-01 9:05:30", utc(2026, 12, 1, 5, 5, 30)),
        ("2026-12-01 10:00:59", utc(2026, 12, 1, 6, 0, 59)),
        ("2026-12-01 10:00:59.750", utc(2026, 12, 1, 6, 0, 59)),  # the gateway takes whole seconds
        ("2026-12-01 00:00", utc(2026, 11, 30, 20)),
        ("2028-02-29 10:00", utc(2028, 2, 29, 6)),
    ],
)
def test_a_time_is_read_in_the_zone(text: str, moment: datetime) -> None:
    assert read_time(text, YEREVAN, NOW) == moment


@pytest.mark.parametrize("zone", [None, NEW_YORK])
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01 10:00+04:00", utc(2026, 12, 1, 6)),
        ("2026-12-01 10:00 +04:00", utc(2026, 12, 1, 6)),
        ("2026-12-01T10:00:00+0400", utc(2026, 12, 1, 6)),
        ("2026-12-01T10:00Z", utc(2026, 12, 1, 10)),
        ("2026-12-01 10:00 z", utc(2026, 12, 1, 10)),
        ("2026-12-01 10:00-05:30", utc(2026, 12, 1, 15, 30)),
        ("2026-12-01 01:00+04:00", utc(2026, 11, 30, 21)),
    ],
)
def test_an_offset_wins_over_the_zone_and_needs_none(text: str, moment: datetime, zone: ZoneInfo | None) -> None:
    read = read_time(text, zone, NOW)
    assert read == moment
    assert isinstance(read, datetime)
    assert read.tzinfo is UTC


def test_without_an_offset_a_zone_must_be_named() -> None:
    problem = read_time("2026-12-01 10:00", None, NOW)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.reason) == ("send_at", "has no time zone")
    assert "--tz" in problem.hint
    assert "MOBIPACE_TZ" in problem.hint


@pytest.mark.parametrize("text", ["2026-12-01", " 2026-12-01 "])
def test_a_date_alone_does_not_say_when(text: str) -> None:
    problem = read_time(text, YEREVAN, NOW)
    assert isinstance(problem, Problem)
    assert (problem.reason, problem.hint) == ("has a date but no time of day", "write it as 2026-12-01 10:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "10:00",
        "01.12.2026 10:00",
        "12/01/2026 10:00",  # December or January
        "01-12-2026 10:00",
        "26-12-01 10:00",
        "2026/12/01 10:00",
        "20261201T1000",
        "2026-W49-2 10:00",
        "2026-12-01,10:00",
        "2026-12-0110:00",
        "2026-12-01 10",
        "2026-12-01 10.00",
        "2026-12-01 10:0",
        "2026-12-01 10:00 PM",
        "2026-12-01 10:00 Asia/Yerevan",
        "2026-12-01 10:00+4",
        "2026-12-01 +04:00",
        "2026-12-01 10:00; 2026-12-02 10:00",
        "46357.4166666667",  # a date that Excel shows as its number
        "٢٠٢٦-١٢-٠١ ١٠:٠٠",
        # Of that form, and not in the calendar or on the clock.
        "2026-13-01 10:00",
        "2026-02-29 10:00",
        "2026-00-10 10:00",
        "0000-12-01 10:00",
        "2026-12-01 24:00",
        "2026-12-01 10:60",
        "2026-12-01 10:00.5",
        "2026-12-01 10:00:60",
        "2026-12-01 10:00+25:00",
        # Outside what can be counted in UTC.
        "0001-01-01 00:00",
        "0001-01-01 00:00+04:00",
        "9999-12-31 23:59-04:00",
    ],
)
def test_what_is_not_surely_a_time_is_a_problem(text: str) -> None:
    assert parse_time(text, YEREVAN) == Problem("send_at", "is not a time", text, "write it as 2026-12-01 10:00")


def test_a_time_of_the_last_hours_of_the_calendar_is_a_problem_west_of_utc() -> None:
    problem = parse_time("9999-12-31 23:59", NEW_YORK)
    assert isinstance(problem, Problem)
    assert problem.reason == "is not a time"


def test_a_monstrous_cell_is_a_problem_of_a_line() -> None:
    problem = parse_time("9" * 10_000, YEREVAN)
    assert isinstance(problem, Problem)
    assert problem.text == "9" * 40


# --- When clocks change ---


@pytest.mark.parametrize(
    ("text", "zone", "reason"),
    [
        # An hour that is skipped.
        ("2027-03-28 02:00", "Europe/Berlin", "does not exist"),
        ("2027-03-28 02:59", "Europe/Berlin", "does not exist"),
        ("2027-03-14 02:30", "America/New_York", "does not exist"),
        ("2027-10-03 02:15", "Australia/Lord_Howe", "does not exist"),  # half an hour
        ("2011-12-30 10:00", "Pacific/Apia", "does not exist"),  # a whole day
        # An hour that comes twice.
        ("2027-10-31 02:00", "Europe/Berlin", "comes twice"),
        ("2027-10-31 02:59", "Europe/Berlin", "comes twice"),
        ("2027-11-07 01:30", "America/New_York", "comes twice"),
        ("2027-04-04 01:45", "Australia/Lord_Howe", "comes twice"),
    ],
)
def test_a_time_that_the_zone_has_twice_or_never_is_a_problem(text: str, zone: str, reason: str) -> None:
    problem = parse_time(text, ZoneInfo(zone))
    assert problem == Problem(
        "send_at", f"{reason} in {zone}: clocks change that night", text, "write the offset: 2026-12-01 10:00+04:00"
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-03-28 01:59:59", utc(2027, 3, 28, 0, 59, 59)),
        ("2027-03-28 03:00", utc(2027, 3, 28, 1)),
        ("2027-10-31 01:59:59", utc(2027, 10, 30, 23, 59, 59)),
        ("2027-10-31 03:00", utc(2027, 10, 31, 2)),
        # An offset says which of the two it is.
        ("2027-10-31 02:30+02:00", utc(2027, 10, 31, 0, 30)),
        ("2027-10-31 02:30+01:00", utc(2027, 10, 31, 1, 30)),
    ],
)
def test_the_hours_beside_it_are_fine(text: str, moment: datetime) -> None:
    assert parse_time(text, BERLIN) == moment


# --- The past ---


@pytest.mark.parametrize(
    ("text", "late"),
    [
        ("2026-11-01 15:59:59", True),
        ("2026-11-01 16:00", True),  # now: by the time it is sent it is past
        ("2026-11-01 16:00:01", False),
        ("2026-11-01 12:00Z", True),
        ("1999-01-01 10:00", True),
    ],
)
def test_a_time_must_be_after_now(text: str, late: bool) -> None:
    read = read_time(text, YEREVAN, NOW)
    assert (read == Problem("send_at", "is in the past", text)) is late
    assert isinstance(parse_time(text, YEREVAN), datetime)  # it can be read all the same


def test_now_may_be_given_in_any_zone() -> None:
    now = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert past(NOW, "12:00Z", now) is not None
    assert past(NOW + timedelta(seconds=1), "12:00:01Z", now) is None


# --- Properties ---

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2037, 12, 31))  # noqa: DTZ001 - clock faces
ZONES = st.sampled_from(["Asia/Yerevan", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])


@settings(max_examples=200, deadline=None)
@given(MOMENTS, ZONES)
def test_the_clock_of_the_zone_shows_what_was_asked_for(face: datetime, name: str) -> None:
    face = face.replace(microsecond=0)
    zone = ZoneInfo(name)
    read = parse_time(face.isoformat(" "), zone)
    if isinstance(read, Problem):
        assert face.replace(tzinfo=zone).utcoffset() != face.replace(tzinfo=zone, fold=1).utcoffset()
    else:
        assert read.tzinfo is UTC
        assert read.astimezone(zone).replace(tzinfo=None) == face


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.integers(-23 * 60, 23 * 60))
def test_one_moment_reads_the_same_in_every_offset(face: datetime, minutes: int) -> None:
    moment = face.replace(microsecond=0, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_time(elsewhere.isoformat(), None) == moment


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("0123456789-:T Z+.", max_size=30)), st.sampled_from([None, YEREVAN]))
def test_any_text_is_a_time_in_utc_or_a_problem(text: str, zone: ZoneInfo | None) -> None:
    read = parse_time(text, zone)
    assert read.field == "send_at" if isinstance(read, Problem) else read.tzinfo is UTC
