"""A results file read from top to bottom, without the wish to change it: fast, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.errors import UsageError
from campaigns.spreadsheets.confined import Confined
from campaigns.spreadsheets.csv_grid import CsvGrid
from campaigns.spreadsheets.excel_grid import SHEET
from campaigns.spreadsheets.grids import is_csv
from campaigns.spreadsheets.headers import is_results, positions
from campaigns.spreadsheets.tally import Line
from campaigns.spreadsheets.workbooks import check_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Row = tuple[int, Sequence[str], bool]  # the row's number, its texts, whether the ref is stored as a number

_MODULE = "campaigns.spreadsheets.results_rows"


def read_results(path: Path) -> Iterator[Line]:
    """Read a results file; its lines are yielded as they come.

    Raises:
        UsageError: The file is missing, unreadable or no results file; while iterating: it is damaged further down.
    """
    try:
        there = path.is_file()
    except OSError:
        there = False
    if not there:
        raise UsageError(f"{path}: no such results file")
    try:
        rows = _csv_rows(path) if is_csv(path) else _workbook_rows(path)
        headers = next(rows, (1, [], False))[1]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if not is_results(headers):
        raise UsageError(f"{path.name} is not a results file (it has no columns outcome and ref)")
    return _lines(headers, rows)


def _lines(headers: Sequence[str], rows: Iterable[Row]) -> Iterator[Line]:
    places = positions(headers)
    for number, texts, ref_is_number in rows:
        cells = {header: texts[place] for header, place in places.items()}
        yield Line(cells, number, ref_is_number, headers, texts)


def _csv_rows(path: Path) -> Iterator[Row]:
    """Yield the header and the lines of a text file."""
    grid = CsvGrid.load(path)
    for number, texts in enumerate([grid.headers, *grid.rows], start=1):
        yield number, texts, False


def _workbook_rows(path: Path) -> Iterator[Row]:
    """Yield the header and the lines of a workbook."""
    check_kind(path)
    with Confined(_MODULE, path) as child:
        for answer in child.ask([str(path.absolute()), SHEET]):
            if isinstance(answer, dict):
                raise UsageError(f"{path.name} is not a workbook that can be read ({answer['error'][:200]})")
            yield tuple(answer)
