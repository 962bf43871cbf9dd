"""What a plan and the ledger say together: what became of each row, and what this run submits. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.delivery.outcomes import Outcome
from campaigns.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from campaigns.delivery.ledger import Record
    from campaigns.planning.plan import Message, Plan, PlannedRow

_IN_DOUBT = frozenset({Outcome.ACCEPTED, Outcome.UNKNOWN})  # the recipient has it, or may have it
_FIELDS = ("body", "sender", "wap_push", "send_at")
HELD_BACK = "held back by --only-new: this recipient got, or may have got, a message of this campaign"


@dataclass(frozen=True, slots=True)
class Again:
    """What a person said about rows that were submitted before.

    Attributes:
        unknown: Submit rows again that may have been accepted.
        rejected: Submit rows again that were rejected.
        only_new: Submit only to recipients with nothing accepted or unknown in this campaign.
    """

    unknown: bool = False
    rejected: bool = False
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One row beside what the ledger knows of it.

    Attributes:
        row: The planned row.
        record: What is known of its message; None if it was never submitted.
        outcome: What became of the row so far.
        submit: Whether this run submits it.
        held_back: Whether --only-new keeps it from being submitted.
    """

    row: PlannedRow
    record: Record | None
    outcome: Outcome
    submit: bool = False
    held_back: bool = False

    @property
    def detail(self) -> str:
        """Why the outcome is what it is, for a person."""
        match self.outcome:
            case Outcome.INVALID:
                return "; ".join(f"{problem.field} {problem}" for problem in self.row.problems)
            case Outcome.SKIPPED:
                return HELD_BACK if self.held_back else self.row.skipped
            case _:
                return self.record.detail if self.record else ""


def stand(plan: Plan, records: Mapping[str, Record], again: Again = Again()) -> list[Standing]:
    """Say of each row what became of it so far and whether to submit it now.

    What was accepted is never submitted again; what may have been accepted only if the person said so.
    """
    reached = {record.message.recipient for record in records.values() if record.outcome in _IN_DOUBT}
    return [_stand(row, records.get(row.id), again, reached) for row in plan.rows]


def _stand(row: PlannedRow, record: Record | None, again: Again, reached: set[str]) -> Standing:
    outcome = record.outcome if record else Outcome.PENDING
    if outcome is Outcome.ACCEPTED:
        return Standing(row, record, outcome)
    if outcome is Outcome.UNKNOWN:
        return Standing(row, record, outcome, submit=again.unknown and row.sendable)
    if row.problems:
        return Standing(row, record, Outcome.INVALID)
    if row.skipped:
        return Standing(row, record, Outcome.SKIPPED)
    if again.only_new and row.recipient in reached:
        return Standing(row, record, Outcome.SKIPPED, held_back=True)
    return Standing(row, record, outcome, submit=outcome is Outcome.PENDING or again.rejected)


def refuse_changed(standings: Sequence[Standing], records: Mapping[str, Record], name: str) -> None:
    """Refuse to text people again whose message of this campaign is no longer in the file.

    Raises:
        Refused: A recipient of this run already got, or may have got, a message that the file no longer asks for.
    """
    present = {standing.row.id for standing in standings}
    gone: dict[str, list[Message]] = {}
    for id_, record in records.items():
        if record.outcome in _IN_DOUBT and id_ not in present:
            gone.setdefault(record.message.recipient, []).append(record.message)
    hit = [one.row.message for one in standings if one.submit and one.row.message and one.row.recipient in gone]
    if not hit:
        return
    fields = Counter(field for message in hit for field in _differing(message, gone[message.recipient]))
    recipients = len({message.recipient for message in hit})
    people = "1 recipient" if recipients == 1 else f"{recipients:,} recipients"
    raise Refused(
        f"the campaign has changed: {people} of {name!r} already got, or may have got, a message that is no longer in "
        f"the file; what differs: {', '.join(fields) or 'how often it stands there'}",
        "--only-new submits only to recipients who got nothing yet; --name starts a campaign of its own, "
        "which texts everybody in the file",
    )


def _differing(new: Message, old: Sequence[Message]) -> list[str]:
    """Name the fields in which a message differs from the one before it that is most like it."""
    differences = ([field for field in _FIELDS if getattr(new, field) != getattr(one, field)] for one in old)
    return min(differences, key=len)


def refuse_sent_elsewhere(rows: Iterable[PlannedRow], elsewhere: Mapping[str, set[tuple[str, str]]]) -> None:
    """Refuse what another campaign of the same folder already sent: a file saved under a new name.

    Args:
        rows: The rows that this run would submit.
        elsewhere: By the name of another campaign's ledger, the recipients and bodies that it submitted.

    Raises:
        Refused: One of them was accepted, or may have been, under another name.
    """
    pairs = [(row.recipient, row.body) for row in rows]
    for ledger_name, submitted in elsewhere.items():
        count = sum(1 for pair in pairs if pair in submitted)
        if count:
            messages = "1 message" if count == 1 else f"{count:,} messages"
            raise Refused(
                f"{messages} of this file, the same words to the same recipient, were already sent, or may have been, "
                f"by another campaign in this folder: {ledger_name}",
                "continue that campaign with its own file or --name, or give --again to send them once more",
            )
