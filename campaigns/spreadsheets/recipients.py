"""Recipient files: CSV and Excel become a table of text with the row numbers that the spreadsheet shows."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.errors import UsageError, nearest
from campaigns.spreadsheets.cells import LARGEST, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

TEXT_FILES = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}


@dataclass(frozen=True, slots=True)
class RecipientFile:
    """A recipient file, read.

    Attributes:
        path: Where it lies.
        table: Text cells, one column a header in the file's order, indexed by the row number that the spreadsheet
            shows; rows without any text are left out.
        read_as: What the file was taken for, e.g. `UTF-8, semicolons`.
    """

    path: Path
    table: pd.DataFrame
    read_as: str

    @property
    def headers(self) -> list[str]:
        """The header cells; two columns may share one."""
        return [str(header) for header in self.table.columns]


def read_recipients(path: Path, *, sheet: str | None = None, delimiter: str | None = None) -> RecipientFile:
    """Read a recipient file.

    Args:
        path: A CSV, TSV or TXT file, or a workbook.
        sheet: The workbook's sheet; its first one by default.
        delimiter: The text file's delimiter; found by itself by default.

    Raises:
        UsageError: The file is missing, unreadable or of another kind, or has no rows.
    """
    kind = path.suffix.lower()
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder, not a recipient file")
        if not path.exists():
            raise UsageError(f"{path}: no such file")
        if kind in WORKBOOKS:
            if delimiter is not None:
                raise UsageError(f"--delimiter is for text files; {path.name} is a workbook")
            rows, read_as = _workbook_rows(path, sheet)
        elif kind in TEXT_FILES:
            if sheet is not None:
                raise UsageError(f"--sheet is for workbooks; {path.name} has no sheets")
            rows, read_as = _text_rows(path, delimiter)
        else:
            raise UsageError(
                f"{path.name}: not a kind of file that is read",
                f"the kinds are {' '.join(sorted(TEXT_FILES | WORKBOOKS))}",
            )
        return RecipientFile(path, _table(path, rows), read_as)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or 'input/output error'})") from None


def _table(path: Path, rows: Iterable[tuple[int, Sequence[str]]]) -> pd.DataFrame:
    """Build the table: the first row with text is the header."""
    import pandas as pd

    filled = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    _, header = next(filled, (0, None))
    if header is None:
        raise UsageError(f"{path.name} is empty")
    numbers, records = [], []
    for number, cells in filled:
        numbers.append(number)
        records.append(cells)
    if not records:
        raise UsageError(f"{path.name} has a header and no rows")
    headers = _name_columns(header, max(map(len, records)))
    width = len(headers)
    padded = [(*cells[:width], *[""] * (width - len(cells))) for cells in records]
    table = pd.DataFrame(padded, index=pd.Index(numbers, name="row"), columns=headers, dtype=str)
    empty = [not name and not table.iloc[:, position].str.strip().any() for position, name in enumerate(headers)]
    table = table.loc[:, [not one for one in empty]]
    table.columns = pd.Index(
        [name or f"column {_letters(n)}" for n, name in enumerate(headers) if not empty[n]], dtype=str
    )
    return table


def _name_columns(header: Sequence[str], width: int) -> list[str]:
    names = [name.replace("\ufeff", "").strip() for name in header]
    return names + [""] * (width - len(names))


def _letters(position: int) -> str:
    """Return a column's letters as a spreadsheet shows them: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- Text files ---


def _text_rows(path: Path, delimiter: str | None) -> tuple[Iterator[tuple[int, list[str]]], str]:
    text, encoding = _decode(path)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UsageError(f"{path.name}: line {line} holds a NUL character; this is not a text file")
    mark = delimiter or _find_delimiter(text)
    if mark not in DELIMITERS:
        raise UsageError(f"--delimiter {mark!r} is not one of , ; | or a tab")
    return _parse(path, text, mark), f"{encoding}, {DELIMITERS[mark]}"


def _decode(path: Path) -> tuple[str, str]:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        name, encoding = "UTF-16", "utf-16"
    else:
        name, encoding = "UTF-8", "utf-8-sig"
    try:
        return content.decode(encoding), name
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{path.name}: line {line} is not {name}", "save it as CSV UTF-8 and try again") from None


def _find_delimiter(text: str) -> str:
    """Return the delimiter that stands most often in the first line with text, outside quotes; a comma if none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _parse(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise UsageError(
            f"{path.name}: row {number + 1} cannot be read ({error})", "look for a quote that is not closed"
        ) from None


# --- Workbooks ---


def _workbook_rows(path: Path, sheet: str | None) -> tuple[Iterator[tuple[int, list[str]]], str]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        name = _choose_sheet(workbook.sheet_names, sheet)
        rows = workbook.get_sheet_by_name(name).iter_rows()
    except CalamineError as error:
        raise UsageError(f"{path.name}: not a workbook that can be read ({error})") from None
    texts = ((number, [as_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1))
    return texts, f"{path.suffix[1:].lower()} workbook, sheet {name!r}"


def _choose_sheet(names: Sequence[str], wanted: str | None) -> str:
    if not names:
        raise UsageError("the workbook has no sheets")
    if wanted is None:
        return names[0]
    for name in sorted(names, key=lambda name: name != wanted):  # the very name first
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise UsageError(
        f"--sheet: no sheet is called {wanted!r}{nearest(wanted, list(names))}",
        f"the sheets are {', '.join(names)}",
    )
