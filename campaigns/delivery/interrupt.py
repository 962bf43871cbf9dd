"""Ctrl-C: the first one asks for a gentle stop, the second one leaves at once."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Interrupt:
    """Whether a person asked to stop."""

    def __init__(self) -> None:
        self.times = 0

    def __bool__(self) -> bool:
        return self.times > 0

    def ask(self) -> None:
        """Note one request to stop.

        Raises:
            KeyboardInterrupt: It is the second one.
        """
        self.times += 1
        if self.times > 1:
            raise KeyboardInterrupt


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
