"""The durable record of a campaign: every intent before its request leaves, every outcome before the next one.

One SQLite file. The order of writes is the promise of the whole program:

    1. An intent *must* be on disk before its request leaves. So a request without a trace cannot exist.
    2. An outcome *must* be on disk before the same worker's next intent. So at most one request a worker is in doubt.
    3. An intent without an outcome *must* count as `unknown`. So a crash can hide a success, but never repeat it.

`record` writes outcomes and the intents that follow them in one transaction: one sync serves both, and with many
workers all that waits at the moment. WAL with `synchronous=FULL` survives a power cut; `locking_mode=EXCLUSIVE` makes
the file its own lock, which the system drops with the process that held it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.delivery.outcomes import Outcome, Verdict
from campaigns.errors import Refused, Stopped, UsageError
from campaigns.planning.plan import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

APPLICATION_ID = 0x434D5047  # "CMPG": tells our ledgers from other SQLite files
VERSION = 1

_SCHEMA = """
CREATE TABLE campaign (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE message (
    id         TEXT PRIMARY KEY,
    recipient  TEXT NOT NULL,
    sender     TEXT NOT NULL,
    body       TEXT NOT NULL,
    wap_push   INTEGER NOT NULL,
    send_at    TEXT,                -- UTC, ISO 8601; NULL for at once
    occurrence INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX message_recipient ON message (recipient);
CREATE TABLE attempt (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    message     TEXT NOT NULL REFERENCES message (id),
    intended_at TEXT NOT NULL,      -- UTC, ISO 8601; on disk before the request leaves
    answered_at TEXT,               -- NULL while nobody knows
    outcome     TEXT CHECK (outcome IN ('accepted', 'rejected', 'unknown', 'pending')),
    ref         TEXT NOT NULL DEFAULT '',
    code        TEXT NOT NULL DEFAULT '',
    detail      TEXT NOT NULL DEFAULT '',
    raw         TEXT NOT NULL DEFAULT ''  -- the answer, bounded, without secrets; for the gateway's support
);
CREATE INDEX attempt_message ON attempt (message);
"""

_FREE_SPACE = "free some space or mend the permissions; the same command resumes"
DIED = "the program ended before the answer was recorded: the gateway may have accepted it"

# What is known of a message after several attempts: one that was accepted stays accepted; one that may have been
# accepted stays in doubt whatever came after it.
_STRENGTH = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REJECTED, Outcome.PENDING)


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger knows of one message.

    Attributes:
        message: What was asked to be sent.
        outcome: The strongest of its attempts' outcomes: accepted, unknown, rejected, pending.
        ref: The ref of the attempt that was accepted.
        code: That attempt's error code.
        detail: What happened, for a person.
        submitted_at: When that attempt's intent was written, in UTC.
        attempt: The number of its latest attempt; it grows with time.
    """

    message: Message
    outcome: Outcome
    ref: str
    code: str
    detail: str
    submitted_at: datetime
    attempt: int


class Ledger:
    """The ledger of one campaign, held by this process alone until it is closed."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open a ledger, or make one; settle what an earlier process left open.

        Args:
            path: Where it lies.
            clock: The present, aware.

        Raises:
            Refused: Another run holds it, or the file is damaged or no ledger of ours. It is left untouched.
            UsageError: It cannot be opened or made there.
        """
        self.path = path
        self._clock = clock
        if path.is_dir():
            raise UsageError(f"{path} is a folder, not a ledger")
        try:
            self._db = sqlite3.connect(path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise UsageError(f"{path}: the ledger cannot be opened ({error})") from None
        try:
            self._take_over()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _translate(error, path) from None
        except BaseException:
            self._db.close()
            raise

    def _take_over(self) -> None:
        self._db.executescript(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL;"
            "PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON;"
        )
        self._refuse_foreign()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("BEGIN EXCLUSIVE")  # takes the lock; it is kept until the file is closed
        if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute(
            "UPDATE attempt SET outcome = ?, detail = ? WHERE outcome IS NULL", (Outcome.UNKNOWN.value, DIED)
        )
        self._db.execute("COMMIT")

    def _refuse_foreign(self) -> None:
        """Look before anything is written."""
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not tables:
            return
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise Refused(f"{self.path} is not a ledger of this program", "move it away, or give another --name")
        if version != VERSION:
            raise Refused(
                f"{self.path} was written by another version of this program: "
                f"ledger format {version}, and this one reads {VERSION}"
            )
        if (found := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise _damaged(self.path, found)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Fold everything into the one file and let go of it."""
        self._db.close()

    # --- What belongs to the campaign as a whole ---

    def note(self, key: str) -> str | None:
        """Return what was noted of the campaign under a key."""
        found = self._db.execute("SELECT value FROM campaign WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_note(self, key: str, value: str) -> None:
        """Note something of the campaign, durably."""
        self._db.execute("INSERT OR REPLACE INTO campaign VALUES (?, ?)", (key, value))

    def belong_to(self, username: str) -> None:
        """Make sure that the ledger is this account's; a new one becomes it.

        Raises:
            Refused: It is another account's.
        """
        owner = self.note("username")
        if owner is None:
            self.set_note("username", username)
        elif owner != username:
            raise Refused(
                f"{self.path.name} belongs to the account {owner!r}, and MOBIPACE_USERNAME is {username!r}",
                "use that account, or start a campaign of its own with --name",
            )

    # --- Attempts ---

    def record(self, outcomes: Iterable[tuple[int, Verdict]], intents: Sequence[Message]) -> list[int]:
        """Write outcomes, and the intents that may follow them, in one durable step.

        Args:
            outcomes: Attempt numbers and what became of them.
            intents: The messages that are about to leave.

        Returns:
            The attempt numbers of the intents, in order. Only after this returns may their requests leave.

        Raises:
            Stopped: The disk is full or the file cannot be written; nothing of this step was recorded.
        """
        now = self._clock().isoformat()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for number, verdict in outcomes:
                self._db.execute(
                    "UPDATE attempt SET answered_at = ?, outcome = ?, ref = ?, code = ?, detail = ?, raw = ?"
                    " WHERE number = ?",
                    (
                        now,
                        verdict.outcome.value,
                        verdict.ref,
                        verdict.code,
                        verdict.detail,
                        verdict.raw,
                        number,
                    ),
                )
            numbers = [self._intend(message, now) for message in intents]
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise Stopped(f"stopped: the ledger cannot be written ({error})", _FREE_SPACE) from None
            raise
        return numbers

    def _intend(self, message: Message, now: str) -> int:
        send_at = message.send_at.isoformat() if message.send_at else None
        self._db.execute(
            "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                message.id,
                message.recipient,
                message.sender,
                message.body,
                message.wap_push,
                send_at,
                message.occurrence,
            ),
        )
        cursor = self._db.execute("INSERT INTO attempt (message, intended_at) VALUES (?, ?)", (message.id, now))
        return int(cursor.lastrowid or 0)

    def records(self) -> dict[str, Record]:
        """Return what is known of every message that was ever intended, by its id."""
        known: dict[str, Record] = {}
        rows = self._db.execute(
            "SELECT m.*, a.number, a.intended_at, a.outcome, a.ref, a.code, a.detail"
            " FROM attempt a JOIN message m ON m.id = a.message ORDER BY a.number"
        )
        for (
            id_,
            recipient,
            sender,
            body,
            wap_push,
            send_at,
            occurrence,
            number,
            intended_at,
            outcome,
            ref,
            code,
            detail,
        ) in rows:
            moment = datetime.fromisoformat(send_at) if send_at else None
            message = Message(recipient, sender, body, bool(wap_push), moment, occurrence)
            # An open intent of this very process is in doubt as well until its outcome is written.
            latest = Record(
                message,
                Outcome(outcome or "unknown"),
                ref,
                code,
                detail,
                datetime.fromisoformat(intended_at),
                number,
            )
            known[id_] = _stronger(known[id_], latest) if id_ in known else latest
        return known


def _stronger(earlier: Record, later: Record) -> Record:
    """Return what is known after one attempt more."""
    if _STRENGTH.index(later.outcome) <= _STRENGTH.index(earlier.outcome):
        return later
    detail = earlier.detail
    if earlier.outcome is Outcome.UNKNOWN:
        detail = f"{detail}; submitted again: {later.outcome} {later.code} {later.detail}".strip()
    return replace(earlier, detail=detail, attempt=later.attempt)


def _translate(error: sqlite3.Error, path: Path) -> Refused | UsageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Refused(f"another run holds {path.name}", "wait until it has ended; nothing was sent by this one")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, str(error))
    return UsageError(f"{path}: the ledger cannot be written ({error})", _FREE_SPACE)


def _damaged(path: Path, found: str) -> Refused:
    return Refused(
        f"{path} is damaged or no ledger ({found})",
        "without it nobody knows who got a message: restore it from a backup, or move it away and give another --name",
    )
