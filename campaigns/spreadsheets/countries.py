"""Which country a number belongs to."""

from __future__ import annotations

from functools import lru_cache

ELSEWHERE = "not a country's number"


class Countries:
    """Names of countries by number; remembers what it was asked, for a campaign's numbers begin alike."""

    def __init__(self) -> None:
        self._name = lru_cache(maxsize=4096)(_name)

    def of(self, digits: str) -> str:
        """Return the English name of the country that an international number (digits only) belongs to."""
        return self._name(digits) if len(digits) < 8 else self._name(digits[:-4] + "0000")


def _name(digits: str) -> str:
    from phonenumbers import NumberParseException, geocoder, parse

    try:
        number = parse(f"+{digits}")
    except NumberParseException:
        return ELSEWHERE
    # Countries that share a code (+1, +7) are told apart by valid numbers only.
    return str(geocoder.country_name_for_number(number, "en")) or f"+{number.country_code}"
