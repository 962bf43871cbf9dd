"""A results CSV as a grid: UTF-8 with a byte-order mark, commas, formula-safe; one of a person's is kept as found."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from campaigns.spreadsheets.cells import Cell, as_text, guard, unguard
from campaigns.spreadsheets.dialects import Dialect, read_text
from campaigns.spreadsheets.encodings import Encoding
from campaigns.spreadsheets.headers import is_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_HALF = re.compile(r"[\ud800-\udfff]")  # half of a pair: no file can hold it
OURS = Dialect(Encoding("utf-8", b"\xef\xbb\xbf"), ",")
_LARGEST = 600 * 2**20  # bytes: results say more than the recipient file, and must be readable if that was


class CsvGrid:
    """A results CSV."""

    def __init__(self, headers: Sequence[str], rows: list[list[str]], dialect: Dialect = OURS) -> None:
        self.headers = list(headers)
        self.rows = rows
        self.dialect = dialect
        self.notices: list[str] = []

    @classmethod
    def load(cls, path: Path) -> CsvGrid:
        """Read a results CSV, as it was written or as a person's spreadsheet program saved it.

        Raises:
            UsageError: It is no text that can be read.
            OSError: It cannot be read at all.
        """
        dialect, found = read_text(path, is_results, largest=_LARGEST)
        header, *body = [[unguard(cell) for cell in row] for row in found if any(row)] or [[]]
        width = max(map(len, [header, *body]))  # a person may have written beyond the last header
        for row in (header, *body):
            row.extend([""] * (width - len(row)))
        return cls(header, body, dialect)

    @property
    def height(self) -> int:
        """How many rows lie under the header."""
        return len(self.rows)

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        return self.rows[row][column]

    def is_number(self, row: int, column: int) -> bool:  # noqa: ARG002 - as its sibling has it
        """Tell whether a cell is stored as a number: nothing is, in a text file."""
        return False

    def put(self, row: int, column: int, value: Cell) -> None:
        """Change a cell; times become `2026-12-01T06:00:00Z`."""
        self.rows[row][column] = csv_text(value)

    def add_column(self, header: str) -> int:
        """Add a column at the right end and return its position."""
        self.headers.append(header)
        for row in self.rows:
            row.append("")
        return len(self.headers) - 1

    def add_row(self) -> int:
        """Add a row at the bottom and return its position."""
        self.rows.append([""] * len(self.headers))
        return len(self.rows) - 1

    def remove_rows(self, rows: Sequence[int]) -> None:
        """Take rows out."""
        gone = set(rows)
        self.rows = [row for number, row in enumerate(self.rows) if number not in gone]

    def save(self, path: Path) -> None:
        """Write the whole file to a path, as it was found: delimiter, encoding, line ends."""
        text = io.StringIO(newline="")
        text.write(self.dialect.sep_line)
        _write(text, self.dialect, self.headers, self.rows)
        try:
            path.write_bytes(self.dialect.encoding.encode(text.getvalue()))
        except UnicodeEncodeError:
            self.notices.append(
                f"{self.dialect.encoding.name} has no letters for all that is to be written: the file is UTF-8 now"
            )
            self.dialect = replace(self.dialect, encoding=OURS.encoding)
            path.write_bytes(self.dialect.encoding.encode(text.getvalue()))


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a new results CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, OURS, headers, rows)


def _write(file: TextIO, dialect: Dialect, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    writer = csv.writer(file, delimiter=dialect.delimiter, lineterminator=dialect.newline)
    writer.writerow([guard(csv_text(header)) for header in headers])
    writer.writerows([guard(csv_text(cell)) for cell in row] for row in rows)


def csv_text(value: Cell) -> str:
    """Return a value as a cell of a results CSV."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _HALF.sub("\ufffd", as_text(value))
