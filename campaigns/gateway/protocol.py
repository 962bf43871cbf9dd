"""The words of the HTTP API 2.0: parameters, replies, error codes, statuses. Pure.

The document leaves open, and this module assumes:
    * `wap_push=true` asks for a Wap Push message; an ordinary SMS leaves the parameter out ("will be considered
      as false if not specified").
    * The first line of an answer counts: an ASP.NET page may append its own markup behind it.
    * A separator has white space on at least one side, unless the whole answer is written without any; so a colon
      inside a ref stays in the ref.
    * A balance that can be read in two ways counts as the lower one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_QUERY = 2048  # bytes; the default limit of the web server that such a gateway runs on (ASP.NET)
_LONGEST_REF = 200


class Function(StrEnum):
    """The functions of section 5."""

    SEND = "send"
    SCHEDULE = "schedule"
    QUERYBALANCE = "querybalance"
    QUERYMESSAGE = "querymessage"


class ErrorCode(IntEnum):
    """The error codes of section 8.2; 704 does not exist, and 706 is no error."""

    IncorrectParameters = 700
    AuthenticationFailed = 701
    OutOfBalance = 702
    IncorrectMessageRef = 703
    IncorrectDateTimeFormat = 705
    OperationSucceed = 706
    IncorrectActivationCode = 707
    OutOfDateTime = 708
    IncorrectCurrency = 709
    IncorrectEmailFormat = 710
    UserIsAlreadyRegistered = 711
    OperationTimeOut = 712
    UnknownError = 713
    EmailIsAlreadyUsed = 714

    @property
    def meaning(self) -> str:
        """What the document says of the code."""
        return _ERROR_MEANINGS[self]


_ERROR_MEANINGS = {
    ErrorCode.IncorrectParameters: "Incorrect parameters in user's request",
    ErrorCode.AuthenticationFailed: "Incorrect username or password",
    ErrorCode.OutOfBalance: "Not enough balance to send SMS message",
    ErrorCode.IncorrectMessageRef: "Incorrect message references",
    ErrorCode.IncorrectDateTimeFormat: "The format of the date/time is incorrect",
    ErrorCode.OperationSucceed: "The operation (activate, register) has been processed successfully",
    ErrorCode.IncorrectActivationCode: "The activation code is incorrect",
    ErrorCode.OutOfDateTime: "The specified date/time (for function 'schedule') is out of date",
    ErrorCode.IncorrectCurrency: "The specified currency is incorrect",
    ErrorCode.IncorrectEmailFormat: "The format of the specified email is incorrect",
    ErrorCode.UserIsAlreadyRegistered: "User account with specified username is already registered",
    ErrorCode.OperationTimeOut: "The message send operation timed out",
    ErrorCode.UnknownError: "Indicates an error occurred in the system",
    ErrorCode.EmailIsAlreadyUsed: "Indicates that user account with the specified email is already registered",
}


class Status(IntEnum):
    """The message statuses of section 8.1."""

    Pending = 0
    Sent = 1
    DeliveredToNetwork = 2
    TimeOut = 3
    OutOfBalance = 4
    Scheduled = 5
    DeliveryToGateway = 6
    IncorrectRecipient = 7
    NotSent = 8
    Unknown = 9

    @property
    def final(self) -> bool:
        """Whether the gateway will say nothing else of this message later."""
        return self in _FINAL

    @property
    def meaning(self) -> str:
        """What the document says of the status."""
        return _STATUS_MEANINGS[self]


_FINAL = frozenset({Status.Sent, Status.TimeOut, Status.OutOfBalance, Status.IncorrectRecipient, Status.NotSent})

_STATUS_MEANINGS = {
    Status.Pending: "The status of the SMS message is unknown, SMS is in queue.",
    Status.Sent: "The SMS message is sent and delivered.",
    Status.DeliveredToNetwork: "The SMS message is delivered to operator.",
    Status.TimeOut: "The connection is interrupted, operator may be overloaded.",
    Status.OutOfBalance: "Out of balance, SMS is not delivered.",
    Status.Scheduled: "The SMS message will be sent at the scheduled time.",
    Status.DeliveryToGateway: "The SMS message is delivered to gateway but status unknown.",
    Status.IncorrectRecipient: "The format of the recipient is incorrect.",
    Status.NotSent: "Wrong destination or internal error.",
    Status.Unknown: "Incorrect message reference (ID)",
}


# --- Requests (section 6) ---


def message_parameters(
    sender: str, recipient: str, body: str, *, wap_push: bool = False, send_at: datetime | None = None
) -> dict[str, str]:
    """Return the parameters of `send`, or of `schedule` where `send_at` (aware) is given."""
    parameters = {"sender": sender, "recipient": recipient, "body": body}
    if wap_push:
        parameters["wap_push"] = "true"
    if send_at is not None:
        parameters["sendingdate"] = sortable(send_at)
    return parameters


def sortable(moment: datetime) -> str:
    """Return an aware time in UTC in the "sortable date/time pattern": `2009-06-15T13:45:30`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def encode_query(function: Function, username: str, password: str, parameters: Mapping[str, str]) -> str:
    """Return the query string: every value in UTF-8, percent-encoded once, a space as `%20`."""
    pairs = {"function": function.value, "username": username, "password": password, **parameters}
    return urlencode(pairs, quote_via=quote, safe="")


# --- Replies (sections 4 and 6) ---


@dataclass(frozen=True, slots=True)
class Value:
    """An answer `ID: value : info text`: a ref, a balance or a status, by the function that was asked."""

    value: str
    info: str = ""


@dataclass(frozen=True, slots=True)
class Err:
    """An answer `Err: code : text` (or `Er:`)."""

    code: int
    text: str = ""

    @property
    def known(self) -> ErrorCode | None:
        """The document's name for the code; None for a code that it does not list."""
        try:
            return ErrorCode(self.code)
        except ValueError:
            return None

    def __str__(self) -> str:
        meaning = self.text or (self.known.meaning if self.known else "a code that the document does not list")
        return f"{self.code} {meaning}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that is neither: an error page, half an answer, nothing at all."""

    text: str


Reply = Value | Err | Unreadable

_HEAD = re.compile(r"(?P<word>ID|Err|Er)\s*:(?P<gap>\s*)(?P<rest>.*)", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]")
_SPACED_COLON = re.compile(r"\s+:\s*|\s*:\s+")
_CODE = re.compile(r"\d{1,6}", re.ASCII)
_REF = re.compile(rf"[^\s<>\x00-\x1f\x7f]{{1,{_LONGEST_REF}}}")


def parse_reply(text: str) -> Reply:
    """Read an answer of any function, generous with spaces, case, a byte-order mark and line ends."""
    first = _LINE_END.split(text.lstrip("\ufeff").strip(), maxsplit=1)[0]
    match = _HEAD.fullmatch(first.strip())
    if not match:
        return Unreadable(text)
    rest = match["rest"].strip()
    if match["word"].upper() == "ID":
        value, info = _value_and_info(rest, spaced=bool(match["gap"]))
        return Value(value, info) if value else Unreadable(text)
    code, _, info = (part.strip() for part in rest.partition(":"))
    return Err(int(code), info) if _CODE.fullmatch(code) else Unreadable(text)


def _value_and_info(rest: str, *, spaced: bool) -> tuple[str, str]:
    if rest.startswith(":"):
        return "", rest[1:].strip()
    parts = _SPACED_COLON.split(f"{rest} ", maxsplit=1)
    if len(parts) == 1 and not spaced:
        parts = rest.split(":", 1)
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""


def read_ref(text: str) -> Value | Err | Unreadable:
    """Read an answer to `send` or `schedule`; the ref is kept byte for byte."""
    reply = parse_reply(text)
    if isinstance(reply, Value) and not _REF.fullmatch(reply.value):
        return Unreadable(text)
    return reply


@dataclass(frozen=True, slots=True)
class StatusReply:
    """An answer to `querymessage`; `status` is None for a number that the document does not list."""

    code: int
    info: str = ""

    @property
    def status(self) -> Status | None:
        """The document's status of that number."""
        try:
            return Status(self.code)
        except ValueError:
            return None


def read_status(text: str) -> StatusReply | Err | Unreadable:
    """Read an answer to `querymessage`."""
    reply = _split_at_first_colon(parse_reply(text))
    if isinstance(reply, Value):
        return StatusReply(int(reply.value), reply.info) if _CODE.fullmatch(reply.value) else Unreadable(text)
    return reply


def _split_at_first_colon(reply: Reply) -> Reply:
    """A colon may be part of a ref; behind a status or a balance the info text begins at the first one."""
    if not isinstance(reply, Value) or ":" not in reply.value:
        return reply
    value, _, info = reply.value.partition(":")
    return Value(value.strip(), f"{info} : {reply.info}" if reply.info else info.strip())


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance.

    Attributes:
        raw: The answer's value and info text, as they came.
        amount: In the account's currency, below zero on credit; None where it cannot be read.
        currency: What stands beside the number, e.g. `AMD`; may be empty.
    """

    raw: str
    amount: Decimal | None
    currency: str = ""

    def __str__(self) -> str:
        return self.raw if self.amount is None else f"{self.amount:,f} {self.currency}".strip()


def read_balance(text: str) -> Balance | Err | Unreadable:
    """Read an answer to `querybalance`."""
    reply = _split_at_first_colon(parse_reply(text))
    if not isinstance(reply, Value):
        return reply
    amount, currency = _amount(reply.value)
    if not currency and _CURRENCY.fullmatch(reply.info):
        currency = reply.info
    raw = f"{reply.value} : {reply.info}" if reply.info else reply.value
    return Balance(raw, amount, currency)


_CURRENCY = re.compile(r"[A-Za-z]{3}|[^\w\s\d.,:+()-]{1,2}")
_MINUS = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")  # dashes that a program may write for a minus
_MONEY = re.compile(
    r"(?P<first>[+-]?)\s*(?P<before>[^\W\d_]{1,4}\.?|[^\w\s.,+()-]{1,2})?\s*(?P<sign>[+-]?)\s*"
    r"(?P<number>[0-9]+(?:[.,' \u00a0\u202f\u2009][0-9]+)*)(?P<last>-?)\s*"
    r"(?P<after>[^\W\d_]{1,4}\.?|[^\w\s.,+()-]{1,2})?"
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[.,' \u00a0\u202f\u2009])[0-9]{3})(?:(?P=mark)[0-9]{3})*")


def _amount(text: str) -> tuple[Decimal | None, str]:
    """Return the lower reading of an amount and its currency; None where there is no reading."""
    match = _MONEY.fullmatch(_MINUS.sub("-", text.strip()))
    if not match or (match["before"] and match["after"]):
        return None, ""
    signs = match["first"] + match["sign"] + match["last"]
    if len(signs) > 1:
        return None, ""
    readings = _readings(match["number"])
    if not readings:
        return None, ""
    amount = min(-number if signs == "-" else number for number in readings)
    return amount, match["before"] or match["after"] or ""


def _readings(number: str) -> list[Decimal]:
    """Every value that a number with separators can have: `1,234` is 1234 or 1.234."""
    found = []
    if number.isdigit() or _GROUPED.fullmatch(number):
        found.append(Decimal(re.sub(r"\D", "", number)))
    for mark in ".,":
        whole, separator, fraction = number.rpartition(mark)
        if separator and fraction.isdigit() and mark not in whole and (whole.isdigit() or _GROUPED.fullmatch(whole)):
            found.append(Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{fraction}"))
    return found
