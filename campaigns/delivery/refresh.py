"""The status pass: asks for each ref, with as many workers as wanted; yields what the gateway says of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from campaigns.delivery.brakes import IN_A_ROW, WRONG_LOGIN, Stop
from campaigns.delivery.pace import Pace
from campaigns.gateway.client import Fate
from campaigns.gateway.protocol import Err, ErrorCode, Function, Status, StatusReply, read_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from campaigns.delivery.interrupt import Interrupt
    from campaigns.gateway.client import Client, Exchange

GATEWAY_GONE = Stop(
    f"stopped: {IN_A_ROW} refs in a row could not be asked for",
    "what was learnt is filled in; once the gateway works again the same command goes on with the rest",
)
_GLANCE = 0.2  # seconds between looks at the interrupt while answers are awaited


@dataclass(frozen=True, slots=True)
class RefStatus:
    """What the gateway says of one ref.

    Attributes:
        ref: The ref.
        code: The status's number, or 703 for a ref that the gateway does not know; None if it could not be asked.
        name: The status's own name; the number where the document lists none; empty if it could not be asked.
        detail: Why it could not be asked.
        wrong_login: Whether that is because the gateway refuses the username or password.
    """

    ref: str
    code: int | None = None
    name: str = ""
    detail: str = ""
    wrong_login: bool = False

    @property
    def unknown(self) -> bool:
        """Whether the gateway says that it does not know the ref; that never replaces a known status."""
        return self.code in (Status.Unknown, ErrorCode.IncorrectMessageRef)


def is_final(status_code: str) -> bool:
    """Tell from a results file's cell whether the gateway will say anything else later."""
    try:
        return Status(int(status_code)).final
    except ValueError:
        return False


class Refresh:
    """One pass over refs. Iterate over it once; afterwards `stop` says why it ended early."""

    def __init__(
        self,
        refs: Sequence[str],
        connect: Callable[[], Client],
        interrupt: Interrupt,
        workers: int = 1,
        pace: Pace | None = None,
    ) -> None:
        """Prepare a pass.

        Args:
            refs: The refs to ask for, in order.
            connect: Opens a session with the gateway; called once a worker, in its thread.
            interrupt: Looked at before each ref.
            workers: How many requests may be under way at a time.
            pace: How fast they may leave; as fast as answers come by default.
        """
        self.stop: Stop | None = None
        self.interrupted = False
        self._waiting = list(reversed(refs))
        self._connect = connect
        self._interrupt = interrupt
        self._workers = max(1, min(workers, len(refs)))
        self._free = 1  # one request finds out whether the login is right, not as many as there are workers
        self._pace = pace or Pace(None)
        self._inbox: SimpleQueue[str | None] = SimpleQueue()
        self._outbox: SimpleQueue[RefStatus | BaseException] = SimpleQueue()
        self._under_way = 0
        self._failed_in_a_row = 0

    def __iter__(self) -> Iterator[RefStatus]:
        threads = [threading.Thread(target=self._work, name=f"asker-{n}", daemon=True) for n in range(self._workers)]
        for thread in threads:
            thread.start()
        try:
            while self._hand_out() or self._under_way:
                answer = self._take()
                if isinstance(answer, BaseException):
                    raise answer
                if answer is not None:
                    self._watch(answer)
                    yield answer
        finally:
            for _ in threads:
                self._inbox.put(None)

    def _hand_out(self) -> bool:
        """Hand refs to the workers that are free; return whether any ref is left to be handed out."""
        self.interrupted = self.interrupted or bool(self._interrupt and self._waiting)
        if self.stop or self.interrupted or not self._waiting:
            return False
        free = min(self._free - self._under_way, len(self._waiting))
        for _ in range(self._pace.allow(free)):
            self._inbox.put(self._waiting.pop())
            self._under_way += 1
        return True

    def _take(self) -> RefStatus | BaseException | None:
        """Wait for an answer; return None if there is something else to look at first."""
        free = self._under_way < self._free and self._waiting
        wait = self._pace.wait if free and not self.stop else _GLANCE
        try:
            answer = self._outbox.get(timeout=min(wait, _GLANCE))
        except Empty:
            return None
        self._under_way -= 1
        self._free = self._workers
        return answer

    def _watch(self, answer: RefStatus) -> None:
        """Stop where going on could only harm: a wrong login locks accounts, a dead gateway stays dead."""
        self._failed_in_a_row = 0 if answer.code is not None else self._failed_in_a_row + 1
        if answer.wrong_login:
            self.stop = WRONG_LOGIN
        elif self._failed_in_a_row >= IN_A_ROW:
            self.stop = self.stop or GATEWAY_GONE

    def _work(self) -> None:
        """Ask for each ref that is handed in; nothing else happens in a worker's thread."""
        client: Client | None = None
        while (ref := self._inbox.get()) is not None:
            try:
                client = client or self._connect()
                self._outbox.put(_read(ref, client.ask(Function.QUERYMESSAGE, {"messageref": ref})))
            except BaseException as error:  # noqa: BLE001 - a fault of ours must reach the one who asked
                self._outbox.put(error)
        if client:
            client.close()


def _read(ref: str, exchange: Exchange) -> RefStatus:
    if exchange.fate is not Fate.ANSWERED:
        return RefStatus(ref, detail=exchange.detail)
    reply = read_status(exchange.text)
    match reply:
        case StatusReply():
            return RefStatus(ref, reply.code, reply.status.name if reply.status is not None else str(reply.code))
        case Err(code=ErrorCode.IncorrectMessageRef):
            return RefStatus(ref, reply.code, Status.Unknown.name)
        case Err(code=ErrorCode.AuthenticationFailed):
            return RefStatus(ref, detail="error 701: wrong username or password", wrong_login=True)
        case Err():
            return RefStatus(ref, detail=f"error {reply.code}" + (f": {reply.known.meaning}" if reply.known else ""))
        case _:
            return RefStatus(ref, detail=f"the answer is neither ID nor Err (HTTP {exchange.http_status})")
