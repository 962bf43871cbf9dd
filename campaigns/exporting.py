"""Rows of a results file become a recipient file again, which `check` reads as it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.errors import UsageError, nearest
from campaigns.planning.fields import ALIASES, fold
from campaigns.planning.plan import identity
from campaigns.spreadsheets.cells import guard
from campaigns.spreadsheets.grids import is_csv, new_grid
from campaigns.spreadsheets.headers import key
from campaigns.spreadsheets.replacing import replacing
from campaigns.spreadsheets.results import COLUMNS
from campaigns.spreadsheets.tally import read_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from campaigns.spreadsheets.tally import Line

_FIELDS = ("recipient", "sender", "body", "send_at", "wap_push")
_ALIASES = {fold(alias) for aliases in ALIASES.values() for alias in aliases}
_MOST_ALIKE = 50  # how often one message is looked for among its duplicates


@dataclass(frozen=True, slots=True)
class Export:
    """Rows for a recipient file.

    Attributes:
        headers: Its header.
        rows: Its cells, as text.
        late: How many rows are scheduled for a time that is past.
        doubtful: How many rows no longer ask for what was submitted: a person changed them in the results.
    """

    headers: list[str]
    rows: list[list[str]]
    late: int = 0
    doubtful: int = 0


def choose(lines: Sequence[Line], name: str) -> list[Line]:
    """Return the lines with an outcome or a status.

    Raises:
        UsageError: No line has it.
    """
    words = {line.of(column) for line in lines for column in ("outcome", "status")} - {""}
    wanted = {name} if name in words else {word for word in words if word.casefold() == name.casefold()}
    if len(wanted) > 1:
        raise UsageError(f"--export {name!r} may be {' or '.join(sorted(wanted))}", "write it as it stands there")
    chosen = [line for line in lines if wanted & {line.of("outcome"), line.of("status")}]
    if not chosen:
        raise UsageError(
            f"no row has the outcome or status {name!r}{nearest(name, sorted(words))}",
            f"there are {', '.join(sorted(words)) or 'none'}",
        )
    return chosen


def make_export(lines: Sequence[Line], now: datetime) -> Export:
    """Make a recipient file's cells of results.

    A column that the file had under another name of a field (`phone`) is left out: the field has it in a form that can
    be sent. `wap_push`, which results do not show, is found by the line's id, the hash of all that was asked for.

    Args:
        lines: The lines.
        now: The present, for times that are past.
    """
    headers = lines[0].headers if lines else ()
    own = [
        place
        for place, header in enumerate(headers)
        if header.strip() and key(header) not in COLUMNS and fold(header) not in _ALIASES
    ]
    pushes = [_wap_push(line) for line in lines]
    used = [field for field in _FIELDS if field not in ("send_at", "wap_push") or _has(field, lines, pushes)]
    rows = [
        [*(_field(field, line, push) for field in used), *(line.texts[place] for place in own)]
        for line, push in zip(lines, pushes, strict=True)
    ]
    times = [read_time(line.of("send_at")) for line in lines]
    return Export(
        [*used, *(headers[place] for place in own)],
        rows,
        late=sum(1 for moment in times if moment and moment <= now),
        doubtful=sum(
            1 for line, push in zip(lines, pushes, strict=True) if push is None and line.of("outcome") != "invalid"
        ),
    )


def _has(field: str, lines: Iterable[Line], pushes: Iterable[bool | None]) -> bool:
    return any(pushes) if field == "wap_push" else any(line.of(field) for line in lines)


def _field(field: str, line: Line, push: bool | None) -> str:  # noqa: FBT001 - one of five fields
    if field == "wap_push":
        return "yes" if push else ""
    if field == "send_at":
        moment = read_time(line.of("send_at"))
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
    return line.cells.get(field, "")


def _wap_push(line: Line) -> bool | None:
    """Tell by the id whether a message was Wap Push; None where no reading of the line gives its id."""
    moment = read_time(line.of("send_at"))
    five = (line.of("recipient"), line.of("sender"), line.cells.get("body", ""))
    for occurrence in range(1, _MOST_ALIKE):
        for push in (False, True):
            if identity(*five, push, moment, occurrence) == line.of("id"):
                return push
    return None


def write_export(path: Path, export: Export) -> None:
    """Write a recipient file; never over one that is there.

    Raises:
        UsageError: There is a file of that name, its kind is none, or a text would run as a formula in a CSV.
        OSError: It cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} exists, and an export overwrites nothing", "give it another name")
    if is_csv(path, "exports"):
        unsafe = Counter(guard(cell) != cell for row in export.rows for cell in row)[True]
        if unsafe:
            raise UsageError(
                f"{unsafe:,} cells begin like a formula, and a CSV cannot say that they are texts",
                "export to .xlsx, which can",
            )
    grid = new_grid(path)
    for header in export.headers:
        grid.add_column(header)
    for cells in export.rows:
        row = grid.add_row()
        for column, cell in enumerate(cells):
            grid.put(row, column, cell)
    with replacing(path) as temporary:
        grid.save(temporary)
