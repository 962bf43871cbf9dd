"""Segments become money, in Decimal: one price for all, or a rate card by prefix."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PRICE = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_PREFIX = re.compile(r"[1-9]\d{0,14}", re.ASCII)


def parse_price(text: str, what: str = "--price") -> Decimal:
    """Read the price of one segment, in the account's currency.

    Args:
        text: The price.
        what: Where it stands, for the error.

    Raises:
        UsageError: Not a plain number; a comma is refused because it can be read in two ways.
    """
    if not _PRICE.fullmatch(text.strip()):
        raise UsageError(
            f"{what} {text[:40]!r} is not a price", "give the price of one segment as a number, e.g. 12 or 12.5"
        )
    return Decimal(text.strip())


@dataclass(frozen=True, slots=True)
class Rate:
    """What a segment costs to numbers that begin alike.

    Attributes:
        price: In the account's currency.
        name: What the rate card calls them; may be empty.
    """

    price: Decimal
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a segment costs, by the recipient's first digits.

    Attributes:
        of: The rates by prefix; a prefix of no digits is for everybody.
    """

    of: dict[str, Rate] = field(default_factory=dict)

    @classmethod
    def flat(cls, price: Decimal) -> Rates:
        """Return one price for all."""
        return cls({"": Rate(price)})

    def rate(self, recipient: str) -> Rate | None:
        """Return the rate of the longest prefix that a recipient's digits begin with; None if there is none."""
        for length in range(len(recipient), -1, -1):
            if found := self.of.get(recipient[:length]):
                return found
        return None

    def price(self, recipient: str) -> Decimal | None:
        """Return what a segment to a recipient costs; None if the card does not say."""
        rate = self.rate(recipient)
        return rate.price if rate else None


def parse_rates(text: str, name: str = "--rates") -> Rates:
    """Read a rate card: lines of `prefix,price[,name]`, or with semicolons or tabs between; a header is optional.

    Args:
        text: The file's text.
        name: The file's name, for errors.

    Raises:
        UsageError: A line is not of that form, a prefix stands there twice, or there is none; it names the line.
    """
    text = text.removeprefix("\ufeff")
    of: dict[str, Rate] = {}
    lines: dict[str, int] = {}
    try:
        for number, cells in _lines(text):
            if not lines and cells[0].strip().casefold() == "prefix":
                continue
            prefix, rate = _entry(cells, f"{name}, line {number}:")
            if prefix in of:
                raise UsageError(f"{name}, line {number}: the prefix {prefix} stands in line {lines[prefix]} already")
            of[prefix], lines[prefix] = rate, number
    except csv.Error as error:
        raise UsageError(f"{name} is no rate card ({error})", _FORM) from None
    if not of:
        raise UsageError(f"{name} holds no rates", _FORM)
    return Rates(of)


_FORM = "each line is prefix,price or prefix,price,name, e.g. 37491,12.5,Viva"


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, with their numbers."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((one for one in ",;\t" if one in first), ",")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _entry(cells: Sequence[str], where: str) -> tuple[str, Rate]:
    if not 2 <= len(cells) <= 3 and any(cell.strip() for cell in cells[3:]):
        raise UsageError(f"{where} it has {len(cells)} cells", _FORM)
    prefix = cells[0].strip()
    if not _PREFIX.fullmatch(prefix):
        raise UsageError(
            f"{where} {prefix[:40]!r} is not a prefix", "write the first digits of the numbers, e.g. 374 or 37491"
        )
    if len(cells) < 2:
        raise UsageError(f"{where} it has no price", _FORM)
    return prefix, Rate(parse_price(cells[1], where), " ".join(cells[2].split()) if len(cells) > 2 else "")


def cost(segments: int, price: Decimal | None) -> Decimal | None:
    """Return what a message of so many segments costs; None while nobody knows a price."""
    return None if price is None else segments * price
