"""Environment variables become settings; the password becomes a secret that prints as `***`."""

from __future__ import annotations

import html
import ipaddress
import re
from dataclasses import dataclass, field
from html.entities import codepoint2name
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCUMENTED_URL = "https://www.mobipace.com/API_2_0/HTTP_API.aspx"  # HTTP API 2.0, section 4
DEFAULT_TIMEOUT = 60.0
VARIABLES = {
    "MOBIPACE_USERNAME": "the account's login",
    "MOBIPACE_PASSWORD": "its password; asked for, unseen, on a terminal where it is missing",
    "MOBIPACE_SENDER": "the sender where neither a cell nor `--sender` gives one",
    "MOBIPACE_URL": f"the gateway; default `{DOCUMENTED_URL}`",
    "MOBIPACE_TZ": "the zone of times without an offset, where `--tz` gives none",
    "MOBIPACE_TIMEOUT": "how many seconds to wait for an answer; default 60",
}


class Secret:
    """A text that must never be shown. It prints as `***`; `reveal()` is for the request alone."""

    __slots__ = ("_spellings", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._spellings = [_spellings(character) for character in value]

    def reveal(self) -> str:
        """Return the text itself."""
        return self._value

    def redact(self, text: str) -> str:
        """Return `text` without this secret in any form that a page may echo it in.

        Those are the plain text and its percent-encoded (also twice), HTML-escaped and backslash-escaped forms, also
        mixed: each character is looked for in each of its spellings.
        """
        if not self._spellings:
            return text
        kept, place = [], 0
        while begin := self._spellings[0].search(text, place):
            end = self._end(text, begin.start())
            kept += [text[place : begin.start()], "***"] if end else [text[place : begin.start() + 1]]
            place = end or begin.start() + 1
        return "".join(kept) + text[place:]

    def _end(self, text: str, begin: int) -> int:
        """Return where a spelling of the secret that begins there ends at the farthest; 0 if none does.

        Every place is followed at once, so that no text, however made, takes long.
        """
        places = {begin}
        for spellings in self._spellings:
            places = {end for place in places for end in _ends(spellings, text, place)}
        return max(places, default=0)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")


def _ends(spellings: re.Pattern[str], text: str, place: int) -> set[int]:
    """Where one character may end that begins there: at each of its spellings that fit, not just the longest."""
    ends: set[int] = set()
    match = spellings.match(text, place)
    while match:
        ends.add(match.end())
        match = spellings.match(text, place, match.end() - 1) if match.end() - 1 > place else None
    return ends


def _spellings(character: str) -> re.Pattern[str]:
    """A pattern for one character in whatever way a page, a script or a log may have written it, longest first."""
    code, octets = ord(character), character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    wide = [units[n : n + 2].hex() for n in range(0, len(units), 2)]
    named = html.escape(character)
    percent = "".join(f"%{octet:02x}" for octet in octets)
    spellings = {
        *(character, f"\\{character}", named, percent, percent.replace("%", "%25")),
        *(quote(named, safe=""), quote(named, safe="").replace("%", "%25"), html.escape(percent)),
        *("".join(f"\\u{unit}" for unit in wide), "".join(f"%u{unit}" for unit in wide)),
        *("".join(f"\\x{octet:02x}" for octet in octets), f"\\U{code:08x}"),
        *((f"&{codepoint2name[code]};",) if code in codepoint2name else ()),
        *((f"%{code:02x}", f"\\x{code:02x}") if code < 256 else ()),
        *(("+", "%2b", "&nbsp;") if character == " " else ()),
    }
    patterns = [re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True)]
    return re.compile("|".join([f"&#0*{code};", f"&#x0*{code:x};", *patterns]), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says about the account and the gateway.

    Attributes:
        url: The gateway's address, `https` or loopback, without a query.
        username: The account's login.
        password: Its password.
        timeout: How many seconds to wait for an answer.
    """

    url: str
    username: str
    password: Secret = field(repr=False)
    timeout: float = DEFAULT_TIMEOUT


def read_account(environment: Mapping[str, str], ask_password: Callable[[], str] | None) -> Settings:
    """Read the account's settings.

    Args:
        environment: The variables, normally `os.environ`.
        ask_password: Asks a person for a missing password; None where there is no terminal.

    Raises:
        UsageError: A variable is missing or cannot be meant.
    """
    url = check_url(environment.get("MOBIPACE_URL") or DOCUMENTED_URL)
    timeout = _timeout(environment.get("MOBIPACE_TIMEOUT", ""))
    username = environment.get("MOBIPACE_USERNAME", "")
    hint = "set MOBIPACE_USERNAME and MOBIPACE_PASSWORD, or rehearse with --sandbox, which needs no account"
    if not username:
        raise UsageError("no account: MOBIPACE_USERNAME is not set", hint)
    password = environment.get("MOBIPACE_PASSWORD", "")
    if not password and ask_password:
        password = ask_password()
    if not password:
        raise UsageError("no password: MOBIPACE_PASSWORD is not set", hint)
    return Settings(url, username, Secret(password), timeout)


def check_url(url: str) -> str:
    """Return the gateway's address if the password may travel there.

    Raises:
        UsageError: Not an address, plain `http` to another machine, or an address that carries more than a place.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("MOBIPACE_URL is not an address", f"the documented one is {DOCUMENTED_URL}") from None
    if port == 0 or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise UsageError("MOBIPACE_URL is not an address", f"the documented one is {DOCUMENTED_URL}")
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError("MOBIPACE_URL is not an http or https address", f"the documented one is {DOCUMENTED_URL}")
    if parts.username is not None or parts.password is not None or "?" in url or "#" in url:
        raise UsageError(
            "MOBIPACE_URL holds more than an address",
            f"give it as {DOCUMENTED_URL}, without login and without ?",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            "MOBIPACE_URL is plain http: the password would travel unencrypted",
            "use https; plain http is for a sandbox on this machine (127.0.0.1) alone",
        )
    return url


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine: `localhost` or a loopback address."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_zone(name: str | None, origin: str) -> ZoneInfo | None:
    """Return the time zone of that name; None for no name.

    Raises:
        UsageError: There is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise UsageError(
            f"{origin}: no time zone is called {name!r}", "for example Asia/Yerevan, Europe/Moscow or UTC"
        ) from None


def _timeout(text: str) -> float:
    if not text:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 600:
        raise UsageError(f"MOBIPACE_TIMEOUT is not a number of seconds from 1 to 600: {text!r}")
    return seconds
