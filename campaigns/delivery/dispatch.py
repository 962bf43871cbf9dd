"""Send and schedule, row by row, at most once.

One thread - the caller's - owns the ledger and decides; workers only ask the gateway. In each turn the owner takes the
answers that have come, writes their outcomes and the next intents in one durable step, and only then hands the
messages out. So each worker has one message in doubt at the most, and a commit is shared by all that waits.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from campaigns.delivery.brakes import Brakes, Stop
from campaigns.delivery.outcomes import Outcome, Sign, Verdict, judge
from campaigns.errors import CampaignError
from campaigns.gateway.protocol import Function, message_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from campaigns.delivery.interrupt import Interrupt
    from campaigns.delivery.ledger import Ledger
    from campaigns.delivery.resume import Standing
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
    ) -> None:
        """Prepare a run.

        Args:
            standings: The rows to submit, in order; each has a message.
            ledger: The campaign's ledger.
            connect: Opens a session with the gateway; called once a worker, in its thread.
            interrupt: Looked at before each message.
            workers: How many messages may be under way at a time.
        """
        self.stop: Stop | None = None
        self.interrupted = False
        self._waiting = list(reversed(standings))
        self._ledger = ledger
        self._connect = connect
        self._interrupt = interrupt
        self._workers = workers
        self._brakes = Brakes()
        self._inbox: SimpleQueue[_Job | None] = SimpleQueue()
        self._outbox: SimpleQueue[_Answer] = SimpleQueue()
        self._under_way = 0

    def __iter__(self) -> Iterator[Delivered]:
        threads = [threading.Thread(target=self._work, name=f"worker-{n}", daemon=True) for n in range(self._workers)]
        for thread in threads:
            thread.start()
        try:
            while True:
                yield from self._turn(self._take_answers())
                if not self._under_way:
                    return
        except KeyboardInterrupt:  # the second Ctrl-C: leave at once, what is under way stays in doubt
            raise
        except BaseException:
            self._settle()
            raise
        finally:
            for _ in threads:
                self._inbox.put(None)

    def _turn(self, answers: list[_Answer]) -> list[Delivered]:
        """Judge what came, write it and what follows in one step, hand out."""
        self._under_way -= len(answers)
        delivered = [Delivered(answer.job.standing, _verdict(answer)) for answer in answers]
        for one in delivered:
            self.stop = self.stop or self._brakes.watch(one.verdict)
        following = self._next()
        outcomes = [(answer.job.attempt, one.verdict) for answer, one in zip(answers, delivered, strict=True)]
        messages = [_message(standing) for standing in following]
        if outcomes or messages:
            numbers = self._ledger.record(outcomes, messages)
            for number, standing, message in zip(numbers, following, messages, strict=True):
                self._under_way += 1
                self._inbox.put(_Job(number, standing, message))
        for answer in answers:
            if isinstance(answer.came, BaseException):
                raise answer.came
        return delivered

    def _settle(self) -> None:
        """Something failed on our side: hand nothing out, but write down the answers that are still to come."""
        self._waiting.clear()
        while self._under_way:
            answers = self._take_answers()
            self._under_way -= len(answers)
            with suppress(CampaignError):
                self._ledger.record([(answer.job.attempt, _verdict(answer)) for answer in answers], [])

    def _next(self) -> list[Standing]:
        """Take the rows that may leave now: one for each free worker, none once the run is to stop."""
        self.interrupted = self.interrupted or bool(self._interrupt and self._waiting)
        if self.stop or self.interrupted:
            return []
        free = self._workers - self._under_way
        return [self._waiting.pop() for _ in range(min(free, len(self._waiting)))]

    def _take_answers(self) -> list[_Answer]:
        """Wait for one answer, then take all that are there."""
        answers: list[_Answer] = []
        while self._under_way and not answers:
            try:
                answers.append(self._outbox.get(timeout=_GLANCE))
            except Empty:
                continue
        while True:
            try:
                answers.append(self._outbox.get_nowait())
            except Empty:
                return answers

    def _work(self) -> None:
        """Ask the gateway for each message that is handed in; nothing else happens in a worker's thread."""
        client: Client | None = None
        while (job := self._inbox.get()) is not None:
            try:
                client = client or self._connect()
                self._outbox.put(_Answer(job, _submit(client, job.message)))
            except BaseException as error:  # noqa: BLE001 - a fault of ours must reach the owner, with its row in doubt
                self._outbox.put(_Answer(job, error))
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


def _submit(client: Client, message: Message) -> Exchange:
    function = Function.SCHEDULE if message.send_at else Function.SEND
    parameters = message_parameters(
        message.sender, message.recipient, message.body, wap_push=message.wap_push, send_at=message.send_at
    )
    return client.ask(function, parameters)
