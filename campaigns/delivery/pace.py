"""How fast messages may leave: evenly, never in bursts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Lets one message leave every `1 / rate` seconds; time that was lost is not caught up."""

    def __init__(self, rate: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Set the pace.

        Args:
            rate: Messages a second; None for as fast as answers come.
            clock: Seconds that only grow.
        """
        self._interval = 1 / rate if rate else 0.0
        self._clock = clock
        self._next = 0.0

    @property
    def wait(self) -> float:
        """How many seconds to wait before the next message may leave; 0 if it may now."""
        return max(0.0, self._next - self._clock()) if self._interval else 0.0

    def allow(self, wanted: int) -> int:
        """Return how many of the wanted messages may leave now, and count them as left."""
        if not self._interval:
            return wanted
        if not wanted or self.wait:
            return 0
        self._next = max(self._next, self._clock()) + self._interval
        return 1
