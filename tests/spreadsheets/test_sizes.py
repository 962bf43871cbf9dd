"""Results that are too large for a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.errors import UsageError
from campaigns.spreadsheets.sizes import LARGEST_WORKBOOK, results_name, size_warning


def test_a_workbook_holds_a_hundred_thousand_rows_of_twenty_columns_and_no_more() -> None:
    assert LARGEST_WORKBOOK == 100_000 * 20
    assert results_name("spring", 100_000, 20) == "spring.results.xlsx"
    assert results_name("spring", 100_001, 20) == "spring.results.csv"
    assert results_name("spring", 50_000, 41) == "spring.results.csv"


@pytest.mark.parametrize("name", ["a.results.xlsx", "a.results.csv"])
def test_nothing_is_said_of_results_that_fit(name: str) -> None:
    assert size_warning(Path(name), 100_000, 20) == ""


def test_it_is_said_beforehand_what_becomes_of_results_that_do_not_fit() -> None:
    assert size_warning(Path("a.results.csv"), 100_001, 20) == (
        "100,001 rows of 20 columns are more than a workbook of results should hold (2,000,000 cells): "
        "the results are a.results.csv"
    )


def test_a_workbook_that_could_not_be_changed_again_is_refused() -> None:
    with pytest.raises(UsageError, match="should hold"):
        size_warning(Path("A.XLSX"), 100_001, 20)
