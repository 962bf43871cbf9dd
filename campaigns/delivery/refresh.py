"""The status pass: asks for each ref, one after another; yields what the gateway says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.delivery.brakes import IN_A_ROW, NOT_WORKING, WRONG_LOGIN, Stop
from campaigns.gateway.client import Fate
from campaigns.gateway.protocol import Err, ErrorCode, Function, Status, StatusReply, read_status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from campaigns.delivery.interrupt import Interrupt
    from campaigns.gateway.client import Client, Exchange


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

    def __init__(self, refs: Sequence[str], client: Client, interrupt: Interrupt) -> None:
        """Prepare a pass over `refs`, in order."""
        self.stop: Stop | None = None
        self.interrupted = False
        self._refs = refs
        self._client = client
        self._interrupt = interrupt

    def __iter__(self) -> Iterator[RefStatus]:
        failed_in_a_row = 0
        for ref in self._refs:
            if self._interrupt:
                self.interrupted = True
                return
            answer = _read(ref, self._client.ask(Function.QUERYMESSAGE, {"messageref": ref}))
            failed_in_a_row = 0 if answer.code is not None else failed_in_a_row + 1
            if answer.wrong_login:
                self.stop = WRONG_LOGIN
            elif failed_in_a_row >= IN_A_ROW:
                self.stop = NOT_WORKING
            yield answer
            if self.stop:
                return


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
