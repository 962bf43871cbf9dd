"""With a region, local and formatted numbers become international digits; doubtful ones are named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import Problem, UsageError
from campaigns.planning.numbers import read_recipient
from campaigns.planning.regions import check_region, doubt


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("37491000001", "37491000001"),
        ("+37491000001", "37491000001"),
        ("+374 91 00-00-01", "37491000001"),
        ("(+374) 91 000001", "37491000001"),
        ("+374 (91) 00.00.01", "37491000001"),
        ("+374\u00a091\u201100\u201100\u201101", "37491000001"),  # no-break space, no-break hyphens
        ("0037491000001", "37491000001"),
        ("091000001", "37491000001"),
        ("091 00 00 01", "37491000001"),
        ("091/00-00-01", "37491000001"),
        ("374 91 000001", "37491000001"),
        ("91000001", "37491000001"),  # the 0 that a spreadsheet drops
        ("91000001.0", "37491000001"),
        ("9.1000001E+7", "37491000001"),
        ("+7 916 000-00-01", "79160000001"),  # another country's, said with its code
        ("0079160000001", "79160000001"),
        ("79160000001", "79160000001"),
        ("035000001", "37435000001"),  # no such prefix: a warning's business
        ("49210000", "37449210000"),  # German digits, and no mobile there
        ("43570000", "37443570000"),
        ("374091000001", "37491000001"),  # country's code and 0
        ("37491000001,", "37491000001"),
        ('="37491000001"', "37491000001"),
    ],
)
def test_a_written_number_becomes_international_digits(cell: str, digits: str) -> None:
    assert read_recipient(cell, "AM") == digits


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("8 (916) 000-00-01", "has characters that are not digits"),  # a Russian local form is nothing in Armenia
        ("09100", "starts with 0"),
        ("2026-12-01", "has characters that are not digits"),  # dates are made of digits, too
        ("01.12.2026", "has characters that are not digits"),
        ("12/01/2026", "has characters that are not digits"),
        ("091000001, 091000002", "holds two numbers"),
        ("+37491000001 +37491000002", "holds two numbers"),
        ("091 SHOP 01", "has letters"),
        ("+374 91 000034 доб. 5", "has letters"),
        ("-37491000031", "has characters that are not digits"),  # a formula gone wrong
        ("3.74910000321235E+018", "has lost digits: Excel shortened it"),
        ("9100001\u00a09300002", "holds two numbers"),
        ("+", "starts with +"),
        ("+++", "starts with +"),
        ("0", "starts with 0"),
    ],
)
def test_what_is_not_certain_is_not_repaired(cell: str, reason: str) -> None:
    problem = read_recipient(cell, "AM")
    assert isinstance(problem, Problem)
    assert problem.reason == reason


def test_the_regions_own_code_in_front_is_its_code() -> None:
    assert read_recipient("4915112345678", "DE") == "4915112345678"  # and not 04915 112345678


def test_digits_that_are_a_mobile_abroad_and_a_local_number_are_a_problem() -> None:
    problem = read_recipient("3749100000", "DE")  # 0374 9100000 in Saxony; Armenia has no such number
    assert problem == "493749100000"
    problem = read_recipient("37491000001", "DE")  # a mobile in Armenia, and 03749 1000001 in Saxony
    assert isinstance(problem, Problem)
    assert problem.reason == "can be a local number, or one of Armenia"


@pytest.mark.parametrize(("cell", "region", "digits"), [("8 (916) 000-00-01", "RU", "79160000001")])
def test_the_region_says_what_is_local(cell: str, region: str, digits: str) -> None:
    assert read_recipient(cell, region) == digits


@pytest.mark.parametrize(
    ("digits", "reason"),
    [
        ("37491000001", ""),
        ("37433000001", ""),
        ("37455000001", ""),
        ("79160000001", ""),
        ("12125550100", ""),  # the United States do not tell mobiles from landlines
        ("37410000001", "is a landline"),
        ("37447000001", "is a landline"),
        ("37490000001", "is a premium number"),
        ("37480012345", "is not a mobile number"),
        ("37435000001", "cannot exist in Armenia"),
        ("374910000011", "cannot exist in Armenia"),
        ("3749100000", "cannot exist in Armenia"),
        ("99912345678", "has no country's code in front"),
    ],
)
def test_a_doubtful_number_is_named(digits: str, reason: str) -> None:
    problem = doubt(digits)
    assert (problem.reason if problem else "") == reason


def test_a_region_is_two_letters_of_a_country() -> None:
    assert check_region(" am ") == "AM"
    with pytest.raises(UsageError, match="no country"):
        check_region("Armenia")


@settings(max_examples=200)
@given(st.text("+0123456789 ()-./,;#\u00a0\u200bEeԱx'", max_size=25), st.sampled_from([None, "AM", "RU"]))
def test_any_text_is_digits_or_a_problem(cell: str, region: str | None) -> None:
    read = read_recipient(cell, region)
    assert isinstance(read, Problem) or (read.isdigit() and 7 <= len(read) <= 15 and read[0] != "0")
