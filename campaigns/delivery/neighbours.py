"""Other campaigns' ledgers in the same folder: what they already submitted. They are read, never written."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from campaigns.delivery.ledger import OPEN, Ledger, is_ledger, log_of, read_only
from campaigns.errors import CampaignError, Refused

if TYPE_CHECKING:
    from pathlib import Path

_SUBMITTED = (
    "SELECT DISTINCT m.recipient, m.body FROM message m JOIN attempt a ON a.message = m.id"
    " WHERE a.outcome IS NULL OR a.outcome IN ('accepted', 'unknown')"
)


def submitted_elsewhere(own: Path) -> dict[str, set[tuple[str, str]]]:
    """Return, by ledger name, the recipients and bodies that other campaigns beside `own` submitted.

    Rehearsals do not count, nor do files that are no ledgers of ours.

    Raises:
        Refused: One of them cannot be read now: nobody knows what it holds.
    """
    others = sorted(path for path in own.parent.glob("*.ledger.db") if path != own)
    return {
        path.name: pairs for path in others if not path.name.endswith(".sandbox.ledger.db") and (pairs := _read(path))
    }


def _read(path: Path) -> set[tuple[str, str]]:
    if not is_ledger(path):  # empty, or another program's database: it tells nothing of our campaigns
        return set()
    if log_of(path).exists():
        # In use, or left by a process that was killed: opening it as its owner would tells which, and settles it.
        try:
            Ledger(path).close()
        except CampaignError as error:
            raise Refused(f"another campaign's ledger cannot be read: {error.message}", _WAY_OUT) from None
    try:
        with read_only(path) as db:
            if db.execute("SELECT count(*) FROM campaign WHERE key = ?", (OPEN,)).fetchone()[0]:
                raise Refused(f"another campaign's ledger, {path.name}, lacks its {log_of(path).name}", _WAY_OUT)
            return set(db.execute(_SUBMITTED))
    except sqlite3.DatabaseError as error:
        raise Refused(f"another campaign's ledger, {path.name}, cannot be read ({error})", _WAY_OUT) from None


_WAY_OUT = "wait until its run has ended, or move it away; --again goes on without looking at it"
