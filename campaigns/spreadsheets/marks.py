"""What calamine does not tell of a sheet: hidden rows, error cells, and formulas whose value was never stored.

Looked for in the workbook's own XML (`.xlsx`, `.xlsm`, `.ods`), and with xlrd in `.xls` files.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

NOT_CALCULATED = "#NOT CALCULATED!"  # the text of a formula without a value; planning knows it as well
_ERRORS_XLS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_CHUNK = 2**20
_MOST_REPEATED = 2**20  # rows that a spreadsheet can have


@dataclass(slots=True)
class Marks:
    """What is marked in a sheet.

    Attributes:
        hidden: The numbers of hidden rows.
        merged: The last row of each merged area.
        cells: The text of error cells and of formulas without a value, by row (from 1) and column (from 0).
    """

    hidden: list[int] = field(default_factory=list)
    merged: list[int] = field(default_factory=list)
    cells: dict[int, dict[int, str]] = field(default_factory=dict)

    def put(self, row: int, column: int, text: str) -> None:
        """Mark a cell."""
        self.cells.setdefault(row, {})[column] = text


def find_marks(path: Path, sheet: str) -> Marks:
    """Find the marks of one sheet.

    Args:
        path: The workbook, which calamine has read already.
        sheet: The sheet's name.

    Raises:
        ValueError: The XML declares entities, which no spreadsheet program does.
    """
    if not zipfile.is_zipfile(path):
        return _marks_of_xls(path, sheet)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            if not _holds(archive, "content.xml", b"table:visibility", b'"error"', b"table:formula"):
                return Marks()
            with archive.open("content.xml") as file:
                return _marks_of_ods(file, sheet)
        part = _part_of(archive, sheet)
        if part not in names or not _holds(archive, part, b"hidden=", b't="e"', b"t='e'", b"<f", b":f"):
            return Marks()
        with archive.open(part) as file:
            return _marks_of_xlsx(file)


def _holds(archive: zipfile.ZipFile, name: str, *words: bytes) -> bool:
    """Tell whether a part holds one of the words: most sheets hold none, and reading XML takes its time."""
    before = b""
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            both = before + chunk
            if any(word in both for word in words):
                return True
            before = chunk[-32:]
    return False


def _events(file: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """Yield the starts and ends of elements; an element is emptied after its end, so that memory stays small."""
    from defusedxml.ElementTree import iterparse

    yield from iterparse(file, events=("start", "end"), forbid_dtd=True)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    """Return an attribute, whatever its namespace; empty if it is not there."""
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")


# --- Excel ---


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet; empty if it cannot be found."""
    from defusedxml.ElementTree import fromstring

    try:
        workbook = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    except KeyError:
        return ""
    ids = [
        next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
        for one in workbook.iter()
        if _local(one.tag) == "sheet" and _attribute(one, "name") == sheet
    ]
    for one in relations.iter():
        if ids and _attribute(one, "Id") == ids[0]:
            return posixpath.normpath(posixpath.join("/xl", _attribute(one, "Target"))).lstrip("/")
    return ""


def _marks_of_xlsx(file: IO[bytes]) -> Marks:
    marks = Marks()
    row = column = 0
    for event, element in _events(file):
        match event, _local(element.tag):
            case "start", "row":
                row = int(element.get("r") or row + 1)
                column = -1
                if element.get("hidden") in ("1", "true"):
                    marks.hidden.append(row)
            case "end", "c":
                column = _column(element.get("r", "")) if element.get("r") else column + 1
                if text := _complaint(element):
                    marks.put(row, column, text)
            case "end", "row":
                element.clear()
    return marks


def _complaint(cell: Element) -> str:
    """Return the text of a cell that has no value to offer; empty for every other one."""
    value = formula = None
    for child in cell:
        if _local(child.tag) == "v":
            value = child.text
        if _local(child.tag) == "f":
            formula = child
    if cell.get("t") == "e":
        return value or "#N/A"
    # A formula that gives an empty text is stored as a text without a value.
    return NOT_CALCULATED if formula is not None and not value and cell.get("t") != "str" else ""


def _column(reference: str) -> int:
    """Return the position of a cell reference's column: `A1` is 0, `AA7` is 26."""
    position = 0
    for letter in reference:
        if not letter.isalpha():
            break
        position = position * 26 + ord(letter.upper()) - ord("A") + 1
    return position - 1


# --- LibreOffice ---


def _marks_of_ods(file: IO[bytes], sheet: str) -> Marks:
    marks = Marks()
    inside = False
    row = times = column = 0
    for event, element in _events(file):
        match event, _local(element.tag):
            case "start", "table":
                inside, row, times = _attribute(element, "name") == sheet, 0, 1
            case "start", "table-row":
                row, times, column = row + times, _repeated(element, "number-rows-repeated"), 0
                if (
                    inside
                    and times < _MOST_REPEATED // 2
                    and _attribute(element, "visibility") in ("collapse", "filter")
                ):
                    marks.hidden += range(row, row + times)
            case "end", "table-cell" | "covered-table-cell":
                if inside and (text := _complaint_of_ods(element)):
                    marks.put(row, column, text)
                column += _repeated(element, "number-columns-repeated")
            case "end", "table-row":
                element.clear()
    return marks


def _repeated(element: Element, name: str) -> int:
    count = _attribute(element, name)
    return int(count) if count.isdigit() else 1


def _complaint_of_ods(cell: Element) -> str:
    kinds = {value for key, value in cell.attrib.items() if _local(key) == "value-type"}
    shown = "".join(text for child in cell for text in child.itertext()).strip()
    if "error" in kinds:
        return shown or "#N/A"
    return NOT_CALCULATED if _attribute(cell, "formula") and not kinds and not shown else ""


# --- Old Excel ---


def _marks_of_xls(path: Path, sheet: str) -> Marks:
    import xlrd

    marks = Marks()
    try:
        book: Any = xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True, on_demand=True)
        found = book.sheet_by_name(sheet)
    except Exception:  # noqa: BLE001 - calamine reads files that xlrd does not; then nothing is marked
        return marks
    for row in range(found.nrows):
        for column, kind in enumerate(found.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                marks.put(row + 1, column, _ERRORS_XLS.get(found.cell_value(row, column), "#N/A"))
    marks.hidden = [row + 1 for row, info in sorted(found.rowinfo_map.items()) if info.hidden]
    return marks
