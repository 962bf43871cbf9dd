"""What the tests of this room make and look at: workbooks of plain cells, lines of a sending pass, raw files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook

from campaigns.planning.fields import names_recipient
from campaigns.spreadsheets.recipients import RecipientFile, read_recipients
from campaigns.spreadsheets.results import ResultLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from campaigns.spreadsheets.cells import Cell

SUBMITTED = datetime(2026, 12, 1, 6, 0, 0, tzinfo=UTC)
CHECKED = datetime(2026, 12, 2, 6, 30, 15, tzinfo=UTC)


def book(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """Write a workbook as another program would."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def opened(path: Path, **options: Any) -> RecipientFile:
    """Read a recipient file as a campaign without `--column` does."""
    return read_recipients(path, lambda cells: names_recipient(cells, {}), **options)


def line(number: int, *own: str, news: bool = True, **changed: Cell) -> ResultLine:
    """What a sending pass says of an accepted message; `changed` says what is different this time."""
    values: dict[str, Cell] = {
        "row": number + 1,
        "recipient": f"3749100000{number}",
        "sender": "Shop",
        "body": f"Hello {number}",
        "encoding": "LATIN",
        "segments": 1,
        "cost": Decimal("12.5"),
        "send_at": None,
        "outcome": "accepted",
        "ref": f"r{number}",
        "code": "",
        "detail": "",
        "submitted_at": SUBMITTED,
        "id": f"m{number}",
    }
    assert changed.keys() <= values.keys()
    return ResultLine(values | changed, own, news)


def sheet_of(path: Path, name: str = "Results") -> Worksheet:
    """Open one sheet of a workbook to look at."""
    return load_workbook(path)[name]


def csv_cells(path: Path) -> list[list[str]]:
    """Read a CSV as it lies on the disk, guards and all."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def edit(path: Path, change: Callable[[list[list[Any]]], list[list[Any]]]) -> None:
    """Change a results file as a person would with a spreadsheet program: take its rows, leave other rows."""
    if path.suffix == ".csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(change(csv_cells(path)))
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
        return
    opened = load_workbook(path)
    sheet = opened["Results"]
    rows = change([list(row) for row in sheet.iter_rows(values_only=True)])
    sheet.delete_rows(1, sheet.max_row)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    opened.save(path)
