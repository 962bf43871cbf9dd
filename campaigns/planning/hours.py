"""How long a run takes, when it ends, and whether Armenian numbers would be texted at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

ARMENIA = "374"
QUIET_FROM, QUIET_TO = 21, 10  # Yerevan; operators there deliver no commercial SMS from 21:00 to 10:00


@cache
def yerevan() -> ZoneInfo:
    """The zone that Armenian numbers live in."""
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Yerevan")


def at_night(recipient: str, moment: datetime) -> bool:
    """Whether a message would reach an Armenian number between 21:00 and 10:00 in Yerevan.

    Args:
        recipient: Digits.
        moment: When it goes out, aware.
    """
    return recipient.startswith(ARMENIA) and not QUIET_TO <= moment.astimezone(yerevan()).hour < QUIET_FROM


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages leave.

    Attributes:
        seconds: How long the gateway takes to answer one.
        workers: How many are asked at a time.
        rate: At most so many leave a second; None for as fast as answers come.
    """

    seconds: float
    workers: int = 1
    rate: float | None = None

    @property
    def interval(self) -> float:
        """Seconds from one message to the next."""
        return max(self.seconds / self.workers, 1 / self.rate if self.rate else 0.0)

    def duration(self, messages: int) -> timedelta:
        """Return how long so many messages take: until the last of them is answered."""
        if not messages:
            return timedelta(0)
        return timedelta(seconds=self.interval * (messages - 1) + self.seconds)

    def leaves(self, start: datetime, position: int) -> datetime:
        """Return when a message leaves that so many others leave before."""
        return start + timedelta(seconds=self.interval * position)


def in_the_night(recipients: Iterable[str], start: datetime, pace: Pace) -> list[int]:
    """Return the positions of those messages of a run that would go out at night.

    Args:
        recipients: The recipients, in the order in which they are texted.
        start: When the first leaves, aware.
        pace: How fast they leave.
    """
    return [
        position for position, recipient in enumerate(recipients) if at_night(recipient, pace.leaves(start, position))
    ]
