"""A results file as a grid that is changed in place, whichever of the two formats it has.

Row and column positions count from 0, below and after the header.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, cast

from campaigns.errors import UsageError
from campaigns.spreadsheets.cells import LARGEST, Cell, as_text, for_excel, guard, unguard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.cell import Cell as ExcelCell

SHEET = "Results"
TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"


_HALF = re.compile(r"[\ud800-\udfff]")  # half of a pair: no file can hold it


class Grid(Protocol):
    """What both formats can do."""

    headers: list[str]

    @property
    def height(self) -> int:
        """How many rows lie under the header."""

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""

    def put(self, row: int, column: int, value: Cell) -> None:
        """Change a cell; a text stays text."""

    def add_column(self, header: str) -> int:
        """Add a column at the right end and return its position."""

    def add_row(self) -> int:
        """Add a row at the bottom and return its position."""

    def remove_rows(self, rows: Sequence[int]) -> None:
        """Take rows out."""

    def save(self, path: Path) -> None:
        """Write the whole file to a path."""


class CsvGrid:
    """A results CSV: UTF-8 with a byte-order mark, commas, formula-safe."""

    def __init__(self, headers: Sequence[str], rows: list[list[str]]) -> None:
        self.headers = list(headers)
        self._rows = rows

    @classmethod
    def load(cls, path: Path) -> CsvGrid:
        """Read a results CSV.

        Raises:
            UsageError: It is not one.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
            csv.field_size_limit(LARGEST)
            rows = list(csv.reader(io.StringIO(text, newline="")))
        except (UnicodeDecodeError, csv.Error):
            raise UsageError(f"{path.name} is not a results file that can be read") from None
        header, *body = rows or [[]]
        width = max(map(len, [header, *body]))  # a person may have written beyond the last header
        cells = [[unguard(cell) for cell in row] + [""] * (width - len(row)) for row in body if any(row)]
        return cls([unguard(cell) for cell in header] + [""] * (width - len(header)), cells)

    @property
    def height(self) -> int:
        """How many rows lie under the header."""
        return len(self._rows)

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        return self._rows[row][column]

    def put(self, row: int, column: int, value: Cell) -> None:
        """Change a cell; times become `2026-12-01T06:00:00Z`."""
        if isinstance(value, datetime):
            self._rows[row][column] = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        else:
            self._rows[row][column] = _HALF.sub("\ufffd", as_text(value))

    def add_column(self, header: str) -> int:
        """Add a column at the right end and return its position."""
        self.headers.append(header)
        for row in self._rows:
            row.append("")
        return len(self.headers) - 1

    def add_row(self) -> int:
        """Add a row at the bottom and return its position."""
        self._rows.append([""] * len(self.headers))
        return len(self._rows) - 1

    def remove_rows(self, rows: Sequence[int]) -> None:
        """Take rows out."""
        gone = set(rows)
        self._rows = [row for number, row in enumerate(self._rows) if number not in gone]

    def save(self, path: Path) -> None:
        """Write the whole file to a path."""
        with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([guard(header) for header in self.headers])
            writer.writerows([guard(cell) for cell in row] for row in self._rows)


class ExcelGrid:
    """The results sheet of a workbook; everything else in the workbook stays as it is."""

    def __init__(self, path: Path | None = None) -> None:
        """Open a workbook's results, or start an empty workbook.

        Raises:
            UsageError: It is not a workbook that can be read.
        """
        from openpyxl import Workbook, load_workbook

        if path is None:
            self.book = Workbook()
            self.sheet = self.book.active or self.book.create_sheet()
            self.sheet.title = SHEET
            self.headers: list[str] = []
            return
        try:
            self.book = load_workbook(path)
        except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers raise on a damaged file
            raise UsageError(f"{path.name} is not a workbook that can be read ({type(error).__name__})") from None
        if not self.book.worksheets:
            raise UsageError(f"{path.name} has no sheets")
        self.sheet = self.book[SHEET] if SHEET in self.book.sheetnames else self.book.worksheets[0]
        first = next(self.sheet.iter_rows(min_row=1, max_row=1, values_only=True), ())
        self.headers = [as_text(_plain(value)).strip() for value in first]
        self._height = self._last_filled_row()

    def _last_filled_row(self) -> int:
        """Trailing empty rows (a person formatted a whole column) are no rows."""
        filled = (row for (row, _), cell in self._cells().items() if cell.value not in (None, ""))
        return max(filled, default=1) - 1

    def _cells(self) -> dict[tuple[int, int], ExcelCell]:
        """Every cell that there is, by row and column: openpyxl's own ways to them look at each a row at a time."""
        return cast("dict[tuple[int, int], ExcelCell]", self.sheet._cells)  # noqa: SLF001

    _height = 0

    @property
    def height(self) -> int:
        """How many rows lie under the header."""
        return self._height

    def _cell(self, row: int, column: int) -> ExcelCell:
        """Return a cell; one that a person merged into another becomes a cell of its own again."""
        place = self.sheet.cell(row + 2, column + 1)
        for merged in [one for one in self.sheet.merged_cells.ranges if place.coordinate in one]:
            self.sheet.unmerge_cells(str(merged))
        return self.sheet.cell(row + 2, column + 1)  # type: ignore[return-value]

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        return as_text(_plain(self.sheet.cell(row + 2, column + 1).value))

    def put(self, row: int, column: int, value: Cell) -> None:
        """Change a cell; times become real dates, in UTC."""
        write_cell(self._cell(row, column), value)

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
        from openpyxl.formula.translate import Translator

        gone = {row + 2 for row in rows}
        if not gone:
            return
        moves, shift = {}, 0
        for row in range(1, self.sheet.max_row + 1):
            shift += row in gone
            moves[row] = row - shift
        cells = sorted(self._cells().items())
        self._cells().clear()
        for (row, column), cell in cells:
            if row in gone:
                continue
            before, cell.row = cell.coordinate, moves[row]
            if cell.data_type == "f" and isinstance(cell.value, str) and row != cell.row:
                cell.value = Translator(cell.value, before).translate_formula(cell.coordinate)
            if cell.hyperlink:
                cell.hyperlink.ref = cell.coordinate
            self._cells()[cell.row, column] = cell
        heights = {row: one for row, one in sorted(self.sheet.row_dimensions.items()) if row not in gone}
        self.sheet.row_dimensions.clear()
        for row, one in heights.items():
            one.index = moves.get(row, row)
            self.sheet.row_dimensions[one.index] = one
        self._height -= len(gone)

    def save(self, path: Path) -> None:
        """Write the whole workbook to a path."""
        self.book.save(path)


def _plain(value: object) -> Cell:
    """Return what a cell holds as a plain value: rich text is its text, an array formula its formula."""
    if value is None or isinstance(value, str | int | float | Decimal | date | time | timedelta):
        return value
    return str(getattr(value, "text", value))


def write_cell(cell: ExcelCell, value: Cell) -> None:
    """Write one Excel cell: a text is text even if it begins like a formula, a time a real date in UTC."""
    if isinstance(value, str):
        text = for_excel(value)
        cell.value = text or None
        if text:
            cell.data_type = "s"
            cell.number_format = "@"
    elif isinstance(value, datetime):
        cell.value = value.astimezone(UTC).replace(tzinfo=None)
        cell.number_format = TIME_FORMAT
    elif isinstance(value, Decimal):
        cell.value = value
        cell.number_format = "#,##0.######" if value % 1 else "#,##0"
    else:
        cell.value = value


def load_grid(path: Path) -> Grid:
    """Open a results file by its kind.

    Raises:
        UsageError: Its kind is not one, or it cannot be read.
    """
    return CsvGrid.load(path) if is_csv(path) else ExcelGrid(path)


def new_grid(path: Path) -> Grid:
    """Start a results file of the kind that its name asks for."""
    return CsvGrid([], []) if is_csv(path) else ExcelGrid()


def is_csv(path: Path, what: str = "results") -> bool:
    """Tell CSV from Excel by the name.

    Args:
        path: The file; it need not be there.
        what: What it is to hold, for the error.

    Raises:
        UsageError: It is neither.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise UsageError(f"{path.name}: {what} are .xlsx or .csv files")
    return kind == ".csv"
