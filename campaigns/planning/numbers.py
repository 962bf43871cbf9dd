"""Cell text becomes recipient digits, or a problem."""

from __future__ import annotations

import re
import unicodedata

from campaigns.errors import Problem
from campaigns.planning.faulty import spreadsheet_error
from campaigns.planning.regions import international_digits

SHORTEST, LONGEST = 7, 15  # E.164 allows 15 digits; nothing under 7 is a mobile number anywhere

_TRAILING_ZERO = re.compile(r"(\d+)[.,]0+")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_WRITTEN = re.compile(r"[+0-9 ().\-\u2010-\u2015\u2212/]+")  # how people write numbers
_DATE = re.compile(r"(?:19|20)\d\d([-./])[01]?\d\1[0-3]?\d|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)\d\d")
_BETWEEN = re.compile(r"[,;|/\\&\n\r\t]+|\s+(?=\+)")  # what stands between two numbers in one cell
_SEVEN_DIGITS = re.compile(rf"(?:\D*\d){{{SHORTEST}}}")
_DIGITS_ONLY = "write digits only, e.g. 37491000001"


def read_recipient(cell: str, region: str | None = None) -> str | Problem:
    """Read a recipient: 7 to 15 digits that do not start with 0.

    Repaired is only what leaves no digit in doubt: invisible characters, a leading apostrophe, digits of another
    script, a number that a spreadsheet stored as a number (`37491000001.0`, `3.7491000001E+10`); and where a region is
    given, local and formatted numbers. The gateway takes digits only (HTTP API 2.0, section 6).

    Args:
        cell: The cell's text.
        region: The country of numbers that are written without its code, e.g. `AM`; None takes none of them.
    """
    text = cell.strip()
    if not (text.isascii() and text.isdigit()):
        text = _undo_number_format(_visible(text))
    if region is not None and _WRITTEN.fullmatch(text) and not _DATE.fullmatch(text) and not _holds_two(text):
        text = international_digits(text, region) or text
    if not (text.isascii() and text.isdigit()):
        return _why_not_digits(text, _shorten(cell.strip()))
    if text.startswith("0"):
        hint = "--region AM reads local numbers; or write international digits, e.g. 37491000001"
        return Problem("recipient", "starts with 0", _shorten(cell.strip()), "" if region else hint)
    if len(text) < SHORTEST:
        return Problem("recipient", f"has fewer than {SHORTEST} digits", _shorten(cell.strip()))
    if len(text) > LONGEST:
        return Problem("recipient", f"has more than {LONGEST} digits", _shorten(cell.strip()))
    return text


def every_number(cell: str, region: str | None = None) -> list[str]:
    """Return the digits of every number in a cell, read generously: for people who must not be texted.

    A number in a form that `read_recipient` refuses counts with the digits that it has.
    """
    numbers = []
    for part in _BETWEEN.split(cell.strip()):
        read = read_recipient(part, region)
        bare = re.sub(r"\D", "", _visible(part)).removeprefix("00") if isinstance(read, Problem) else read
        if SHORTEST <= len(bare) <= LONGEST and not bare.startswith("0") and not _EXPONENT.fullmatch(part.strip()):
            numbers.append(bare)
    return numbers


def _visible(text: str) -> str:
    """Return the text as a person sees it: no invisible characters, no leading apostrophe, ASCII digits."""
    plain = "".join(_plain(character) for character in text)
    return re.sub(r"^['\u2018\u2019`\u00b4]", "", plain.strip()).strip()


def _plain(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character == "\N{FULLWIDTH PLUS SIGN}":
        return "+"
    # Cf: zero-width and direction marks, soft hyphen, byte-order mark. Zs: no-break and other odd spaces.
    return "" if unicodedata.category(character) in ("Cf", "Zs") else character


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


def _holds_two(text: str) -> bool:
    """Tell two numbers in one cell: two stretches of a number's length with something between them."""
    return (
        sum(1 for part in _BETWEEN.split(text) if _SEVEN_DIGITS.match(part)) > 1
        or sum(1 for part in text.split() if sum(map(str.isdigit, part)) >= SHORTEST) > 1
    )


def _why_not_digits(text: str, shown: str) -> Problem:
    if error := spreadsheet_error("recipient", text):
        return error
    if not text:
        return Problem("recipient", "is empty")
    if _EXPONENT.fullmatch(text):
        hint = "format the column as Text in Excel and paste the numbers again"
        return Problem("recipient", "has lost digits: Excel shortened it", shown, hint)
    if _holds_two(text):
        return Problem("recipient", "holds two numbers", shown, "give each number a row of its own")
    if text.startswith("+"):
        return Problem("recipient", "starts with +", shown, f"--region AM reads such numbers; or {_DIGITS_ONLY}")
    if any(character.isalpha() for character in text):
        return Problem("recipient", "has letters", shown)
    hint = f"--region AM reads formatted numbers; or {_DIGITS_ONLY}" if _WRITTEN.fullmatch(text) else _DIGITS_ONLY
    return Problem("recipient", "has characters that are not digits", shown, hint)


def _shorten(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[:limit] + "…"
