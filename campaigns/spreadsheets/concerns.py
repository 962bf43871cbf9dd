"""What needs attention first in results, and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.spreadsheets.tally import Line, Tally

_WHAT_TO_DO = {
    "unknown": ("may have been accepted", "see their details; send --retry-unknown submits them again, twice for some"),
    "rejected": ("were rejected", "correct the rows, or give send --retry-rejected"),
    "invalid": ("failed the checks", "correct the rows in the recipient file and run the same command again"),
    "pending": ("were not submitted yet", "run the same command again"),
    "NotSent": ("could not be delivered: wrong destination, or a fault of the gateway", "check the numbers"),
    "IncorrectRecipient": ("have a recipient that the gateway takes for wrong", "check the numbers"),
    "TimeOut": ("were not taken by their operator in time", "export them and send them again if they still matter"),
    "OutOfBalance": ("found no balance left", "top the account up, then export them and send them again"),
    "Unknown": ("have a ref that the gateway does not know", "refresh again later; else ask the gateway's support"),
}


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs attention.

    Attributes:
        name: The outcome or status, or `stuck` or `damaged`.
        count: How many lines.
        what: What is the matter with them, for a person.
        advice: What to do, for a person.
        rows: Their rows in the recipient file.
    """

    name: str
    count: int
    what: str
    advice: str
    rows: tuple[str, ...]


def concerns(tally: Tally) -> list[Concern]:
    """Return what needs attention, the most pressing first."""
    found = []
    for name, (what, advice) in _WHAT_TO_DO.items():
        if rows := tally.rows.get(name):
            found.append(Concern(name, len(rows), what, advice, tuple(rows)))
    if tally.damaged:
        what = "have a ref that a spreadsheet program turned into a number"
        advice = "run the same send again: it brings the refs back; format the column as Text before editing"
        found.append(_concern("damaged", tally.damaged, what, advice))
    if tally.stuck:
        what = "have been with the operator or the gateway for over a day"
        found.append(_concern("stuck", tally.stuck, what, "this may never change: count them as not confirmed"))
    return found


def _concern(name: str, lines: list[Line], what: str, advice: str) -> Concern:
    return Concern(name, len(lines), what, advice, tuple(line.of("row") or str(line.place) for line in lines))
