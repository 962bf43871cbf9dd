"""Where messages go: the estimate's table by rate or country."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.planning.plan import PlannedRow
    from campaigns.planning.pricing import Rates

UNKNOWN = "unknown"


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


def country(recipient: str) -> str:
    """Return the country of a number in English; `other +CODE` where a shared country code does not tell.

    `unknown` if its first digits are no country's.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS

    code = next((recipient[:length] for length in (1, 2, 3) if int(recipient[:length] or 0) in REGIONS), "")
    regions = REGIONS.get(int(code or 0), ())
    if not regions:
        return UNKNOWN
    region = regions[0] if len(regions) == 1 else _region(recipient)  # +1 and +7 need the whole number
    return _name(region) or f"other +{code}"


@lru_cache(maxsize=100_000)
def _region(recipient: str) -> str:
    from phonenumbers import NumberParseException, parse, region_code_for_number

    try:
        return region_code_for_number(parse(f"+{recipient}")) or ""
    except NumberParseException:
        return ""


@cache
def _name(region: str) -> str:
    """Return a region's name; empty for what is no country (`001`: satellites and the like)."""
    from phonenumbers import example_number
    from phonenumbers.geocoder import country_name_for_number

    example = example_number(region) if region.isalpha() else None
    return (country_name_for_number(example, "en") or region) if example else ""
