"""A cell or an option becomes a UTC time, or a problem."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.errors import Problem

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_EXAMPLE = "write it as 2026-12-01 10:00"
_SHAPE = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)


def read_date(text: str) -> datetime | None:
    """Read a date, or a date and a time of day, as a cell shows it; None for anything else."""
    match = _SHAPE.fullmatch(text.strip())
    try:
        return _moment(match) if match else None
    except ValueError:
        return None


def _moment(match: re.Match[str]) -> datetime:
    """Return what a text of the right shape says; its offset is kept.

    Raises:
        ValueError: There is no such day or hour.
    """
    clock = (match["time"] or "00:00").split(".")[0]
    clock = clock if clock[2] == ":" else f"0{clock}"
    return datetime.fromisoformat(f"{match['date']}T{clock}{(match['offset'] or '').upper()}")


def read_time(text: str, zone: ZoneInfo | None, now: datetime) -> datetime | Problem:
    """Read when a message is to go out.

    Args:
        text: `2026-12-01 10:00`, with `T`, seconds or an offset.
        zone: The zone of a time without an offset; None if nobody named one.
        now: The present, aware; a time that is not after it is past.

    Returns:
        An aware time in UTC, whole seconds, or the problem. A past time is one; `parse_time` reads it all the same.
    """
    moment = parse_time(text, zone)
    if isinstance(moment, Problem):
        return moment
    return past(moment, text, now) or moment


def past(moment: datetime, text: str, now: datetime) -> Problem | None:
    """Return the problem of a time that is not after `now`."""
    return Problem("send_at", "is in the past", text[:40]) if moment <= now else None


def parse_time(text: str, zone: ZoneInfo | None) -> datetime | Problem:
    """Read a time as `read_time` does, whether it is past or not."""
    match = _SHAPE.fullmatch(text.strip())
    if not match:
        return Problem("send_at", "is not a time", text[:40], _EXAMPLE)
    if not match["time"]:
        return Problem("send_at", "has a date but no time of day", text[:40], _EXAMPLE)
    try:
        moment = _moment(match)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return Problem("send_at", "is not a time", text[:40], _EXAMPLE)
    if zone is None:
        hint = "give --tz Asia/Yerevan or MOBIPACE_TZ, or write the offset: 2026-12-01 10:00+04:00"
        return Problem("send_at", "has no time zone", text[:40], hint)
    return _in_zone(moment, zone, text)


def _in_zone(moment: datetime, zone: ZoneInfo, text: str) -> datetime | Problem:
    early, late = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    try:
        utc = early.astimezone(UTC)
        if early.utcoffset() == late.utcoffset():
            return utc
        # The two readings differ where clocks change: an hour that the zone skips does not survive the round trip.
        twice = utc.astimezone(zone).replace(tzinfo=None) == moment
    except (ValueError, OverflowError):
        return Problem("send_at", "is not a time", text[:40], _EXAMPLE)
    reason = f"comes twice in {zone.key}" if twice else f"does not exist in {zone.key}"
    return Problem(
        "send_at", reason + ": clocks change that night", text[:40], "write the offset: 2026-12-01 10:00+04:00"
    )
