"""Segments become money, in Decimal."""

from __future__ import annotations

import re
from decimal import Decimal

from campaigns.errors import UsageError

_PRICE = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def parse_price(text: str) -> Decimal:
    """Read the price of one segment, in the account's currency.

    Raises:
        UsageError: Not a plain number; a comma is refused because it can be read in two ways.
    """
    if not _PRICE.fullmatch(text.strip()):
        raise UsageError(
            f"--price {text!r} is not a price", "give the price of one segment as a number, e.g. 12 or 12.5"
        )
    return Decimal(text.strip())


def cost(segments: int, price: Decimal | None) -> Decimal | None:
    """Return what a message of so many segments costs; None while nobody knows a price."""
    return None if price is None else segments * price
