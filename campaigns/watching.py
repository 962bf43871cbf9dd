"""How long and how often `refresh --watch` looks. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import repeat
from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = timedelta(days=1)  # what has not changed for a day may never change
_FIRST_PAUSE, _LONGEST_PAUSE = 30, 30 * 60  # seconds
_DURATION = re.compile(
    r"(?:(?P<days>\d{1,3})d)?\s*(?:(?P<hours>\d{1,4})h)?\s*(?:(?P<minutes>\d{1,5})m)?\s*(?:(?P<seconds>\d{1,6})s)?",
    re.ASCII,
)


def parse_duration(text: str) -> timedelta:
    """Read a length of time: `2h`, `90m`, `1h 30m`, `1d`.

    Raises:
        UsageError: It is none, or no time at all.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    parts = {name: int(value) for name, value in (match.groupdict() if match else {}).items() if value}
    if not any(parts.values()):
        raise UsageError(f"--for {text!r} is not a length of time", "for example 2h, 90m, 1h30m or 1d")
    return timedelta(**parts)


def pauses() -> Iterator[int]:
    """Yield the seconds to wait before each further look: each twice the one before, half an hour at the most."""
    pause = _FIRST_PAUSE
    while pause < _LONGEST_PAUSE:
        yield pause
        pause *= 2
    yield from repeat(_LONGEST_PAUSE)
