"""All the rules in turn: a table and what the campaign asks become a plan."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b32encode
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.errors import Problem, UsageError
from campaigns.gateway.protocol import LONGEST_QUERY, Function, encode_query, message_parameters
from campaigns.planning import pricing, segments, times
from campaigns.planning.fields import Columns, Field
from campaigns.planning.numbers import read_recipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    import pandas as pd

    from campaigns.planning.templates import BodyTemplate

_MARKUP = re.compile(r"<[A-Za-z!/?]|&#")  # what an ASP.NET server's request validation refuses
_NO_CHARACTER = re.compile(r"[\ud800-\udfff]")  # half of a pair, or a byte that was no UTF-8: it cannot be sent
_INVISIBLE = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]+")
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"", "false", "no", "0"})


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
        price: What a segment costs; None if nobody said.
        keep_duplicates: Whether rows that ask for the same are all sent.
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
    keep_duplicates: bool = False
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
    segments: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent: every row of the file, in its order."""

    rows: tuple[PlannedRow, ...]

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
            segments=count_segments(sendable),
            cost=add_costs(sendable),
        )


def count_segments(rows: Sequence[PlannedRow]) -> int:
    """Add up the segments of rows."""
    return sum(row.count.segments for row in rows if row.count)


def add_costs(rows: Sequence[PlannedRow]) -> Decimal | None:
    """Add up the costs of rows; None as soon as one has no price."""
    costs = [row.cost for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def make_plan(table: pd.DataFrame, columns: Columns, request: Request) -> Plan:
    """Judge every row.

    Args:
        table: Text cells, indexed by the row number that the spreadsheet shows.
        columns: Which column is which field.
        request: What the campaign asks of every row.

    Raises:
        UsageError: The bodies come from nowhere, or from two places.
    """
    _check_body_source(table, columns, request)
    judge = _Judge(columns, request)
    rows = [
        judge.row(number, cells)
        for number, cells in zip(table.index, table.itertuples(index=False, name=None), strict=True)
    ]
    return Plan(tuple(rows))


def _check_body_source(table: pd.DataFrame, columns: Columns, request: Request) -> None:
    position = columns.position(Field.BODY)
    if position is None and request.template is None:
        raise UsageError(
            "nothing to say: no body column, and neither --body nor --body-file",
            "for example --body 'Hello {{ name }}'",
        )
    if position is not None and request.template is not None:
        header = table.columns[position]
        raise UsageError(
            f"two bodies: the column {header!r}, and --body or --body-file",
            "to use the option, say that the file has no body: --column body=",
        )


class _Judge:
    """The rules, bound to one campaign; remembers what was seen, for duplicates."""

    def __init__(self, columns: Columns, request: Request) -> None:
        self._columns = columns
        self._request = request
        self._counts: dict[str, segments.Count] = {}
        self._first: dict[tuple[object, ...], int] = {}
        self._times: Counter[tuple[object, ...]] = Counter()

    def row(self, number: int, cells: Sequence[str]) -> PlannedRow:
        request = self._request
        found = self._cell(cells, Field.RECIPIENT)
        values = (
            read_recipient(found),
            self._sender(cells),
            self._body(cells),
            self._wap_push(cells),
            self._send_at(cells),
        )
        recipient, sender, body, _, send_at = values
        problems = [value for value in values if isinstance(value, Problem)]
        if isinstance(send_at, datetime) and (late := times.past(send_at, self._time_text(cells), request.now)):
            problems.append(late)
        # The five together are the identity; where one could not be read, what was found stands for it.
        five = tuple(f"? {value.text}" if isinstance(value, Problem) else value for value in values)
        self._times[five] += 1
        occurrence = self._times[five]
        first = self._first.setdefault(five, number)
        skipped = f"duplicate of row {first}" if occurrence > 1 and not request.keep_duplicates else ""
        message = None
        if not any(isinstance(value, Problem) for value in values):
            message = Message(*five, occurrence)  # type: ignore[call-arg,arg-type] # none of the five is a problem
        text = body if isinstance(body, str) else ""
        count = self._count(text) if text else None
        return PlannedRow(
            number=number,
            id=identity(*five, occurrence),
            recipient=recipient if isinstance(recipient, str) else found,
            sender=sender if isinstance(sender, str) else "",
            body=text,
            send_at=send_at if isinstance(send_at, datetime) else None,
            message=message,
            count=count,
            cost=pricing.cost(count.segments, request.price) if count else None,
            problems=tuple(problems),
            skipped=skipped,
            risk=_risk(message, request.login_length) if message else "",
        )

    def _cell(self, cells: Sequence[str], field: Field) -> str:
        position = self._columns.position(field)
        return "" if position is None else cells[position]

    def _sender(self, cells: Sequence[str]) -> str | Problem:
        sender = self._cell(cells, Field.SENDER).strip() or self._request.sender
        if not sender and self._columns.position(Field.SENDER) is not None:
            return Problem("sender", "is missing", hint="give --sender or MOBIPACE_SENDER, or fill the cell")
        if _NO_CHARACTER.search(sender):
            return Problem("sender", "holds something that is no character")
        return sender

    def _body(self, cells: Sequence[str]) -> str | Problem:
        template = self._request.template
        body = template.render(cells) if template else self._cell(cells, Field.BODY)
        if isinstance(body, Problem):
            return body
        body = body.replace("\r\n", "\n").replace("\r", "\n")
        if _NO_CHARACTER.search(body):
            return Problem("body", "holds something that is no character")
        return body if _INVISIBLE.sub("", body) else Problem("body", "is empty")

    def _wap_push(self, cells: Sequence[str]) -> bool | Problem:
        text = self._cell(cells, Field.WAP_PUSH).strip().casefold()
        if not text:
            return self._request.wap_push
        if text in _YES:
            return True
        return False if text in _NO else Problem("wap_push", "is neither yes nor no", text[:40])

    def _time_text(self, cells: Sequence[str]) -> str:
        return self._cell(cells, Field.SEND_AT).strip()

    def _send_at(self, cells: Sequence[str]) -> datetime | Problem | None:
        text = self._time_text(cells)
        if text:
            return times.parse_time(text, self._request.zone)
        if self._request.send_at is None and self._request.time_needed:
            return Problem("send_at", "is missing", hint="fill the cell, or give --at")
        return self._request.send_at

    def _count(self, body: str) -> segments.Count:
        """Few different bodies are the rule: count each once."""
        known = self._counts.get(body)
        if known is None:
            known = self._counts[body] = segments.count(body)
        return known


def _risk(message: Message, login_length: int) -> str:
    if _MARKUP.search(message.body) or _MARKUP.search(message.sender):
        return "it holds < before a letter, or &#, which the gateway's web server may refuse"
    if (
        len(message.body) + len(message.sender)
    ) * 12 < LONGEST_QUERY - 500:  # no character takes more than 12 bytes: not worth encoding
        return ""
    function = Function.SCHEDULE if message.send_at else Function.SEND
    parameters = message_parameters(
        message.sender, message.recipient, message.body, wap_push=message.wap_push, send_at=message.send_at
    )
    length = len(encode_query(function, "", "", parameters)) + login_length
    return (
        f"its request is {length:,} bytes long; the gateway's web server may refuse more than {LONGEST_QUERY:,}"
        if length > LONGEST_QUERY
        else ""
    )
