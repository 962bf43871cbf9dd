"""How a new results workbook looks: a header that stays, widths that fit, quiet colours, a page that can be read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from campaigns.spreadsheets.cells import as_text
from campaigns.spreadsheets.classes import OUTCOMES, STATUSES, Class
from campaigns.spreadsheets.excel_grid import SHEET, write_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl import Workbook

    from campaigns.spreadsheets.cells import Cell

# In characters. `ref` may be narrow: beside a ref, code and detail are empty, and it flows into them.
_WIDTHS = {
    "row": 6,
    "recipient": 17,
    "sender": 12,
    "body": 44,
    "encoding": 10,
    "segments": 9,
    "cost": 9,
    "send_at": 21,
    "outcome": 12,
    "ref": 12,
    "code": 8,
    "detail": 34,
    "submitted_at": 21,
    "status": 19,
    "status_code": 12,
    "checked_at": 21,
    "id": 20,
}
_TECHNICAL = ("encoding", "status_code", "checked_at", "id")  # folded away: a click on [+] above them shows them
_NARROWEST, _WIDEST = 9, 36  # of the file's own columns
_SAMPLE = 500  # lines that are looked at for a width
_PAGE = 200  # characters that a landscape page of A4 takes in letters that can be read
_LAST_ROW = 1_048_576
_ALIGNED = {"segments": "right", "cost": "right"}  # all else begins at the left, also numbers and times

FONT = "Calibri"
HEADER_FILL, HEADER_TEXT = "44546A", "FFFFFF"
# Fill and text: green, blue and orange, dark enough on light to be told apart in grey as well.
COLOURS = {
    Class.DELIVERED: ("E2F0D9", "375623"),
    Class.ON_ITS_WAY: ("DDEBF7", "1F4E78"),
    Class.ATTENTION: ("FCE4D6", "9C3A00"),
}


def new_book() -> Workbook:
    """Start a workbook that is written row by row: what was written needs no memory."""
    from openpyxl import Workbook

    return Workbook(write_only=True)


def write_sheet(book: Workbook, headers: Sequence[str], rows: Iterable[Sequence[Cell]], height: int) -> None:
    """Write the results sheet of a new workbook.

    Args:
        book: From `new_book`.
        headers: The header cells.
        rows: The cells of each line.
        height: How many lines there are.
    """
    sheet: Any = book.create_sheet(SHEET)
    waiting = iter(rows)
    sample = list(islice(waiting, _SAMPLE))
    _dress(sheet, headers, sample, height)
    sheet.append(_header_cells(sheet, headers))
    painter = _Painter(sheet, headers)
    for some in (sample, waiting):
        for row in some:
            sheet.append(painter.cells(row))


def _dress(sheet: Any, headers: Sequence[str], sample: Sequence[Sequence[Cell]], height: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import Outline, PageSetupProperties

    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{height + 1}"
    sheet.sheet_properties.outlinePr = Outline(summaryRight=False)
    visible = 0
    for position, header in enumerate(headers, start=1):
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width = _WIDTHS.get(header) or _own_width(header, [row[position - 1] for row in sample])
        if header in _TECHNICAL or (header == "send_at" and not any(row[position - 1] for row in sample)):
            dimension.outlineLevel, dimension.hidden = 1, True
        else:
            visible += dimension.width
    _colour(sheet, headers)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = max(1, round(visible / _PAGE))
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.75, 0.3
    sheet.oddFooter.center.text = "&P / &N"
    sheet.oddFooter.left.text = "&F"
    sheet.print_title_rows = "1:1"
    if sheet.page_setup.fitToWidth > 1:
        sheet.print_title_cols = "A:B"


def _own_width(header: str, values: Sequence[Cell]) -> int:
    longest = max((len(as_text(value)) for value in (header, *values)), default=0)
    return min(max(longest + 3, _NARROWEST), _WIDEST)


def _header_cells(sheet: Any, headers: Sequence[str]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cells = []
    for header in headers:
        cell = WriteOnlyCell(sheet)
        write_cell(cell, header)
        cell.font = Font(name=FONT, bold=True, color=HEADER_TEXT)
        cell.fill = PatternFill("solid", fgColor=HEADER_FILL)
        cell.alignment = Alignment(horizontal=_ALIGNED.get(header, "left"), indent=int(header == "outcome"))
        cells.append(cell)
    return cells


class _Painter:
    """Makes cells of values. A cell for each column and kind is made once: a format costs more than a value."""

    def __init__(self, sheet: Any, headers: Sequence[str]) -> None:
        self._sheet = sheet
        self._headers = headers
        self._cells: list[dict[str, Any]] = [{} for _ in headers]

    def cells(self, row: Sequence[Cell]) -> list[Any]:
        return [None if value in (None, "") else self._cell(n, value) for n, value in enumerate(row)]

    def _cell(self, column: int, value: Cell) -> Any:
        kind = _kind(value)
        known = self._cells[column].get(kind)
        if known is None:
            from openpyxl.cell import WriteOnlyCell
            from openpyxl.styles import Alignment

            known = self._cells[column][kind] = WriteOnlyCell(self._sheet)
            write_cell(known, value)
            header = self._headers[column]
            known.alignment = Alignment(
                horizontal=_ALIGNED.get(header, "left"),
                vertical="top" if kind == "lines" else None,  # of a text of many lines the first one shows
                indent=int(header == "outcome"),
            )
        else:
            write_cell(known, value, styled=True)
        return known


def _kind(value: Cell) -> str:
    match value:
        case str():
            return "lines" if "\n" in value else "text"
        case datetime():
            return "time"
        case Decimal():
            return "fraction" if value % 1 else "whole"
        case _:
            return "plain"


def _colour(sheet: Any, headers: Sequence[str]) -> None:
    """Colour outcomes and statuses by what they come to: formulas, so the colours follow edits and later lines."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    outcome, status = (get_column_letter(headers.index(name) + 1) for name in ("outcome", "status"))
    for kind, (fill, text) in COLOURS.items():
        of_status = [f'${status}2="{name}"' for name, one in STATUSES.items() if one is kind]
        of_outcome = [f'AND(${status}2="",${outcome}2="{name}")' for name, one in OUTCOMES.items() if one is kind]
        for letter, conditions in ((outcome, of_status + of_outcome), (status, of_status)):
            rule = FormulaRule(  # type: ignore[no-untyped-call]
                formula=[f"OR({','.join(conditions)})"],
                font=Font(color=text),
                fill=PatternFill("solid", bgColor=fill, fgColor=fill),
            )
            sheet.conditional_formatting.add(f"{letter}2:{letter}{_LAST_ROW}", rule)
