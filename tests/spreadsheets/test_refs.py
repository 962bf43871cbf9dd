"""Refs that a spreadsheet program took for numbers: told apart, never asked for, brought back by a re-run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from campaigns.errors import Refused
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.refs import is_damaged, made_of
from campaigns.spreadsheets.results import check_known, read_lines, write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses, read_refs
from tests.spreadsheets.making import CHECKED, line, sheet_of

if TYPE_CHECKING:
    from pathlib import Path

REF = "12345678901234567"  # 17 digits: two more than a spreadsheet keeps


@pytest.mark.parametrize(
    ("text", "number", "damaged"),
    [
        # a text is what it is
        (REF, False, False),
        ("R-1", False, False),
        ("1E5", False, False),
        # but not this: no gateway writes so, and Excel does
        ("1.23457E+16", False, True),
        ("1,23457E+16", False, True),
        ("1E+16", False, True),
        # a number may have had zeros in front
        ("4711", True, True),
        ("123456789012345", True, True),
        # more digits than a number keeps, or a fraction
        ("1234567890123456", True, True),
        ("12345678901234600", True, True),
        ("0.5", True, True),
    ],
)
def test_a_damaged_ref_is_told_from_a_whole_one(text: str, number: bool, damaged: bool) -> None:
    assert is_damaged(text, number=number) is damaged


@pytest.mark.parametrize(
    ("text", "ref", "same"),
    [
        ("12345678901234500", REF, True),  # Excel cuts behind the 15th digit
        ("12345678901234600", REF, True),  # another program rounds
        ("1.23457E+16", REF, True),
        ("1,23457E+16", REF, True),
        ("123", "000123", True),
        ("120000", "12e4", True),
        # another ref
        ("12345678901234400", REF, False),
        ("1.23467E+16", REF, False),
        ("124", "000123", False),
        # not changed, or no numbers at all
        (REF, REF, False),
        ("R-1", "R-2", False),
        ("", "000123", False),
        ("12", "", False),
        ("NaN", "NaN1", False),
        ("1E+999", "inf", False),
    ],
)
def test_what_a_spreadsheet_program_makes_of_a_ref_is_known_again(text: str, ref: str, same: bool) -> None:
    assert made_of(text, ref) is same


@given(st.text("0123456789eE+.,-xNn", max_size=12), st.text("0123456789eE+.,-xNn", max_size=12))
def test_any_two_texts_can_be_compared(text: str, ref: str) -> None:
    assert made_of(text, ref) in (True, False)
    assert not made_of(ref, ref)


@given(st.integers(10**15, 10**22))
def test_every_long_number_is_known_again_as_excel_shows_it(number: int) -> None:
    shown = f"{number:.5E}"
    assert made_of(shown, str(number))
    assert is_damaged(shown, number=False)
    assert made_of(str(int(float(number))), str(number)) or int(float(number)) == number


def damage(path: Path) -> None:
    opened = load_workbook(path)
    sheet: Any = opened["Results"]
    sheet["J2"].value, sheet["J2"].number_format = float(REF), "General"
    sheet["J3"].value, sheet["J3"].number_format = 123, "General"
    opened.save(path)


def test_a_ref_that_lost_digits_is_named_and_not_asked_for_and_its_cell_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write_results(path, [line(1, ref=REF), line(2, ref="000123"), line(3)], [], lambda _: False)
    damage(path)
    before = sheet_of(path)["J2"].value

    refs = read_refs(path)
    fill_statuses(path, {str(int(before)): StatusCells("Sent", 1, CHECKED)})

    assert [one.ref for one in refs.lines] == ["r3"]
    assert refs.damaged == (2, 3)
    assert (sheet_of(path)["J2"].value, sheet_of(path)["N2"].value) == (before, None)


def test_a_re_run_brings_damaged_refs_back_and_says_so_and_keeps_their_statuses(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    lines = [line(1, ref=REF), line(2, ref="000123"), line(3)]
    write_results(path, lines, [], lambda _: False)
    fill_statuses(path, {REF: StatusCells("Sent", 1, CHECKED)})
    damage(path)

    check_known(path, {"m1": REF, "m2": "000123", "m3": "r3"})
    saved = write_results(path, lines, [], lambda _: False)

    assert [one["ref"] for one in read_lines(path)] == [REF, "000123", "r3"]
    assert [one["status"] for one in read_lines(path)] == ["Sent", "", ""]
    assert sheet_of(path)["J2"].number_format == "@"
    assert saved.notices == (
        "2 refs that a spreadsheet program had turned into numbers were brought back from the ledger",
    )


def test_a_csv_that_excel_shortened_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "a.results.csv"
    path.write_text("outcome,ref,id\naccepted,1.23457E+16,m1\naccepted,R-2,m2\n")

    assert read_refs(path).damaged == (2,)
    assert [one.damaged for one in read_results(path)] == [True, False]
    check_known(path, {"m1": REF, "m2": "R-2"})
    with pytest.raises(Refused):
        check_known(path, {"m1": "99945678901234567", "m2": "R-2"})
