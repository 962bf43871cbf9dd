"""A changed results file is saved: its summary made anew, and a copy kept of what cannot be written again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.spreadsheets import fragile, summary_sheet, tally
from campaigns.spreadsheets.excel_grid import ExcelGrid
from campaigns.spreadsheets.headers import positions
from campaigns.spreadsheets.replacing import replacing
from campaigns.spreadsheets.summary_sheet import SUMMARY, About
from campaigns.spreadsheets.tally import Line, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from campaigns.spreadsheets.grids import Grid


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved.

    Attributes:
        tally: The file in numbers.
        notices: What a person should hear of, a sentence each.
    """

    tally: Tally
    notices: tuple[str, ...] = ()


def lines_of(grid: Grid) -> Iterator[Line]:
    """Yield a grid's lines."""
    places = positions(grid.headers)
    ref = places.get("ref")
    for row in range(grid.height):
        cells = {header: grid.text(row, position) for header, position in places.items()}
        yield Line(cells, row + 2, ref is not None and grid.is_number(row, ref))


def save(grid: Grid, path: Path, target: Path, what: About | None = None, now: datetime | None = None) -> Saved:
    """Save a grid that was loaded.

    Args:
        grid: The grid.
        path: Where it was loaded from.
        target: Where to write it.
        what: What the results are of; what the file itself says by default.
        now: The present, for what is stuck.

    Raises:
        OSError: It cannot be written.
    """
    found = tally.count(lines_of(grid), now)
    notices = list(grid.notices)
    if isinstance(grid, ExcelGrid):
        if grid.sheet.title != SUMMARY:  # else a person gave the results that name
            summary_sheet.renew_summary(grid.book, what or summary_sheet.about(path, grid.book), found)
        copy = fragile.keep_copy(path) if target == path else None
        if copy:
            notices.append(f"the file as it was, with what could not be written again, is kept: {copy.name}")
    with replacing(target) as temporary:
        grid.save(temporary)
    return Saved(found, tuple(notices))
