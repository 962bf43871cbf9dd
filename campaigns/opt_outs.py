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
from campaigns.spreadsheets.recipients import RecipientFile, read_recipients

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_opt_outs(paths: Sequence[Path], region: str | None) -> tuple[frozenset[str], list[str]]:
    """Read the files of `--exclude`.

    Args:
        paths: Recipient files; each needs no more than its recipient column.
        region: The country of numbers that are written without its code, or None.

    Returns:
        The digits of everybody in them, and a sentence about each file.

    Raises:
        UsageError: A file cannot be read, or has no column of recipients.
    """
    digits: set[str] = set()
    notes = []
    for path in paths:
        try:
            found, unread = _read(path, region)
        except UsageError as error:
            raise UsageError(f"--exclude: {error.message}", error.hint) from None
        digits |= found
        notes.append(f"{path.name}: {plural(len(found), 'recipient')} opted out")
        if unread:
            rows = plural(len(unread), "row")
            notes.append(f"{path.name}: {rows} without a number that can be matched, first row {unread[0]}: look there")
    return frozenset(digits), notes


def _read(path: Path, region: str | None) -> tuple[set[str], list[int]]:
    """Return the digits of one file, and the rows in which there are none."""
    file = read_recipients(path, lambda cells: fields.names_recipient(cells, {}), rows_needed=False)
    position = _column(file, region)
    digits: set[str] = set(every_number(file.headers[position], region))  # a list without a header
    unread = []
    for row, cell in file.table.iloc[:, position].items():
        found = every_number(cell, region)
        digits.update(found)
        if cell.strip() and not found:
            unread.append(int(str(row)))
    return digits, unread


def _column(file: RecipientFile, region: str | None) -> int:
    """Return the column of recipients: by its header, or the only one that holds numbers."""
    if fields.names_recipient(file.headers, {}):
        position = fields.assign(file.headers, {}).position(Field.RECIPIENT)
        return 0 if position is None else position
    if len(file.headers) == 1:
        return 0
    numeric = [position for position in range(len(file.headers)) if holds_recipients(file, position, region)]
    if len(numeric) == 1:
        return numeric[0]
    raise UsageError(f"{file.path.name} has no recipient column", "call the column of numbers recipient")


def holds_recipients(file: RecipientFile, position: int, region: str | None) -> bool:
    """Tell whether a column holds recipients and nothing else."""
    cells = [cell for cell in file.table.iloc[:, position] if cell.strip()]
    return bool(cells) and not any(isinstance(read_recipient(cell, region), Problem) for cell in cells)
