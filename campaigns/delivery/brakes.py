"""When to stop a run: a wrong login, no money left, or a gateway that plainly does not work. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.delivery.outcomes import Outcome, Sign, Verdict

IN_A_ROW = 10


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run stopped part-way, and what to do next."""

    reason: str
    hint: str


WRONG_LOGIN = Stop(
    "stopped: the gateway refuses the username or password (701)",
    "check MOBIPACE_USERNAME and MOBIPACE_PASSWORD before you try again: failed logins can lock an account; "
    "then the same command resumes",
)
OUT_OF_BALANCE = Stop(
    "stopped: the account is out of balance (702)",
    "top it up; the same command resumes with the rows that are left",
)
NOT_WORKING = Stop(
    f"stopped: {IN_A_ROW} answers in a row were unknown, unreachable or refused unread",
    "see the details in the results file; once the gateway works again the same command resumes",
)


class Brakes:
    """Watches the verdicts of one run in the order in which they come."""

    def __init__(self) -> None:
        self._bad_in_a_row = 0
        self._seen = 0
        self._codes: set[str] = set()

    def watch(self, verdict: Verdict) -> Stop | None:
        """Take one verdict; return why the run must stop, or None."""
        if verdict.sign is Sign.WRONG_LOGIN:
            return WRONG_LOGIN
        if verdict.sign is Sign.OUT_OF_BALANCE:
            return OUT_OF_BALANCE
        self._bad_in_a_row = self._bad_in_a_row + 1 if verdict.sign is Sign.BAD else 0
        if self._bad_in_a_row >= IN_A_ROW:
            return NOT_WORKING
        return self._watch_first(verdict)

    def _watch_first(self, verdict: Verdict) -> Stop | None:
        if self._seen >= IN_A_ROW:
            return None
        self._seen += 1
        self._codes.add(verdict.code if verdict.outcome is Outcome.REJECTED else "")
        if self._seen < IN_A_ROW or len(self._codes) > 1 or "" in self._codes:
            return None
        return Stop(
            f"stopped: the first {IN_A_ROW} messages were all rejected with {verdict.code}: {verdict.detail}",
            "is the sender registered for this account? Correct it and run the same command again; "
            "what was rejected is submitted again with --retry-rejected",
        )
