"""Workbooks become rows of text; the reading itself happens in a process of its own (see `confined`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from campaigns.errors import UsageError, nearest
from campaigns.spreadsheets.archives import OLE, ZIP, check_archive
from campaigns.spreadsheets.confined import Confined
from campaigns.spreadsheets.headers import FIRST_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaigns.spreadsheets.headers import IsHeader

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNPROTECT = "open it, save it without a password, and give that"
_MODULE = "campaigns.spreadsheets.sheets"


@dataclass(slots=True)
class Sheet:
    """One sheet, read.

    Attributes:
        name: Its name.
        rows: The rows that hold something, each as its number and its texts.
        hidden: The numbers of hidden rows.
        merged: The last row of each merged area.
        chosen_from: How many sheets there were to choose from.
    """

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    merged: tuple[int, ...] = ()
    chosen_from: int = 1


def read_workbook(path: Path, is_header: IsHeader, sheet: str | None = None) -> Sheet:
    """Read one sheet of a workbook.

    Args:
        path: An `.xlsx`, `.xlsm`, `.xls` or `.ods` file.
        is_header: Tells of a row of cells whether it can be the header.
        sheet: The sheet's name; by default the first one that people see and that has a header.

    Raises:
        UsageError: It cannot be read, or has no such sheet.
        OSError: It cannot be read at all.
    """
    check_kind(path)
    with Confined(_MODULE, path) as child:
        (about,) = child.ask(str(path.absolute()))
        _refuse_error(path, about)
        names: list[str] = about["sheets"]
        if not names:
            raise UsageError(f"{path.name} has no sheets")
        if sheet is not None:
            return _read(child, path, _find(names, sheet))
        shown = [name for name in names if name in about["visible"]] or names
        first = None
        for name in shown:
            found = _read(child, path, name)
            found.chosen_from = len(names)
            if any(is_header(cells) for _, cells in found.rows[:FIRST_ROWS]):
                return found
            first = first or found
    if first is None or not first.rows:
        raise UsageError(f"{path.name} is empty")
    return first


def _read(child: Confined, path: Path, name: str) -> Sheet:
    sheet = Sheet(name)
    for item in child.ask(name):
        if isinstance(item, list):
            sheet.rows.append((item[0], item[1]))
        else:
            _refuse_error(path, item)
            sheet.hidden, sheet.merged = frozenset(item["hidden"]), tuple(item["merged"])
    return sheet


def _refuse_error(path: Path, answer: dict[str, Any]) -> None:
    why = answer.get("error")
    if why is None:
        return
    if "password" in why.casefold() or "encrypt" in why.casefold():
        raise UsageError(f"{path.name} is protected with a password", _UNPROTECT)
    raise UsageError(f"{path.name}: not a workbook that can be read ({why[:200]})")


def check_kind(path: Path) -> None:
    """Refuse files that are not what their name says, each with a sentence of its own."""
    with path.open("rb") as file:
        start = file.read(4096)
    kind = path.suffix.lower()
    if not start.strip():
        raise UsageError(f"{path.name} is empty")
    if start.startswith(ZIP):
        if kind == ".xls":
            raise UsageError(f"{path.name} is a newer workbook with the name of an old one", "rename it to .xlsx")
        _check_parts(path, check_archive(path))
    elif start.startswith(OLE):
        if kind != ".xls":
            if _ENCRYPTED in path.read_bytes():
                raise UsageError(f"{path.name} is protected with a password", _UNPROTECT)
            raise UsageError(f"{path.name} is an old workbook with the name of a newer one", "rename it to .xls")
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UsageError(
            f"{path.name} is a web page or an XML file with the name of a workbook",
            "open it in Excel or LibreOffice, save it as .xlsx, and give that",
        )
    elif b"\0" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{path.name} is a text file with the name of a workbook", "rename it to .csv")


def _check_parts(path: Path, parts: Sequence[str]) -> None:
    opendocument = "content.xml" in parts
    if opendocument and path.suffix.lower() != ".ods":
        raise UsageError(f"{path.name} is an OpenDocument file with the name of an Excel one", "rename it to .ods")
    if not opendocument and path.suffix.lower() == ".ods":
        raise UsageError(f"{path.name} is an Excel file with the name of an OpenDocument one", "rename it to .xlsx")


def _find(names: Sequence[str], wanted: str) -> str:
    for name in sorted(names, key=lambda name: name != wanted):  # the very name first
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise UsageError(
        f"--sheet: no sheet is called {wanted!r}{nearest(wanted, list(names))}",
        f"the sheets are {', '.join(names)}",
    )
