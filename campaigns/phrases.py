"""How things are said: foreign text made safe to show, amounts and counted nouns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Return foreign text without what could steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, limit: int = 80) -> str:
    """Return foreign text on one line, cut."""
    flat = clean(text).replace("\n", "⏎").replace("\t", " ")
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def money(amount: Decimal | None, currency: str = "") -> str:
    """Return an amount with thousands, without needless zeros."""
    if amount is None:
        return "unknown"
    whole = amount == amount.to_integral_value()
    text = f"{amount.to_integral_value():,f}" if whole else f"{amount.normalize():,f}"
    return f"{text} {currency}".strip()


def plural(count: int, one: str, many: str = "") -> str:
    """Return a counted noun: `1 row`, `2,000 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def argument(path: object) -> str:
    """Return a path as it can be pasted into a command line, of whatever system."""
    text = clean(str(path))
    return f'"{text}"' if re.search(r"[\s()&;'$*?!#]", text) else text


_MOST_ROWS = 20  # named in one sentence


def listed(rows: Sequence[str]) -> str:
    """Return rows named: `row 7`, or `rows 7, 9 and 30 more`."""
    shown = ", ".join(rows[:_MOST_ROWS])
    more = f" and {len(rows) - _MOST_ROWS:,} more" if len(rows) > _MOST_ROWS else ""
    return clean(f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}")
