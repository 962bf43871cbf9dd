"""Cell text becomes recipient digits, or a problem."""

from __future__ import annotations

import re

from campaigns.errors import Problem

SHORTEST, LONGEST = 7, 15  # E.164 allows 15 digits; nothing under 7 is a mobile number anywhere

_TRAILING_ZERO = re.compile(r"(\d+)[.,]0+")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_INVISIBLE = re.compile(r"[\u00a0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def read_recipient(cell: str) -> str | Problem:
    """Read a recipient: 7 to 15 digits that do not start with 0.

    A number that a spreadsheet stored as a number is read back where no digit is in doubt
    (`37491000001.0`, `3.7491000001E+10`). The gateway takes digits only (HTTP API 2.0, section 6).
    """
    text = cell.strip()
    if not (text.isascii() and text.isdigit()):
        text = _undo_number_format(text)
    if not (text.isascii() and text.isdigit()):
        return Problem(
            "recipient",
            *_why_not_digits(text),
        )
    if text.startswith("0"):
        return Problem(
            "recipient", "starts with 0", _shorten(cell), "write it in international digits, e.g. 37491000001"
        )
    if len(text) < SHORTEST:
        return Problem("recipient", f"has fewer than {SHORTEST} digits", _shorten(cell))
    if len(text) > LONGEST:
        return Problem("recipient", f"has more than {LONGEST} digits", _shorten(cell))
    return text


def _undo_number_format(text: str) -> str:
    """Take back what a spreadsheet did to a whole number, where that is certain; else return the text."""
    if match := _TRAILING_ZERO.fullmatch(text):
        return match[1]
    if match := _EXPONENT.fullmatch(text):
        lead, decimals, exponent = match[1], match[2] or "", int(match[3])
        # As many decimals as the exponent: every digit is there. Fewer: the last ones may be lost.
        if len(decimals.rstrip("0")) <= exponent <= len(decimals):
            return lead + decimals[:exponent]
    return text


def _why_not_digits(text: str) -> tuple[str, str, str]:
    """Say why a text is not digits: reason, offending text, hint."""
    shown = _shorten(text)
    if not text:
        return "is empty", "", ""
    if _EXPONENT.fullmatch(text):
        hint = "format the column as Text in Excel and paste the numbers again"
        return "has lost digits: Excel shortened it", shown, hint
    if text.startswith("#"):
        return "is a spreadsheet error", shown, ""
    if text.startswith("+"):
        return "starts with +", shown, "write digits only, e.g. 37491000001"
    if any(character.isalpha() for character in text):
        return "has letters", shown, ""
    if _INVISIBLE.search(text):
        return "has invisible characters", shown, "type the number again"
    return "has characters that are not digits", shown, "write digits only, e.g. 37491000001"


def _shorten(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[:limit] + "…"
