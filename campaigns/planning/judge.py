"""The rules in turn: a table and what the campaign asks become a plan."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from campaigns.errors import Problem, UsageError
from campaigns.gateway.protocol import LONGEST_QUERY, Function, encode_query, message_parameters
from campaigns.planning import pricing, segments, times
from campaigns.planning.cautions import cautions
from campaigns.planning.faulty import spreadsheet_error
from campaigns.planning.fields import Columns, Field
from campaigns.planning.numbers import read_recipient
from campaigns.planning.plan import OPTED_OUT, Message, Plan, PlannedRow, Request, identity
from campaigns.planning.regions import doubt
from campaigns.planning.thrift import Thrift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

_MARKUP = re.compile(r"<[A-Za-z!/?]|&#")  # what an ASP.NET server's request validation refuses
_NO_CHARACTER = re.compile(r"[\ud800-\udfff]")  # half of a pair, or a byte that was no UTF-8: it cannot be sent
_INVISIBLE = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]+")
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"", "false", "no", "0"})


def make_plan(
    table: pd.DataFrame, columns: Columns, request: Request, found: Mapping[int, Problem] | None = None
) -> Plan:
    """Judge every row.

    Args:
        table: Text cells, indexed by the row number that the spreadsheet shows.
        columns: Which column is which field.
        request: What the campaign asks of every row.
        found: What is known to be wrong with whole rows, by number.

    Raises:
        UsageError: The bodies come from nowhere, or from two places.
    """
    _check_body_source(table, columns, request)
    thrift = Thrift(list(table.columns), columns, request.template, smart=request.smart)
    judge = _Judge(columns, request, thrift)
    found = found or {}
    rows = [
        judge.row(number, cells, found.get(number))
        for number, cells in zip(table.index, table.to_numpy(dtype=object).tolist(), strict=True)
    ]
    return Plan(tuple(rows), thrift.collected.causes, thrift.collected.savings)


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

    def __init__(self, columns: Columns, request: Request, thrift: Thrift) -> None:
        self._columns = columns
        self._thrift = thrift
        flat = None if request.price is None else pricing.Rates.flat(request.price)
        self._rates = request.rates or flat or pricing.Rates()
        self._request = request
        self._counts: dict[str, segments.Count] = {}
        self._first: dict[tuple[object, ...], int] = {}
        self._times: Counter[tuple[object, ...]] = Counter()
        self._texted: dict[str, int] = {}

    def row(self, number: int, cells: Sequence[str], wrong: Problem | None = None) -> PlannedRow:
        request = self._request
        found = self._cell(cells, Field.RECIPIENT)
        said = self._body(cells)
        values = (
            read_recipient(found, request.region),
            self._sender(cells),
            self._thrift.spoken(said) if isinstance(said, str) else said,
            self._wap_push(cells),
            self._send_at(cells),
        )
        recipient, sender, body, _, send_at = values
        problems = [value for value in (wrong, *values) if isinstance(value, Problem)]
        if isinstance(send_at, datetime) and (late := times.past(send_at, self._time_text(cells), request.now)):
            problems.append(late)
        # The five together are the identity; where one could not be read, what was found stands for it.
        five = tuple(f"? {value.text}" if isinstance(value, Problem) else value for value in values)
        self._times[five] += 1
        occurrence = self._times[five]
        first = self._first.setdefault(five, number)
        skipped = f"duplicate of row {first}" if occurrence > 1 and not request.keep_duplicates else ""
        if recipient in request.opted_out:
            skipped = OPTED_OUT
        message = None
        if not any(isinstance(value, Problem) for value in values):
            message = Message(*five, occurrence)  # type: ignore[call-arg,arg-type] # none of the five is a problem
        text = body if isinstance(body, str) else ""
        count = self._count(text) if text else None
        price = self._rates.price(recipient) if isinstance(recipient, str) else None
        planned = PlannedRow(
            number=number,
            id=identity(*five, occurrence),
            recipient=recipient if isinstance(recipient, str) else found,
            sender=sender if isinstance(sender, str) else "",
            body=text,
            send_at=send_at if isinstance(send_at, datetime) else None,
            message=message,
            count=count,
            cost=pricing.cost(count.segments, price) if count else None,
            problems=tuple(problems),
            skipped=skipped,
            normalised=isinstance(recipient, str) and recipient != found.strip(),
        )
        if not (message and planned.sendable and isinstance(said, str)):
            return planned
        self._thrift.note(number, said, cells, price)
        return self._look_again(planned, message)

    def _without_rate(self, row: PlannedRow) -> Problem | None:
        if self._request.rates is None or row.cost is not None:
            return None
        return Problem("recipient", "has no rate in --rates", row.recipient, "add a line for its first digits")

    def _look_again(self, row: PlannedRow, message: Message) -> PlannedRow:
        """Add what a person should know of a row that can be sent."""
        risk = _risk(message, self._request.login_length)
        unlikely = doubt(row.recipient) if self._request.region else None
        first = self._texted.setdefault(row.recipient, row.number)
        other = None
        if first != row.number and message.occurrence == 1:
            other = Problem("recipient", "gets another message of this campaign as well", f"see row {first}")
        found = (unlikely, other, self._without_rate(row), risk, *cautions(message, self._request.now))
        warnings = tuple(one for one in found if one)
        return replace(row, warnings=warnings, risk=f"its {risk.field} {risk.reason} ({risk.text})" if risk else "")

    def _cell(self, cells: Sequence[str], field: Field) -> str:
        position = self._columns.position(field)
        return "" if position is None else cells[position]

    def _sender(self, cells: Sequence[str]) -> str | Problem:
        sender = self._cell(cells, Field.SENDER).strip() or self._request.sender
        if not sender and self._columns.position(Field.SENDER) is not None:
            return Problem("sender", "is missing", hint="give --sender or MOBIPACE_SENDER, or fill the cell")
        if error := spreadsheet_error("sender", sender):
            return error
        if _NO_CHARACTER.search(sender):
            return Problem("sender", "holds something that is no character")
        return sender

    def _body(self, cells: Sequence[str]) -> str | Problem:
        template = self._request.template
        body = template.render(cells) if template else self._cell(cells, Field.BODY)
        if isinstance(body, Problem):
            return body
        if not template and (error := spreadsheet_error("body", body)):
            return error
        body = body.replace("\r\n", "\n").replace("\r", "\n")
        if _NO_CHARACTER.search(body):
            return Problem("body", "holds something that is no character")
        return body if _INVISIBLE.sub("", body) else Problem("body", "is empty")

    def _wap_push(self, cells: Sequence[str]) -> bool | Problem:
        text = self._cell(cells, Field.WAP_PUSH).strip()
        if not text:
            return self._request.wap_push
        if text.casefold() in _YES:
            return True
        if error := spreadsheet_error("wap_push", text):
            return error
        return False if text.casefold() in _NO else Problem("wap_push", "is neither yes nor no", text[:40])

    def _time_text(self, cells: Sequence[str]) -> str:
        return self._cell(cells, Field.SEND_AT).strip()

    def _send_at(self, cells: Sequence[str]) -> datetime | Problem | None:
        text = self._time_text(cells)
        if error := spreadsheet_error("send_at", text):
            return error
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


def _risk(message: Message, login_length: int) -> Problem | None:
    """Return what may make the gateway's web server refuse the request unread."""
    for field, text in (("body", message.body), ("sender", message.sender)):
        if found := _MARKUP.search(text):
            shown = text[found.start() : found.start() + 20]
            return Problem(field, "holds < before a letter, or &#: the gateway's web server may refuse it", shown)
    if (
        len(message.body) + len(message.sender)
    ) * 12 < LONGEST_QUERY - 500:  # no character takes more than 12 bytes: not worth encoding
        return None
    function = Function.SCHEDULE if message.send_at else Function.SEND
    parameters = message_parameters(
        message.sender, message.recipient, message.body, wap_push=message.wap_push, send_at=message.send_at
    )
    length = len(encode_query(function, "", "", parameters)) + login_length
    if length <= LONGEST_QUERY:
        return None
    reason = f"makes a request over {LONGEST_QUERY:,} bytes: the gateway's web server may refuse it"
    return Problem("body", reason, f"{length:,} bytes")
