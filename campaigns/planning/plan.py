"""What would be sent: messages, the rows that ask for them, and their totals."""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.planning.blame import Savings

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from zoneinfo import ZoneInfo

    from campaigns.errors import Problem
    from campaigns.planning import segments
    from campaigns.planning.blame import Cause
    from campaigns.planning.pricing import Rates
    from campaigns.planning.templates import BodyTemplate

OPTED_OUT = "opted out"  # why a row is left out: its recipient wants nothing


@dataclass(frozen=True, slots=True)
class Message:
    """What a row asks to be sent.

    Attributes:
        recipient: Digits.
        sender: The sender's name or number.
        body: The text.
        wap_push: Whether it is a Wap Push message.
        send_at: When it is scheduled for, in UTC; None for at once.
        occurrence: 1 for the first row that asks for just this, 2 for its duplicate, and so on.
    """

    recipient: str
    sender: str
    body: str
    wap_push: bool = False
    send_at: datetime | None = None
    occurrence: int = 1

    @property
    def id(self) -> str:
        """The message's identity in ledger and results: a short hash of all of these.

        It begins with a letter, so no spreadsheet takes it for a number.
        """
        return identity(self.recipient, self.sender, self.body, self.wap_push, self.send_at, self.occurrence)


def identity(*parts: object) -> str:
    """Hash what a row asks for; stable from run to run."""
    text = json.dumps([part.isoformat() if isinstance(part, datetime) else part for part in parts], ensure_ascii=True)
    return "m" + b32encode(hashlib.sha256(text.encode()).digest()[:10]).decode().lower()


@dataclass(frozen=True, slots=True)
class Request:
    """What the campaign asks of every row, all options resolved.

    Attributes:
        now: The present, aware.
        sender: The sender of rows without one of their own; empty if there is none.
        template: The body of every row; None where the bodies come from a column.
        wap_push: Whether rows without a word of their own are Wap Push.
        send_at: When rows without a time of their own are scheduled for; None for at once.
        zone: The zone of times without an offset.
        price: What a segment costs; None if nobody said, or by prefix.
        rates: What a segment costs by prefix; None if nobody said.
        smart: Whether typographic look-alikes that force UNICODE are replaced.
        keep_duplicates: Whether rows that ask for the same are all sent.
        region: The country of numbers written without its code, e.g. `AM`; None takes international digits only.
        opted_out: Who wants nothing.
        time_needed: Whether a row without a time is a problem (`schedule`).
        login_length: How many bytes login and password take in a request, encoded.
    """

    now: datetime
    sender: str = ""
    template: BodyTemplate | None = None
    wap_push: bool = False
    send_at: datetime | None = None
    zone: ZoneInfo | None = None
    price: Decimal | None = None
    rates: Rates | None = None
    smart: bool = False
    keep_duplicates: bool = False
    region: str | None = None
    opted_out: Container[str] = frozenset()
    time_needed: bool = False
    login_length: int = 0


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the recipient file, judged.

    Attributes:
        number: The row's number as the spreadsheet shows it.
        id: The message's identity; for a row that asks for nothing sendable, a hash of what it holds.
        recipient: The digits, or the cell as it was found.
        sender: The sender; may be empty.
        body: The text; empty where none could be made.
        send_at: When it is scheduled for, or None.
        message: What would be sent; None where it cannot be told. A row may have a message and a problem: a time
            that is past is still part of the message's identity.
        count: The body's segments; None without a body.
        cost: In the account's currency; None where no price is known.
        problems: What is wrong; empty for a row that can be sent.
        skipped: Why the row is left out although nothing is wrong with it; empty otherwise.
        risk: What may make the gateway's web server refuse the request unread; empty otherwise.
        warnings: What a person should look at although the row can be sent.
        normalised: Whether the recipient's cell had to be repaired to give digits.
    """

    number: int
    id: str
    recipient: str
    sender: str
    body: str
    send_at: datetime | None
    message: Message | None
    count: segments.Count | None
    cost: Decimal | None
    problems: tuple[Problem, ...]
    skipped: str = ""
    risk: str = ""
    warnings: tuple[Problem, ...] = ()
    normalised: bool = False

    @property
    def sendable(self) -> bool:
        """Whether the row would be sent."""
        return self.message is not None and not self.problems and not self.skipped


@dataclass(frozen=True, slots=True)
class Totals:
    """A plan in numbers; segments and cost are those of the rows that would be sent."""

    rows: int
    sendable: int
    invalid: int
    skipped: int
    normalised: int
    segments: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent.

    Attributes:
        rows: Every row of the file, in its order.
        causes: What forces UNICODE in the rows that would be sent, the most frequent first.
        savings: What replacing look-alikes saves; where that was asked for, what it saved.
    """

    rows: tuple[PlannedRow, ...]
    causes: tuple[Cause, ...] = ()
    savings: Savings = field(default_factory=Savings)

    @property
    def sendable(self) -> list[PlannedRow]:
        """The rows that would be sent."""
        return [row for row in self.rows if row.sendable]

    @property
    def invalid(self) -> list[PlannedRow]:
        """The rows with a problem."""
        return [row for row in self.rows if row.problems]

    @property
    def totals(self) -> Totals:
        """The plan in numbers."""
        sendable = self.sendable
        skipped = sum(1 for row in self.rows if row.skipped and not row.problems)
        return Totals(
            rows=len(self.rows),
            sendable=len(sendable),
            invalid=len(self.invalid),
            skipped=skipped,
            normalised=sum(1 for row in self.rows if row.normalised),
            segments=count_segments(sendable),
            cost=add_costs(sendable),
        )


def count_segments(rows: Sequence[PlannedRow]) -> int:
    """Add up the segments of rows."""
    return sum(row.count.segments for row in rows if row.count)


def add_known_costs(rows: Sequence[PlannedRow]) -> Decimal | None:
    """Add up the costs of those rows that have a price: what all of them cost at least; None if no row has one."""
    costs = [row.cost for row in rows if row.cost is not None]
    return sum(costs, Decimal(0)) if costs else None


def add_costs(rows: Sequence[PlannedRow]) -> Decimal | None:
    """Add up the costs of rows; None as soon as one has no price."""
    costs = [row.cost for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
