"""A recipient is 7 to 15 digits. What a spreadsheet did to a number is undone only where no digit is in doubt."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import Problem
from campaigns.planning.numbers import read_recipient

DIGITS = st.integers(10**6, 10**15 - 1).map(str)


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("37491000001", "37491000001"),
        (" 37491000001\t", "37491000001"),
        ("\u00a037491000001\u00a0", "37491000001"),  # no-break spaces around it, from a web page
        ("1234567", "1234567"),  # the shortest
        ("123456789012345", "123456789012345"),  # the longest that E.164 allows
        # A number that the spreadsheet stored as a number, whole.
        ("37491000001.0", "37491000001"),
        ("37491000001.00", "37491000001"),
        ("37491000001,0", "37491000001"),  # a Russian or Armenian locale
        # The same with an exponent: every digit is there.
        ("3.7491000001E+10", "37491000001"),
        ("3.7491000001e10", "37491000001"),
        ("3,7491000001E+10", "37491000001"),
        ("3.749100000100E+10", "37491000001"),
        ("3.7491000000E+10", "37491000000"),  # zeros that are written are known
        ("1.23456789012345E+14", "123456789012345"),
        # What nobody sees, and a spreadsheet's mark for text.
        ("37491000001\u200b", "37491000001"),
        ("374\u00a091\u202f000001", "37491000001"),
        ("\u202a37491000001\u202c", "37491000001"),  # pasted from a phone's address book
        ("\ufeff37491000001", "37491000001"),
        ("'37491000001", "37491000001"),
        ("’37491000001", "37491000001"),
        # Digits of other scripts.
        ("３７４９１０００００１", "37491000001"),
        ("٣٧٤٩١٠٠٠٠٠١", "37491000001"),
    ],
)
def test_a_number_is_read_back_exactly(cell: str, digits: str) -> None:
    assert read_recipient(cell) == digits


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("\u00a0", "is empty"),
        # Digits that Excel has lost: what is shown is not the number.
        ("3.74911E+10", "has lost digits: Excel shortened it"),
        ("3,74911E+10", "has lost digits: Excel shortened it"),
        ("3.749E+10", "has lost digits: Excel shortened it"),
        ("4E+11", "has lost digits: Excel shortened it"),
        ("3.749100000E+10", "has lost digits: Excel shortened it"),  # nine of ten: the last one may be anything
        # Forms that a person writes.
        ("+37491000001", "starts with +"),
        ("+374 91 00-00-01", "starts with +"),
        ("091000001", "starts with 0"),
        ("0037491000001", "starts with 0"),
        ("091000001.0", "starts with 0"),
        ("374 91 00 00 01", "has characters that are not digits"),
        ("(374)91000001", "has characters that are not digits"),
        ("37491000001,37491000002", "holds two numbers"),
        ("37491000001; 37491000002", "holds two numbers"),
        ("37491000001 37491000002", "holds two numbers"),
        ("+374 91 00-00-01, +374 91 00-00-02", "holds two numbers"),
        ("37491000001/37491000002", "holds two numbers"),
        ("37491000001/02", "has characters that are not digits"),  # the second one is not certain
        ("-37491000001", "has characters that are not digits"),
        ("37491000001.5", "has characters that are not digits"),
        ("2026-12-01", "has characters that are not digits"),
        ("37491000001\n37491000002", "holds two numbers"),
        ("tel 37491000001", "has letters"),
        ("3749100000O", "has letters"),  # the letter O for a zero
        ("3749100000О", "has letters"),  # and the Cyrillic one
        ("TRUE", "has letters"),
        ("հեռախոս", "has letters"),
        ("#N/A", "is a spreadsheet error"),
        ("#REF!", "is a spreadsheet error"),
        ("#Н/Д", "is a spreadsheet error"),  # a Russian Excel's #N/A
        ("Err:502", "is a spreadsheet error"),
        ("#NOT CALCULATED!", "is a formula whose value was not stored in the file"),
        # Digits, and not a number of a phone.
        ("123456", "has fewer than 7 digits"),
        ("0", "starts with 0"),
        ("1234567890123456", "has more than 15 digits"),
        ("1.234567890123456E+15", "has more than 15 digits"),
    ],
)
def test_anything_else_is_a_problem_that_says_why(cell: str, reason: str) -> None:
    problem = read_recipient(cell)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.reason) == ("recipient", reason)
    assert problem.text.strip() == cell.strip()


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("3.74911E+10", "format the column as Text in Excel and paste the numbers again"),
        ("091000001", "--region AM reads local numbers; or write international digits, e.g. 37491000001"),
        ("+374 91 000001", "--region AM reads such numbers; or write digits only, e.g. 37491000001"),
        ("374 91 00 00 01", "--region AM reads such numbers; or write digits only, e.g. 37491000001"),
        ("37491000001*", "write digits only, e.g. 37491000001"),
        ("37491000001;37491000002", "give each number a row of its own"),
    ],
)
def test_a_problem_that_a_person_can_mend_says_how(cell: str, hint: str) -> None:
    problem = read_recipient(cell)
    assert isinstance(problem, Problem)
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("9" * 10_000, "has more than 15 digits"),
        ("9" * 10_000 + ".0", "has more than 15 digits"),
        ("9" * 10_000 + "x", "has letters"),
        ("+" * 10_000, "starts with +"),
        ("0" * 10_000, "starts with 0"),
    ],
)
def test_a_monstrous_cell_is_a_problem_of_a_line(cell: str, reason: str) -> None:
    problem = read_recipient(cell)
    assert isinstance(problem, Problem)
    assert problem.reason == reason
    assert problem.text == cell[:40] + "…"


# --- Properties ---


@settings(max_examples=200, deadline=None)
@given(DIGITS)
def test_digits_are_taken_as_they_are(digits: str) -> None:
    assert read_recipient(digits) == digits


@settings(max_examples=200, deadline=None)
@given(DIGITS, st.sampled_from(".,"))
def test_what_a_spreadsheet_made_of_a_whole_number_is_undone(digits: str, point: str) -> None:
    exponent = f"{int(digits):.{len(digits) - 1}E}".replace(".", point)
    assert read_recipient(exponent) == digits
    assert read_recipient(f"{digits}{point}0") == digits


@settings(max_examples=200, deadline=None)
@given(DIGITS, st.integers(min_value=1, max_value=14))
def test_a_number_with_a_digit_missing_is_never_guessed(digits: str, missing: int) -> None:
    shortened = f"{int(digits):.{max(len(digits) - 1 - missing, 0)}E}"
    problem = read_recipient(shortened)
    assert isinstance(problem, Problem)
    assert problem.reason == "has lost digits: Excel shortened it"


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text("0123456789.,eE+- \u00a0\u200b#", max_size=20)))
def test_a_cell_is_either_digits_for_the_gateway_or_a_problem(cell: str) -> None:
    found = read_recipient(cell)
    if isinstance(found, Problem):
        assert found.field == "recipient"
        assert found.reason
    else:
        assert re.fullmatch(r"[1-9][0-9]{6,14}", found)
        # Every digit that goes out stood in the cell, in this order.
        assert re.sub(r"[eE]\+?\d+$|\D", "", cell.strip()).startswith(found)
