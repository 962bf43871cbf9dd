"""Recipient files: CSV and workbooks become a table of text with the row numbers that the spreadsheet shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from campaigns.errors import Problem, UsageError
from campaigns.spreadsheets.dialects import read_text
from campaigns.spreadsheets.headers import FIRST_ROWS
from campaigns.spreadsheets.workbooks import Sheet, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from campaigns.spreadsheets.headers import IsHeader

    Row = tuple[int, Sequence[str]]
    Line = tuple[int, Sequence[str], int]  # the same, and how many cells it had

TEXT_FILES = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
MOST_COLUMNS = 16_384  # Excel's own limit
MOST_ROWS = 500_000  # a plan of more, every row with its problem, would take more than 1.5 GiB
MOST_CELLS = 5_000_000  # rows × columns
_TITLE = 3  # cells that a row above the header may hold
_A_NUMBER = 7  # digits of a recipient
_DATE = re.compile(r"\b\d{4}([-./])\d\d?\1\d\d?\b|\b\d\d?([-./])\d\d?\2\d{4}\b")


@dataclass(frozen=True, slots=True)
class RecipientFile:
    """A recipient file, read.

    Attributes:
        path: Where it lies.
        table: Text cells, one column a header in the file's order, indexed by the row number that the spreadsheet
            shows; rows without any text are left out.
        read_as: What the file was taken for, e.g. `UTF-8, semicolons`.
        notes: What a person should know of how it was read, e.g. of hidden rows.
        problems: What is wrong with whole rows, by number.
    """

    path: Path
    table: pd.DataFrame
    read_as: str
    notes: tuple[str, ...] = ()
    problems: Mapping[int, Problem] = field(default_factory=dict)

    @property
    def headers(self) -> list[str]:
        """The header cells; two columns may share one."""
        return [str(header) for header in self.table.columns]


def read_recipients(
    path: Path,
    is_header: IsHeader,
    *,
    sheet: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    rows_needed: bool = True,
) -> RecipientFile:
    """Read a recipient file.

    Args:
        path: A CSV, TSV or TXT file, or a workbook.
        is_header: Tells of a row of cells whether it can be the header: one of them names the recipients.
        sheet: The workbook's sheet; by default the first one with a header.
        delimiter: The text file's delimiter; found by itself by default.
        encoding: The text file's encoding; found by itself by default.
        rows_needed: Whether a header alone is an error.

    Raises:
        UsageError: The file is missing, unreadable or of another kind, or has no rows.
    """
    kind = path.suffix.lower()
    problems: dict[int, Problem] = {}
    try:
        _check_there(path)
        if kind in WORKBOOKS:
            _refuse("--delimiter", delimiter, f"is for text files; {path.name} is a workbook")
            _refuse("--encoding", encoding, f"is for text files; {path.name} is a workbook")
            found = read_workbook(path, is_header, sheet)
            table, notes, _ = _table(path, found.rows, is_header, rows_needed=rows_needed)
            read_as = f"{kind[1:]} workbook, sheet {found.name!r}"
            notes = [*_sheet_notes(found), *notes, *_row_notes(found, table)]
        elif kind in TEXT_FILES:
            _refuse("--sheet", sheet, f"is for workbooks; {path.name} has no sheets")
            dialect, rows = read_text(path, is_header, encoding=encoding, delimiter=delimiter)
            numbered = zip(count(1), rows)
            table, notes, problems = _table(path, numbered, is_header, rows_needed=rows_needed)
            read_as = str(dialect) if len(table.columns) > 1 else f"{dialect.encoding.name}, one column"
        else:
            raise UsageError(
                f"{path.name}: not a kind of file that is read",
                f"the kinds are {' '.join(sorted(TEXT_FILES | WORKBOOKS))}",
            )
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or 'input/output error'})") from None
    return RecipientFile(path, table, read_as, tuple(notes), problems)


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder, not a recipient file")
    if not path.exists():
        raise UsageError(f"{path}: no such file")


def _refuse(option: str, value: str | None, why: str) -> None:
    if value is not None:
        raise UsageError(f"{option} {why}")


# --- Rows become a table ---


def _table(
    path: Path, rows: Iterable[Row], is_header: IsHeader, *, rows_needed: bool
) -> tuple[pd.DataFrame, list[str], dict[int, Problem]]:
    """Build the table below the header, say where that was found, and which rows go beyond it."""
    import pandas as pd

    filled = _filled(path, rows)
    if not filled:
        raise UsageError(f"{path.name} is empty")
    start = _find_header(filled, is_header)
    (header_row, header, width), records = filled[start], filled[start + 1 :]
    if not records and rows_needed:
        raise UsageError(f"{path.name} has a header and no rows")
    used = sorted({place for _, cells, _ in filled[start:] for place, cell in enumerate(cells) if cell.strip()})
    _refuse_too_many(path, len(records), len(used))
    names = [_name(header, place) for place in used]
    padded = [[cells[place] if place < len(cells) else "" for place in used] for _, cells, _ in records]
    index = pd.Index([number for number, *_ in records], name="row", dtype=int)
    table = pd.DataFrame(padded, index=index, columns=pd.Index(names, dtype=object), dtype=object)
    above = f"the header is in row {header_row}; what stands above it is left out"
    beyond = {number: _beyond(cells[width]) for number, cells, _ in records if len(cells) > width}
    return table, [above] if start else [], beyond


def _beyond(cell: str) -> Problem:
    hint = "a text that holds the delimiter needs quotes around it; or give every column a header"
    return Problem("row", "has more cells than the header", cell[:40], hint)


def _filled(path: Path, rows: Iterable[Row]) -> list[Line]:
    """Return the rows that hold text, without the empty cells at their ends, and how many cells they had."""
    filled: list[Line] = []
    cells_held = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        width = max(place for place, cell in enumerate(cells, start=1) if cell)
        if width > MOST_COLUMNS:
            raise UsageError(f"{path.name}: row {number:,} has {width:,} columns; at most {MOST_COLUMNS:,} are read")
        cells_held += width
        if cells_held > MOST_CELLS or len(filled) > MOST_ROWS:
            much = f"{MOST_ROWS:,} rows" if len(filled) > MOST_ROWS else f"{MOST_CELLS:,} cells"
            raise UsageError(f"{path.name} has more than {much}", "leave out columns, or split it into several files")
        filled.append((number, cells[:width], len(cells)))
    return filled


def _find_header(filled: Sequence[Line], is_header: IsHeader) -> int:
    """Return the place of the header: below what looks like a title; the first row where none is known."""
    for place, (_, cells, _) in enumerate(filled[:FIRST_ROWS]):
        if is_header(cells):
            return place
        if sum(1 for cell in cells if cell.strip()) > _TITLE or any(map(_looks_like_a_number, cells)):
            return 0
    return 0


def _looks_like_a_number(cell: str) -> bool:
    digits = sum(map(str.isdigit, cell)) >= _A_NUMBER
    return digits and not any(map(str.isalpha, cell)) and not _DATE.search(cell)


def _refuse_too_many(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise UsageError(
            f"{path.name}: {rows:,} rows of {columns:,} columns are more than {MOST_CELLS:,} cells",
            "leave out columns, or split it into several files",
        )


def _name(header: Sequence[str], place: int) -> str:
    name = header[place].replace("\ufeff", "").strip() if place < len(header) else ""
    return name or f"column {_letters(place)}"


def _letters(position: int) -> str:
    """Return a column's letters as a spreadsheet shows them: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- What a person should know ---


def _sheet_notes(sheet: Sheet) -> list[str]:
    if sheet.chosen_from == 1:
        return []
    return [f"sheet {sheet.name!r} of {sheet.chosen_from} was taken; --sheet takes another one"]


def _row_notes(sheet: Sheet, table: pd.DataFrame) -> list[str]:
    notes = []
    hidden = sum(1 for row in table.index if row in sheet.hidden)
    if hidden:
        notes.append(f"{hidden:,} hidden {'row is' if hidden == 1 else 'rows are'} taken like the others")
    first = min(table.index, default=0)
    merged = sum(1 for last in sheet.merged if first <= last)
    if merged:
        areas = "merged area holds" if merged == 1 else "merged areas hold"
        notes.append(f"{merged:,} {areas} text in the first cell alone; the others count as empty")
    return notes
