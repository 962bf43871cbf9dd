"""Send and schedule, row by row, at most once.

One thread - the caller's - owns the ledger and decides; workers only ask the gateway. In each turn the owner takes the
answers that have come, writes their outcomes and the next intents in one durable step, and only then hands the
messages out. So each worker has one message in doubt at the most, and a commit is shared by all that waits.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from campaigns.delivery.brakes import OUT_OF_BALANCE, WRONG_LOGIN, Brakes, Stop
from campaigns.delivery.judging import judge
from campaigns.delivery.outcomes import Outcome, Sign, Verdict
from campaigns.delivery.pace import Pace
from campaigns.errors import CampaignError
from campaigns.gateway.protocol import Function, message_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from campaigns.delivery.interrupt import Interrupt
    from campaigns.delivery.ledger import Ledger
    from campaigns.delivery.resume import Standing
    from campaigns.delivery.witness import Witness
    from campaigns.gateway.client import Client, Exchange
    from campaigns.planning.plan import Message

_GLANCE = 0.2  # seconds between looks at the interrupt while answers are awaited


@dataclass(frozen=True, slots=True)
class Delivered:
    """One row and what became of it in this run."""

    standing: Standing
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Job:
    attempt: int
    standing: Standing
    message: Message


@dataclass(frozen=True, slots=True)
class _Answer:
    job: _Job
    came: Exchange | BaseException


class Dispatch:
    """One run over the rows that are to be submitted. Iterate over it once; then `stop` says why it ended early."""

    def __init__(
        self,
        standings: Sequence[Standing],
        ledger: Ledger,
        connect: Callable[[], Client],
        interrupt: Interrupt,
        workers: int = 1,
        pace: Pace | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Prepare a run.

        Args:
            standings: The rows to submit, in order; each has a message.
            ledger: The campaign's ledger.
            connect: Opens a session with the gateway; called once a worker, in its thread.
            interrupt: Looked at before each message.
            workers: How many messages may be under way at a time.
            pace: How fast they may leave; as fast as answers come by default.
            witness: Asked after an unknown outcome, before the next message; makes sense with one worker.
        """
        self.stop: Stop | None = None
        self.interrupted = False
        self._waiting = list(reversed(standings))
        self._ledger = ledger
        self._connect = connect
        self._interrupt = interrupt
        self._workers = workers
        self._pace = pace or Pace(None)
        self._witness = witness
        self.unrecorded: list[Delivered] = []
        self._brakes = Brakes()
        self._inbox: SimpleQueue[_Job | None] = SimpleQueue()
        self._outbox: SimpleQueue[_Answer] = SimpleQueue()
        self._came = threading.Event()
        self._under_way = 0

    def __iter__(self) -> Iterator[Delivered]:
        threads = [threading.Thread(target=self._work, name=f"worker-{n}", daemon=True) for n in range(self._workers)]
        for thread in threads:
            thread.start()
        try:
            while True:
                self._wait()
                yield from self._turn()
                if not self._under_way and not self._may_go_on():
                    if not self._waiting and self.stop not in (WRONG_LOGIN, OUT_OF_BALANCE):
                        self.stop = None  # there was nothing left to stop
                    return
        except BaseException:
            if self._interrupt.times <= 1:  # a second Ctrl-C leaves at once: what is under way stays in doubt
                self._settle()
            raise
        finally:
            for _ in threads:
                self._inbox.put(None)

    def _turn(self) -> list[Delivered]:
        """Judge what came, write it and what follows in one step, hand out."""
        with self._interrupt.shielded():
            answers = self._take_answers()
            delivered = [Delivered(answer.job.standing, _verdict(answer)) for answer in answers]
            delivered = self._testify(answers, delivered)
            for one in delivered:
                self.stop = self.stop or self._brakes.watch(one.verdict)
            broken = next((answer.came for answer in answers if isinstance(answer.came, BaseException)), None)
            following = [] if broken else self._next()
            numbers = self._record(answers, delivered, following)
            for number, standing in zip(numbers, following, strict=True):
                self._under_way += 1
                self._inbox.put(_Job(number, standing, _message(standing)))
        if broken:
            raise broken
        return delivered

    def _settle(self) -> None:
        """Something failed on our side: hand nothing out, but write down the answers that are still to come."""
        self._waiting.clear()
        while self._under_way:
            self._wait()
            with self._interrupt.shielded(), suppress(CampaignError):
                answers = self._take_answers()
                self._record(answers, [Delivered(answer.job.standing, _verdict(answer)) for answer in answers], [])

    def _next(self) -> list[Standing]:
        """Take the rows that may leave now: one for each free worker, none once the run is to stop."""
        if not self._may_go_on():
            return []
        free = self._workers - self._under_way
        return [self._waiting.pop() for _ in range(self._pace.allow(min(free, len(self._waiting))))]

    def _may_go_on(self) -> bool:
        """Whether another row will leave: there is one, and nothing speaks against it."""
        self.interrupted = self.interrupted or bool(self._interrupt and self._waiting)
        return bool(self._waiting) and not self.stop and not self.interrupted

    def _record(
        self, answers: Sequence[_Answer], delivered: Sequence[Delivered], following: Sequence[Standing]
    ) -> list[int]:
        """Write one step. If the disk refuses it, try the outcomes alone: they have happened, the intents have not."""
        outcomes = [(answer.job.attempt, one.verdict) for answer, one in zip(answers, delivered, strict=True)]
        messages = [_message(standing) for standing in following]
        if not outcomes and not messages:
            return []
        try:
            return self._ledger.record(outcomes, messages)
        except CampaignError:
            try:
                self._ledger.record(outcomes, [])
            except CampaignError:
                self.unrecorded += delivered
            raise

    def _testify(self, answers: Sequence[_Answer], delivered: list[Delivered]) -> list[Delivered]:
        """Add what the balance hints at to unknown outcomes; they are on disk before it is asked."""
        if self._witness is None:
            return delivered
        if any(one.verdict.outcome is Outcome.UNKNOWN for one in delivered):
            self._record(answers, delivered, [])
        with self._interrupt.shielded(shield=False):
            return [self._hint(one, self._witness) for one in delivered]

    def _hint(self, one: Delivered, witness: Witness) -> Delivered:
        cost = one.standing.row.cost
        if cost is None:
            return one
        if one.verdict.outcome is Outcome.ACCEPTED:
            witness.paid(cost)
        if one.verdict.outcome is not Outcome.UNKNOWN or self._interrupt:
            return one
        return replace(one, verdict=replace(one.verdict, detail=f"{one.verdict.detail} ({witness.tell(cost)})"))

    def _wait(self) -> None:
        """Wait until there is something to do: an answer came, or a row may leave."""
        while self._outbox.empty() and not self._row_may_leave():
            wait = self._pace.wait
            self._came.wait(min(wait, _GLANCE) if wait else _GLANCE)
            self._came.clear()

    def _take_answers(self) -> list[_Answer]:
        """Take all answers that are there."""
        answers: list[_Answer] = []
        while not self._outbox.empty():
            answers.append(self._outbox.get())
        self._under_way -= len(answers)
        return answers

    def _row_may_leave(self) -> bool:
        """Whether there is no answer to wait for: a worker is free and a row may leave, or nothing is under way."""
        if not self._may_go_on():
            return not self._under_way
        return self._under_way < self._workers and not self._pace.wait

    def _work(self) -> None:
        """Ask the gateway for each message that is handed in; nothing else happens in a worker's thread."""
        client: Client | None = None
        while (job := self._inbox.get()) is not None:
            came: Exchange | BaseException
            try:
                client = client or self._connect()
                came = submit(client, job.message)
            except BaseException as error:  # noqa: BLE001 - a fault of ours must reach the owner, with its row in doubt
                came = error
            self._outbox.put(_Answer(job, came))
            self._came.set()
        if client:
            client.close()


def _message(standing: Standing) -> Message:
    if standing.row.message is None:
        raise ValueError(f"row {standing.row.number} has no message to submit")
    return standing.row.message


def _verdict(answer: _Answer) -> Verdict:
    if isinstance(answer.came, BaseException):
        detail = f"the program failed while it was submitted ({type(answer.came).__name__})"
        return Verdict(Outcome.UNKNOWN, detail=detail, sign=Sign.BAD)
    return judge(answer.came, answer.job.standing.row.risk)


def submit(client: Client, message: Message) -> Exchange:
    """Ask the gateway to send a message, or to schedule one that has a time."""
    function = Function.SCHEDULE if message.send_at else Function.SEND
    parameters = message_parameters(
        message.sender, message.recipient, message.body, wap_push=message.wap_push, send_at=message.send_at
    )
    return client.ask(function, parameters)
