"""The error family: what went wrong, what to do next, and the exit code that says so to a script."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with; scripts rely on these numbers."""

    OK = 0
    ATTENTION = 1
    USAGE = 2
    REFUSED = 3
    STOPPED = 4
    INTERRUPTED = 130


class CampaignError(Exception):
    """Something that a person has to know about and can do something about.

    Attributes:
        message: What is wrong, in one sentence.
        hint: What to do next; empty when there is nothing to add.
        exit_code: What the process ends with.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CampaignError):
    """Wrong usage, an unreadable file, or a results path that cannot be written."""


class Refused(CampaignError):  # noqa: N818 - it says what happened, as its neighbours do
    """Refused before anything was sent."""

    exit_code = ExitCode.REFUSED


class Stopped(CampaignError):  # noqa: N818
    """Stopped part-way, or before the first answer; the same command resumes."""

    exit_code = ExitCode.STOPPED


class Interrupted(CampaignError):  # noqa: N818
    """The person pressed Ctrl-C; the same command resumes."""

    exit_code = ExitCode.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value of one row. A bad row is data, not an exception.

    Attributes:
        field: The field that the value was for, e.g. `recipient`.
        reason: What is wrong, the same words for every row with the same fault, so that rows can be grouped.
        text: The offending text as it was found.
        hint: What to do next; empty when the reason says enough.
    """

    field: str
    reason: str
    text: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.text!r}" if self.text else self.reason


def nearest(word: str, known: list[str]) -> str:
    """Return ` (did you mean 'x'?)` for the known word nearest to a mistyped one, or nothing."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1)
    return f" (did you mean {str(folded[found[0]])!r}?)" if found else ""
