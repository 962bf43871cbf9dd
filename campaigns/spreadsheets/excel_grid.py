"""The results sheet of a workbook as a grid; everything else in the workbook stays as it is."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from campaigns.errors import UsageError
from campaigns.spreadsheets.archives import check_archive
from campaigns.spreadsheets.cells import Cell, as_text, for_excel
from campaigns.spreadsheets.removing import take_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.cell import Cell as ExcelCell

SHEET = "Results"
TIME_FORMAT = 'yyyy-mm-dd hh:mm "UTC"'  # a reader must not have to know that it is


class ExcelGrid:
    """The results sheet of a workbook; everything else in the workbook stays as it is."""

    def __init__(self, path: Path | None = None) -> None:
        """Open a workbook's results, or start an empty workbook.

        Raises:
            UsageError: It is not a workbook that can be read.
        """
        from openpyxl import Workbook, load_workbook

        self.notices: list[str] = []
        if path is None:
            self.book = Workbook()
            self.sheet = self.book.active or self.book.create_sheet()
            self.sheet.title = SHEET
            self.headers: list[str] = []
            return
        check_archive(path)
        try:
            with warnings.catch_warnings(action="ignore"):  # `fragile` says the same in words for people
                self.book = load_workbook(path, rich_text=True)
        except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers raise on a damaged file
            raise UsageError(f"{path.name} is not a workbook that can be read ({type(error).__name__})") from None
        if not self.book.worksheets:
            raise UsageError(f"{path.name} has no sheets")
        self.sheet = self.book[SHEET] if SHEET in self.book.sheetnames else self.book.worksheets[0]
        first = next(self.sheet.iter_rows(min_row=1, max_row=1, values_only=True), ())
        self.headers = [as_text(_plain(value)).strip() for value in first]
        self._height = self._last_filled_row()
        self._loaded = (self._height + 1, len(self.headers))  # its last row and column

    def _last_filled_row(self) -> int:
        """Trailing empty rows (a person formatted a whole column) are no rows."""
        filled = (row for (row, _), cell in self._cells().items() if cell.value not in (None, ""))
        return max(filled, default=1) - 1

    def _cells(self) -> dict[tuple[int, int], ExcelCell]:
        """Every cell that there is, by row and column: openpyxl's own ways to them look at each a row at a time."""
        return cast("dict[tuple[int, int], ExcelCell]", self.sheet._cells)  # noqa: SLF001

    _height = 0
    _loaded = (1, 0)

    @property
    def height(self) -> int:
        """How many rows lie under the header."""
        return self._height

    def _cell(self, row: int, column: int) -> ExcelCell:
        """Return a cell; one that a person merged into another becomes a cell of its own again."""
        place = self.sheet.cell(row + 2, column + 1)
        if self.sheet.merged_cells.ranges:
            for merged in [one for one in self.sheet.merged_cells.ranges if place.coordinate in one]:
                self.sheet.unmerge_cells(str(merged))
            place = self.sheet.cell(row + 2, column + 1)
        return cast("ExcelCell", place)

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        cell = self._cells().get((row + 2, column + 1))  # looking must not make cells
        return "" if cell is None else as_text(_plain(cell.value))

    def is_number(self, row: int, column: int) -> bool:
        """Tell whether a cell is stored as a number."""
        cell = self._cells().get((row + 2, column + 1))
        return cell is not None and isinstance(cell.value, int | float) and not isinstance(cell.value, bool)

    def put(self, row: int, column: int, value: Cell) -> None:
        """Change a cell; times become real dates, in UTC. A person's format of numbers and dates stays."""
        cell = self._cell(row, column)
        if not _same(cell, value):
            write_cell(cell, value, styled=_has_format(cell, value))

    def add_column(self, header: str) -> int:
        """Add a column at the right end and return its position."""
        self.headers.append(header)
        write_cell(self.sheet.cell(1, len(self.headers)), header)  # type: ignore[arg-type]
        return len(self.headers) - 1

    def add_row(self) -> int:
        """Add a row at the bottom and return its position."""
        self._height += 1
        return self._height - 1

    def remove_rows(self, rows: Sequence[int]) -> None:
        """Take rows out; what lies below moves up with its formats, links and formulas."""
        take_out(self.sheet, {row + 2 for row in rows})
        self._height -= len(set(rows))

    def save(self, path: Path) -> None:
        """Write the whole workbook to a path; filters and tables that reached the last line still do."""
        self._reach()
        self.book.save(path)

    def _reach(self) -> None:
        """Let the filter and tables that held every line hold the new ones too; a person's narrower ones stay."""
        from openpyxl.worksheet.cell_range import CellRange

        bottom, right = self._loaded
        now = max(2, self._height + 1)
        if bottom < 2 or (now, len(self.headers)) == self._loaded:
            return
        for holder in (self.sheet.auto_filter, *self.sheet.tables.values()):
            if not holder.ref:
                continue
            held = CellRange(holder.ref)
            if held.min_row == 1 and held.max_row >= bottom:
                held.max_row = now
                if holder is self.sheet.auto_filter and held.max_col == right:
                    held.max_col = len(self.headers)
                holder.ref = held.coord
                if getattr(holder, "autoFilter", None):
                    holder.autoFilter.ref = held.coord


def _same(cell: ExcelCell, value: Cell) -> bool:
    """Tell whether a cell holds a value already: what is not written anew keeps its look."""
    if value in (None, ""):
        return cell.value is None
    if isinstance(value, str):
        return cell.data_type == "s" and cell.value == for_excel(value)
    if isinstance(value, datetime):
        return cell.value == value.astimezone(UTC).replace(tzinfo=None)
    return not isinstance(cell.value, str | bool) and cell.value == value


def _has_format(cell: ExcelCell, value: Cell) -> bool:
    if isinstance(value, datetime):
        from openpyxl.styles.numbers import is_date_format

        return bool(is_date_format(cell.number_format))
    return isinstance(value, Decimal) and cell.number_format not in ("General", "@")


def _plain(value: object) -> Cell:
    """Return what a cell holds as a plain value: rich text is its text, an array formula its formula."""
    if value is None or isinstance(value, str | int | float | Decimal | date | time | timedelta):
        return value
    return str(getattr(value, "text", value))


def write_cell(cell: ExcelCell, value: Cell, *, styled: bool = False) -> None:
    """Write one Excel cell: a text is text even if it begins like a formula, a time a real date in UTC.

    Args:
        cell: The cell.
        value: What to write.
        styled: Whether the cell already has the format of this kind of value.
    """
    match value:
        case str():
            text = for_excel(value)
            cell.value = text or None
            if text:
                cell.data_type = "s"
            form = "@" if text else ""
        case datetime():
            cell.value = value.astimezone(UTC).replace(tzinfo=None)
            form = TIME_FORMAT
        case Decimal():
            cell.value = value
            form = "#,##0.######" if value % 1 else "#,##0"
        case _:
            cell.value, form = value, ""
    if form and not styled:
        cell.number_format = form
