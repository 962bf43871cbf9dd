"""Money is Decimal, and a price is a plain number: nothing that can be read in two ways."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import UsageError
from campaigns.planning.pricing import cost, parse_price


@pytest.mark.parametrize(
    ("text", "price"),
    [("12", "12"), ("12.5", "12.5"), (" 0.0075 ", "0.0075"), ("0", "0"), ("007", "7"), ("123456789", "123456789")],
)
def test_a_price_is_a_plain_number(text: str, price: str) -> None:
    assert parse_price(text) == Decimal(price)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12,5",  # twelve and a half, or a hundred and twenty-five
        "1,234",
        "1 234",
        "-12",
        "+12",
        "12.",
        ".5",
        "1e3",
        "NaN",
        "Infinity",
        "12 AMD",
        "֏12",
        "١٢",  # digits, and not ours
        "1_000",
        "1234567890",  # ten digits are nobody's price of a segment
        "0.1234567890",
        "9" * 10_000,
    ],
    ids=lambda text: text[:20],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="--price") as error:
        parse_price(text)
    assert error.value.hint == "give the price of one segment as a number, e.g. 12 or 12.5"


def test_without_a_price_the_cost_stays_open() -> None:
    assert cost(3, None) is None


def test_a_price_of_nothing_is_a_price() -> None:
    assert cost(3, Decimal(0)) == 0


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10_000), st.integers(0, 10**6))
def test_a_cost_is_exact_to_the_last_place(segments: int, millionths: int) -> None:
    price = parse_price(f"{millionths // 10**6}.{millionths % 10**6:06}")
    assert cost(segments, price) == Decimal(segments * millionths) / 10**6
