"""Money is Decimal, and a price is a plain number: nothing that can be read in two ways."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import UsageError
from campaigns.planning.pricing import Rate, Rates, cost, parse_price, parse_rates


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


# --- The rate card ---

CARD = "prefix,price,name\n374,12,Armenia\n37491,10.5,Viva\n3749,11\n7,30,Россия\n"


@pytest.mark.parametrize(
    ("recipient", "price", "name"),
    [
        ("37410000001", "12", "Armenia"),
        ("37491000001", "10.5", "Viva"),  # the longest prefix wins, wherever it stands
        ("37499000001", "11", ""),
        ("79160000000", "30", "Россия"),
    ],
)
def test_the_longest_prefix_wins(recipient: str, price: str, name: str) -> None:
    assert parse_rates(CARD).rate(recipient) == Rate(Decimal(price), name)
    assert parse_rates(CARD).price(recipient) == Decimal(price)


def test_a_recipient_without_a_rate_has_no_price_not_a_price_of_nothing() -> None:
    assert parse_rates(CARD).rate("995599000001") is None
    assert parse_rates(CARD).price("995599000001") is None


def test_a_flat_price_is_everybodys() -> None:
    assert Rates.flat(Decimal(12)).price("995599000001") == 12


@pytest.mark.parametrize(
    "text",
    [
        "374,12",  # no header, no line end
        "\ufeffprefix,price\n374,12\n",  # what Excel saves
        "Prefix;Price;Name\r\n374;12;\r\n",  # what an Armenian Excel saves
        "prefix\tprice\n374\t12\n",
        "\n\n374 , 12 \n\n,,\n",
        'prefix,price,name\n"374","12","Armenia, all"\n',
        "374,12,,,\n",  # cells that a spreadsheet left behind
    ],
)
def test_a_rate_card_is_read_as_programs_write_it(text: str) -> None:
    assert parse_rates(text).price("37491000001") == 12


def test_a_name_may_hold_a_comma() -> None:
    assert parse_rates('374,12," Armenia,\u00a0 all "').rate("374") == Rate(Decimal(12), "Armenia, all")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prefix,price\n374,12,5\n374,13\n", "rates.csv, line 3: the prefix 374 stands in line 2 already"),
        ("prefix,price\n\n+374,12\n", "rates.csv, line 3: '+374' is not a prefix"),
        ("374,12\nprefix,price\n", "rates.csv, line 2: 'prefix' is not a prefix"),
        ("0374,12\n", "rates.csv, line 1: '0374' is not a prefix"),
        (",12\n", "rates.csv, line 1: '' is not a prefix"),
        ("٣٧٤,12\n", "rates.csv, line 1: '٣٧٤' is not a prefix"),
        ("1234567890123456,12\n", "rates.csv, line 1: '1234567890123456' is not a prefix"),
        ("374\n", "rates.csv, line 1: it has no price"),
        ("374,\n", "rates.csv, line 1: '' is not a price"),
        ("374;12,5\n", "rates.csv, line 1: '374;12' is not a prefix"),
        ("prefix;price\n374;12,5\n", "rates.csv, line 2: '12,5' is not a price"),
        ("374,-1\n", "rates.csv, line 1: '-1' is not a price"),
        ("374,12,Armenia,all\n", "rates.csv, line 1: it has 4 cells"),
        ('374,12,"Arme', "rates.csv is no rate card (unexpected end of data)"),
        ("", "rates.csv holds no rates"),
        ("prefix,price,name\n", "rates.csv holds no rates"),
    ],
)
def test_a_bad_rate_card_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_rates(text, "rates.csv")
    assert error.value.message == message


PREFIXES = st.from_regex(r"[1-9][0-9]{0,5}", fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(PREFIXES, st.integers(0, 10**6), min_size=1, max_size=20),
    st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True),
)
def test_the_rate_is_that_of_the_longest_prefix(prices: dict[str, int], recipient: str) -> None:
    rates = parse_rates("".join(f"{prefix},{price}\n" for prefix, price in prices.items()))
    fitting = [prefix for prefix in prices if recipient.startswith(prefix)]
    expected = Decimal(prices[max(fitting, key=len)]) if fitting else None
    assert rates.price(recipient) == expected
