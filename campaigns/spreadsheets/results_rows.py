"""A results sheet's lines as text; runs in a process of its own (see `confined`) and answers in lines of JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaigns.spreadsheets.answers import Answers
from campaigns.spreadsheets.cells import Cell, as_text
from campaigns.spreadsheets.headers import positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def serve() -> None:
    """Answer one question from standard input, a path and the sheet's usual name: the header, then line by line."""
    answers = Answers()
    path, usual = json.loads(sys.stdin.readline())
    try:
        for item in read_rows(Path(path), usual):
            answers.say(item)
    except Exception as error:  # noqa: BLE001 - whatever the parser says of a damaged file
        answers.complain(error)
    answers.end()


def read_rows(path: Path, usual: str) -> Iterator[Any]:
    """Yield the header and each line that holds something: its number, its texts, and whether its ref is a number.

    Args:
        path: The workbook.
        usual: The sheet's name; if there is none of that name, the first sheet is read.

    Raises:
        ValueError: It has no sheets.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_path(path)
    names = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if not names:
        raise ValueError("it has no sheets")
    rows = workbook.get_sheet_by_name(usual if usual in names else names[0]).iter_rows()
    header = [as_text(cell) for cell in next(rows, ())]
    yield [1, header, False]
    ref = positions(header).get("ref")
    for number, cells in enumerate(rows, start=2):
        texts = [as_text(cell) for cell in cells]
        if any(texts):
            yield [number, texts, ref is not None and _is_number(cells, ref)]


def _is_number(cells: Sequence[Cell], place: int) -> bool:
    cell = cells[place]
    return isinstance(cell, int | float) and not isinstance(cell, bool)
