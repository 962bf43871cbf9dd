"""How the results workbook looks: a header that stays, widths that fit, and a summary sheet with a chart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from campaigns.spreadsheets.grids import write_cell

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from campaigns.spreadsheets.grids import ExcelGrid

SUMMARY = "Summary"
_WIDTHS = {
    "row": 6,
    "recipient": 15,
    "sender": 12,
    "body": 48,
    "encoding": 10,
    "segments": 10,
    "cost": 10,
    "send_at": 19,
    "outcome": 10,
    "ref": 30,
    "code": 9,
    "detail": 44,
    "submitted_at": 19,
    "status": 19,
    "status_code": 12,
    "checked_at": 19,
    "id": 19,
}
_OWN_WIDTH = 16


def dress(grid: ExcelGrid) -> None:
    """Make a new results sheet pleasant to read: frozen header, filter, widths, print set-up."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = grid.sheet
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(grid.headers))}{grid.height + 1}"
    for position, header in enumerate(grid.headers, start=1):
        cell = sheet.cell(1, position)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="44546A")
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(header, _OWN_WIDTH)
    for header in ("body", "detail"):
        column = grid.headers.index(header) + 1
        for row in range(2, grid.height + 2):
            sheet.cell(row, column).alignment = Alignment(vertical="top", wrap_text=False)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def summarise(grid: ExcelGrid) -> None:
    """Write the summary sheet anew from the lines: totals by outcome and by status, and a chart of the statuses."""
    from openpyxl.styles import Font

    book = grid.book
    if grid.sheet.title == SUMMARY:  # a person gave the results that name
        return
    if SUMMARY in book.sheetnames:
        place = book.sheetnames.index(SUMMARY)
        del book[SUMMARY]
        sheet = book.create_sheet(SUMMARY, place)
    else:
        sheet = book.create_sheet(SUMMARY)
    by_outcome, by_status = _totals(grid)
    blocks = [("outcome", by_outcome), ("status", by_status)]
    row = 1
    for title, totals in blocks:
        if not totals:
            continue
        for column, text in enumerate((title, "messages"), start=1):
            write_cell(sheet.cell(row, column), text)
            sheet.cell(row, column).font = Font(bold=True)
        first = row + 1
        for name, count in totals.most_common():
            row += 1
            write_cell(sheet.cell(row, 1), name)
            sheet.cell(row, 2, count)
        if title == "status" or not by_status:
            _add_chart(sheet, first, row, f"Messages by {title}")
        row += 2
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 12
    sheet.page_setup.orientation = "landscape"


def _totals(grid: ExcelGrid) -> tuple[Counter[str], Counter[str]]:
    names = [header.strip().casefold() for header in grid.headers]
    counters = []
    for name in ("outcome", "status"):
        column = names.index(name) if name in names else None
        texts = [] if column is None else [grid.text(row, column) for row in range(grid.height)]
        counters.append(Counter(text for text in texts if text))
    return counters[0], counters[1]


def _add_chart(sheet: Worksheet, first: int, last: int, title: str) -> None:
    from openpyxl.chart import BarChart, Reference

    chart = BarChart()
    chart.type = "bar"
    chart.title = title
    chart.legend = None
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    chart.x_axis.delete = False
    chart.y_axis.delete = False
    chart.height, chart.width = 7.5, 16
    sheet.add_chart(chart, "D1")
