"""One cell: a value read as a person would write it, and a text made safe to write."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Cell = str | int | float | bool | Decimal | datetime | date | time | timedelta | None

LARGEST = 1_000_000  # characters that a cell of a text file may hold
_LONGEST = 32_767  # characters that an Excel cell can hold
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # not allowed in XML
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def as_text(value: Cell) -> str:
    """Return a cell's value as a person would write it: whole numbers without `.0`, dates as `2026-12-01`."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            # A spreadsheet keeps 15 digits; what is beyond them is not what the person typed.
            return str(int(value)) if value.is_integer() else f"{Decimal(format(value, '.15g')):f}"
        case datetime():
            return _datetime_text(value)
        case timedelta():  # a spreadsheet's time beyond 24 hours
            minutes = round(value.total_seconds() / 60)
            return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
        case time():
            return value.isoformat("seconds") if value.second else value.isoformat("minutes")
        case _:  # int, Decimal, date say it right by themselves
            return str(value)


def _datetime_text(value: datetime) -> str:
    # Excel keeps times as fractions of a day: 09:59:59.999999 is its ten o'clock.
    whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if whole.time() == time(0):
        return whole.date().isoformat()
    return whole.isoformat(" ", "seconds" if whole.second else "minutes")


def for_excel(text: str) -> str:
    """Return the text as an Excel cell can hold it: without the characters that XML forbids, cut at its limit."""
    return _FORBIDDEN.sub("\ufffd", text)[:_LONGEST]


def guard(text: str) -> str:
    """Return the text as a CSV cell that no spreadsheet program runs as a formula; `unguard` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Take back what `guard` did."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
