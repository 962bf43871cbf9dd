"""One cell: read as a person would write it, and made safe to write."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from campaigns.spreadsheets.cells import Cell, as_text, for_excel, guard, unguard

budget = settings(max_examples=200, deadline=None)
STARTERS = ("=", "+", "-", "@", "\t", "\r")
tricky = st.text(st.sampled_from("'=+-@\t\r\n ,;\"a1")) | st.text()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # nothing is nothing, a text is itself
        (None, ""),
        ("", ""),
        (" 007 ", " 007 "),
        ("TRUE", "TRUE"),
        # whole numbers come without `.0`, whatever Excel stored them as
        (37491000001, "37491000001"),
        (37491000001.0, "37491000001"),
        (374910000012345678, "374910000012345678"),
        (1e21, "1000000000000000000000"),
        (-3.0, "-3"),
        (-0.0, "0"),
        # other numbers keep what they have
        (12.5, "12.5"),
        (-0.25, "-0.25"),
        (Decimal("12.50"), "12.50"),
        # a boolean is a number to Python, not to a person
        (True, "TRUE"),
        (False, "FALSE"),
        # dates and times, as fine as they are
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 10, 0), "2026-12-01 10:00"),  # noqa: DTZ001 - a cell knows no zone
        (datetime(2026, 12, 1, 10, 0, 5), "2026-12-01 10:00:05"),  # noqa: DTZ001
        (datetime(2026, 12, 1), "2026-12-01"),  # noqa: DTZ001
        (time(9, 5), "09:05"),
        (time(9, 5, 7), "09:05:07"),
        # a fraction of a day is never quite the second that was meant
        (datetime(2026, 12, 1, 9, 59, 59, 999_999), "2026-12-01 10:00"),  # noqa: DTZ001
        (datetime(2026, 12, 1, 10, 0, 0, 1), "2026-12-01 10:00"),  # noqa: DTZ001
        (datetime(2026, 12, 31, 23, 59, 59, 999_999), "2027-01-01"),  # noqa: DTZ001
    ],
)
def test_a_cell_reads_as_a_person_would_write_it(value: Cell, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        # what a spreadsheet program may run, or what hides such a start
        ("=1+1", "'=1+1"),
        ("+37491000001", "'+37491000001"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        # what already looks guarded is guarded again, so that it comes back as it was
        ("'=1+1", "''=1+1"),
        ("''=1+1", "'''=1+1"),
        # everything else is left alone
        ("", ""),
        ("Hello = you", "Hello = you"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        ("37491000001", "37491000001"),
    ],
)
def test_a_text_that_begins_like_a_formula_is_guarded_by_an_apostrophe(text: str, guarded: str) -> None:
    assert guard(text) == guarded
    assert unguard(guarded) == text


@budget
@given(tricky)
def test_unguard_takes_back_what_guard_did(text: str) -> None:
    assert unguard(guard(text)) == text


@budget
@given(tricky)
def test_nothing_guarded_begins_like_a_formula(text: str) -> None:
    assert not guard(text).startswith(STARTERS)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("Շնորհավոր 🎂 ’", "Շնորհավոր 🎂 ’"),
        # characters that XML forbids would make the whole workbook unreadable
        ("a\0b", "a\ufffdb"),
        ("\x0b\x1f", "\ufffd\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("half an emoji \ud83c", "half an emoji \ufffd"),
        # what an Excel cell can hold
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_767),
    ],
)
def test_a_text_for_excel_has_nothing_that_excel_cannot_hold(text: str, kept: str) -> None:
    assert for_excel(text) == kept


@budget
@given(st.text(st.characters(codec=None)))
@example("\ud800\x00")
def test_every_text_can_be_made_one_that_excel_holds(text: str) -> None:
    held = for_excel(text)
    assert len(held) == len(text)
    assert not ILLEGAL_CHARACTERS_RE.search(held)
    assert held.encode().decode() == held
