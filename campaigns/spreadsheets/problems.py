"""The bad rows of a recipient file as a spreadsheet, so that a person can hand them back to whoever made the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.errors import UsageError
from campaigns.spreadsheets.excel_grid import ExcelGrid
from campaigns.spreadsheets.grids import is_csv, load_grid, new_grid
from campaigns.spreadsheets.replacing import alone, refuse_locked, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaigns.spreadsheets.cells import Cell

COLUMNS = ("row", "field", "found", "reason", "hint")
_WIDTHS = (8, 12, 28, 44, 44)
_OWN_WIDTH = 18
_OTHER_NAME = "give --problems another name"


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One problem of one row.

    Attributes:
        row: The row's number as the spreadsheet shows it.
        field: The field that the cell was for.
        found: The offending text.
        reason: What is wrong with it.
        hint: What to do; may be empty.
        cells: The row as it stands in the file.
    """

    row: int
    field: str
    found: str
    reason: str
    hint: str
    cells: Sequence[str]


def check_problems(path: Path, recipients: Path) -> None:
    """Make sure that the problems do not go over a file that is none of theirs.

    Raises:
        UsageError: They would, or there can be no such file.
    """
    is_csv(path, "problems")
    if path.is_dir():
        raise UsageError(f"{path} is a folder", _OTHER_NAME)
    if not path.exists():
        return
    if path.samefile(recipients):
        raise UsageError(f"{path.name} is the recipient file itself", _OTHER_NAME)
    if tuple(load_grid(path).headers[: len(COLUMNS)]) != COLUMNS:
        raise UsageError(f"{path.name} exists and is no list of problems", _OTHER_NAME)


def write_problems(path: Path, lines: Sequence[ProblemLine], headers: Sequence[str]) -> None:
    """Write the problems; an older list in the file goes.

    Args:
        path: An `.xlsx` or `.csv` file.
        lines: The problems, in the order of their rows.
        headers: The headers of the recipient file.

    Raises:
        UsageError: It cannot be written.
    """
    grid = new_grid(path)
    for header in (*COLUMNS, *(f"{header} (file)" if header in COLUMNS else header for header in headers)):
        grid.add_column(header)
    for line in lines:
        row = grid.add_row()
        values: tuple[Cell, ...] = (line.row, line.field, line.found, line.reason, line.hint, *line.cells)
        for column, value in enumerate(values):
            grid.put(row, column, value)
    if isinstance(grid, ExcelGrid):
        _dress(grid)
    try:
        with alone(path):
            refuse_locked(path)
            with replacing(path) as temporary:
                grid.save(temporary)
    except OSError as error:
        raise UsageError(f"{path}: problems cannot be written there ({error.strerror})", _OTHER_NAME) from None


def _dress(grid: ExcelGrid) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = grid.sheet
    sheet.title = "Problems"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(grid.headers))
    sheet.auto_filter.ref = f"A1:{last}{grid.height + 1}"
    for position in range(1, len(grid.headers) + 1):
        sheet.cell(1, position).font = Font(bold=True)
        width = _WIDTHS[position - 1] if position <= len(_WIDTHS) else _OWN_WIDTH
        sheet.column_dimensions[get_column_letter(position)].width = width
