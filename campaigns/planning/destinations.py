"""Where messages go: the estimate's table by rate or country."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.countries import country

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.planning.plan import PlannedRow
    from campaigns.planning.pricing import Rates


@dataclass(frozen=True, slots=True)
class Destination:
    """What goes to one destination.

    Attributes:
        name: The rate's name, else the country's, else `unknown`.
        messages: How many.
        segments: How many.
        cost: What they cost; None if a recipient has no rate.
    """

    name: str
    messages: int
    segments: int
    cost: Decimal | None


def by_destination(rows: Iterable[PlannedRow], rates: Rates | None) -> list[Destination]:
    """Add up rows by where they go, the most segments first."""
    sums: dict[str, Destination] = {}
    for row in rows:
        rate = rates.rate(row.recipient) if rates else None
        name = (rate.name if rate else "") or country(row.recipient)
        so_far = sums.get(name, Destination(name, 0, 0, Decimal(0)))
        sums[name] = Destination(
            name,
            so_far.messages + 1,
            so_far.segments + (row.count.segments if row.count else 0),
            None if so_far.cost is None or row.cost is None else so_far.cost + row.cost,
        )
    return sorted(sums.values(), key=lambda one: (-one.segments, one.name))
