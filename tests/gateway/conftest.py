"""What the gateway's tests stand on: servers that do exactly what a test says, and certificates made on the spot."""

from __future__ import annotations

import hashlib
import secrets
import socket
import socketserver
import ssl
import struct
import threading
from base64 import encodebytes
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from campaigns.settings import Secret, Settings

if TYPE_CHECKING:
    from pathlib import Path

USERNAME = "37491000000"
# Letters of two alphabets and all that an address gives a meaning to: whatever leaks it, leaks it in some form.
PASSWORD = "pä ss&wörd/+%25=ա"

# --- Servers ---


class Visit:
    """One connection, as the server sees it."""

    def __init__(self, connection: socket.socket, requests: list[bytes]) -> None:
        self.connection = connection
        self._requests = requests

    def request(self) -> bytes:
        """Read one request up to its empty line and keep it; nothing if the client has gone."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = self.connection.recv(65536)
            if not piece:
                break
            head += piece
        if head:
            self._requests.append(head)
        return head

    def send(self, raw: bytes) -> None:
        self.connection.sendall(raw)

    def start_tls(self, context: ssl.SSLContext) -> None:
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def reset(self) -> None:
        """End the connection the hard way, as a crashed machine or a firewall does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Behaviour = Callable[[Visit], None]


class RawServer:
    """A server on loopback: the n-th connection gets the n-th behaviour, and the last one all that follow."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        counting = threading.Lock()

        class Handler(socketserver.BaseRequestHandler):
            def handle(inner) -> None:  # noqa: N805 - the other self is the server
                with counting:
                    behave = behaviours[min(self.connections, len(behaviours) - 1)]
                    self.connections += 1
                inner.request.settimeout(5)
                visit = Visit(inner.request, self.requests)
                with suppress(OSError):  # a client that goes away is what many tests are about
                    behave(visit)
                visit.connection.close()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.port: int = self._server.server_address[1]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> list[bytes]:
        """Stop serving, wait until every visit has ended, and return the requests that came."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        return self.requests


Serve = Callable[..., RawServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers with the behaviours that a test gives; stop them when it is over."""
    servers: list[RawServer] = []

    def start(*behaviours: Behaviour) -> RawServer:
        servers.append(RawServer(*behaviours))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def whole(body: bytes = b"ID: 1", status: str = "200 OK", headers: str = "") -> bytes:
    """Return a whole answer with a length."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answering(*answers: bytes) -> Behaviour:
    """Answer one request after another on the same connection, then close it."""

    def behave(visit: Visit) -> None:
        for raw in answers:
            visit.request()
            visit.send(raw)

    return behave


def account_at(url: str, timeout: float = 5.0) -> Settings:
    return Settings(url, USERNAME, Secret(PASSWORD), timeout)


# --- Names ---


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names that the resolver knows in a test; every other name but loopback is not found."""
    known = {"127.0.0.1": "127.0.0.1"}
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, *args: object, **kwargs: object) -> object:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(known[host], *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


# --- Certificates: X.509 with ECDSA on P-256, in as much arithmetic as a self-signed one needs ---

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_EC_PUBLIC_KEY, _P256 = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a8648ce3d030107")
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_COMMON_NAME, _ALTERNATIVE_NAME = bytes.fromhex("0603550403"), bytes.fromhex("0603551d11")
_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS, _UTF8, _TIME = 0x30, 0x31, 0x02, 0x03, 0x04, 0x0C, 0x17

_Point = tuple[int, int] | None


def _plus(one: _Point, two: _Point) -> _Point:
    if one is None or two is None:
        return one or two
    if one[0] == two[0] and (one[1] + two[1]) % _P == 0:
        return None
    rise, run = (3 * one[0] ** 2 - 3, 2 * one[1]) if one == two else (two[1] - one[1], two[0] - one[0])
    slope = rise * pow(run, -1, _P) % _P
    x = (slope**2 - one[0] - two[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _times(factor: int) -> tuple[int, int]:
    total: _Point = None
    power: _Point = _G
    while factor:
        total = _plus(total, power) if factor & 1 else total
        power = _plus(power, power)
        factor >>= 1
    assert total is not None
    return total


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 + len(long)]) + long) + body


def _integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _signature(key: int, text: bytes) -> bytes:
    digest = int.from_bytes(hashlib.sha256(text).digest(), "big")
    once = secrets.randbelow(_N - 1) + 1
    r = _times(once)[0] % _N
    return _der(_SEQUENCE, _integer(r), _integer(pow(once, -1, _N) * (digest + r * key) % _N))


def _pem(kind: str, der: bytes) -> str:
    return f"-----BEGIN {kind}-----\n{encodebytes(der).decode()}-----END {kind}-----\n"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs itself: trusted only by who is told to trust it."""

    path: Path
    context: ssl.SSLContext


def make_certificate(folder: Path, name: str, *, ends_in: timedelta = timedelta(days=1)) -> Certificate:
    key = secrets.randbelow(_N - 1) + 1
    point = b"\x00\x04" + b"".join(number.to_bytes(32, "big") for number in _times(key))
    ends = datetime.now(UTC) + ends_in
    dates = [_der(_TIME, f"{date:%y%m%d%H%M%SZ}".encode()) for date in (ends - timedelta(days=7), ends)]
    subject = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, _der(_UTF8, name.encode()))))
    alternative = _der(_SEQUENCE, _der(0x82, name.encode()))
    body = _der(
        _SEQUENCE,
        _der(0xA0, _integer(2)),  # version 3
        _integer(secrets.randbits(64)),
        _ECDSA_SHA256,
        subject,  # the issuer: itself
        _der(_SEQUENCE, *dates),
        subject,
        _der(_SEQUENCE, _der(_SEQUENCE, _EC_PUBLIC_KEY, _P256), _der(_BITS, point)),
        _der(0xA3, _der(_SEQUENCE, _der(_SEQUENCE, _ALTERNATIVE_NAME, _der(_OCTETS, alternative)))),
    )
    certificate = _der(_SEQUENCE, body, _ECDSA_SHA256, _der(_BITS, b"\x00", _signature(key, body)))
    private = _der(_SEQUENCE, _integer(1), _der(_OCTETS, key.to_bytes(32, "big")), _der(0xA0, _P256))
    path = folder / f"{name}-{secrets.token_hex(4)}.pem"
    path.write_text(_pem("CERTIFICATE", certificate), encoding="ascii")
    key_path = path.with_suffix(".key")
    key_path.write_text(_pem("EC PRIVATE KEY", private), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return Certificate(path, context)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificates"), "gateway.test")
