"""A workbook's sheets as text; runs in a process of its own (see `confined`) and answers in lines of JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaigns.spreadsheets.answers import Answers
from campaigns.spreadsheets.cells import LARGEST, as_text
from campaigns.spreadsheets.marks import Marks, find_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineWorkbook


def serve() -> None:
    """Answer questions from standard input: a path, then names of sheets."""
    answers = Answers()
    path = Path(json.loads(sys.stdin.readline()))
    workbook: CalamineWorkbook | None = None
    try:
        workbook = _open(path)
        answers.say(_sheets(workbook))
    except Exception as error:  # noqa: BLE001 - whatever the parser says of a damaged file
        answers.complain(error)
    answers.end()
    for line in sys.stdin:
        try:
            for item in read_sheet(workbook, path, json.loads(line)) if workbook is not None else ():
                answers.say(item)
        except Exception as error:  # noqa: BLE001 - the same
            answers.complain(error)
        answers.end()


def _open(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(path)


def _sheets(workbook: CalamineWorkbook) -> dict[str, Any]:
    """Return the names of the sheets, and which of them people see."""
    shown = [one.name for one in workbook.sheets_metadata if str(one.visible).endswith(".Visible")]
    return {"sheets": workbook.sheet_names, "visible": shown}


def read_sheet(workbook: CalamineWorkbook, path: Path, name: str) -> Iterator[Any]:
    """Yield the rows that hold something, each as its number and its texts; then what was marked in the sheet.

    Raises:
        ValueError: A cell holds more than a cell should.
    """
    sheet = workbook.get_sheet_by_name(name)
    marks = find_marks(path, name)
    left = [""] * (sheet.start[1] if sheet.start else 0)  # calamine begins at the first column that is used
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [*left, *map(as_text, cells)]
        for column, text in marks.cells.pop(number, {}).items():
            texts += [""] * (column + 1 - len(texts))
            texts[column] = text
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            if max(map(len, texts)) > LARGEST:
                raise ValueError(f"row {number} holds a cell of more than {LARGEST:,} characters")
            yield [number, texts]
    yield asdict(Marks(hidden=marks.hidden, merged=_merged(sheet)))


def _merged(sheet: Any) -> list[int]:
    """Return the last row of each merged area that reaches over several rows or columns."""
    return [end[0] + 1 for _, end in sheet.merged_cell_ranges or ()]
