"""Cells that hold a spreadsheet's complaint instead of a value."""

from __future__ import annotations

import re

from campaigns.errors import Problem

NOT_CALCULATED = "#NOT CALCULATED!"  # our reader's word for a formula whose value was never stored

# Excel's in English and Russian, LibreOffice's `Err:502`, Google's `#ERROR!`.
_COMPLAINT = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!|UNKNOWN!|EXTERNAL!"
    r"|PYTHON!|GETTING_DATA|ERROR!|Н/Д|ССЫЛКА!|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ПУСТО!|ЧИСЛО!)|(?:Err|Ошибка):\d{3}",
    re.IGNORECASE,
)


def spreadsheet_error(field: str, cell: str) -> Problem | None:
    """Return the problem of a cell that holds an error such as `#N/A`; None if it holds something else."""
    text = cell.strip()
    if text == NOT_CALCULATED:
        hint = "open the file in the program that it is from, save it there, and try again"
        return Problem(field, "is a formula whose value was not stored in the file", text, hint)
    if _COMPLAINT.fullmatch(text):
        return Problem(field, "is a spreadsheet error", text)
    return None
