"""The promise of the whole program, against histories that nobody thought of: at most once, unless the user said so.

A history is a recipient file, edits of it, and runs of the program with their options. The gateway is simulated and
keeps the truth: which messages it took, whatever it answered. A run may end as runs end: killed just before, within
or just after a commit of the ledger, or while a request was under way (taken or not); by Ctrl-C, once or twice; with a
full disk; with a screen that breaks. Plan, resume, ledger (a real file) and dispatch (real threads) are the program's.
A killed run leaves the ledger's files as they lay on the disk at that moment; the next run finds those.

After every run the books are compared with the truth:

    (a) what was accepted is never asked for again;
    (b) what is unknown is asked for again only with --retry-unknown, and what was rejected with --retry-rejected;
    (c) each ref that was given out is recorded, unless the run was cut before it could be: then that one is unknown;
    (d) who got, or may have got, a message that is no longer in the file gets nothing more;
    (e) with --only-new, who got, or may have got, anything gets nothing;
    (f) no more intents are open at any time than there are workers;
    (g) the gateway took no message more often than it stood in the file and was retried while it was unknown;
    and what may go does go, lest a program pass that sends nothing.

Every run of the tests plays the same histories. With one worker, and with several whose answers come in turn, a
history takes the same course each time; where `in_turn` is False the workers race as they do in life. To replay one,
hand what hypothesis prints to `replay`. The long run takes other histories for each seed:

    CAMPAIGNS_TEST_HISTORIES=20000 pytest tests/delivery/test_histories.py --hypothesis-seed=1
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter, deque
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from itertools import product, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaigns.delivery.dispatch import Delivered, Dispatch
from campaigns.delivery.interrupt import Interrupt
from campaigns.delivery.ledger import Ledger
from campaigns.delivery.outcomes import Outcome, Verdict
from campaigns.delivery.resume import Again, Standing, refuse_changed, stand
from campaigns.errors import Refused, Stopped
from campaigns.gateway.client import Client, Exchange, Fate
from campaigns.gateway.protocol import Function
from campaigns.planning.fields import Columns, Field
from campaigns.planning.judge import make_plan
from campaigns.planning.plan import Message, Plan, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

FEW = 300  # histories in an ordinary run
TAME = 3  # of what can happen, so much may be missing from them
STUCK = 5.0  # seconds after which a run that does not move counts as a fault
EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
JUNE, DECEMBER = datetime(2026, 6, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 6, tzinfo=UTC)
IN_DOUBT = (Outcome.ACCEPTED, Outcome.UNKNOWN)
STRENGTH = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REJECTED, Outcome.PENDING)


# --- The recipient file and what a person does to it ---


class Spelling(Enum):
    """How a number stands in its cell; the last two are invalid."""

    PLAIN = "374{}"
    BY_EXCEL = "374{}.0"
    SPACED = " 374{} "
    PLUS = "+374{}"
    LOCAL = "0{}"


VALID = (Spelling.PLAIN, Spelling.BY_EXCEL, Spelling.SPACED)
WAP_PUSH = {"": False, "no": False, "yes": True}
TIMES = {
    "": None,
    "2026-06-01 10:00+04:00": JUNE,  # past once time has passed
    "2026-12-01 10:00+04:00": DECEMBER,
    "2026-12-01T06:00:00Z": DECEMBER,  # the same moment
}
COLUMNS = (Field.RECIPIENT, Field.SENDER, Field.BODY, Field.WAP_PUSH, Field.SEND_AT)
RISKY = "<b>Sale"  # the gateway's web server may refuse it unread


@dataclass(frozen=True)
class Row:
    person: int = 1
    spelling: Spelling = Spelling.PLAIN
    sender: str = ""
    body: str = "Hello"
    wap_push: str = ""
    send_at: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        number = f"910000{self.person:02}"
        return self.spelling.value.format(number), self.sender, self.body, self.wap_push, self.send_at

    def message(self, sender: str) -> Message | None:
        """What the row asks for, by the contract; None for a row that asks for nothing."""
        if self.spelling not in VALID or not self.body:
            return None
        recipient, sender = f"374910000{self.person:02}", self.sender or sender
        return Message(recipient, sender, self.body, WAP_PUSH[self.wap_push], TIMES[self.send_at])


Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Add:
    row: Row
    at: int = 0

    def __call__(self, rows: Rows) -> Rows:
        at = self.at % (len(rows) + 1)
        return (*rows[:at], self.row, *rows[at:])


@dataclass(frozen=True)
class Paste:
    """A dozen other people; enough for a run to stop by itself."""

    def __call__(self, rows: Rows) -> Rows:
        return (*rows, *(Row(person) for person in range(20, 32)))


@dataclass(frozen=True)
class Remove:
    at: int = 0

    def __call__(self, rows: Rows) -> Rows:
        at = self.at % max(1, len(rows))
        return rows[:at] + rows[at + 1 :]


@dataclass(frozen=True)
class Duplicate:
    at: int = 0
    to: int = 0

    def __call__(self, rows: Rows) -> Rows:
        return Add(rows[self.at % len(rows)], self.to)(rows) if rows else rows


@dataclass(frozen=True)
class Sort:
    reverse: bool = False

    def __call__(self, rows: Rows) -> Rows:
        return tuple(sorted(rows, key=lambda row: row.cells, reverse=self.reverse))


@dataclass(frozen=True)
class Change:
    """One cell is typed over: another body, a number made invalid, corrected, or moved to another person."""

    at: int
    field: str
    value: str | int | Spelling

    def __call__(self, rows: Rows) -> Rows:
        if not rows:
            return rows
        at = self.at % len(rows)
        return (*rows[:at], replace(rows[at], **{self.field: self.value}), *rows[at + 1 :])  # type: ignore[arg-type]


@dataclass(frozen=True)
class Restore:
    """The file as it was some edits ago."""

    back: int = 1


@dataclass(frozen=True)
class TimePasses:
    """It is autumn: what was scheduled for June is past."""


Edit = Add | Paste | Remove | Duplicate | Sort | Change | Restore | TimePasses


# --- What the gateway does with a request, and how a run can be cut ---


@dataclass(frozen=True)
class Reply:
    outcome: Outcome  # as which it must be recorded
    taken: bool
    fate: Fate
    http_status: int | None = None
    text: str = ""


def _answered(outcome: Outcome, text: str, http_status: int = 200, *, taken: bool = False) -> Reply:
    return Reply(outcome, taken, Fate.ANSWERED, http_status, text)


class Answer(Enum):
    """Each carries a mark, by which its record is found; a ref is such a mark."""

    ACCEPTED = _answered(Outcome.ACCEPTED, "ID: #{}", taken=True)
    ACCEPTED_ON_AN_ERROR_PAGE = _answered(Outcome.ACCEPTED, "ID: #{}\n<html>", 500, taken=True)
    ERROR_700 = _answered(Outcome.REJECTED, "Err: 700 : #{}")
    ERROR_705 = _answered(Outcome.REJECTED, "Er: 705 : #{}")
    ERROR_708 = _answered(Outcome.REJECTED, "Err: 708 : #{}", 503)
    ERROR_799 = _answered(Outcome.REJECTED, "Err: 799 : #{}")
    ERROR_701 = _answered(Outcome.PENDING, "Err: 701 : #{}")
    ERROR_702 = _answered(Outcome.PENDING, "Err: 702 : #{}")
    ERROR_712 = _answered(Outcome.UNKNOWN, "Err: 712 : #{}")
    ERROR_712_TAKEN = _answered(Outcome.UNKNOWN, "Err: 712 : #{}", taken=True)
    ERROR_713 = _answered(Outcome.UNKNOWN, "Err: 713 : #{}")
    ERROR_713_TAKEN = _answered(Outcome.UNKNOWN, "Err: 713 : #{}", taken=True)
    NOT_SENT = Reply(Outcome.PENDING, taken=False, fate=Fate.NOT_SENT)
    LOST = Reply(Outcome.UNKNOWN, taken=False, fate=Fate.LOST)
    LOST_TAKEN = Reply(Outcome.UNKNOWN, taken=True, fate=Fate.LOST)
    HTTP_200 = _answered(Outcome.UNKNOWN, "<html>#{}")
    HTTP_200_TAKEN = _answered(Outcome.UNKNOWN, "<html>#{}", taken=True)
    HTTP_302_TAKEN = _answered(Outcome.UNKNOWN, "<html>#{}", 302, taken=True)
    HTTP_403 = _answered(Outcome.PENDING, "<html>#{}", 403)
    HTTP_404 = _answered(Outcome.PENDING, "<html>#{}", 404)  # rejected where the message is risky
    HTTP_408_TAKEN = _answered(Outcome.UNKNOWN, "<html>#{}", 408, taken=True)
    HTTP_500 = _answered(Outcome.UNKNOWN, "<html>#{}", 500)
    HTTP_500_TAKEN = _answered(Outcome.UNKNOWN, "<html>#{}", 500, taken=True)
    # A fault of ours in the worker: the run ends, after what is under way was written.
    FAILS = Reply(Outcome.UNKNOWN, taken=False, fate=Fate.LOST, text="fails")
    FAILS_TAKEN = Reply(Outcome.UNKNOWN, taken=True, fate=Fate.LOST, text="fails")
    # The program is killed while it waits for this answer.
    KILLED = Reply(Outcome.UNKNOWN, taken=False, fate=Fate.LOST, text="killed")
    KILLED_TAKEN = Reply(Outcome.UNKNOWN, taken=True, fate=Fate.LOST, text="killed")

    @property
    def fails(self) -> bool:
        return self.value.text == "fails"

    @property
    def kills(self) -> bool:
        return self.value.text == "killed"


class How(Enum):
    KILLED_BEFORE = auto()  # a commit
    KILLED_WITHIN = auto()  # a commit: a part of it is on the disk
    KILLED_AFTER = auto()  # a commit
    DISK_FULL = auto()  # for a commit or some
    LEFT_BEFORE = auto()  # Ctrl-C twice, just before a commit
    LEFT_AFTER = auto()  # Ctrl-C twice, just after a commit
    LEFT = auto()  # Ctrl-C twice, after so many answers
    INTERRUPTED = auto()  # Ctrl-C once, after so many answers
    SCREEN_BROKE = auto()  # after so many answers


AFTER_ANSWERS = (How.LEFT, How.INTERRUPTED, How.SCREEN_BROKE)
LEAVING = (How.LEFT_BEFORE, How.LEFT_AFTER, How.LEFT)


@dataclass(frozen=True)
class Cut:
    how: How
    at: int = 1  # which commit, or after which answer
    extent: int = 1  # for how many commits the disk is full; how many quarters of the last one are on it


NOT_AGAIN = Again()


@dataclass(frozen=True)
class Run:
    """One run of the program: its options, what the gateway answers in turn and then always, and what cuts it."""

    answers: tuple[Answer, ...] = ()
    then: Answer = Answer.ACCEPTED
    cut: Cut | None = None
    workers: int = 1
    in_turn: bool = True  # answers come one by one in a fixed order; else the workers race
    stride: int = 1  # which one comes first: 1 the oldest; others let the later ones overtake
    limit: int | None = None
    sender: str = "Shop"
    keep_duplicates: bool = False
    again: Again = NOT_AGAIN


Step = Edit | Run


@dataclass(frozen=True)
class History:
    rows: Rows
    steps: tuple[Step, ...]


# --- The simulated world ---


class Killed(BaseException):
    """The process is no more; raised wherever it would have gone on."""


class OursFailed(Exception):  # noqa: N818 - a fault of the program itself
    pass


@dataclass(eq=False)
class Ask:
    """A request that reached the gateway."""

    mark: str
    five: Message
    answer: Answer
    told: bool = False  # whether the program heard the answer in time

    @property
    def outcome(self) -> Outcome:
        if self.answer is Answer.HTTP_404 and self.five.body == RISKY:
            return Outcome.REJECTED
        return self.answer.value.outcome

    def exchange(self, function: Function) -> Exchange:
        reply, text = self.answer.value, self.answer.value.text.format(self.mark[1:])
        detail = "" if reply.fate is Fate.ANSWERED else f"so it goes {self.mark}"
        return Exchange(function, reply.fate, text, text, reply.http_status, detail)


@dataclass
class Gateway:
    """Keeps the truth: what it was asked, and what it took."""

    asks: list[Ask] = field(default_factory=list)
    taken: Counter[Message] = field(default_factory=Counter)

    def ask(self, five: Message, answer: Answer) -> Ask:
        ask = Ask(f"#{len(self.asks)}", five, answer)
        self.asks.append(ask)
        self.taken[five] += answer.value.taken
        return ask


def five_of(message: Message) -> Message:
    """The message as the gateway sees it, which knows no occurrences."""
    return replace(message, occurrence=1)


def read_request(function: Function, parameters: Mapping[str, str]) -> Message:
    time_given = parameters.get("sendingdate")
    assert function is (Function.SCHEDULE if time_given else Function.SEND)
    send_at = datetime.fromisoformat(time_given).replace(tzinfo=UTC) if time_given else None
    wap_push = parameters.get("wap_push") == "true"
    return Message(parameters["recipient"], parameters["sender"], parameters["body"], wap_push, send_at)


class Process:
    """One process of the program, which can die: its ledger and its workers' connections report to it."""

    def __init__(self, run: Run, gateway: Gateway, path: Path) -> None:
        self.run, self.path = run, path
        self.intents: dict[int, Message] = {}  # what is on the disk, by the number of the attempt
        self.outcomes: dict[int, Verdict] = {}
        self.asks: list[Ask] = []
        self.faults: list[str] = []
        self.killed = False
        self.dead = False  # or at its end
        self.cut: How | None = None  # what cut it, once it did
        self.interrupt = Interrupt()
        self.unrecorded: list[Delivered] = []  # the answers of which it says itself that it could not record them
        self._gateway = gateway
        self._lock = threading.Condition()
        self._leaving: dict[Message, deque[int]] = {}
        self._waiting: set[int] = set()
        self._heard: set[int] = set()
        self._answer_is_out = False
        self._no_turns = not run.in_turn
        self._commits = 0
        self._connections = 0

    # What the ledger does

    def record(
        self,
        write: Callable[[list[tuple[int, Verdict]], Sequence[Message]], list[int]],
        outcomes: list[tuple[int, Verdict]],
        intents: Sequence[Message],
    ) -> list[int]:
        with self._lock:
            if self.dead:
                raise Killed
            self._heard.update(number for number, _ in outcomes)
            self._answer_is_out = False
            how = self._cut_now()
            if how in (How.KILLED_BEFORE, How.LEFT_BEFORE, How.DISK_FULL):
                self._cut_short(how)
            log = self._log.read_bytes() if how is How.KILLED_WITHIN else b""
            numbers = write(outcomes, intents)
            if how is How.KILLED_WITHIN:
                self.die(log=self._torn(log))
                raise Killed
            self._note(outcomes, dict(zip(numbers, intents, strict=True)))
            if how in (How.KILLED_AFTER, How.LEFT_AFTER):
                self._cut_short(how)
            self._lock.notify_all()
            return numbers

    def _cut_now(self) -> How | None:
        self._commits += 1
        cut = self.run.cut
        if cut is None or cut.how in AFTER_ANSWERS or not cut.at <= self._commits < cut.at + cut.extent:
            return None
        self.cut = cut.how
        return cut.how

    def cut_after(self, answers: int) -> How | None:
        cut = self.run.cut
        if cut is None or cut.how not in AFTER_ANSWERS or cut.at != answers:
            return None
        self.cut = cut.how
        return cut.how

    def _cut_short(self, how: How) -> None:
        if how is How.DISK_FULL:
            self._lock.notify_all()
            raise Stopped("stopped: the ledger cannot be written (disk full)")
        if how in LEAVING:
            self.leave()
        else:
            self.die()
            raise Killed

    def leave(self) -> None:
        """Ctrl-C, twice: it comes in the thread that owns the ledger, which may be shielded from it just now."""
        with self._lock:
            self._no_turns = True
            self._lock.notify_all()
        self.interrupt.ask()
        self.interrupt.ask()

    def _note(self, outcomes: Iterable[tuple[int, Verdict]], intents: Mapping[int, Message]) -> None:
        self.outcomes.update(outcomes)
        self.intents.update(intents)
        open_ = len(self.intents) - len(self.outcomes)
        if open_ > self.run.workers:
            self.faults.append(f"(f) {open_} intents are open, and there are {self.run.workers} workers")
        for number, message in intents.items():
            self._leaving.setdefault(five_of(message), deque()).append(number)

    # What the workers do

    def connect(self) -> Client:
        with self._lock:
            self._connections += 1
        return Connection(self)

    def disconnect(self) -> None:
        with self._lock:
            self._connections -= 1
            self._lock.notify_all()

    def ask(self, function: Function, parameters: Mapping[str, str]) -> Exchange:
        if self.dead:
            raise Killed
        five = read_request(function, parameters)
        try:
            number = self._leaving.get(five, deque()).popleft()  # no lock: whoever comes too early shall be seen
        except IndexError:
            self.faults.append(f"{five} left, and no intent is on the disk")
            raise OursFailed from None
        with self._lock:
            if self.dead:
                raise Killed
            ask = self._gateway.ask(five, self._answer(number))
            self.asks.append(ask)
            self._wait(number)
            if ask.answer.kills and self.cut not in LEAVING:
                self.die()
            if ask.answer.kills or self.dead:
                raise Killed
            ask.told = self.cut not in LEAVING
        if ask.answer.fails:
            raise OursFailed
        return ask.exchange(function)

    def _answer(self, number: int) -> Answer:
        return dict(enumerate(self.run.answers)).get(self._place(number), self.run.then)

    def _place(self, number: int) -> int:
        return number - min(self.intents)

    def _wait(self, number: int) -> None:
        """Wait until all who are under way have asked, the one before was recorded, and it is this one's turn."""
        self._waiting.add(number)
        self._lock.notify_all()
        if not self._lock.wait_for(lambda: self.dead or self._no_turns or self._is_next(number), STUCK):
            self.faults.append("the run is stuck")
            self._no_turns = True
        self._waiting.discard(number)
        self._answer_is_out = True

    def _is_next(self, number: int) -> bool:
        if self._answer_is_out or len(self._waiting) < len(self.intents) - len(self._heard):
            return False
        return number == min(self._waiting, key=lambda one: (self._place(one) * self.run.stride % 5, one))

    # How it ends

    @property
    def _log(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    def die(self, log: bytes | None = None) -> None:
        """Keep the files as they lie on the disk now; nothing of this process reaches them any more."""
        if self.dead:
            return
        self.killed = self.dead = True
        for file in (self.path, self._log):
            shutil.copyfile(file, _left(file))
        if log is not None:
            _left(self._log).write_bytes(log)
        self._lock.notify_all()

    def _torn(self, before: bytes) -> bytes:
        """The log as it is where a commit was broken off: new up to somewhere, old behind; its last byte is missing."""
        assert self.run.cut is not None
        after = self._log.read_bytes()
        changed = [n for n, (old, new) in enumerate(zip_longest(before, after)) if old != new]
        edge = changed[0] + (changed[-1] - changed[0]) * self.run.cut.extent // 4
        return after[:edge] + before[edge:]

    def bury(self) -> None:
        """Wait for the workers; after a death, put the files back as it left them."""
        with self._lock:
            if not self._lock.wait_for(lambda: not self._connections, STUCK):
                self.faults.append("a worker does not end")
            if self.killed:
                for file in (self.path, self._log):
                    _left(file).replace(file)
            self.dead = True  # a worker that comes late finds nothing


def _left(file: Path) -> Path:
    return file.with_name(f"{file.name}.left")


class MortalLedger(Ledger):
    def __init__(self, process: Process) -> None:
        super().__init__(process.path, lambda: EARLY)
        self._process = process

    def record(self, outcomes: Iterable[tuple[int, Verdict]], intents: Sequence[Message]) -> list[int]:
        return self._process.record(super().record, list(outcomes), intents)


class Connection(Client):
    def __init__(self, process: Process) -> None:
        self._process = process

    def ask(self, function: Function, parameters: Mapping[str, str]) -> Exchange:
        return self._process.ask(function, parameters)

    def close(self) -> None:
        self._process.disconnect()


# --- The books: what must be known, by the answers that came ---

Known = dict[Message, tuple[Outcome, str]]  # of each message that was submitted: its outcome and ref


def known_of(attempts: Mapping[Message, Sequence[tuple[Outcome, str]]]) -> Known:
    return {message: min(tried, key=lambda one: STRENGTH.index(one[0])) for message, tried in attempts.items()}


@dataclass(frozen=True)
class Rules:
    """What the contract says of one run, told from the file, the options and the books alone."""

    known: Known
    in_file: set[Message]  # whether they can go or not
    offered: list[Message]  # what could go, in the order of the file
    again: Again

    @property
    def reached(self) -> set[str]:
        return {message.recipient for message, (outcome, _) in self.known.items() if outcome in IN_DOUBT}

    @property
    def gone(self) -> set[str]:
        """The recipients who got, or may have got, a message that is no longer in the file."""
        return {
            message.recipient
            for message, (outcome, _) in self.known.items()
            if outcome in IN_DOUBT and message not in self.in_file
        }

    @property
    def wanted(self) -> list[Message]:
        """What the run would submit if it is not refused."""
        reached = self.reached if self.again.only_new else set()
        return [one for one in self.offered if self._may_go(one) and one.recipient not in reached]

    def outcome(self, message: Message) -> Outcome:
        return self.known[message][0] if message in self.known else Outcome.PENDING

    def _may_go(self, message: Message) -> bool:
        outcome = self.outcome(message)
        if outcome is Outcome.UNKNOWN:
            return self.again.unknown
        return outcome is Outcome.PENDING or (outcome is Outcome.REJECTED and self.again.rejected)


def rules_of(rows: Rows, run: Run, now: datetime, known: Known) -> Rules:
    times: Counter[Message] = Counter()
    in_file, offered = set(), []
    for row in rows:
        five = row.message(run.sender)
        if five is None:
            continue
        times[five] += 1
        message = replace(five, occurrence=times[five])
        in_file.add(message)
        past = message.send_at is not None and message.send_at <= now
        if not past and (run.keep_duplicates or message.occurrence == 1):
            offered.append(message)
    return Rules(known, in_file, offered, run.again)


# --- A history is played ---


class World:
    def __init__(self, history: History, path: Path, tally: Counter[object]) -> None:
        self._path, self._tally = path, tally
        self._versions = [history.rows]
        self._now = EARLY
        self._gateway = Gateway()
        self._attempts: dict[Message, list[tuple[Outcome, str]]] = {}
        self._kept: Counter[Message] = Counter()
        self._retried: Counter[Message] = Counter()

    def step(self, step: Step) -> None:
        match step:
            case Run():
                self._run(step)
            case TimePasses():
                self._now = LATE
            case Restore(back):
                self._versions.append(self._versions[-1 - back % len(self._versions)])
            case _:
                self._versions.append(step(self._versions[-1]))

    def close(self) -> None:
        with closing(Ledger(self._path)) as ledger:
            check_records(ledger, known_of(self._attempts))

    def _run(self, run: Run) -> None:
        rows = self._versions[-1]
        rules = rules_of(rows, run, self._now, known_of(self._attempts))
        process = Process(run, self._gateway, self._path)
        ledger = MortalLedger(process)
        try:
            check_records(ledger, rules.known)
            end = submit(ledger, process, self._plan(rows, run))
            self._settle(process)
            if not process.killed:
                check_records(ledger, known_of(self._attempts))
        finally:
            ledger.close()
            process.bury()
        self._count(process, end)
        assert not process.faults
        check_intents(process, rules)
        check_asks(process)
        check_nothing_is_held_back(process, rules, end)
        self._check_what_was_taken(run, rules)

    def _plan(self, rows: Rows, run: Run) -> Plan:
        cells, numbers = [row.cells for row in rows], range(2, 2 + len(rows))
        table = pd.DataFrame(cells, columns=list(COLUMNS), index=numbers, dtype=object)
        request = Request(now=self._now, sender=run.sender, keep_duplicates=run.keep_duplicates)
        return make_plan(table, Columns({field: place for place, field in enumerate(COLUMNS)}), request)

    def _settle(self, process: Process) -> None:
        """Enter the run's attempts; an intent without an outcome is in doubt."""
        for number, message in process.intents.items():
            verdict = process.outcomes.get(number, Verdict(Outcome.UNKNOWN))
            self._attempts.setdefault(message, []).append((verdict.outcome, verdict.ref))

    def _check_what_was_taken(self, run: Run, rules: Rules) -> None:
        """(g)."""
        self._kept |= Counter(five_of(message) for message in rules.offered)
        if run.again.unknown:
            self._retried.update(five_of(one) for one in rules.offered if rules.outcome(one) is Outcome.UNKNOWN)
        for five, times in self._gateway.taken.items():
            assert times <= self._kept[five] + self._retried[five], f"(g) {five} was taken {times} times"

    def _count(self, process: Process, end: End) -> None:
        self._tally.update(["runs", end, process.cut, *(ask.answer for ask in process.asks)])
        self._tally["requests"] += len(process.asks)
        self._tally["taken"] += sum(ask.answer.value.taken for ask in process.asks)


class End(StrEnum):
    REFUSED = "refused"
    DONE = "done"
    STOPPED = "stopped by an answer"
    INTERRUPTED = "interrupted"
    CUT = "cut"


def submit(ledger: Ledger, process: Process, plan: Plan) -> End:
    """Submit as `send` and `schedule` do it, less the questions and the results."""
    standings = stand(plan, ledger.records(), process.run.again)
    chosen = [one for one in standings if one.submit][: process.run.limit]
    try:
        refuse_changed(standings, ledger.records(), "spring")
    except Refused:
        return End.REFUSED
    return dispatch(chosen, ledger, process) if chosen else End.DONE


def dispatch(chosen: list[Standing], ledger: Ledger, process: Process) -> End:
    dispatch = Dispatch(chosen, ledger, process.connect, process.interrupt, process.run.workers)
    process.unrecorded = dispatch.unrecorded
    try:
        with closing(cast("Generator[Delivered]", iter(dispatch))) as answers:
            for count, _ in enumerate(answers, 1):
                match process.cut_after(count):
                    case How.LEFT:
                        process.leave()
                    case How.INTERRUPTED:
                        process.interrupt.ask()
                    case How.SCREEN_BROKE:
                        raise BrokenPipeError  # noqa: TRY301 - it stands for the terminal
    except (Killed, KeyboardInterrupt, Stopped, BrokenPipeError, OursFailed):
        return End.CUT
    if dispatch.stop:
        return End.STOPPED
    return End.INTERRUPTED if dispatch.interrupted else End.DONE


def check_records(ledger: Ledger, known: Known) -> None:
    """The file knows of every attempt, as it was answered; what was not answered is in doubt."""
    found = {record.message: (record.outcome, record.ref) for record in ledger.records().values()}
    assert found == known


def check_intents(process: Process, rules: Rules) -> None:
    messages = list(process.intents.values())
    assert len(messages) == len(set(messages)), "twice in one run"
    for message in messages:
        outcome = rules.outcome(message)
        assert message in rules.offered, f"{message} is not in the file, or cannot go"
        assert outcome is not Outcome.ACCEPTED, f"(a) {message} was accepted"
        assert outcome is not Outcome.UNKNOWN or rules.again.unknown, f"(b) {message} is unknown"
        assert outcome is not Outcome.REJECTED or rules.again.rejected, f"(b) {message} was rejected"
        assert message.recipient not in rules.gone, f"(d) {message}: another one was sent, and is no longer in the file"
        assert not rules.again.only_new or message.recipient not in rules.reached, f"(e) {message} with --only-new"


def check_asks(process: Process) -> None:
    """(c): each answer is recorded for its message and as it must be; what is not recorded is in doubt."""
    unrecorded = set(process.asks)
    for number, verdict in process.outcomes.items():
        five = five_of(process.intents[number])
        ask = _find(unrecorded, five, verdict)
        unrecorded.remove(ask)
        assert (ask.five, ask.outcome) == (five, verdict.outcome)
        assert verdict.ref == (ask.mark if ask.outcome is Outcome.ACCEPTED else "")
    open_ = Counter(five_of(one) for number, one in process.intents.items() if number not in process.outcomes)
    assert Counter(ask.five for ask in unrecorded) <= open_, "(c) asked for, and not in doubt"
    check_answers_reach_the_disk(process, {ask for ask in unrecorded if ask.told})


def check_answers_reach_the_disk(process: Process, lost: set[Ask]) -> None:
    """(c): whoever is killed loses what he has in hand; otherwise only a full disk does, and the program says so."""
    if process.killed or process.cut is How.LEFT or (process.cut in LEAVING and not process.run.in_turn):
        return  # who leaves does not wait: what comes only then is in doubt
    for one in process.unrecorded:
        assert process.cut is How.DISK_FULL
        assert one.standing.row.message is not None
        lost.remove(_find(lost, five_of(one.standing.row.message), one.verdict))
    assert not lost, "(c) answered, and not recorded"


def _find(asks: Iterable[Ask], five: Message, verdict: Verdict) -> Ask:
    """The request that a recorded outcome is about: by its mark, or the one in which the program failed.

    Of two that failed alike nothing tells which one was recorded: then it was the one that was heard in time.
    """
    marks = re.findall(r"#\d+", f"{verdict.ref} {verdict.detail} {verdict.raw}")
    for ask in sorted(asks, key=lambda one: not one.told):
        if ask.mark in marks or (not marks and ask.answer.fails and ask.five == five):
            return ask
    raise AssertionError(f"(c) recorded, and never answered: {five}: {verdict}")


def check_nothing_is_held_back(process: Process, rules: Rules, end: End) -> None:
    sent = list(process.intents.values())
    wanted = rules.wanted
    refused = any(message.recipient in rules.gone for message in wanted)
    assert (end is End.REFUSED) is refused
    if refused:
        assert not sent
        return
    wanted = wanted[: process.run.limit]
    assert sent == (wanted if end is End.DONE else wanted[: len(sent)])


def play(history: History, folder: Path, tally: Counter[object]) -> None:
    tally["histories"] += 1
    path = folder / "spring.ledger.db"
    for left in folder.iterdir():  # by a history that failed
        left.unlink()
    world = World(history, path, tally)
    for step in history.steps:
        world.step(step)
    world.close()


def replay(history: History) -> None:
    """Play one history by hand, for example under a debugger."""
    with tempfile.TemporaryDirectory() as folder:
        play(history, Path(folder), Counter())


# --- Histories are made up ---

# Few people and few words, so that rows meet; what is plain stands first and more often. One draw takes a whole row,
# edit or group of options from a list: draws are what making up a history costs.
PEOPLE = (1, 2, 3, 4)
SPECIALS: list[dict[str, str | Spelling]] = [
    {"spelling": Spelling.BY_EXCEL},
    {"spelling": Spelling.PLUS},
    {"sender": "Bank"},
    {"sender": "Shop"},
    {"body": "Sale"},
    {"body": RISKY},
    {"body": ""},
    {"wap_push": "yes"},
    {"send_at": "2026-06-01 10:00+04:00"},
    {"send_at": "2026-12-01 10:00+04:00"},
]
ROWS = [
    *[Row(person) for person in PEOPLE] * len(SPECIALS),
    *[Row(person, **special) for person in PEOPLE for special in SPECIALS],  # type: ignore[arg-type]
]
CHANGES: list[tuple[str, str | int | Spelling]] = [
    *[("body", body) for body in ("Hello", "Sale") * 3],
    *[("body", RISKY), ("body", "")],
    *[("person", person) for person in PEOPLE],
    *[("spelling", spelling) for spelling in (*VALID, *Spelling)],  # mended more often than spoiled
    *[("sender", sender) for sender in ("", "Shop", "Bank")],
    *[("wap_push", cell) for cell in WAP_PUSH],
    *[("send_at", cell) for cell in TIMES],
]
PLACES = range(6)
EDITS: list[Edit | None] = [
    *[None] * 100,
    *[Add(row, place) for row in ROWS for place in (0, 2, 4)],
    *[Remove(place) for place in PLACES] * 8,
    *[Duplicate(place, to) for place in PLACES for to in PLACES],
    *[Sort(reverse) for reverse in (False, True)] * 10,
    *[Change(place, *change) for place in PLACES for change in CHANGES],
    *[Restore(back) for back in (1, 2, 3)] * 15,
    *[Paste()] * 15,
    *[TimePasses()] * 15,
]
ANSWERS = [
    *[Answer.ACCEPTED] * 6,
    *[Answer.LOST_TAKEN, Answer.LOST, Answer.ERROR_700, Answer.NOT_SENT, Answer.ERROR_712_TAKEN] * 3,
    *Answer,
]
THEN = [*[Answer.ACCEPTED] * 6, Answer.ERROR_700, Answer.LOST_TAKEN, Answer.NOT_SENT]
CUTS = [
    *[None] * 36,
    *[Cut(how, at) for how in How for at in range(1, 6)],
    *[Cut(How.KILLED_WITHIN, at, quarters) for at in range(1, 6) for quarters in (2, 3, 4)],
    *[Cut(How.DISK_FULL, at, commits) for at in range(1, 6) for commits in (2, 9)],
]
PACES = list(product((1, 2, 3, 4), (True, True, True, False), (1, 2, 3)))  # workers, in_turn, stride
AGAIN = [
    *[Again()] * 6,
    *[Again(unknown=True)] * 3,
    *[Again(rejected=True), Again(unknown=True, rejected=True)],
    *[Again(only_new=True), Again(only_new=True, rejected=True)],  # --retry-unknown with --only-new is refused
]
OPTIONS = list(product([None] * 5 + [1, 2, 3], ["Shop"] * 9 + ["Bank"], (False, True), AGAIN))


def history_of(rows: list[Row], visits: list[tuple[Edit | None, Edit | None, Run]]) -> History:
    """The file as it is at first, and what is done to it at each visit: edits, then a run."""
    return History(tuple(rows), tuple(step for visit in visits for step in visit if step is not None))


# Built once: a composite strategy would build its parts anew for each history.
RUNS = st.builds(
    lambda answers, then, cut, pace, options: Run(answers, then, cut, *pace, *options),
    st.tuples(*[st.sampled_from(ANSWERS)] * 5),
    st.sampled_from(THEN),
    st.sampled_from(CUTS),
    st.sampled_from(PACES),
    st.sampled_from(OPTIONS),
)
VISITS = st.tuples(st.sampled_from(EDITS), st.sampled_from(EDITS), RUNS)
HISTORIES = st.builds(
    history_of,
    st.lists(st.sampled_from(ROWS), min_size=2, max_size=8),
    st.lists(VISITS, min_size=1, max_size=6),
)


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder where a sync costs nothing: the ledger is the program's own, syncs and all."""
    in_memory = Path("/dev") / "shm"
    fast = in_memory if os.access(in_memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=fast) as folder:
        yield Path(folder)


def test_no_history_sends_a_message_again_that_was_or_may_have_been_accepted_unless_the_user_said_so(
    memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = int(os.environ.get("CAMPAIGNS_TEST_HISTORIES", "0"))
    tally: Counter[object] = Counter()

    @settings(
        max_examples=wanted or FEW,
        derandomize=not wanted,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(HISTORIES)
    def holds(history: History) -> None:
        play(history, memory, tally)

    holds()
    with capsys.disabled():
        sys.stdout.write(f"\n{summary(tally)}\n")
    unseen = [one for one in (*Answer, *How, *End) if not tally[one]]
    assert len(unseen) <= TAME or tally["histories"] < FEW, f"the histories are too tame: they never had {unseen}"


def summary(tally: Counter[object]) -> str:
    words = [f"{tally[one]:,} {one}" for one in ("histories", "runs", "requests", "taken")]
    cuts = sum(tally[one] for one in (*How, Answer.KILLED, Answer.KILLED_TAKEN))
    return f"{', '.join(words)}; {cuts:,} runs cut, {tally[End.REFUSED]:,} refused"
