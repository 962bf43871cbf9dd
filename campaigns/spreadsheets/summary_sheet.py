"""The sheet that tells a manager how the campaign went: totals, what needs attention, and a chart of the statuses.

Columns A to D and the chart are ours and written anew by each pass; what a person puts elsewhere on the sheet stays.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaigns.spreadsheets.classes import STATUSES, Class, classify
from campaigns.spreadsheets.concerns import concerns
from campaigns.spreadsheets.excel_grid import write_cell
from campaigns.spreadsheets.workbook import COLOURS, FONT, HEADER_FILL, HEADER_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl import Workbook

    from campaigns.spreadsheets.cells import Cell
    from campaigns.spreadsheets.tally import Tally

SUMMARY = "Summary"
_WIDTHS = {"A": 24, "B": 21, "C": 14, "D": 14, "E": 3}
_CHART_COLUMN = "F"
# Of our chart, which is known again by them; the latter two are those of version 0.1.0.
_TITLES = ("Statuses", "Outcomes", "Messages by status", "Messages by outcome")
_MOST_FACTS = 16  # rows in which they are looked for
_WORDS = ("what to do",)  # headers of texts; all others stand over numbers
_CAMPAIGN, _FILE, _SPENT = "campaign", "recipient file", "spent, by the balance"


@dataclass(frozen=True, slots=True)
class About:
    """What a results file is of.

    Attributes:
        campaign: The campaign's name.
        file: The recipient file's name; empty where nobody knows it any more.
        spent: What the balance fell by over the campaign's runs, in words; empty where nobody knows.
    """

    campaign: str
    file: str = ""
    spent: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the sheet: cells, and how they look."""

    cells: tuple[Cell, ...] = ()
    look: str = ""
    kind: Class | None = None


def about(path: Path, book: Workbook | None = None) -> About:
    """Say what a results file is of: from its summary sheet, else from its name."""
    told: dict[str, str] = {}
    if book and SUMMARY in book.sheetnames:
        for label, value, *_ in book[SUMMARY].iter_rows(min_row=1, max_row=_MOST_FACTS, max_col=2, values_only=True):
            if label in (_CAMPAIGN, _FILE, _SPENT) and value:
                told[str(label)] = str(value)
    stem = path.stem.removesuffix(".results").removesuffix(".sandbox")
    return About(told.get(_CAMPAIGN, stem), told.get(_FILE, ""), told.get(_SPENT, ""))


def read_about(path: Path) -> About:
    """Say what a results file is of, from the file; its changing passes have it open already."""
    if path.suffix.lower() != ".xlsx":
        return about(path)
    from openpyxl import load_workbook

    with suppress(Exception):  # whatever is the matter with it: its name says enough
        book = load_workbook(path, read_only=True)
        try:
            return about(path, book)
        finally:
            book.close()
    return about(path)


def add_summary(book: Any, what: About, tally: Tally) -> None:
    """Add the sheet to a new workbook, which may be written row by row."""
    from openpyxl.cell import WriteOnlyCell

    sheet = book.create_sheet(SUMMARY)
    rows = _rows(what, tally)
    _set_up(sheet)
    _add_chart(sheet, rows)
    for row in rows:
        cells = [WriteOnlyCell(sheet) for _ in row.cells]
        for position, (cell, value) in enumerate(zip(cells, row.cells, strict=True)):
            _paint(cell, value, row, position)
        sheet.append(cells)


def renew_summary(book: Workbook, what: About, tally: Tally) -> None:
    """Write our part of the sheet anew; a person's cells beside it, charts, widths and its place stay."""
    rows = _rows(what, tally)
    if SUMMARY in book.sheetnames:
        sheet: Any = book[SUMMARY]
        _clear(sheet)
    else:
        sheet = book.create_sheet(SUMMARY)
        _set_up(sheet)
    _add_chart(sheet, rows)
    for number, row in enumerate(rows, start=1):
        for position, value in enumerate(row.cells):
            _paint(sheet.cell(number, position + 1), value, row, position)


def _clear(sheet: Any) -> None:
    for merged in [one for one in sheet.merged_cells.ranges if one.min_col <= len(_WIDTHS) - 1]:
        sheet.unmerge_cells(str(merged))
    for place in [place for place in sheet._cells if place[1] < len(_WIDTHS)]:  # noqa: SLF001
        if sheet._cells[place].comment is None:  # noqa: SLF001
            del sheet._cells[place]  # noqa: SLF001
        else:
            sheet._cells[place].value = None  # noqa: SLF001
    sheet._charts = [chart for chart in sheet._charts if _title(chart) not in _TITLES]  # noqa: SLF001


def _title(chart: Any) -> str:
    """Return a chart's title; one that another program saved may have none, or one of many runs."""
    text = getattr(getattr(chart, "title", None), "tx", None)
    rich = getattr(text, "rich", None)
    if rich is None:
        return ""
    return "".join(run.t or "" for paragraph in rich.p for run in paragraph.r or ()).split(" (")[0]


# --- What it says ---


def _rows(what: About, tally: Tally) -> list[_Row]:
    rows = [_Row((what.campaign,), "title"), *_facts(what, tally), _Row()]
    if worries := concerns(tally):
        rows.append(_Row(("needs attention", "messages", "what to do", ""), "header"))
        rows += [_Row((one.name, one.count, f"{one.what}: {one.advice}"), "advice", Class.ATTENTION) for one in worries]
        rows.append(_Row())
    rows += _counts("status", tally.statuses, tally.refs, {name: STATUSES.get(name) for name in tally.statuses})
    kinds = {name: classify(name, "") for name in tally.outcomes}
    rows += _counts("outcome", tally.outcomes, tally.lines, kinds)
    rows.append(_Row(("destination", "messages", "delivered", "cost"), "header"))
    for place in sorted(tally.destinations.values(), key=lambda one: -one.messages):
        rows.append(_Row((place.name, place.messages, place.delivered, place.cost), "line"))
    return rows


def _facts(what: About, tally: Tally) -> list[_Row]:
    facts: list[tuple[str, Cell]] = [(_CAMPAIGN, what.campaign), (_FILE, what.file)]
    senders = ", ".join(name for name, _ in tally.senders.most_common(3) if name)
    facts.append(("sender", senders + (", …" if len(tally.senders) > 3 else "")))
    for label, span in (("submitted", tally.submitted), ("scheduled for", tally.send_at)):
        if span:
            facts.append((label, span[0]))
            if span[1] != span[0]:
                facts.append(("until", span[1]))
    if tally.checked:
        facts.append(("statuses as of", tally.checked))
    facts += [("rows", tally.lines), ("segments", tally.segments)]
    if tally.cost is not None:
        facts.append(("cost, estimated", tally.cost))
        facts.append(("of it accepted, estimated", tally.spent))
    facts.append((_SPENT, what.spent))
    return [_Row(fact, "fact") for fact in facts if fact[1] not in ("", None)]


def _counts(word: str, totals: Mapping[str, int], whole: int, kinds: Mapping[str, Class | None]) -> list[_Row]:
    found = sorted(((name, count) for name, count in totals.items() if count), key=lambda item: -item[1])
    if not found:
        return []
    rows = [_Row((word, "messages", "share"), "header")]
    rows += [
        _Row((name, count, min(1.0, count / whole) if whole else 1.0), "line", kinds.get(name)) for name, count in found
    ]
    return [*rows, _Row()]


# --- How it looks ---


def _paint(cell: Any, value: Cell, row: _Row, position: int) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    write_cell(cell, value)
    if value in ("", None) and row.look != "header":
        return
    match row.look:
        case "title":
            cell.font = Font(name=FONT, bold=True, size=16, color=HEADER_FILL)
        case "header":
            cell.font = Font(name=FONT, bold=True, color=HEADER_TEXT)
            cell.fill = PatternFill("solid", fgColor=HEADER_FILL)
        case "fact" if position == 0:
            cell.font = Font(name=FONT, color="7F7F7F")
        case _ if row.kind and position == 0:
            fill, text = COLOURS[row.kind]
            cell.font = Font(name=FONT, color=text)
            cell.fill = PatternFill("solid", fgColor=fill)
    if isinstance(value, float):
        cell.number_format = "0 %"
    words = position == 0 or row.look == "fact" or (isinstance(value, str) and value in _WORDS) or row.look == "advice"
    left = words and not (row.look == "advice" and position == 1)
    cell.alignment = Alignment(horizontal="left" if left else "right", indent=int(left and position > 1))


def _set_up(sheet: Any) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1


def _add_chart(sheet: Any, rows: list[_Row]) -> None:
    """Draw the statuses; the outcomes while there are none."""
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.marker import DataPoint

    words = [row.cells[0] if row.look == "header" else "" for row in rows]
    drawn = next((word for word in ("status", "outcome") if word in words), None)
    if drawn is None:
        return
    first = words.index(drawn) + 2
    last = first
    while rows[last].look == "line":
        last += 1
    chart: Any = BarChart()
    chart.type, chart.style, chart.gapWidth = "bar", 10, 50
    chart.title, chart.legend = _TITLES[0] if drawn == "status" else _TITLES[1], None
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    series = chart.series[0]
    series.graphicalProperties.solidFill = "8497B0"
    strong = {Class.DELIVERED: "70AD47", Class.ON_ITS_WAY: "5B9BD5", Class.ATTENTION: "ED7D31"}
    for number in range(last - first + 1):
        kind = rows[first - 1 + number].kind
        point = DataPoint(idx=number)
        point.graphicalProperties.solidFill = strong[kind] if kind else "A5A5A5"
        series.dPt.append(point)
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    chart.x_axis.delete, chart.y_axis.delete = False, True
    chart.x_axis.scaling.orientation = "maxMin"  # the first line on top, as in the table
    chart.x_axis.majorTickMark = "none"
    chart.y_axis.majorGridlines = None
    chart.height, chart.width = max(5.0, 2.4 + 0.9 * (last - first + 1)), 15
    sheet.add_chart(chart, f"{_CHART_COLUMN}{first - 1}")
