"""Results in numbers: outcomes, statuses, destinations, segments, money."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from campaigns.countries import country
from campaigns.spreadsheets.classes import STUCK, Class, classify
from campaigns.spreadsheets.refs import is_damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LONG = timedelta(days=1)  # after which a status that may stay for ever is worth naming


@dataclass(frozen=True, slots=True)
class Line:
    """A line of results, as text by header (ours in lower case).

    Attributes:
        cells: The texts.
        place: The row of the results file that it stands on, as a spreadsheet shows it.
        ref_is_number: Whether the ref is stored as a number.
        headers: The headers as they stand in the file, in its order.
        texts: The texts under them.
    """

    cells: Mapping[str, str]
    place: int
    ref_is_number: bool = False
    headers: Sequence[str] = ()
    texts: Sequence[str] = ()

    @property
    def ref(self) -> str:
        """The ref; empty if there is none."""
        return self.cells.get("ref", "").strip()

    @property
    def damaged(self) -> bool:
        """Whether a spreadsheet program made a number of the ref and lost digits of it."""
        return is_damaged(self.ref, number=self.ref_is_number)

    def of(self, column: str) -> str:
        """Return one of our columns without spaces around it."""
        return self.cells.get(column, "").strip()


@dataclass(slots=True)
class Destination:
    """What goes to one country."""

    name: str
    messages: int = 0
    delivered: int = 0
    segments: int = 0
    cost: Decimal | None = None


@dataclass(slots=True)
class Tally:
    """Totals of a results file.

    Attributes:
        lines: How many lines there are.
        outcomes: Lines by outcome.
        statuses: Refs by status.
        classes: Lines by what they come to.
        destinations: Countries of the messages that were or will be submitted.
        senders: Those messages by sender.
        segments: Their segments.
        cost: Their cost; None where no cell says one.
        spent: The estimated cost of what was accepted.
        accepted_segments: The segments of what was accepted.
        submitted: The first and the last time of submission, UTC.
        send_at: The first and the last time that messages are scheduled for, UTC.
        checked: When a status was last asked for, UTC.
        refs: How many lines have a ref.
        first_ref: The first of them; empty if there is none.
        stuck: Lines whose status has not changed for over a day and may never.
        damaged: Lines whose ref a spreadsheet program turned into a number.
        waiting: How many other lines have a ref of which the gateway may still say something else.
    """

    now: datetime | None = None
    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    classes: Counter[Class] = field(default_factory=Counter)
    destinations: dict[str, Destination] = field(default_factory=dict)
    senders: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    cost: Decimal | None = None
    spent: Decimal | None = None
    accepted_segments: int = 0
    submitted: tuple[datetime, datetime] | None = None
    send_at: tuple[datetime, datetime] | None = None
    checked: datetime | None = None
    refs: int = 0
    stuck: list[Line] = field(default_factory=list)
    damaged: list[Line] = field(default_factory=list)
    waiting: int = 0
    first_ref: str = ""
    rows: dict[str, list[str]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Count one line."""
        outcome, status = line.of("outcome"), line.of("status")
        self.lines += 1
        self.outcomes[outcome] += bool(outcome)
        if status:
            self.statuses[status] += 1
        kind = classify(outcome, status)
        if kind:
            self.classes[kind] += 1
        if kind is Class.ATTENTION:
            self.rows.setdefault(status or outcome, []).append(line.of("row") or str(line.place))
        self.refs += bool(line.ref)
        self.first_ref = self.first_ref or line.ref
        if line.ref and line.damaged:
            self.damaged.append(line)
        elif line.ref and status not in FINAL:
            self.waiting += 1
        self._add_times(line, status)
        if outcome not in ("", "invalid", "skipped"):
            self._add_message(line, outcome, kind)

    def _add_times(self, line: Line, status: str) -> None:
        submitted, send_at = read_time(line.of("submitted_at")), read_time(line.of("send_at"))
        self.submitted = _span(self.submitted, submitted)
        self.send_at = _span(self.send_at, send_at)
        checked = _span(None, read_time(line.of("checked_at")))
        self.checked = max(filter(None, (self.checked, checked and checked[1])), default=None)
        since = send_at or submitted
        if status in STUCK and since and self.now and self.now - since > LONG:
            self.stuck.append(line)

    def _add_message(self, line: Line, outcome: str, kind: Class | None) -> None:
        segments = int(text) if (text := line.of("segments")).isdecimal() else 0
        cost = _amount(line.of("cost"))
        name = country(line.of("recipient"))
        place = self.destinations.setdefault(name, Destination(name))
        place.messages += 1
        place.delivered += kind is Class.DELIVERED
        place.segments += segments
        place.cost = _sum(place.cost, cost)
        self.senders[line.of("sender")] += 1
        self.segments += segments
        self.cost = _sum(self.cost, cost)
        if outcome == "accepted":
            self.accepted_segments += segments
            self.spent = _sum(self.spent, cost)

    @property
    def not_final(self) -> int:
        """How many refs the gateway may still say something else of."""
        return self.waiting

    @property
    def attention(self) -> int:
        """How many lines somebody should look at."""
        return self.classes[Class.ATTENTION]


FINAL = frozenset({"Sent", "TimeOut", "OutOfBalance", "IncorrectRecipient", "NotSent"})


def count(lines: Iterable[Line], now: datetime | None = None) -> Tally:
    """Count lines.

    Args:
        lines: The lines.
        now: The present, aware; without it nothing counts as stuck.
    """
    tally = Tally(now)
    for line in lines:
        tally.add(line)
    return tally


def read_time(text: str) -> datetime | None:
    """Read a time of the results, in UTC: `2026-12-01T06:00:00Z`, or as a cell of a workbook reads."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _span(known: tuple[datetime, datetime] | None, moment: datetime | None) -> tuple[datetime, datetime] | None:
    if moment is None:
        return known
    return (min(known[0], moment), max(known[1], moment)) if known else (moment, moment)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _sum(known: Decimal | None, more: Decimal | None) -> Decimal | None:
    return known if more is None else (known or Decimal(0)) + more
