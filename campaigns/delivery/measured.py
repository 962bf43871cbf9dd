"""What a segment cost by the bills of earlier runs: kept in their ledgers, read for the next estimate."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from campaigns.delivery.ledger import is_ledger, log_of, read_only

if TYPE_CHECKING:
    from pathlib import Path

    from campaigns.delivery.ledger import Ledger

_KEY = "measured price"
_REHEARSAL = ".sandbox.ledger.db"


@dataclass(frozen=True, slots=True)
class Measured:
    """A price that the balance told.

    Attributes:
        price: Of one segment, on average over a run.
        currency: As the gateway names it; may be empty.
        at: When that run ended, in UTC.
        ledger: The name of the ledger that keeps it.
    """

    price: Decimal
    currency: str
    at: datetime
    ledger: str


def keep(ledger: Ledger, price: Decimal, currency: str, at: datetime) -> None:
    """Note in a ledger what a segment cost in its run.

    Raises:
        Stopped: The ledger cannot be written.
    """
    ledger.set_note(_KEY, json.dumps({"price": str(price), "currency": currency, "at": at.isoformat()}))


def latest(own: Path, username: str) -> Measured | None:
    """Return the latest price that a ledger of this account in the folder keeps; None if there is none.

    Rehearsals are measured by rehearsals alone. Ledgers that are in use are left alone: nothing is locked or written.

    Args:
        own: The path of the campaign's own ledger, whether it exists or not.
        username: The account.
    """
    rehearsal = own.name.endswith(_REHEARSAL)
    candidates = (path for path in own.parent.glob("*.ledger.db") if path.name.endswith(_REHEARSAL) == rehearsal)
    found = [measured for path in candidates if (measured := _read(path, username))]
    return max(found, key=lambda one: one.at, default=None)


def _read(path: Path, username: str) -> Measured | None:
    try:
        if log_of(path).exists() or not is_ledger(path):
            return None
        with read_only(path) as db:
            notes = dict(db.execute("SELECT key, value FROM campaign WHERE key IN (?, 'username')", (_KEY,)))
        if notes.get("username") != username or _KEY not in notes:
            return None
        return parse(notes[_KEY], path.name)
    except (OSError, sqlite3.Error):  # a price is a courtesy: what cannot be read tells none
        return None


def parse(note: str | None, ledger: str) -> Measured | None:
    """Read a ledger's note; None where there is none that can be read."""
    try:
        kept = json.loads(note or "null")
        return Measured(Decimal(kept["price"]), str(kept["currency"]), datetime.fromisoformat(kept["at"]), ledger)
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return None


def of(ledger: Ledger) -> Measured | None:
    """Return what an open ledger keeps itself."""
    return parse(ledger.note(_KEY), ledger.path.name)
