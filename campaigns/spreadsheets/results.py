"""The results file: created, read, and changed only in what a pass owns: by id in sending, by ref in refreshing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.errors import Refused, UsageError
from campaigns.spreadsheets.cells import for_excel
from campaigns.spreadsheets.grids import ExcelGrid, is_csv, load_grid, new_grid
from campaigns.spreadsheets.replacing import alone, refuse_locked, replacing, try_writing

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


@dataclass(frozen=True, slots=True)
class StatusCells:
    """What a refreshing pass has to say of one ref.

    Attributes:
        status: The gateway's own name for it.
        status_code: Its number.
        checked_at: When it was asked, aware.
        weak: Whether it says so little ("I do not know this ref") that it never replaces a known status.
    """

    status: str
    status_code: int
    checked_at: datetime
    weak: bool = False


def own_headers(headers: Sequence[str]) -> list[str]:
    """Return the names of a file's own columns in the results: one of ours gets ` (file)`, a second one ` (2)`."""
    taken = set(COLUMNS)
    counts: Counter[str] = Counter()  # where to go on counting: a file can have one header ten thousand times
    names = []
    for header in headers:
        name = first = f"{header} (file)" if _key(header) in COLUMNS else header
        while _key(name) in taken:
            counts[_key(first)] += 1
            name = f"{first} ({counts[_key(first)] + 1})"
        taken.add(_key(name))
        names.append(name)
    return names


def _key(header: str) -> str:
    """Return a header as headers are compared: spreadsheet programs change line ends and case on their way."""
    return " ".join(for_excel(header).split()).casefold()


def is_results(headers: Sequence[str]) -> bool:
    """Tell a results file by its headers: it has `outcome` and `ref`."""
    return {"outcome", "ref"} <= {_key(header) for header in headers}


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
    grid = load_grid(path)
    positions = _positions(grid)
    foreign = 0
    for row in range(grid.height):
        id_, outcome, ref = (grid.text(row, positions[column]).strip() for column in ("id", "outcome", "ref"))
        submitted = ref or outcome in ("accepted", "unknown")
        foreign += bool(submitted and (id_ not in refs or (ref and refs[id_] and ref != refs[id_])))
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


def _check_needed(grid: Grid, path: Path) -> None:
    missing = [column for column in _NEEDED if column not in _positions(grid)]
    if missing:
        raise UsageError(
            f"{path.name} exists and is not a results file (no column {', '.join(missing)})",
            "move it away, or give the results another name with --results",
        )


def _positions(grid: Grid) -> dict[str, int]:
    """Return where each column stands; of two with one name the first counts."""
    return {_key(header): position for position, header in reversed(list(enumerate(grid.headers)))}


# --- The sending pass ---


def write_results(path: Path, lines: Sequence[ResultLine], headers: Sequence[str], gone: Callable[[str], bool]) -> None:
    """Bring a sending pass's lines to the results file, which is created if it is not there.

    A file that is there is read now and changed in place: lines are found by `id`; the statuses, a person's columns
    and the order stay.

    Args:
        path: The results file.
        lines: One a row of the recipient file, in its order.
        headers: The names of the file's own columns, from `own_headers`.
        gone: Tells of the id of a line whose row is no longer in the file whether the line goes.

    Raises:
        UsageError: What is there is no results file.
        OSError: It cannot be written.
    """
    with alone(path):
        refuse_locked(path)  # before the work, not after it
        fresh = not path.exists()
        if fresh:
            grid = new_grid(path)
            _fill_new(grid, lines, headers)
        else:
            grid = load_grid(path)
            _check_needed(grid, path)
            _merge(grid, lines, headers, gone)
        _save(grid, path, fresh=fresh)


def _fill_new(grid: Grid, lines: Sequence[ResultLine], headers: Sequence[str]) -> None:
    for header in (*COLUMNS, *headers):
        grid.add_column(header)
    for line in lines:
        _write_new(grid, line, list(range(len(COLUMNS), len(COLUMNS) + len(headers))), _positions(grid))


def _merge(grid: Grid, lines: Sequence[ResultLine], headers: Sequence[str], gone: Callable[[str], bool]) -> None:
    positions = _positions(grid)
    for column in COLUMNS:
        if column not in positions:
            positions[column] = grid.add_column(column)
    added = [header for header in headers if _key(header) not in positions]
    for header in added:
        positions[_key(header)] = grid.add_column(header)
    own = [positions[_key(header)] for header in headers]
    rows_of: dict[str, list[int]] = {}
    for row in range(grid.height):
        rows_of.setdefault(grid.text(row, positions["id"]).strip(), []).append(row)
    for line in lines:
        rows = rows_of.pop(str(line.values["id"]), [])
        for row in rows:
            _update(grid, row, line, positions)
            for header, place, text in zip(headers, own, line.own, strict=True):
                if header in added:
                    grid.put(row, place, text)
        if not rows and line.news:
            _write_new(grid, line, own, positions)
    left = [row for id_, rows in rows_of.items() if id_ and gone(id_) for row in rows]
    grid.remove_rows([row for row in left if not grid.text(row, positions["ref"]).strip()])


def _update(grid: Grid, row: int, line: ResultLine, positions: Mapping[str, int]) -> None:
    ref_before = grid.text(row, positions["ref"])
    for column, value in line.values.items():
        grid.put(row, positions[column], value)
    if ref_before and ref_before != line.values["ref"]:  # submitted anew: the old ref's status says nothing of the new
        for column in STATUS_COLUMNS:
            grid.put(row, positions[column], None)


def _write_new(grid: Grid, line: ResultLine, own: Sequence[int], positions: Mapping[str, int]) -> None:
    row = grid.add_row()
    for name, value in line.values.items():
        grid.put(row, positions[name], value)
    for column, text in zip(own, line.own, strict=True):
        grid.put(row, column, text)


# --- The refreshing pass ---


@dataclass(frozen=True, slots=True)
class RefLine:
    """A ref in a results file, and the status code that stands beside it; empty if none."""

    ref: str
    status_code: str


def read_refs(path: Path) -> list[RefLine]:
    """Return every ref of a results file once, in its order.

    Raises:
        UsageError: The file is missing or no results file.
    """
    try:
        there = path.is_file()
    except OSError:
        there = False
    if not there:
        raise UsageError(f"{path}: no such results file")
    grid = load_grid(path)
    positions = _positions(grid)
    if not is_results(grid.headers):
        raise UsageError(f"{path.name} is not a results file (it has no columns outcome and ref)")
    code = positions.get("status_code")
    found: dict[str, RefLine] = {}
    for row in range(grid.height):
        if ref := grid.text(row, positions["ref"]).strip():
            found.setdefault(ref, RefLine(ref, "" if code is None else grid.text(row, code).strip()))
    return list(found.values())


def fill_statuses(path: Path, answers: Mapping[str, StatusCells], target: Path | None = None) -> None:
    """Write statuses beside their refs; everything else stays. The file is read again just before it is replaced.

    Args:
        path: The results file.
        answers: What to write, by ref.
        target: Where to write the whole file instead of in its place.

    Raises:
        UsageError: It is no longer a results file.
        OSError: It cannot be written.
    """
    with alone(path):
        grid = load_grid(path)
        positions = _positions(grid)
        if "ref" not in positions:
            raise UsageError(f"{path.name} is not a results file any more (it has no column ref)")
        for column in STATUS_COLUMNS:
            if column not in positions:
                positions[column] = grid.add_column(column)
        for row in range(grid.height):
            cells = answers.get(grid.text(row, positions["ref"]).strip())
            if cells and not (cells.weak and grid.text(row, positions["status"]).strip() not in ("", cells.status)):
                grid.put(row, positions["status"], cells.status)
                grid.put(row, positions["status_code"], cells.status_code)
                grid.put(row, positions["checked_at"], cells.checked_at)
        _save(grid, target or path, fresh=False)


# --- Both ---


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield each line as text by header, ours in lower case."""
    grid = load_grid(path)
    positions = _positions(grid)
    for row in range(grid.height):
        yield {header: grid.text(row, position) for header, position in positions.items()}


def count_by(path: Path, column: str) -> Counter[str]:
    """Count a results file's lines by a column's text; empty cells do not count."""
    return Counter(line[column] for line in read_lines(path) if line.get(column))


def _save(grid: Grid, path: Path, *, fresh: bool) -> None:
    if isinstance(grid, ExcelGrid):
        from campaigns.spreadsheets.workbook import dress, summarise

        if fresh:
            dress(grid)
        summarise(grid)
    with replacing(path) as temporary:
        grid.save(temporary)


def dated_name(path: Path, now: datetime) -> Path:
    """Return a name beside `path` for results that cannot be written under their own."""
    return path.with_name(f"{path.stem}.{now.astimezone(UTC):%Y%m%d-%H%M%S}{path.suffix}")
