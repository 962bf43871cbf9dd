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

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.delivery.outcomes import Outcome, Verdict
from campaigns.errors import Refused, Stopped, UsageError
from campaigns.planning.plan import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
OPEN = "a run has it open"
_LOST_ATTEMPTS = (
    "SELECT EXISTS (SELECT 1 FROM message WHERE id NOT IN (SELECT message FROM attempt))"
    " OR (SELECT coalesce(max(seq), 0) FROM sqlite_sequence) > (SELECT coalesce(max(number), 0) FROM attempt)"
)
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
        try:
            if path.is_dir():
                raise UsageError(f"{path} is a folder, not a ledger")
            if not path.exists():
                _make(path)
            self._has_log = log_of(path).exists()
            self._db = sqlite3.connect(path, timeout=0, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{path}: the ledger cannot be opened or made there ({error})") from None
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
        self._db.execute(
            "UPDATE attempt SET outcome = ?, detail = ? WHERE outcome IS NULL", (Outcome.UNKNOWN.value, DIED)
        )
        # The mark must be in the file itself, not in its log: it says that the log belongs to it.
        self._db.execute("INSERT OR REPLACE INTO campaign VALUES (?, 'yes')", (OPEN,))
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def _refuse_foreign(self) -> None:
        """Look before anything is written."""
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise Refused(f"{self.path} is not a ledger of this program", "move it away, or give another --name")
        if version != VERSION:
            raise Refused(
                f"{self.path} was written by another version of this program: "
                f"ledger format {version}, and this one reads {VERSION}"
            )
        found = self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok" or self._db.execute("PRAGMA foreign_key_check").fetchone():
            raise _damaged(self.path, found if found != "ok" else "an attempt of no message")
        try:
            altered = next((id_ for id_, record in self.records().items() if record.message.id != id_), None)
        except (ValueError, sqlite3.Error) as error:
            raise _damaged(self.path, type(error).__name__) from None
        if self._db.execute(_LOST_ATTEMPTS).fetchone()[0]:
            raise _damaged(self.path, "attempts are missing")
        if self.note(OPEN) and not self._has_log:
            raise Refused(
                f"{self.path.name} was in use when its run broke off, and {log_of(self.path).name} is missing",
                "that file holds what was sent last: bring it back beside the ledger; never move one without the other",
            )
        if altered:  # a message's id is a hash of its fields: one changed letter shows
            raise _damaged(self.path, f"message {altered} is not what it was")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Fold everything into the one file and let go of it."""
        with suppress(sqlite3.Error):  # on a full disk the mark stays, and so does the log that it stands for
            self._db.execute("DELETE FROM campaign WHERE key = ?", (OPEN,))
        self._db.close()

    # --- What belongs to the campaign as a whole ---

    def note(self, key: str) -> str | None:
        """Return what was noted of the campaign under a key."""
        found = self._db.execute("SELECT value FROM campaign WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_note(self, key: str, value: str) -> None:
        """Note something of the campaign, durably.

        Raises:
            Stopped: The disk is full or the file cannot be written.
        """
        try:
            self._db.execute("INSERT OR REPLACE INTO campaign VALUES (?, ?)", (key, value))
        except sqlite3.Error as error:
            raise Stopped(f"the ledger cannot be written ({error})", _FREE_SPACE) from None

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


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a ledger to look at it: folded into one file, it needs no lock and no change, also on a read-only disk.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        yield db


def log_of(path: Path) -> Path:
    """Return SQLite's write-ahead log of a ledger; it is there while a run lasts, and after one that was killed."""
    return path.with_name(f"{path.name}-wal")


def _make(path: Path) -> None:
    """Make an empty ledger, whole or not at all: so a file that is cut short or empty is never taken for a new one.

    Raises:
        OSError, sqlite3.Error: It cannot be made there.
    """
    handle, name = tempfile.mkstemp(prefix=".ledger-", suffix=".making", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary, isolation_level=None)) as db:
            db.executescript(
                f"PRAGMA synchronous = EXTRA; BEGIN; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {VERSION}; COMMIT;"
            )
        try:
            os.link(temporary, path)  # unlike a rename it never replaces what another run made meanwhile
        except FileExistsError:
            return
        except OSError:  # a file system without links
            if not path.exists():
                temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_ledger(path: Path) -> bool:
    """Tell from a file's first bytes, without opening it as a database, whether it may be a ledger of ours.

    An empty file and another program's database are none; what is no database at all may be a damaged one. The place
    of the id is documented in SQLite's file format, section 1.3.
    """
    with path.open("rb") as file:
        head = file.read(72)
    is_database = head.startswith(b"SQLite format 3\0")
    return bool(head) and (not is_database or head[68:72] == APPLICATION_ID.to_bytes(4, "big"))


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
