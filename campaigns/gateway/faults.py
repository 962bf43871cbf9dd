"""Faults that the sandbox shows on demand: whatever a gateway, its web server and the wire between can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaigns.gateway.protocol import Function


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    body: bytes
    http_status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    location: str = ""


class Cut(Enum):
    """How a connection ends instead of with an answer."""

    CLOSED = auto()  # in order, without a byte
    RESET = auto()  # hard
    HALF = auto()  # in the middle of the answer


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        taken: Whether the request is carried out before it goes wrong: a message is charged and delivered then.
        answer: What comes back instead of the request's own answer; None for its own.
        delay: Seconds before anything comes back.
        cut: How the connection ends instead; None for with an answer.
    """

    taken: bool
    answer: Answer | None = None
    delay: float = 0.0
    cut: Cut | None = None


def text(reply: str, http_status: int = 200) -> Answer:
    """Return an answer with a text of its own: any code, half an answer, nothing."""
    return Answer(reply.encode(), http_status)


def page(http_status: int, body: bytes = b"<html><body><h1>Server Error</h1></body></html>") -> Answer:
    """Return an error page of the web server, or of whatever stands between."""
    return Answer(body, http_status, "text/html")


def in_turn(*faults: Fault | None) -> Callable[[Function, Mapping[str, str]], Fault | None]:
    """Show the given faults to the messages that come, one each, in order; None lets a message through."""
    waiting = list(faults)

    def choose(function: Function, _: Mapping[str, str]) -> Fault | None:
        return waiting.pop(0) if waiting and function in ("send", "schedule") else None

    return choose
