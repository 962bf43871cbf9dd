"""The words of an estimate: lengths of time, causes, savings, destinations, bills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.causes import cause_lines, savings_line
from campaigns.estimates import destination_lines, duration_line, duration_words, reckoning_lines
from campaigns.gateway.protocol import Balance
from campaigns.planning.blame import Cause, Savings
from campaigns.planning.destinations import Destination
from campaigns.planning.reckoning import Reckoning

AFTER = Balance("1000 : AMD", Decimal(1000), "AMD")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"),
        (59.9, "under a minute"),
        (60, "about 1 minute"),
        (61, "about 2 minutes"),  # rounded up: it errs long
        (3600, "about 1 hour"),
        (3601, "about 1 hour 1 minute"),
        (11_100, "about 3 hours 5 minutes"),
        (100_000, "about 27 hours 47 minutes"),
    ],
)
def test_a_length_of_time_as_people_say_it(seconds: float, words: str) -> None:
    assert duration_words(timedelta(seconds=seconds)) == words


def test_an_end_is_said_in_the_campaigns_zone() -> None:
    start = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert duration_line(hour, start, None) == "submitting takes about 1 hour and ends at 2026-12-01 20:30 UTC"
    assert duration_line(hour, start, ZoneInfo("Asia/Yerevan")) == (
        "submitting takes about 1 hour and ends at 2026-12-02 00:30 Asia/Yerevan"
    )


def test_savings_as_a_sentence() -> None:
    savings = Savings(("’", "–", "…"), 412, 412, Decimal(4944))
    assert savings_line(savings, "AMD", applied=False) == (
        "--smart replaces 3 kinds of look-alikes in 412 rows: 412 segments, 4,944 AMD less"
    )
    assert savings_line(savings, applied=True).startswith("--smart replaced 3 kinds")
    unpriced = Savings(("’",), 1, 1, None)
    assert savings_line(unpriced, applied=False) == "--smart replaces 1 kind of look-alikes in 1 row: 1 segment less"


def test_where_nothing_is_saved_nothing_is_offered() -> None:
    assert savings_line(Savings(), applied=False) == savings_line(Savings(), applied=True) == ""
    assert savings_line(Savings(("’",), 5, 0, Decimal(0)), applied=False) == ""


def test_only_the_first_causes_are_shown() -> None:
    causes = [Cause((character,), "", "na\x1bme", 2, (2, 3)) for character in "éèàùòìñöüäß"]
    lines = cause_lines(causes)
    assert lines[2] == (
        "       2  é LATIN SMALL LETTER E WITH ACUTE (U+00E9), from the column 'na\\x1bme', first in row 2"
    )
    assert lines[-1] == "  … and 1 more; --json names them all"
    assert cause_lines([]) == []


def test_a_control_character_is_named_and_not_shown() -> None:
    assert "\x1b" not in "".join(cause_lines([Cause(("\x1b",), "", "", 1, (2,))]))


def test_only_the_first_destinations_are_shown() -> None:
    many = [Destination(f"Country {n}", 1, 1, None) for n in range(12)]
    lines = destination_lines(many, "AMD")
    assert lines[1] == "  destination             messages    segments"  # no price, no column for it
    assert lines[-1] == "  … and 2 more; --json names them all"
    assert destination_lines([], "AMD") == []


@pytest.mark.parametrize(
    ("reckoning", "lines"),
    [
        (
            Reckoning(None, Decimal(0), None, "", None),
            ["spent 0 AMD; the balance is 1,000 AMD"],
        ),
        (
            Reckoning(None, Decimal(21), None, "", Decimal("10.5")),
            ["spent 21 AMD, which is 10.5 AMD a segment; the balance is 1,000 AMD"],
        ),
        (
            Reckoning(Decimal(24), Decimal(24), Decimal(0), "", Decimal(12)),
            ["spent 24 AMD, as estimated; the balance is 1,000 AMD"],
        ),
        (
            Reckoning(Decimal(24), Decimal(36), Decimal(12), "so", None),
            [
                "spent 36 AMD, 12 AMD more than the 24 AMD estimated for what was accepted; the balance is 1,000 AMD",
                "likely reason: so",
            ],
        ),
    ],
)
def test_a_bill_as_sentences(reckoning: Reckoning, lines: list[str]) -> None:
    assert reckoning_lines(reckoning, AFTER) == lines
