"""What a status pass has learnt and not yet filled in: a small file beside the results, which the next pass picks up.

A results file is too large to be saved every few refs. Each answer is appended here as it comes, so that a pass over
100,000 refs that is killed has not asked in vain. It is a convenience, no promise: without it refs are asked again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from campaigns.gateway.protocol import ErrorCode, Status

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Learnt:
    """One answer.

    Attributes:
        ref: The ref.
        code: The status's number.
        name: Its name.
        at: When it was asked, UTC.
    """

    ref: str
    code: int
    name: str
    at: datetime

    @property
    def weak(self) -> bool:
        """Whether the gateway says that it does not know the ref; that never replaces a known status."""
        return self.code in (Status.Unknown, ErrorCode.IncorrectMessageRef)

    def after(self, earlier: Learnt | None) -> Learnt:
        """Return what is known after this answer, given what was known before."""
        return earlier if earlier and self.weak and not earlier.weak else self


class Journal:
    """The answers of one results file's passes that are not filled in yet."""

    def __init__(self, results: Path) -> None:
        """Prepare the journal of a results file; nothing is written yet."""
        self.path = results.with_name(f"{results.name}.refresh.jsonl")
        self._file: IO[str] | None = None

    def read(self) -> dict[str, Learnt]:
        """Return what an earlier pass learnt and could not fill in, by ref; lines that are no answers do not count."""
        found: dict[str, Learnt] = {}
        with suppress(OSError), self.path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                with suppress(ValueError, KeyError, TypeError):
                    learnt = _read(json.loads(text))
                    found[learnt.ref] = learnt.after(found.get(learnt.ref))
        return found

    def note(self, learnt: Learnt) -> None:
        """Append one answer; a folder that takes no file costs the journal, not the pass."""
        text = json.dumps([learnt.ref, learnt.code, learnt.name, learnt.at.isoformat()], ensure_ascii=True)
        with suppress(OSError):
            if self._file is None:
                self._file = self.path.open("a", encoding="utf-8")
            self._file.write(f"{text}\n")
            self._file.flush()

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        if self._file:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def forget(self) -> None:
        """Remove the file: all of it is filled in."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _read(found: Any) -> Learnt:
    ref, code, name, at = found
    moment = datetime.fromisoformat(at)
    if not (isinstance(ref, str) and isinstance(code, int) and isinstance(name, str)) or moment.tzinfo is None:
        raise ValueError
    return Learnt(ref, code, name, moment)
