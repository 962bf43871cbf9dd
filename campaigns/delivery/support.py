"""What the gateway's support asks for: requests that it did not answer clearly, each with its raw reply."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlencode

from campaigns.delivery.ledger import Ledger, is_ledger, log_of, read_only
from campaigns.errors import UsageError
from campaigns.gateway.protocol import Function, message_parameters

if TYPE_CHECKING:
    from pathlib import Path

_PAIRS = (
    "SELECT a.intended_at, a.answered_at, a.code, a.detail, a.raw, m.sender, m.recipient, m.body, m.wap_push, m.send_at"
    " FROM attempt a JOIN message m ON m.id = a.message"
    " WHERE a.outcome = 'unknown' AND (a.raw != '' OR a.code IN ('712', '713')) ORDER BY a.number"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A request without login and password, and what came back.

    Attributes:
        asked_at: When it was submitted, UTC.
        answered_at: When the answer was recorded, UTC; None if the program died before.
        query: The request's query string, without username and password.
        code: The error code, or `HTTP 500`; empty if the answer had none.
        detail: How the program took the answer.
        reply: The answer as it came, without secrets.
    """

    asked_at: datetime
    answered_at: datetime | None
    query: str
    code: str
    detail: str
    reply: str


def read_pairs(path: Path) -> list[Pair]:
    """Return the pairs of a campaign's ledger, which is read and not changed.

    Raises:
        UsageError: It is not there, or no ledger.
        Refused: A run holds it.
    """
    try:
        if not path.is_file() or not is_ledger(path):
            raise UsageError(
                f"{path.name} is not beside the results", "the raw replies are kept in it alone: bring it there"
            )
        if log_of(path).exists():  # in use, or left by a process that was killed: opening it settles which
            Ledger(path).close()
        with read_only(path) as db:
            username = db.execute("SELECT value FROM campaign WHERE key = 'username'").fetchone()
            login = str(username[0]) if username else ""
            return [_without(login, _pair(*row)) for row in db.execute(_PAIRS)]
    except (sqlite3.Error, OSError, ValueError) as error:
        raise UsageError(f"{path.name} cannot be read ({error})") from None


def _without(login: str, pair: Pair) -> Pair:
    """Take the login out of a reply that echoes the query; the password never was in it."""
    if not login:
        return pair
    forms = "|".join({re.escape(form) for form in (login, quote(login, safe=""), quote_plus(login))})
    return replace(pair, reply=re.sub(rf"(username=)(?:{forms})", r"\1***", pair.reply, flags=re.IGNORECASE))


def _pair(
    asked: str,
    answered: str | None,
    code: str,
    detail: str,
    raw: str,
    sender: str,
    recipient: str,
    body: str,
    wap_push: int,
    send_at: str | None,
) -> Pair:
    moment = datetime.fromisoformat(send_at) if send_at else None
    function = Function.SCHEDULE if moment else Function.SEND
    parameters = message_parameters(sender, recipient, body, wap_push=bool(wap_push), send_at=moment)
    query = urlencode({"function": function.value, **parameters}, quote_via=quote, safe="")
    answered_at = datetime.fromisoformat(answered) if answered else None
    return Pair(datetime.fromisoformat(asked), answered_at, query, code, detail, raw)
