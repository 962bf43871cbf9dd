"""What was spent beside what was estimated: the likely reason, and a price only where it can be trusted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.planning.reckoning import Billed, by_characters, by_division, by_gsm, reckon
from campaigns.planning.segments import count

PRICE = Decimal(12)


def billed(*bodies: str, price: Decimal | None = PRICE) -> list[Billed]:
    return [Billed(body, count(body).segments, price) for body in bodies]


LONG = "x" * 200  # two segments
CAFE = "Café " + "x" * 140  # three by our rule, one by the GSM alphabet
EMOJI = "😀" * 67  # three packed, two by division or by characters
RULE = "the gateway counts by another rule: "
BRACES = "{" * 100  # 200 places: two; 100 characters: one


@pytest.mark.parametrize(
    ("spent", "accepted", "unknown", "reason"),
    [
        # A message whose answer was lost was charged all the same.
        ("36", ["a", "b"], ["c"], "the unknown row was charged: the gateway took what it did not confirm"),
        (
            "36",
            ["a", "b"],
            ["c", "d"],
            "some of the 2 unknown rows were charged: the gateway took what it did not confirm",
        ),
        # Another counting rule explains the bill to the last dram.
        (
            "24",
            [CAFE, "b"],
            [],
            f"{RULE}letters of the GSM alphabet outside ASCII (é, ü, £, €) leave a message LATIN",
        ),
        (
            "36",
            [EMOJI, "b"],
            [],
            f"{RULE}it divides by the size of a part, and does not pack",
        ),
        (
            "24",
            [BRACES, "b"],
            [],
            f"{RULE}every character is one place, also braces and emoji",
        ),
        (
            "24",
            [LONG, "b"],
            [],
            f"{RULE}a message is one segment, however long it is",
        ),
        # Another price does.
        ("31.5", [LONG, "b"], [], "a segment costs 10.5, not 12"),
        # Nothing that we know does.
        (
            "36.01",
            ["a", "b"],
            [],
            "other traffic on the account meanwhile, or the gateway counts more segments than this program",
        ),
        (
            "-1000",
            ["a", "b"],
            [],
            "the gateway counts fewer segments than this program, or money came to the account meanwhile",
        ),
        (
            "100",
            ["a", "b"],
            ["c"],
            "other traffic on the account meanwhile, or the gateway counts more segments than this program",
        ),
    ],
)
def test_a_difference_has_a_likely_reason(spent: str, accepted: list[str], unknown: list[str], reason: str) -> None:
    reckoning = reckon(Decimal(spent), billed(*accepted), billed(*unknown))
    assert reckoning.reason == reason
    assert reckoning.estimated is not None
    assert reckoning.difference == Decimal(spent) - reckoning.estimated != 0


def test_scheduled_messages_may_be_charged_later() -> None:
    reckoning = reckon(Decimal(0), billed("a", "b"), [], scheduled=True)
    assert reckoning.reason == "scheduled messages may be charged only when they go out"
    assert reckoning.measured is None


def test_a_bill_that_agrees_needs_no_reason() -> None:
    reckoning = reckon(Decimal(36), billed(LONG, "b"), [])
    assert (reckoning.estimated, reckoning.difference, reckoning.reason) == (Decimal(36), Decimal(0), "")
    assert reckoning.measured == 12


def test_without_a_price_a_bill_only_measures_one() -> None:
    reckoning = reckon(Decimal("31.5"), billed(LONG, "b", price=None), [])
    assert (reckoning.estimated, reckoning.difference, reckoning.reason) == (None, None, "")
    assert reckoning.measured == Decimal("10.5")


@pytest.mark.parametrize(
    ("spent", "accepted", "unknown"),
    [
        ("12", ["a"], ["b"]),  # it may hold what the unknown row cost
        ("0", ["a"], []),  # charged later, or free: nobody knows
        ("-5", ["a"], []),  # money came
        ("12", [], []),
        ("36.01", ["a", "b"], []),  # other traffic, perhaps
        ("17.99", ["a", "b"], []),  # or a top-up
    ],
)
def test_a_price_that_cannot_be_trusted_is_not_measured(spent: str, accepted: list[str], unknown: list[str]) -> None:
    assert reckon(Decimal(spent), billed(*accepted), billed(*unknown)).measured is None


def test_a_bill_of_several_prices_measures_none() -> None:
    dear = billed("a") + billed("b", price=Decimal(30))
    assert reckon(Decimal(42), dear, []).measured is None


def test_a_measured_price_has_no_endless_decimals_and_no_exponent() -> None:
    assert str(reckon(Decimal(10), billed("a", "b", "c", price=None), []).measured) == "3.333333"
    assert str(reckon(Decimal(30), billed("a", "b", "c"), []).measured) == "10"


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ax{[é€ա😀\n"), min_size=1, max_size=400))
def test_other_rules_never_count_more_than_ours(text: str) -> None:
    ours = count(text).segments
    assert 1 <= by_gsm(text) <= ours
    assert 1 <= by_division(text) <= ours
    assert 1 <= by_characters(text) <= ours
