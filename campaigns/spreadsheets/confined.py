"""A child process for files that nobody vouches for: it is ended when it takes too much memory or time.

The library that reads workbooks is fast and native: a hostile file can make it allocate without end, or end the whole
process. So it works in a process of its own, which knows no secrets, and answers in lines of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_MEMORY = 768 * 2**20  # bytes that the child may hold; with our own share the whole stays under 1.5 GiB
MOST_SECONDS = 120.0
_GLANCE = 0.02  # seconds between two looks at its memory
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.stdin.readline()); from {module} import serve; serve()"
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG")  # no password goes to the child


class Confined:
    """A child process that serves questions about one file; a context manager."""

    def __init__(self, module: str, path: Path) -> None:
        """Start it.

        Args:
            module: The module whose `serve` answers: a question a line on its standard input, lines of answers, and an
                empty line at the end of each answer.
            path: The file, which is named where the child fails.
        """
        self._path = path
        self._why = ""
        environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-c", _BOOT.format(module=module)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, name="watch", daemon=True)
        self._watch.start()
        self._put(sys.path)

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._child.kill()
        self._watch.join()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._child.wait()

    def ask(self, question: object) -> Iterator[Any]:
        """Yield the answers to a question, as they come.

        Raises:
            UsageError: The child died, or had to be ended.
        """
        self._put(question)
        if self._child.stdout is None:
            raise ValueError("the child has no output")
        for line in self._child.stdout:
            if line == "\n":
                return
            yield json.loads(line)
        self._child.wait()
        why = self._why or "it is damaged, or made to do harm"
        raise UsageError(f"{self._path.name} cannot be read: {why}", "if it is a real file, save it as CSV UTF-8")

    def _put(self, value: object) -> None:
        with suppress(OSError):  # it died: its end of output tells so
            if self._child.stdin:
                self._child.stdin.write(json.dumps(value) + "\n")
                self._child.stdin.flush()

    def _look(self) -> None:
        """End the child when it takes too much."""
        import psutil

        left = MOST_SECONDS
        try:
            child = psutil.Process(self._child.pid)
            while not self._ended.wait(_GLANCE):
                left -= _GLANCE
                if child.memory_info().rss > MOST_MEMORY:
                    self._end("it needs too much memory")
                elif left < 0:
                    self._end("it takes too long")
        except psutil.Error:
            return  # it is over

    def _end(self, why: str) -> None:
        self._why = why
        self._child.kill()
        self._ended.set()
