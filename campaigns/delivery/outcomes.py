"""The words for what became of a message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Outcome(StrEnum):
    """What became of a message when it was submitted, or why it was not."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    SKIPPED = "skipped"
    PENDING = "pending"


ATTENTION = frozenset({Outcome.INVALID, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.PENDING})


class Sign(Enum):
    """What an outcome tells about the run as a whole."""

    GOOD = auto()  # the gateway reads requests and judges them
    BAD = auto()  # unknown, unreachable, or refused unread
    WRONG_LOGIN = auto()
    OUT_OF_BALANCE = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and what is known of it.

    Attributes:
        outcome: accepted, rejected, unknown or pending.
        ref: The gateway's reference; only where accepted.
        code: The gateway's error code, or `HTTP 404`.
        detail: What happened, for a person.
        raw: The answer as it came, without secrets, where it may be needed for the gateway's support.
        sign: What it tells about the run.
    """

    outcome: Outcome
    ref: str = ""
    code: str = ""
    detail: str = ""
    raw: str = ""
    sign: Sign = Sign.GOOD
