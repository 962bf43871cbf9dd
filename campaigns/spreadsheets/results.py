"""The results file: created, read, and changed only in what a pass owns: by id in sending, by ref in refreshing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.errors import Refused, UsageError
from campaigns.spreadsheets.cells import as_text
from campaigns.spreadsheets.csv_grid import write_csv
from campaigns.spreadsheets.fragile import loss_warning
from campaigns.spreadsheets.grids import is_csv, load_grid
from campaigns.spreadsheets.headers import key
from campaigns.spreadsheets.headers import positions as positions_of
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.refs import made_of
from campaigns.spreadsheets.replacing import alone, refuse_locked, replacing, try_writing
from campaigns.spreadsheets.saving import Saved, save
from campaigns.spreadsheets.sizes import size_warning
from campaigns.spreadsheets.summary_sheet import About, about, add_summary
from campaigns.spreadsheets.tally import Line, count
from campaigns.spreadsheets.workbook import new_book, write_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from campaigns.spreadsheets.cells import Cell
    from campaigns.spreadsheets.grids import Grid

COLUMNS = (
    *(
        "row",
        "recipient",
        "sender",
        "body",
        "encoding",
        "segments",
        "cost",
        "send_at",
        "outcome",
        "ref",
        "code",
    ),
    *("detail", "submitted_at", "status", "status_code", "checked_at", "id"),
)
STATUS_COLUMNS = ("status", "status_code", "checked_at")
_OTHER_NAME = "give the results another name with --results"
_NEEDED = ("outcome", "ref", "id")  # what makes a table a results file that can be continued


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What a sending pass has to say of one row.

    Attributes:
        values: The cells of `COLUMNS`, without the statuses, which are the refreshing pass's.
        own: The cells of the file's own columns, in their order.
        news: Whether the line comes back if a person deleted it.
    """

    values: Mapping[str, Cell]
    own: Sequence[str]
    news: bool = True


def own_headers(headers: Sequence[str]) -> list[str]:
    """Return the names of a file's own columns in the results: one of ours gets ` (file)`, a second one ` (2)`."""
    taken = set(COLUMNS)
    counts: Counter[str] = Counter()  # where to go on counting: a file can have one header ten thousand times
    names = []
    for header in headers:
        name = first = f"{header} (file)" if key(header) in COLUMNS else header
        while key(name) in taken:
            counts[key(first)] += 1
            name = f"{first} ({counts[key(first)] + 1})"
        taken.add(key(name))
        names.append(name)
    return names


def check_results(path: Path, recipients: Path) -> None:
    """Make sure that results do not go over the recipient file, or over a file that is none of ours.

    Raises:
        UsageError: They would.
    """
    is_csv(path)
    try:
        if path.exists() and path.samefile(recipients):
            raise UsageError(f"{path.name} is the recipient file itself", _OTHER_NAME)
        if path.is_file():
            _check_needed(load_grid(path), path)
    except OSError as error:
        raise UsageError(f"{path}: results cannot be written there ({error.strerror})", _OTHER_NAME) from None


def check_known(path: Path, refs: Mapping[str, str]) -> None:
    """Make sure that results do not go over another campaign's, or over what a lost ledger would know.

    Args:
        path: The results file; it need not be there.
        refs: The refs that the ledger knows, by id; empty for a message that was submitted and has none.

    Raises:
        Refused: The file tells of submitted messages that the ledger does not know.
    """
    if not path.is_file():
        return
    foreign = 0
    for line in read_results(path):
        id_, ref = line.of("id"), line.ref
        submitted = ref or line.of("outcome") in ("accepted", "unknown")
        known = refs.get(id_, "")
        other = bool(ref and known and ref != known and not made_of(ref, known))
        foreign += bool(submitted and (id_ not in refs or other))
    if foreign:
        raise Refused(
            f"{path.name} tells of {foreign:,} submitted messages that this campaign's ledger does not know",
            "if the ledger was lost or emptied, bring it back: without it they would be texted again; "
            "if these are another campaign's results, give --results another name",
        )


def check_can_write(path: Path) -> None:
    """Try whether a results file can be written, before anything is sent; what is there stays as it is.

    Raises:
        UsageError: It cannot.
    """
    try:
        try_writing(path)
    except OSError as error:
        hint = (
            "close it where it is open, or mend its permissions; a lock file of a program that crashed can be deleted"
        )
        raise UsageError(f"{path}: results cannot be written there ({error.strerror})", hint) from None


def results_warnings(path: Path, lines: int, own: int) -> list[str]:
    """Return what a person should know of the results before anything is sent.

    Args:
        path: The results file; it need not be there.
        lines: How many lines it will have.
        own: How many columns of the file's own.

    Raises:
        UsageError: The file can never hold so many rows.
    """
    loss = loss_warning(path) if path.is_file() else ""
    return [warning for warning in (size_warning(path, lines, len(COLUMNS) + own), loss) if warning]


def _check_needed(grid: Grid, path: Path) -> None:
    missing = [column for column in _NEEDED if column not in positions_of(grid.headers)]
    if missing:
        raise UsageError(
            f"{path.name} exists and is not a results file (no column {', '.join(missing)})",
            "move it away, or give the results another name with --results",
        )


# --- The sending pass ---


def write_results(
    path: Path,
    lines: Sequence[ResultLine],
    headers: Sequence[str],
    gone: Callable[[str], bool],
    what: About | None = None,
    now: datetime | None = None,
) -> Saved:
    """Bring a sending pass's lines to the results file, which is created if it is not there.

    A file that is there is read now and changed in place: lines are found by `id`; the statuses, a person's columns
    and the order stay.

    Args:
        path: The results file.
        lines: One a row of the recipient file, in its order.
        headers: The names of the file's own columns, from `own_headers`.
        gone: Tells of the id of a line whose row is no longer in the file whether the line goes.
        what: What the results are of, for the summary; their file's name by default.
        now: The present, for the summary.

    Raises:
        UsageError: What is there is no results file.
        OSError: It cannot be written.
    """
    with alone(path):
        refuse_locked(path)  # before the work, not after it
        if not path.exists():
            return _write_first(path, lines, headers, what or about(path))
        grid = load_grid(path)
        _check_needed(grid, path)
        repaired = _merge(grid, lines, headers, gone)
        saved = save(grid, path, path, what, now)
        if not repaired:
            return saved
        what_happened = "refs that a spreadsheet program had turned into numbers were brought back from the ledger"
        return Saved(saved.tally, (*saved.notices, f"{repaired:,} {what_happened}"))


def _write_first(path: Path, lines: Sequence[ResultLine], headers: Sequence[str], what: About) -> Saved:
    """Write a new file, a line at a time: a workbook of it all would take a lot of memory."""
    columns = (*COLUMNS, *headers)
    rows = ([*(line.values.get(column) for column in COLUMNS), *line.own] for line in lines)
    tally = count(Line(dict(zip(COLUMNS, map(as_text, row), strict=False)), n) for n, row in enumerate(rows, start=2))
    rows = ([*(line.values.get(column) for column in COLUMNS), *line.own] for line in lines)
    with replacing(path) as temporary:
        if is_csv(path):
            write_csv(temporary, columns, rows)
        else:
            book = new_book()
            write_sheet(book, columns, rows, len(lines))
            add_summary(book, what, tally)
            book.save(temporary)
    return Saved(tally)


def _merge(grid: Grid, lines: Sequence[ResultLine], headers: Sequence[str], gone: Callable[[str], bool]) -> int:
    """Return how many refs were repaired."""
    positions = positions_of(grid.headers)
    for column in COLUMNS:
        if column not in positions:
            positions[column] = grid.add_column(column)
    added = [header for header in headers if key(header) not in positions]
    for header in added:
        positions[key(header)] = grid.add_column(header)
    own = [positions[key(header)] for header in headers]
    rows_of: dict[str, list[int]] = {}
    for row in range(grid.height):
        rows_of.setdefault(grid.text(row, positions["id"]).strip(), []).append(row)
    repaired = 0
    for line in lines:
        rows = rows_of.pop(str(line.values["id"]), [])
        for row in rows:
            repaired += _update(grid, row, line, positions)
            for header, place, text in zip(headers, own, line.own, strict=True):
                if header in added:
                    grid.put(row, place, text)
        if not rows and line.news:
            _write_new(grid, line, own, positions)
    left = [row for id_, rows in rows_of.items() if id_ and gone(id_) for row in rows]
    grid.remove_rows([row for row in left if not grid.text(row, positions["ref"]).strip()])
    return repaired


def _update(grid: Grid, row: int, line: ResultLine, positions: Mapping[str, int]) -> bool:
    """Change a line; return whether a ref was repaired that a spreadsheet program had turned into a number."""
    before, ref = grid.text(row, positions["ref"]).strip(), str(line.values["ref"] or "")
    repaired = made_of(before, ref)
    for column, value in line.values.items():
        grid.put(row, positions[column], value)
    if before and before != ref and not repaired:  # submitted anew: the old ref's status says nothing of the new
        for column in STATUS_COLUMNS:
            grid.put(row, positions[column], None)
    return repaired


def _write_new(grid: Grid, line: ResultLine, own: Sequence[int], positions: Mapping[str, int]) -> None:
    row = grid.add_row()
    for name, value in line.values.items():
        grid.put(row, positions[name], value)
    for column, text in zip(own, line.own, strict=True):
        grid.put(row, column, text)


# --- All of it ---


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield each line as text by header, ours in lower case."""
    return (dict(line.cells) for line in read_results(path))


def dated_name(path: Path, now: datetime) -> Path:
    """Return a name beside `path` for results that cannot be written under their own."""
    return path.with_name(f"{path.stem}.{now.astimezone(UTC):%Y%m%d-%H%M%S}{path.suffix}")
