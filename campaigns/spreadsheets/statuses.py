"""The refreshing pass and the results file: refs are read, statuses filled in beside them, everything else stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.errors import UsageError
from campaigns.spreadsheets.grids import load_grid
from campaigns.spreadsheets.headers import positions
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.refs import is_damaged
from campaigns.spreadsheets.replacing import alone
from campaigns.spreadsheets.results import STATUS_COLUMNS
from campaigns.spreadsheets.saving import Saved, save
from campaigns.spreadsheets.tally import FINAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from campaigns.spreadsheets.grids import Grid


@dataclass(frozen=True, slots=True)
class StatusCells:
    """What a refreshing pass has to say of one ref.

    Attributes:
        status: The gateway's own name for it.
        status_code: Its number.
        checked_at: When it was asked, aware.
        weak: Whether it says so little ("I do not know this ref") that it never replaces a known status.
    """

    status: str
    status_code: int
    checked_at: datetime
    weak: bool = False


@dataclass(frozen=True, slots=True)
class RefLine:
    """A ref in a results file, and the status code that stands beside it; empty if none."""

    ref: str
    status_code: str


@dataclass(frozen=True, slots=True)
class Refs:
    """The refs of a results file.

    Attributes:
        lines: Every ref once, in the file's order.
        damaged: Rows, as the spreadsheet shows them, whose ref lost digits: asking for it would ask for another.
    """

    lines: tuple[RefLine, ...]
    damaged: tuple[int, ...] = ()


def read_refs(path: Path) -> Refs:
    """Return every ref of a results file once, in its order.

    Raises:
        UsageError: The file is missing or no results file.
    """
    found: dict[str, RefLine] = {}
    damaged = []
    for line in read_results(path):
        if line.ref and line.damaged:
            damaged.append(line.place)
        elif line.ref and (line.ref not in found or line.of("status") not in FINAL):  # a person may have copied lines
            found[line.ref] = RefLine(line.ref, line.of("status_code"))
    return Refs(tuple(found.values()), tuple(damaged))


def fill_statuses(
    path: Path, answers: Mapping[str, StatusCells], target: Path | None = None, now: datetime | None = None
) -> Saved:
    """Write statuses beside their refs; everything else stays. The file is read again just before it is replaced.

    Args:
        path: The results file.
        answers: What to write, by ref.
        target: Where to write the whole file instead of in its place.
        now: The present, for the summary.

    Raises:
        UsageError: It is no longer a results file.
        OSError: It cannot be written.
    """
    with alone(path):
        grid = load_grid(path)
        places = positions(grid.headers)
        if "ref" not in places:
            raise UsageError(f"{path.name} is not a results file any more (it has no column ref)")
        for column in STATUS_COLUMNS:
            if column not in places:
                places[column] = grid.add_column(column)
        for row in range(grid.height):
            _fill(grid, row, answers, places)
        return save(grid, path, target or path, now=now)


def _fill(grid: Grid, row: int, answers: Mapping[str, StatusCells], places: Mapping[str, int]) -> None:
    ref = grid.text(row, places["ref"]).strip()
    cells = answers.get(ref)
    if cells is None or is_damaged(ref, number=grid.is_number(row, places["ref"])):
        return
    if cells.weak and grid.text(row, places["status"]).strip() not in ("", cells.status):
        return
    for column in STATUS_COLUMNS:
        grid.put(row, places[column], getattr(cells, column))
