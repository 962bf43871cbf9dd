"""Cell text becomes recipient digits, or a problem."""

from __future__ import annotations

import re
import unicodedata

from campaigns.errors import Problem
from campaigns.planning.faulty import spreadsheet_error
from campaigns.planning.regions import international_digits, numbers_within

SHORTEST, LONGEST = 7, 15  # E.164 allows 15 digits; nothing under 7 is a mobile number anywhere

_TRAILING_ZERO = re.compile(r"(\d+)[.,]0+")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,3})")
_WRITTEN = re.compile(r"[+0-9(][+0-9 ().\-\u2010-\u2015\u2212/]*")  # how people write numbers; none begins with a minus
_DATE = re.compile(r"(?:19|20)\d\d([-./])[01]?\d\1[0-3]?\d|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)\d\d")
_ODD_SPACE = re.compile(r"[^\S ]|[\u200b\u2060\ufeff]")
_TEXT_FORMULA = re.compile(r'="(.*)"')  # how a CSV keeps Excel from shortening a number
_LONG = re.compile(rf"\d{{{SHORTEST},}}")
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
        if _holds_two(_ODD_SPACE.sub(" ", text)):
            return _two(_shorten(text))
        text = _undo_number_format(_visible(text))
    if region is not None and _WRITTEN.fullmatch(text) and not _DATE.fullmatch(text):
        found = international_digits(text, region)
        if isinstance(found, Problem):
            return found
        text = found or text
    if not (text.isascii() and text.isdigit()):
        return _why_not_digits(text, _shorten(cell.strip()), region)
    if text.startswith("0"):
        hint = "--region AM reads local numbers; or write international digits, e.g. 37491000001"
        return Problem("recipient", "starts with 0", _shorten(cell.strip()), "" if region else hint)
    if len(text) < SHORTEST:
        return Problem("recipient", f"has fewer than {SHORTEST} digits", _shorten(cell.strip()))
    if len(text) > LONGEST:
        return Problem("recipient", f"has more than {LONGEST} digits", _shorten(cell.strip()))
    return text


def every_number(cell: str, region: str | None = None) -> list[str]:
    """Return the digits of every number that may be meant in a cell: for people who must not be texted.

    Where a cell is not exactly a number, all ways to read it count: all its digits, each long stretch of them, and
    what phonenumbers finds in it.
    """
    numbers: dict[str, None] = {}
    for part in _BETWEEN.split(cell.strip()):
        read = read_recipient(part, region)
        found = _readings(_visible(part), region) if isinstance(read, Problem) else [read]
        numbers |= dict.fromkeys(one for one in found if SHORTEST <= len(one) <= LONGEST)
    return list(numbers)


def _readings(text: str, region: str | None) -> list[str]:
    if _EXPONENT.fullmatch(text):
        return []  # its digits are lost
    bare = [re.sub(r"\D", "", text), *_LONG.findall(text)]
    return [one.removeprefix("00") for one in bare] + numbers_within(text, region)


def _visible(text: str) -> str:
    """Return the text as a person sees it: no invisible characters, no leading apostrophe, ASCII digits."""
    plain = "".join(_plain(character) for character in text)
    if formula := _TEXT_FORMULA.fullmatch(plain):
        plain = formula[1]
    return re.sub(r"^['\u2018\u2019`\u00b4]", "", plain.strip()).strip().rstrip(",;").rstrip()


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


def _two(shown: str) -> Problem:
    return Problem("recipient", "holds two numbers", shown, "give each number a row of its own")


def _why_not_digits(text: str, shown: str, region: str | None) -> Problem:
    if error := spreadsheet_error("recipient", text):
        return error
    if not text:
        return Problem("recipient", "is empty")
    if _EXPONENT.fullmatch(text):
        hint = "format the column as Text in Excel and paste the numbers again"
        return Problem("recipient", "has lost digits: Excel shortened it", shown, hint)
    if any(character.isalpha() for character in text):
        return Problem("recipient", "has letters", shown)
    offer = "" if region else "--region AM reads such numbers; or "
    if text.startswith("+"):
        return Problem("recipient", "starts with +", shown, f"{offer}{_DIGITS_ONLY}")
    if not _WRITTEN.fullmatch(text):
        offer = ""
    return Problem("recipient", "has characters that are not digits", shown, f"{offer}{_DIGITS_ONLY}")


def _shorten(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[:limit] + "…"
