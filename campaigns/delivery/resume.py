"""What a plan and the ledger say together: what became of each row, and what this run submits. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.delivery.outcomes import Outcome
from campaigns.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.delivery.ledger import Record
    from campaigns.planning.plan import Message, Plan, PlannedRow

_IN_DOUBT = frozenset({Outcome.ACCEPTED, Outcome.UNKNOWN})  # the recipient has it, or may have it
_FIELDS = ("body", "sender", "wap_push", "send_at")


@dataclass(frozen=True, slots=True)
class Standing:
    """One row beside what the ledger knows of it.

    Attributes:
        row: The planned row.
        record: What is known of its message; None if it was never submitted.
        outcome: What became of the row so far.
        submit: Whether this run submits it.
    """

    row: PlannedRow
    record: Record | None
    outcome: Outcome
    submit: bool

    @property
    def detail(self) -> str:
        """Why the outcome is what it is, for a person."""
        match self.outcome:
            case Outcome.INVALID:
                return "; ".join(f"{problem.field} {problem}" for problem in self.row.problems)
            case Outcome.SKIPPED:
                return self.row.skipped
            case _:
                return self.record.detail if self.record else ""


def stand(plan: Plan, records: Mapping[str, Record]) -> list[Standing]:
    """Say of each row what became of it so far and whether to submit it now.

    What was accepted, or may have been, is never submitted, whatever the file says now.
    """
    return [_stand(row, records.get(row.id)) for row in plan.rows]


def _stand(row: PlannedRow, record: Record | None) -> Standing:
    if record and record.outcome in _IN_DOUBT:
        return Standing(row, record, record.outcome, submit=False)
    if row.problems:
        return Standing(row, record, Outcome.INVALID, submit=False)
    if row.skipped:
        return Standing(row, record, Outcome.SKIPPED, submit=False)
    if record and record.outcome is Outcome.REJECTED:
        return Standing(row, record, Outcome.REJECTED, submit=False)
    return Standing(row, record, Outcome.PENDING, submit=True)


def refuse_changed(standings: Sequence[Standing], records: Mapping[str, Record], name: str) -> None:
    """Refuse to text people again whose message of this campaign is no longer in the file.

    Raises:
        Refused: A recipient of this run already got, or may have got, a message that the file no longer asks for.
    """
    present = {standing.row.id for standing in standings}
    gone: dict[str, Message] = {}
    for id_, record in records.items():
        if record.outcome in _IN_DOUBT and id_ not in present:
            gone[record.message.recipient] = record.message
    hit = [one.row.message for one in standings if one.submit and one.row.message and one.row.recipient in gone]
    if not hit:
        return
    differs = Counter(field for message in hit for field in _differing(message, gone[message.recipient]))
    recipients = len({message.recipient for message in hit})
    people = "1 recipient" if recipients == 1 else f"{recipients:,} recipients"
    raise Refused(
        f"the campaign has changed: {people} of {name!r} already got, or may have got, a message that is no longer in "
        f"the file (what differs: {', '.join(differs) or 'which duplicate it is'})",
        "put the file and the options back as they were, or start a campaign of its own with --name",
    )


def _differing(new: Message, old: Message) -> list[str]:
    return [field for field in _FIELDS if getattr(new, field) != getattr(old, field)]
