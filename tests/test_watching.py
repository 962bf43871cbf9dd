"""How long and how often a watch looks."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest

from campaigns.errors import UsageError
from campaigns.watching import parse_duration, pauses


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", 7200),
        ("90m", 5400),
        ("1h30m", 5400),
        (" 1H 30M ", 5400),
        ("1d", 86_400),
        ("45s", 45),
        ("1d2h3m4s", 93_784),
    ],
)
def test_a_length_of_time(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-1h", "1.5h", "2 hours", "30m1h", "1h1h", "٢h", "9" * 30 + "h"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError, match="is not a length of time"):
        parse_duration(text)


def test_pauses_grow_and_stay_bounded() -> None:
    first = list(islice(pauses(), 12))
    assert first == [30, 60, 120, 240, 480, 960, *[1800] * 6]
