"""Lines are taken out of a sheet: what lies below moves up, and takes along what belongs to it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from openpyxl.cell import Cell as ExcelCell
    from openpyxl.worksheet.worksheet import Worksheet


def take_out(sheet: Worksheet, gone: set[int]) -> None:
    """Take rows (1 is the first) out of a sheet, with formats, links, formulas, merged cells and ranges of rules."""
    if not gone:
        return
    moves = _Moves(sorted(gone))
    _move_cells(sheet, gone, moves)
    heights = {row: one for row, one in sorted(sheet.row_dimensions.items()) if row not in gone}
    sheet.row_dimensions.clear()
    for row, one in heights.items():
        one.index = moves.of(row)
        sheet.row_dimensions[one.index] = one
    _move_ranges(sheet, moves)


class _Moves:
    """Where each row goes."""

    def __init__(self, gone: list[int]) -> None:
        self._gone = gone

    def of(self, row: int) -> int:
        """Return the row's new number; of one that goes, that of the next that stays."""
        return row - bisect_left(self._gone, row)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where a range of rows goes; one that goes as a whole has its end before its beginning."""
        return self.of(first), self.of(last + 1) - 1


def _move_cells(sheet: Worksheet, gone: set[int], moves: _Moves) -> None:
    from openpyxl.formula.translate import Translator

    cells = cast("dict[tuple[int, int], ExcelCell]", sheet._cells)  # noqa: SLF001 - the public way takes a row at a time
    found = sorted(cells.items())
    cells.clear()
    for (row, column), cell in found:
        if row in gone:
            continue
        before, cell.row = cell.coordinate, moves.of(row)
        if cell.data_type == "f" and isinstance(cell.value, str) and row != cell.row:
            cell.value = Translator(cell.value, before).translate_formula(cell.coordinate)
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate
        cells[cell.row, column] = cell


def _move_ranges(sheet: Any, moves: _Moves) -> None:
    from openpyxl.formatting.formatting import ConditionalFormattingList
    from openpyxl.formula.translate import Translator
    from openpyxl.worksheet.cell_range import MultiCellRange

    rules = ConditionalFormattingList()
    for held in sheet.conditional_formatting:
        before, after = str(held.sqref).split(":")[0].split(" ")[0], _moved(held.sqref, moves)
        start = str(after).split(":")[0].split(" ")[0]
        for rule in held.rules if after else ():
            if start != before:
                rule.formula = [Translator(f"={one}", before).translate_formula(start)[1:] for one in rule.formula]
            rules.add(str(after), rule)
    sheet.conditional_formatting = rules
    for one in sheet.data_validations.dataValidation:
        one.sqref = MultiCellRange(_moved(one.sqref, moves))
    merged = set()
    for one in sheet.merged_cells.ranges:
        one.min_row, one.max_row = moves.span(one.min_row, one.max_row)
        if one.min_row < one.max_row or (one.min_row == one.max_row and one.min_col < one.max_col):
            merged.add(one)
    sheet.merged_cells.ranges = merged


def _moved(ranges: Any, moves: _Moves) -> str:
    """Return ranges where they go; one that reaches the sheet's end still does."""
    from openpyxl.worksheet.cell_range import CellRange

    texts = []
    for one in ranges.ranges:
        first, last = moves.span(one.min_row, one.max_row)
        last = one.max_row if one.max_row >= 1_048_576 else last
        if first <= last:
            texts.append(CellRange(min_col=one.min_col, max_col=one.max_col, min_row=first, max_row=last).coord)
    return " ".join(texts)
