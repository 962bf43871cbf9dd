"""A number belongs to a country, or it is said that nobody knows which."""

from __future__ import annotations

import pytest

from campaigns.countries import country


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("37491000001", "Armenia"),
        ("995599000001", "Georgia"),
        ("79160000000", "Russia"),
        ("77010000000", "Kazakhstan"),  # +7 is two countries
        ("12020000000", "other +1"),  # no such number: which of the 25 countries nobody knows
        ("12025550123", "United States"),
        ("14165550123", "Canada"),
        ("447911123456", "Guernsey"),
        ("8821000000", "other +882"),  # satellites are no country
        ("9999999999", "unknown"),
        ("2100000000", "unknown"),
        ("3749100O027", "unknown"),  # no digits, in an invalid row of results
        ("", "unknown"),
    ],
)
def test_a_number_is_in_a_country(number: str, name: str) -> None:
    assert country(number) == name
