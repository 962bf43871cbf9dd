"""A results file as a grid that is changed in place, whichever of the two formats it has.

Row and column positions count from 0, below and after the header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from campaigns.errors import UsageError
from campaigns.spreadsheets.csv_grid import CsvGrid
from campaigns.spreadsheets.excel_grid import ExcelGrid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaigns.spreadsheets.cells import Cell


class Grid(Protocol):
    """What both formats can do."""

    headers: list[str]
    notices: list[str]  # what a person should hear of once it is saved

    @property
    def height(self) -> int:
        """How many rows lie under the header."""

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""

    def is_number(self, row: int, column: int) -> bool:
        """Tell whether a cell is stored as a number."""

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
