"""An exchange with the gateway becomes an outcome. Pure.

The rule (README, "Promises"): by what is known to have happened, never by hope. What may have been accepted is
`unknown`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, assert_never

from campaigns.delivery.outcomes import Outcome, Sign, Verdict
from campaigns.gateway.client import Fate
from campaigns.gateway.protocol import Err, ErrorCode, Unreadable, Value, read_ref

if TYPE_CHECKING:
    from campaigns.gateway.client import Exchange

_MAY_HAVE = ": the gateway may have accepted it"
_TAKEN_OR_NOT = frozenset({ErrorCode.OperationTimeOut, ErrorCode.UnknownError})  # section 8.2, NOTE
_TOO_LARGE_OR_UNSAFE = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    }
)


def judge(exchange: Exchange, risk: str = "") -> Verdict:
    """Say what became of a message.

    Args:
        exchange: What came back for `send` or `schedule`.
        risk: Why the web server may refuse this request unread; empty if nothing speaks for that.
    """
    match exchange.fate:
        case Fate.NOT_SENT:
            return Verdict(Outcome.PENDING, detail=exchange.detail, sign=Sign.BAD)
        case Fate.LOST:
            return Verdict(Outcome.UNKNOWN, detail=exchange.detail + _MAY_HAVE, sign=Sign.BAD)
        case Fate.ANSWERED:
            reply = read_ref(exchange.text)
            match reply:
                case Value():
                    return Verdict(Outcome.ACCEPTED, ref=reply.value)
                case Err():
                    return _judge_error(reply, exchange)
                case Unreadable():
                    return _judge_page(exchange, risk)
        case _:
            assert_never(exchange.fate)


def _judge_error(reply: Err, exchange: Exchange) -> Verdict:
    shown = read_ref(exchange.redacted)  # the text may echo the request, and the request holds the password
    text = shown.text if isinstance(shown, Err) else ""
    meaning = reply.known.meaning if reply.known else "a code that the gateway's document does not list"
    detail = f"{meaning} ({text})" if text and text != meaning else meaning
    code = str(reply.code)
    if reply.known in _TAKEN_OR_NOT:
        return Verdict(Outcome.UNKNOWN, code=code, detail=detail + _MAY_HAVE, raw=exchange.redacted, sign=Sign.BAD)
    if reply.known is ErrorCode.AuthenticationFailed:
        return Verdict(Outcome.PENDING, code=code, detail=detail, sign=Sign.WRONG_LOGIN)
    if reply.known is ErrorCode.OutOfBalance:
        return Verdict(Outcome.PENDING, code=code, detail=detail, sign=Sign.OUT_OF_BALANCE)
    return Verdict(Outcome.REJECTED, code=code, detail=detail)


def _judge_page(exchange: Exchange, risk: str) -> Verdict:
    """Judge an answer that is neither `ID` nor `Err` by its HTTP status."""
    http_status = exchange.http_status or 0
    code = "" if http_status == HTTPStatus.OK else f"HTTP {http_status}"
    client_error = HTTPStatus.BAD_REQUEST <= http_status < HTTPStatus.INTERNAL_SERVER_ERROR
    if client_error and http_status != HTTPStatus.REQUEST_TIMEOUT:
        if risk and http_status in _TOO_LARGE_OR_UNSAFE:
            detail = f"the web server refused the request unread: {risk}"
            return Verdict(Outcome.REJECTED, code=code, detail=detail, raw=exchange.redacted, sign=Sign.BAD)
        detail = "the web server refused the request unread; nothing was taken"
        return Verdict(Outcome.PENDING, code=code, detail=detail, raw=exchange.redacted, sign=Sign.BAD)
    if HTTPStatus.MULTIPLE_CHOICES <= http_status < HTTPStatus.BAD_REQUEST:
        what = "a redirect came back, which is not followed"
    elif http_status >= HTTPStatus.BAD_REQUEST:
        what = f"the server answered with an error page (HTTP {http_status})"
    else:
        what = "the answer is neither ID nor Err"
    return Verdict(Outcome.UNKNOWN, code=code, detail=what + _MAY_HAVE, raw=exchange.redacted, sign=Sign.BAD)
