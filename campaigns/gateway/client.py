"""One session with the gateway: ask, and say what came back. It never decides what an answer means for a message."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3

from campaigns import __version__
from campaigns.errors import UsageError
from campaigns.gateway.protocol import Function, encode_query
from campaigns.gateway.wire import NotingAdapter, Stage
from campaigns.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from campaigns.settings import Settings

logging.getLogger("urllib3").setLevel(logging.WARNING)  # its DEBUG lines hold the query, and so the password
CONNECT_TIMEOUT = 10.0
CONNECT_PAUSES = (0.5, 2.0)  # seconds before the second and the third attempt to connect
IDLE = 5.0  # seconds after which a kept-alive connection is not trusted: the other side may have dropped it
LARGEST_ANSWER = 64 * 1024  # bytes; a real answer is one line


class Fate(Enum):
    """What is known to have happened to a request."""

    ANSWERED = auto()  # an HTTP answer came back whole
    NOT_SENT = auto()  # no connection: not a byte of the request left
    LOST = auto()  # it left, or may have; no whole answer came back


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back.

    Attributes:
        fate: What is known to have happened.
        text: The answer's text; empty unless ANSWERED. It may echo the password: `redacted` may be kept.
        redacted: The same without the password in any form, bounded, for keeping and showing.
        http_status: The answer's HTTP status; None unless ANSWERED.
        detail: What happened, for a person; empty for an answer.
        seconds: How long it took.
    """

    function: Function
    fate: Fate
    text: str = field(default="", repr=False)
    redacted: str = ""
    http_status: int | None = None
    detail: str = ""
    seconds: float = 0.0


class Client:
    """A session with the gateway, for one thread at a time. Never repeats a request that may have left."""

    def __init__(
        self,
        settings: Settings,
        listener: Callable[[Exchange, Mapping[str, str]], None] | None = None,
        pauses: Sequence[float] = CONNECT_PAUSES,
    ) -> None:
        """Open a session; nothing is sent yet.

        Args:
            settings: The account and the gateway's address.
            listener: Told of each exchange and its parameters (no login, no password), for `--verbose`.
            pauses: Seconds between the attempts to connect; one attempt more than pauses.

        Raises:
            UsageError: The environment names certificates that are not there.
        """
        self._settings = settings
        self._listener = listener
        self._pauses = pauses
        self._asked = time.monotonic()
        self._adapter = NotingAdapter()
        session = requests.Session()
        session.mount("https://", self._adapter)
        session.mount("http://", self._adapter)
        # Proxies, NO_PROXY and REQUESTS_CA_BUNDLE are looked up once: a look-up a request is slow, and a trusted
        # environment may overrule `verify` (psf/requests#5209). This machine is reached without a proxy.
        found = session.merge_environment_settings(settings.url, {}, None, None, None)
        here = is_loopback(urlsplit(settings.url).hostname or "")
        self._proxies: dict[str, str] = {} if here else dict(found["proxies"])
        self._verify: bool | str = found["verify"] or True
        if isinstance(self._verify, str) and not Path(self._verify).exists():
            raise UsageError(f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE: {self._verify} does not exist")
        session.trust_env = False
        self._session = session
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"campaigns/{__version__}"}
        self._blank = requests.Request("GET", settings.url, headers=headers).prepare()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens a fresh one."""
        self._session.close()

    def ask(self, function: Function, parameters: Mapping[str, str]) -> Exchange:
        """Send one request and return what came back; raises nothing that the network can cause.

        Only a failed connection is tried again, a bounded number of times: nothing was sent then.
        """
        started = time.monotonic()
        if started - self._asked > IDLE:
            self.close()
        exchange = self._once(function, parameters)
        for pause in self._pauses:
            if exchange["fate"] is not Fate.NOT_SENT:
                break
            time.sleep(pause)
            exchange = self._once(function, parameters)
        self._asked = time.monotonic()
        done = Exchange(function=function, seconds=self._asked - started, **exchange)
        if self._listener:
            self._listener(done, parameters)
        return done

    def _once(self, function: Function, parameters: Mapping[str, str]) -> dict[str, Any]:
        settings = self._settings
        request = self._blank.copy()
        query = encode_query(function, settings.username, settings.password.reveal(), parameters)
        request.url = f"{settings.url}?{query}"
        self._adapter.begin()
        try:
            with self._adapter.send(
                request,
                stream=True,
                timeout=(CONNECT_TIMEOUT, settings.timeout),
                verify=self._verify,
                proxies=self._proxies,
            ) as response:
                text = _decode(_read_whole(response.raw, settings.timeout), response.encoding)
                return {
                    "fate": Fate.ANSWERED,
                    "text": text,
                    "redacted": settings.password.redact(text)[:4096],
                    "http_status": response.status_code,
                }
        # What these exceptions print holds the address, and the address holds the password: only their kind is used.
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the request may have left
            if _surely_unsent(self._adapter.stage, error):
                return {"fate": Fate.NOT_SENT, "detail": _why_no_connection(error)}
            return {"fate": Fate.LOST, "detail": _why_lost(error, settings.timeout)}


def _read_whole(raw: Any, timeout: float) -> bytes:
    """Read an answer to its end, or as much as is bounded; a cut one raises, and so does one that only trickles."""
    deadline = time.monotonic() + timeout
    content = b""
    while len(content) < LARGEST_ANSWER:
        piece = raw.read1(LARGEST_ANSWER - len(content))
        if not piece:
            return content
        content += piece
        if time.monotonic() > deadline:
            raise TimeoutError
    raw.close()  # the rest of an endless page stays unread, and its connection is of no more use
    return content


def _decode(content: bytes, charset: str | None) -> str:
    """Read an answer's bytes: UTF-8 where they are, else what the header says, else what can be read."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those inside it, however the libraries packed them."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]
    return found


_BEFORE_CONNECTING = (
    *(requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL),
    *(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError),
)


def _surely_unsent(stage: Stage, error: BaseException) -> bool:
    """Tell whether not a byte of the request can have left; where the connection noted nothing, by the error's kind."""
    if stage is Stage.UNSEEN:
        reason = getattr(error.args[0], "reason", None) if error.args else None
        return isinstance(error, _BEFORE_CONNECTING) or isinstance(reason, _BEFORE_CONNECTING)
    return stage is Stage.CONNECTING


def _why_no_connection(error: BaseException) -> str:
    names = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
    for name, sentence in (
        ("SSLCertVerificationError", "the gateway's TLS certificate is not valid"),
        ("SSLError", "no secure connection: the TLS handshake failed"),
        ("ProxyError", "the proxy refused or could not be reached"),
        ("InvalidProxyURL", "the proxy's address is not valid"),
        ("InvalidSchema", "this kind of proxy is not supported"),
        ("NameResolutionError", "the gateway's name was not found"),
        ("gaierror", "the gateway's name was not found"),
        ("ConnectionRefusedError", "the gateway refused the connection"),
        ("ConnectTimeoutError", "the gateway could not be reached in time"),
        ("TimeoutError", "the gateway could not be reached in time"),
    ):
        if name in names:
            return f"could not connect: {sentence}"
    return "could not connect to the gateway"


def _why_lost(error: BaseException, timeout: float) -> str:
    names = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
    if "ReadTimeoutError" in names or "ReadTimeout" in names or "TimeoutError" in names:
        return f"no answer within {timeout:g} seconds"
    if "IncompleteRead" in names:
        return "the answer broke off"
    return "the connection was lost after the request left"
