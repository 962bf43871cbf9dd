"""What a country's numbering plan says of a number; the plans are those of the phonenumbers library."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from campaigns.countries import country
from campaigns.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_NO_COUNTRY, _UNKNOWN = -1, 99  # all but the first are phonenumbers' own
_MOBILE = (1, 2)  # mobile, and what may be mobile or fixed


def check_region(text: str) -> str:
    """Read `--region`, a country's two letters.

    Raises:
        UsageError: No country has them.
    """
    from phonenumbers import SUPPORTED_REGIONS

    region = text.strip().upper()
    if region not in SUPPORTED_REGIONS:
        near = nearest(region, sorted(SUPPORTED_REGIONS))
        raise UsageError(f"--region {text!r} is no country's two letters{near}", "for Armenia: --region AM")
    return region


def international_digits(text: str, region: str) -> str | Problem:
    """Return a written number as international digits; empty if it cannot be one.

    Only `+` and `0` in front say for certain what the rest is. Digits without them are read both ways: as a mobile
    number of any country, and as a local one whose `0` a spreadsheet dropped (`91000001`). One that is both is a
    problem: a guess would text somebody in another country.

    Args:
        text: Digits, spaces, brackets, dots, dashes, slashes and plus signs.
        region: The country of local numbers, e.g. `AM`.
    """
    import phonenumbers
    from phonenumbers import ValidationResult

    if not text.lstrip("(").startswith(("+", "0")):
        return _read_both_ways("".join(filter(str.isdigit, text)), region)
    number = _parsed(text, region)
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    return _digits(number)


def numbers_within(text: str, region: str | None) -> list[str]:
    """Return the international digits of every number that can be found in a text."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    return [_digits(match.number) for match in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE)]


def _read_both_ways(bare: str, region: str) -> str | Problem:
    """Read digits that begin with neither `+` nor `0`."""
    import phonenumbers

    foreign, local = _parsed(f"+{bare}", None), _parsed(bare, region)
    abroad = _digits(foreign) if foreign and _kind(bare) not in (_NO_COUNTRY, _UNKNOWN) else ""
    here = _digits(local) if local and phonenumbers.is_valid_number(local) else ""
    if not abroad or not here or (foreign and local and foreign.country_code == local.country_code):
        return abroad or here  # the region's own code in front is no accident
    if _kind(abroad) not in _MOBILE:  # nobody sends messages to landlines abroad
        return here
    reason = f"can be a local number, or one of {_place(abroad)}"
    return Problem("recipient", reason, bare, "write it with its country's code, e.g. 37491000001")


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _digits(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


@lru_cache(maxsize=1024)  # each number is asked about twice in a row
def _kind(digits: str) -> int:
    """Return the kind of an international number, as phonenumbers counts them; -1 if no country has its code."""
    import phonenumbers

    try:
        return phonenumbers.number_type(phonenumbers.parse(f"+{digits}", None))
    except phonenumbers.NumberParseException:
        return _NO_COUNTRY


def doubt(digits: str) -> Problem | None:
    """Return what makes it unlikely that a number gets the message: a landline, a premium number, one that is not.

    Args:
        digits: International digits.
    """
    from phonenumbers import PhoneNumberType

    match _kind(digits):
        case PhoneNumberType.MOBILE | PhoneNumberType.FIXED_LINE_OR_MOBILE:
            return None
        case PhoneNumberType.FIXED_LINE:
            reason = "is a landline"
        case PhoneNumberType.PREMIUM_RATE:
            reason = "is a premium number"
        case PhoneNumberType.UNKNOWN:
            reason = f"cannot exist in {_place(digits)}"
        case -1:
            reason = "has no country's code in front"
        case _:
            reason = "is not a mobile number"
    return Problem("recipient", reason, digits)


def _place(digits: str) -> str:
    """Return a number's country, in the middle of a sentence."""
    name = country(digits)
    return "the country whose code it has" if name.startswith(("other", "unknown")) else name
