"""How the text of a text file becomes rows of cells: its delimiter, found by what it makes of the first rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from campaigns.errors import UsageError
from campaigns.spreadsheets.archives import OLE, ZIP
from campaigns.spreadsheets.cells import LARGEST
from campaigns.spreadsheets.encodings import Encoding, check_encoding, find_encoding, named_encoding
from campaigns.spreadsheets.headers import FIRST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campaigns.spreadsheets.headers import IsHeader

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
LARGEST_FILE = 150 * 2**20  # bytes
_TYPED = {r"\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_SEP = re.compile(r"sep=(.)(?:\r\n|\r|\n|$)", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOTHING = " ".join(DELIMITERS)  # what a row of empty cells is made of
_HEAD = 2**16  # characters that are looked at to find the delimiter


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How a text file is written.

    Attributes:
        encoding: How its bytes become text.
        delimiter: What stands between two cells.
        sep_line: Its first line where that only names the delimiter, for Excel (`sep=;`); with its line end.
        newline: The line end of its first line.
    """

    encoding: Encoding
    delimiter: str
    sep_line: str = ""
    newline: str = "\r\n"

    def __str__(self) -> str:
        return f"{self.encoding.name}, {DELIMITERS[self.delimiter]}"


def read_text(
    path: Path,
    is_header: IsHeader,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    largest: int = LARGEST_FILE,
) -> tuple[Dialect, Iterator[list[str]]]:
    """Read a text file.

    Args:
        path: The file.
        is_header: Tells of a row of cells whether it can be the header.
        encoding: The encoding's name; found by default.
        delimiter: The delimiter; found by default.
        largest: How many bytes it may have.

    Returns:
        How it is written, and its rows, as they stand in the file but for the line that names the delimiter.

    Raises:
        UsageError: It is no text, or too large; while iterating: a row that cannot be read.
        OSError: It cannot be read at all.
    """
    if path.stat().st_size > largest:
        raise UsageError(f"{path.name} is larger than {largest // 2**20} MiB", "split it into several files")
    content = path.read_bytes()
    _refuse_workbook(path, content)

    def known(text: str) -> bool:
        return any(is_header(row) for mark in DELIMITERS for row in _first_rows(text, mark))

    found = named_encoding(encoding, content) if encoding else find_encoding(path.name, content, known)
    text = check_encoding(path.name, content, found).removeprefix("\ufeff")
    del content
    _refuse_nul(path, text, encoding)
    sep = _SEP.match(text)
    body = text[sep.end() :] if sep else text
    chosen = _named_delimiter(delimiter) if delimiter else sep[1] if sep and sep[1] in DELIMITERS else None
    newline = _LINE_END.search(text)
    dialect = Dialect(
        found,
        chosen or _find_delimiter(body[:_HEAD], is_header),
        sep[0] if sep else "",
        newline[0] if newline else "\n",
    )
    return dialect, _parse(path, body, dialect.delimiter)


def _refuse_workbook(path: Path, content: bytes) -> None:
    if content.startswith(ZIP):
        raise UsageError(f"{path.name} is a workbook with the name of a text file", "rename it to .xlsx (or .ods)")
    if content.startswith(OLE):
        raise UsageError(f"{path.name} is a workbook with the name of a text file", "rename it to .xls")


def _refuse_nul(path: Path, text: str, encoding: str | None) -> None:
    place = text.find("\0")
    if place >= 0:
        line = len(_LINE_END.findall(text[:place])) + 1
        hint = "" if encoding else "if it is UTF-16 without a byte-order mark, give --encoding utf-16-le"
        raise UsageError(f"{path.name}: line {line:,} holds a NUL character; this is not a text file", hint)


def _named_delimiter(name: str) -> str:
    mark = _TYPED.get(name.casefold(), name)
    if mark not in DELIMITERS:
        raise UsageError(f"--delimiter {name!r} is not one of , ; | or a tab")
    return mark


def _find_delimiter(head: str, is_header: IsHeader) -> str:
    """Return the delimiter that makes a known header of one of the first rows; else the widest, evenest first row."""

    def merit(mark: str) -> tuple[bool, int, int]:
        rows = _first_rows(head, mark)
        if not rows:  # nothing but delimiters and spaces
            return False, 0, head.count(mark)
        header = next((row for row in rows if is_header(row)), None)
        first = header or next(iter(rows), [])
        even = Counter(map(len, rows))[len(first)]
        return header is not None, len(first), even

    return max(DELIMITERS, key=merit)  # of equals the first: a comma


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows with text, read leniently."""
    csv.field_size_limit(LARGEST)
    rows = csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=delimiter)
    filled = (row for row in rows if any(cell.strip(_NOTHING) for cell in row))
    try:
        return list(islice(filled, FIRST_ROWS))
    except csv.Error:
        return []


def _lines(text: str) -> Iterator[str]:
    """Yield lines with their ends; a whole copy of the text would cost four bytes a character."""
    start = 0
    for end in _LINE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _parse(path: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST)
    number = 0
    try:
        for cells in csv.reader(_lines(text), delimiter=delimiter, strict=True):
            number += 1
            yield cells
    except csv.Error as error:
        if "field limit" in str(error):
            raise UsageError(
                f"{path.name}: row {number + 1} holds a cell of more than {LARGEST:,} characters",
                "look for a quote that is not closed",
            ) from None
        raise UsageError(
            f"{path.name}: row {number + 1} cannot be read ({error})", "look for a quote that is not closed"
        ) from None
