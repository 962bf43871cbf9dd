"""A new workbook holds every line, also where its first lines were looked at to fit the widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaigns.spreadsheets.results import write_results
from campaigns.spreadsheets.statuses import read_refs
from tests.spreadsheets.making import line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("count", [1, 2, 499, 500, 501, 502, 1001])
@pytest.mark.parametrize("name", ["a.results.xlsx", "a.results.csv"])
def test_no_line_is_lost(tmp_path: Path, name: str, count: int) -> None:
    path = tmp_path / name
    write_results(path, [line(number) for number in range(1, count + 1)], [], lambda _: False)
    assert [one.ref for one in read_refs(path).lines] == [f"r{number}" for number in range(1, count + 1)]
