"""Which country a number belongs to, by the numbering plans of the phonenumbers library. Pure."""

from __future__ import annotations

from functools import cache, lru_cache

UNKNOWN = "unknown"


def country(digits: str) -> str:
    """Return the country of a number in English; `other +CODE` where a shared country code does not tell.

    `unknown` if its first digits are no country's, or it holds something else than digits.
    """
    if not (digits.isascii() and digits.isdigit()):
        return UNKNOWN
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS

    code = next((digits[:length] for length in (1, 2, 3) if int(digits[:length]) in REGIONS), "")
    regions = REGIONS.get(int(code or 0), ())
    if not regions:
        return UNKNOWN
    region = regions[0] if len(regions) == 1 else _region(digits)  # +1 and +7 need the whole number
    return _name(region) or f"other +{code}"


@lru_cache(maxsize=100_000)
def _region(digits: str) -> str:
    from phonenumbers import NumberParseException, parse, region_code_for_number

    try:
        return region_code_for_number(parse(f"+{digits}")) or ""
    except NumberParseException:
        return ""


@cache
def _name(region: str) -> str:
    """Return a region's name; empty for what is no country (`001`: satellites and the like)."""
    from phonenumbers import example_number
    from phonenumbers.geocoder import country_name_for_number

    example = example_number(region) if region.isalpha() else None
    return (country_name_for_number(example, "en") or region) if example else ""
