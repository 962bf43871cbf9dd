"""What a spreadsheet program makes of a ref that it takes for a number, and whether the ref can still be told. Pure.

A spreadsheet keeps 15 digits of a number, drops leading zeros, and shows 12 and more digits as `1.23E+15`; a CSV keeps
what is shown.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

DIGITS = 15  # that a spreadsheet keeps
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{2,3}")


def is_damaged(text: str, *, number: bool) -> bool:
    """Tell whether a cell may no longer hold the ref that was there.

    A ref is written as text. Stored as a number it may have lost leading zeros, too: then it is another one's.

    Args:
        text: The cell as text.
        number: Whether it is stored as a number.
    """
    return number or bool(_SHORTENED.fullmatch(text.strip()))


def made_of(text: str, ref: str) -> bool:
    """Tell whether a cell may be what a spreadsheet program made of a ref: the same number, as far as it is shown."""
    found, known = _number(text), _number(ref)
    if found is None or known is None or text == ref:
        return False
    shown = DIGITS
    if _SHORTENED.fullmatch(text.strip()):
        shown = len(re.sub(r"\D", "", re.split("[eE]", text)[0]))
    return any(
        Context(prec=shown, rounding=rounding).plus(known) == Context(prec=shown, rounding=ROUND_HALF_UP).plus(found)
        for rounding in (ROUND_HALF_UP, ROUND_DOWN)
    )


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and text.strip()[0].isdigit() else None
