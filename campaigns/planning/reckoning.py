"""After a run: what was estimated beside what was spent, and the likely reason for a difference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.planning import segments
from campaigns.planning.segments import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLACES = Decimal("0.000001")  # of a measured price
# What cannot be told apart measures no price.
_LATER = "scheduled messages may be charged only when they go out"
_TOPPED_UP = "the gateway counts fewer segments than this program, or money came to the account meanwhile"
_TRAFFIC = "other traffic on the account meanwhile, or the gateway counts more segments than this program"


@dataclass(frozen=True, slots=True)
class Billed:
    """A message of a run that was, or may have been, charged.

    Attributes:
        body: Its text.
        segments: How many were estimated.
        price: What one was estimated at; None if nobody said.
    """

    body: str
    segments: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Estimate and bill of one run.

    Attributes:
        estimated: What the accepted messages should have cost; None without a price.
        spent: What the balance fell by.
        difference: How much more was spent than estimated; None without a price.
        reason: The likely reason for it, in words; empty where there is none.
        measured: What a segment cost by this run's bill; None where that cannot be trusted.
    """

    estimated: Decimal | None
    spent: Decimal
    difference: Decimal | None
    reason: str
    measured: Decimal | None


def reckon(
    spent: Decimal, accepted: Sequence[Billed], unknown: Sequence[Billed], *, scheduled: bool = False
) -> Reckoning:
    """Set what was spent beside what was estimated.

    Args:
        spent: What the balance fell by.
        accepted: The messages that were accepted in this run.
        unknown: Those that may have been.
        scheduled: Whether they are scheduled: when those are charged is not documented.
    """
    estimated = _cost(accepted)
    count = sum(one.segments for one in accepted)
    measured = None
    if count and not unknown and spent > 0 and len({one.price for one in accepted}) == 1:
        measured = _short((spent / count).quantize(_PLACES))
    if estimated is None:
        return Reckoning(None, spent, None, "", measured)
    difference = spent - estimated
    reason = _reason(difference, spent, accepted, unknown, scheduled=scheduled) if difference else ""
    trusted = reason not in (_TRAFFIC, _TOPPED_UP, _LATER)
    return Reckoning(estimated, spent, difference, reason, measured if trusted else None)


def _cost(billed: Sequence[Billed], rule: Callable[[str], int] | None = None) -> Decimal | None:
    total = Decimal(0)
    for one in billed:
        if one.price is None:
            return None
        total += one.price * (rule(one.body) if rule else one.segments)
    return total


def _reason(
    difference: Decimal, spent: Decimal, accepted: Sequence[Billed], unknown: Sequence[Billed], *, scheduled: bool
) -> str:
    if unknown and 0 < difference <= (_cost(unknown) or 0):
        rows = "the unknown row was" if len(unknown) == 1 else f"some of the {len(unknown):,} unknown rows were"
        return f"{rows} charged: the gateway took what it did not confirm"
    if scheduled and difference < 0:
        return _LATER
    for name, rule in _RULES:
        if _cost(accepted, rule) == spent:
            return f"the gateway counts by another rule: {name}"
    flat = len({one.price for one in accepted}) == 1 and not unknown  # what unknown rows cost is in the bill, or not
    if flat and (price := _other_price(spent, accepted)):
        return f"a segment costs {price:f}, not {accepted[0].price:f}"
    if difference < 0:
        return _TOPPED_UP
    return _TRAFFIC


def _other_price(spent: Decimal, accepted: Sequence[Billed]) -> Decimal | None:
    """Return the price at which our count gives the bill, if it is one that a price list could hold."""
    count = sum(one.segments for one in accepted)
    if spent <= 0 or not count or len(accepted) < 2:
        return None
    price = (spent / count).quantize(Decimal("0.01"))
    return _short(price) if price * count == spent else None


def _short(amount: Decimal) -> Decimal:
    """Return an amount without needless zeros, and never as `1E+1`."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


# --- Other rules that gateways count by ---

_GSM_LETTERS = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤ÄÖÑÜ§¿äöñüà¡"  # GSM 03.38, and not ASCII: one place, like a letter
_FOLDED = re.compile(f"[{_GSM_LETTERS}]")
_SPREAD = re.compile("[€\\f]")  # in its extension table: two places, like a brace


def by_gsm(text: str) -> int:
    """Count segments as GSM 03.38 does: its letters outside ASCII leave a message LATIN."""
    return segments.count(_SPREAD.sub("{", _FOLDED.sub("a", text))).segments


def by_division(text: str) -> int:
    """Count segments without packing: units divided by the size of a part."""
    counted = segments.count(text)
    alone, part = (160, 153) if counted.encoding is Encoding.LATIN else (70, 67)
    return 1 if counted.units <= alone else -(-counted.units // part)


def by_characters(text: str) -> int:
    """Count every character as one place: braces in a LATIN message, emoji in a UNICODE one."""
    latin = segments.encoding_of(text) is Encoding.LATIN
    alone, part = (160, 153) if latin else (70, 67)
    return 1 if len(text) <= alone else -(-len(text) // part)


def once(_: str) -> int:
    """Count every message as one segment."""
    return 1


_RULES: tuple[tuple[str, Callable[[str], int]], ...] = (
    ("letters of the GSM alphabet outside ASCII (é, ü, £, €) leave a message LATIN", by_gsm),
    ("it divides by the size of a part, and does not pack", by_division),
    ("every character is one place, also braces and emoji", by_characters),
    ("a message is one segment, however long it is", once),
)
