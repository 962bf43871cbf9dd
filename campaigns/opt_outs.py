"""Opt-outs: the recipients of `--exclude` files, who get nothing.

People cannot answer STOP to a sender's name, so the list is the operator's own. It is read more generously than
recipients are: a number that is left out by mistake costs less than one that is texted against its owner's will.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.errors import Problem, UsageError
from campaigns.phrases import plural
from campaigns.planning import fields
from campaigns.planning.fields import Field
from campaigns.planning.numbers import every_number, read_recipient
from campaigns.planning.opted_out import OptedOut
from campaigns.spreadsheets.recipients import RecipientFile, read_recipients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def read_opt_outs(paths: Sequence[Path], region: str | None) -> tuple[OptedOut, list[str]]:
    """Read the files of `--exclude`.

    Args:
        paths: Recipient files; each needs no more than its recipient column.
        region: The country of numbers that are written without its code, or None.

    Returns:
        Everybody in them, and what a person should know of each file.

    Raises:
        UsageError: A file cannot be read, or has no column of recipients.
    """
    numbers: set[str] = set()
    notes = []
    for path in paths:
        try:
            file = read_recipients(path, lambda cells: fields.names_recipient(cells, {}), rows_needed=False)
            cells = list(_cells(file, region))
        except UsageError as error:
            raise UsageError(f"--exclude: {error.message}", error.hint) from None
        found = {one for _, cell in cells for one in every_number(cell, region)}
        numbers |= found
        notes.append(f"{path.name}: {plural(len(found), 'number')} opted out")
        notes += [f"{path.name}: {note}" for note in file.notes]
        notes += _doubtful(path, [row for row, cell in cells if isinstance(read_recipient(cell, region), Problem)])
    return OptedOut.of(numbers), notes


def _doubtful(path: Path, rows: Sequence[int]) -> list[str]:
    if not rows:
        return []
    much = "1 cell is" if len(rows) == 1 else f"{len(rows):,} cells are"
    where = f"first in row {rows[0]}"
    return [f"{path.name}: {much} not plainly a number, {where}: look whether the right people are left out"]


def _cells(file: RecipientFile, region: str | None) -> Iterator[tuple[int, str]]:
    """Yield the cells that hold numbers, with their rows: those of the recipients, and of every column of numbers."""
    columns = [n for n in range(len(file.headers)) if holds_recipients(file, n, region)]
    named = _named(file)
    if not columns and named is None:
        raise UsageError(f"{file.path.name} has no recipient column", "call the column of numbers recipient")
    for position in sorted({*columns, *([] if named is None else [named])}):
        if not isinstance(read_recipient(file.headers[position], region), Problem):
            yield 1, file.headers[position]  # a list without a header
        for row, cell in file.table.iloc[:, position].items():
            if cell.strip():
                yield int(str(row)), cell


def _named(file: RecipientFile) -> int | None:
    """Return the column that its header says is the recipients', or the only one."""
    if fields.names_recipient(file.headers, {}):
        return fields.assign(file.headers, {}).position(Field.RECIPIENT)
    return 0 if len(file.headers) == 1 else None


def holds_recipients(file: RecipientFile, position: int, region: str | None) -> bool:
    """Tell whether a column holds recipients and nothing else."""
    cells = [cell for cell in file.table.iloc[:, position] if cell.strip()]
    return bool(cells) and not any(isinstance(read_recipient(cell, region), Problem) for cell in cells)
