"""Ctrl-C: the first one asks for a gentle stop, the second one leaves at once."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Interrupt:
    """Whether a person asked to stop, and whether it is safe to break off just now."""

    def __init__(self) -> None:
        self.times = 0
        self._shielded = False

    def __bool__(self) -> bool:
        return self.times > 0

    def ask(self) -> None:
        """Note one request to stop.

        Raises:
            KeyboardInterrupt: It is the second one, and nothing is shielded from it.
        """
        self.times += 1
        self._break_off()

    def _break_off(self) -> None:
        if self.times > 1 and not self._shielded:
            raise KeyboardInterrupt

    @contextmanager
    def shielded(self, *, shield: bool = True) -> Iterator[None]:
        """Hold a second request back while the body runs: an answer that came must reach the disk.

        Args:
            shield: False to let it through for a while inside a shielded body.

        Raises:
            KeyboardInterrupt: A second request came meanwhile.
        """
        before, self._shielded = self._shielded, shield
        try:
            self._break_off()
            yield
        finally:
            self._shielded = before
        self._break_off()


@contextmanager
def listening(say: Callable[[str], None]) -> Iterator[Interrupt]:
    """Let Ctrl-C ask for a gentle stop while the body runs, which looks at the interrupt; `say` tells the person."""
    interrupt = Interrupt()

    def handle(*_: object) -> None:
        interrupt.ask()
        say("\nstopping: waiting for the answers that are under way; Ctrl-C again leaves at once, and loses nothing")

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
