"""A local stand-in of the gateway, on loopback: the whole HTTP API 2.0, no account needed.

What the document leaves open, and this stand-in assumes (nobody has the real server):
    * A sender that is not registered, and a recipient that is not digits, are answered with error 700.
    * Messages are charged when they are taken, scheduled ones too.
    * Being an ASP.NET page it refuses a query over 2,048 bytes (HTTP 404) and markup in a value (HTTP 500), unread.

A ref carries what is needed to answer for it later, so a ref given out in one run is known in the next.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import re
import secrets
import socket
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from campaigns.gateway.faults import Answer, Cut, Fault
from campaigns.gateway.protocol import LONGEST_QUERY, ErrorCode, Function, Status
from campaigns.settings import Secret, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATH = "/API_2_0/HTTP_API.aspx"

_DIGITS = re.compile(r"[1-9]\d{6,14}", re.ASCII)
_SENDER = re.compile(r"[A-Za-z0-9 .-]{1,11}|\d{1,15}", re.ASCII)
_SORTABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_MARKUP = re.compile(r"<[A-Za-z!/?]|&#")  # what ASP.NET's request validation takes for an attack


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a sandbox serves.

    Attributes:
        username: Its login.
        password: Its password.
        balance: What it starts with.
        price: What a segment costs.
        currency: What balances are counted in.
        senders: The registered senders; None accepts any well-formed one.
    """

    username: str = "sandbox"
    password: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(12)), repr=False)
    balance: Decimal = Decimal(1_000_000)
    price: Decimal = Decimal(12)
    currency: str = "AMD"
    senders: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the sandbox accepted, as it came over the wire."""

    ref: str
    parameters: Mapping[str, str]
    at: datetime


class Sandbox:
    """The gateway's stand-in. Use it as a context manager: it serves between enter and exit."""

    def __init__(
        self,
        bill: Callable[[str], int],
        account: Account | None = None,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        faults: Callable[[Function, Mapping[str, str]], Fault | None] | None = None,
        one_at_a_time: bool = False,
    ) -> None:
        """Prepare a sandbox; it serves once it is entered.

        Args:
            bill: How many segments are charged for a body.
            account: The account that it serves; a fresh one with a random password by default.
            port: The port on 127.0.0.1; 0 takes a free one.
            clock: Seconds since the epoch, for statuses and dates.
            faults: Chooses what goes wrong with a request, given its function and parameters; None for nothing.
            one_at_a_time: Refuse a request while another one is under way, unread (error 713).
        """
        self.account = account or Account()
        self.balance = self.account.balance
        self.taken: list[Taken] = []
        self._bill = bill
        self._clock = clock
        self._faults = faults
        self._one_at_a_time = one_at_a_time
        self._busy = threading.Lock()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        """The address to use it at."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    def settings(self, timeout: float = 60.0) -> Settings:
        """The settings to use it with."""
        return Settings(self.url, self.account.username, self.account.password, timeout)

    def __enter__(self) -> Sandbox:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until something else ends the process."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    # --- One request ---

    def answer(self, target: str) -> tuple[Answer, Fault | None]:
        """Answer one request, given its path and query; with the fault that it is to show."""
        if not self._one_at_a_time:
            return self._answer(target)
        if not self._busy.acquire(blocking=False):
            return Answer(_err(ErrorCode.UnknownError, "another request of this account is under way").encode()), None
        try:
            answer, fault = self._answer(target)
            if fault:
                time.sleep(fault.delay)
            return answer, replace(fault, delay=0.0) if fault else None
        finally:
            self._busy.release()

    def _answer(self, target: str) -> tuple[Answer, Fault | None]:
        parts = urlsplit(target)
        if parts.path != PATH or len(parts.query) > LONGEST_QUERY:
            return _page(404, "The resource cannot be found.", target), None
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        if any(_MARKUP.search(value) for value in parameters.values()):
            title = "A potentially dangerous Request.QueryString value was detected from the client"
            return _page(500, title, target), None
        try:
            function = Function(parameters.pop("function", ""))
        except ValueError:
            return Answer(_err(ErrorCode.IncorrectParameters, "unknown function").encode()), None
        fault = self._faults(function, parameters) if self._faults else None
        if fault and not fault.taken:
            return fault.answer or Answer(b""), fault
        own = Answer(self._reply(function, parameters).encode())
        return (fault.answer or own) if fault else own, fault

    def _reply(self, function: Function, parameters: dict[str, str]) -> str:
        login = parameters.pop("username", ""), parameters.pop("password", "")
        if login != (self.account.username, self.account.password.reveal()):
            return _err(ErrorCode.AuthenticationFailed)
        match function:
            case Function.QUERYBALANCE:
                return f"ID: {self.balance:f} : {self.account.currency}"
            case Function.QUERYMESSAGE:
                return self._status(parameters.get("messageref", ""))
            case Function.SEND | Function.SCHEDULE:
                return self._take(function, parameters)

    def _take(self, function: Function, parameters: dict[str, str]) -> str:
        if wrong := self._wrong_parameter(parameters):
            return _err(ErrorCode.IncorrectParameters, wrong)
        send_at = 0.0
        if function is Function.SCHEDULE:
            moment = _moment(parameters.get("sendingdate", ""))
            if moment is None:
                return _err(ErrorCode.IncorrectDateTimeFormat)
            if moment <= self._clock():
                return _err(ErrorCode.OutOfDateTime)
            send_at = moment
        price = self._bill(parameters["body"]) * self.account.price
        with self._lock:
            if price > self.balance:
                return _err(ErrorCode.OutOfBalance)
            self.balance -= price
            now = self._clock()
            ref = make_ref(now, send_at, _fate(parameters["recipient"]))
            self.taken.append(Taken(ref, parameters, datetime.fromtimestamp(now, UTC)))
        return f"ID: {ref}"

    def _wrong_parameter(self, parameters: Mapping[str, str]) -> str:
        """Name what is wrong with a message's parameters; nothing if they are right."""
        sender = parameters.get("sender", "")
        registered = _SENDER.fullmatch(sender) if self.account.senders is None else sender in self.account.senders
        if not registered:
            return "sender is not registered"
        if not _DIGITS.fullmatch(parameters.get("recipient", "")):
            return "recipient should contain only digits"
        if not parameters.get("body"):
            return "body is missing"
        if parameters.get("wap_push", "false").lower() not in ("true", "false"):
            return "wap_push is neither true nor false"
        return ""

    def _status(self, ref: str) -> str:
        known = read_ref_payload(ref)
        if known is None:
            return _err(ErrorCode.IncorrectMessageRef)
        status = status_at(self._clock(), *known, jitter=zlib.crc32(ref.encode()) % 100 / 100)
        return f"ID: {status.value} : {status.meaning}"


# --- Refs and statuses ---

_PAYLOAD = struct.Struct(">QQB3s")  # milliseconds taken, milliseconds scheduled or 0, last status, nonce
_KEY = b"campaigns sandbox"  # tells our refs from made-up ones; it guards nothing


def make_ref(taken: float, send_at: float, last: Status) -> str:
    """Return a ref that carries when a message was taken, when it is due, and how it ends."""
    payload = _PAYLOAD.pack(int(taken * 1000), int(send_at * 1000), last, secrets.token_bytes(3))
    return "SB" + base64.b32encode(payload + _checksum(payload)).decode().rstrip("=")


def read_ref_payload(ref: str) -> tuple[float, float, Status] | None:
    """Return what a ref carries; None for a ref that no sandbox gave out."""
    prefix, text = ref[:2], ref[2:]
    if prefix != "SB":
        return None
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
        payload, checksum = raw[: _PAYLOAD.size], raw[_PAYLOAD.size :]
        taken, send_at, last, _ = _PAYLOAD.unpack(payload)
    except (binascii.Error, struct.error, ValueError):
        return None
    if not hmac.compare_digest(checksum, _checksum(payload)):
        return None
    return taken / 1000, send_at / 1000, Status(last)


def _checksum(payload: bytes) -> bytes:
    return hmac.digest(_KEY, payload, hashlib.sha256)[:5]


def status_at(now: float, taken: float, send_at: float, last: Status, jitter: float) -> Status:
    """Return a message's status: it moves on within seconds, each message at its own pace (`jitter`, 0 to 1)."""
    if now < send_at:
        return Status.Scheduled
    age = (now - max(taken, send_at)) / (1 + jitter)
    if age < 1:
        return Status.Pending
    if age < 2:
        return Status.DeliveryToGateway
    if age < 4:
        return Status.DeliveredToNetwork
    return last


def _fate(recipient: str) -> Status:
    """How a message to that recipient ends: nearly always delivered, and always the same for one recipient."""
    few = {0: Status.TimeOut, 1: Status.NotSent, 2: Status.IncorrectRecipient}
    return few.get(zlib.crc32(recipient.encode()) % 25, Status.Sent)


def _moment(text: str) -> float | None:
    if not _SORTABLE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(f"{text}+00:00").timestamp()
    except ValueError:
        return None


def _err(code: ErrorCode, text: str = "") -> str:
    return f"Err: {code.value} : {text or code.meaning}"


def _page(http_status: int, title: str, target: str) -> Answer:
    """An error page of the web server; like the real kind it echoes the request."""
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{html.escape(target)}</p></body></html>"
    return Answer(text.encode(), http_status, "text/html; charset=utf-8")


# --- The socket ---


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # an idle kept-alive connection must not hold up the end

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    wbufsize = -1  # one packet an answer: head and body in two would wait for each other (Nagle, delayed ACK)
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        answer, fault = self.server.sandbox.answer(self.path)
        if fault:
            time.sleep(fault.delay)
        if fault and fault.cut:
            self._cut(fault.cut, answer)
            return
        self._head(answer)
        self.wfile.write(answer.body)

    def _head(self, answer: Answer) -> None:
        self.send_response(answer.http_status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()

    def _cut(self, cut: Cut, answer: Answer) -> None:
        self.close_connection = True
        if cut is Cut.HALF:
            self._head(answer)
            self.wfile.write(answer.body[: len(answer.body) // 2])
        if cut is Cut.RESET:  # closing with nothing lingering sends a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Write nothing: the request line holds the password."""
