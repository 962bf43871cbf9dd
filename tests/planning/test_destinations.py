"""Where messages go: the rate card's word first, then the country's."""

from __future__ import annotations

from decimal import Decimal

from campaigns.planning.destinations import Destination, by_destination
from campaigns.planning.plan import PlannedRow
from campaigns.planning.pricing import Rates, parse_rates
from campaigns.planning.segments import count

CARD = "prefix,price,name\n374,12,Armenia (any)\n37491,10,Viva\n7,30\n"


def row(recipient: str, body: str = "Hi", price: str | None = "1") -> PlannedRow:
    counted = count(body)
    cost = None if price is None else counted.segments * Decimal(price)
    return PlannedRow(2, "m", recipient, "Shop", body, None, None, counted, cost, ())


def test_rows_add_up_by_rate_name_then_by_country() -> None:
    rates = parse_rates(CARD)
    rows = [
        row("37491000001", price="10"),
        row("37491000002", "x" * 200, price="10"),
        row("37477000003", price="12"),
        row("79160000000", price="30"),
        row("995599000001", price=None),
    ]
    assert by_destination(rows, rates) == [
        Destination("Viva", 2, 3, Decimal(30)),
        Destination("Armenia (any)", 1, 1, Decimal(12)),
        Destination("Georgia", 1, 1, None),  # no rate: nobody knows what it costs, and it is not nothing
        Destination("Russia", 1, 1, Decimal(30)),
    ]


def test_without_a_card_the_table_is_by_country() -> None:
    rows = [row("37491000001"), row("79160000000"), row("79160000001")]
    for rates in (None, Rates.flat(Decimal(1))):
        assert [(one.name, one.messages) for one in by_destination(rows, rates)] == [("Russia", 2), ("Armenia", 1)]
