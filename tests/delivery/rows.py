"""Messages, rows and full disks, as the tests of delivery need them."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from campaigns.delivery.outcomes import Outcome
from campaigns.delivery.resume import Standing
from campaigns.planning.plan import Message, PlannedRow
from campaigns.planning.segments import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from campaigns.errors import Problem

FRAME = 4096 + 24  # bytes that one changed page takes in the ledger's WAL


def message(
    number: int = 1,
    body: str = "Hello",
    sender: str = "Shop",
    *,
    wap_push: bool = False,
    send_at: datetime | None = None,
    occurrence: int = 1,
) -> Message:
    return Message(f"374910000{number:02}", sender, body, wap_push, send_at, occurrence)


def row_of(
    asked: Message,
    number: int = 2,
    *,
    problems: tuple[Problem, ...] = (),
    skipped: str = "",
    risk: str = "",
    cost: Decimal | None = None,
) -> PlannedRow:
    return PlannedRow(
        number=number,
        id=asked.id,
        recipient=asked.recipient,
        sender=asked.sender,
        body=asked.body,
        send_at=asked.send_at,
        message=asked,
        count=count(asked.body),
        cost=cost,
        problems=problems,
        skipped=skipped,
        risk=risk,
    )


def to_submit(*messages: Message, cost: Decimal | None = None) -> list[Standing]:
    """Rows that nobody has submitted yet, from the sheet's row 2 on."""
    return [
        Standing(row_of(asked, number, cost=cost), None, Outcome.PENDING, submit=True)
        for number, asked in enumerate(messages, start=2)
    ]


def look(path: Path, folder: Path) -> list[tuple[str, str | None]]:
    """Recipient and outcome of each attempt, in order, as a power cut at this moment would leave them on the disk.

    The running ledger lets nobody in, so the copy of its files is read. (Looking drops the lock of the process that
    looks: closing any handle on a file does, on POSIX systems. No test here relies on both.)
    """
    folder.mkdir()
    for file in sorted(path.parent.glob(f"{path.name}*")):
        shutil.copyfile(file, folder / file.name)
    db = sqlite3.connect(folder / path.name)
    try:
        query = "SELECT recipient, outcome FROM attempt JOIN message ON message.id = message ORDER BY number"
        return [(str(recipient), outcome) for recipient, outcome in db.execute(query)]
    finally:
        db.close()


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let no file of this process grow over `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit_files(size)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def limit_files(size: int) -> None:
    """The same, from now on; call it only inside `no_file_over`, which lifts it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def wal_size(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size
