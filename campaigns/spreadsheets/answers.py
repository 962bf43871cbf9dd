"""What a child process answers (see `confined`): lines of JSON, and an empty line at the end of each answer."""

from __future__ import annotations

import json
import sys


class Answers:
    """The answers of a child process; there is one in a process."""

    def __init__(self) -> None:
        """Take standard output: a library that prints must not print into the answers."""
        self._stream = sys.stdout
        sys.stdout = sys.stderr

    def say(self, value: object) -> None:
        """Say a line of the answer."""
        self._stream.write(json.dumps(value) + "\n")

    def complain(self, error: Exception) -> None:
        """Say why there is no more."""
        self.say({"error": str(error) or type(error).__name__})

    def end(self) -> None:
        """End the answer."""
        self._stream.write("\n")
        self._stream.flush()
