"""Text becomes an encoding, a number of units, and the parts that a phone receives.

The rule is the gateway's (HTTP API 2.0, section 5.1): one non-ASCII character makes the whole message UNICODE.
The sizes are those of GSM 03.38 and 03.40: 140 octets, less a 6-octet header in each part of a long message.
What the gateway bills is not documented; where in doubt this counts high.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How a message travels: 7-bit characters, or 16-bit units."""

    LATIN = "LATIN"
    UNICODE = "UNICODE"


_ALONE = {Encoding.LATIN: 160, Encoding.UNICODE: 70}
_PART = {Encoding.LATIN: 153, Encoding.UNICODE: 67}

# ASCII outside GSM 03.38: the backtick and every control but LF and CR. They force UNICODE as well.
_NOT_LATIN = re.compile(r"[^\n\r -_a-~]")
_LATIN = frozenset(character for character in map(chr, range(128)) if not _NOT_LATIN.match(character))
_TWO_PLACES = re.compile(r"[\^{}\[\]~\\|]")  # the extension table: an escape and a character


@dataclass(frozen=True, slots=True)
class Count:
    """How large a message is.

    Attributes:
        encoding: LATIN or UNICODE.
        units: Septets (LATIN) or UTF-16 units (UNICODE).
        segments: Parts that are sent and billed; 0 for an empty text.
    """

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """Return UNICODE if one character is outside the Latin alphabet that the gateway and GSM 03.38 share."""
    return Encoding.UNICODE if _NOT_LATIN.search(text) else Encoding.LATIN


def forcing(text: str) -> list[str]:
    """Return each character that forces UNICODE, once, in the order in which they come."""
    return [character for character in dict.fromkeys(text) if character not in _LATIN]


def count(text: str) -> Count:
    """Count a message's units and segments."""
    encoding = encoding_of(text)
    if encoding is Encoding.LATIN:
        units = len(text) + len(_TWO_PLACES.findall(text))
        wide = units > len(text)
    else:
        units = len(text.encode("utf-16-le", "surrogatepass")) // 2
        wide = units > len(text)
    if units <= _ALONE[encoding]:
        return Count(encoding, units, 1 if text else 0)
    if not wide:  # every character takes one place: packing and dividing agree
        return Count(encoding, units, -(-units // _PART[encoding]))
    return Count(encoding, units, len(split(text)))


def split(text: str) -> list[str]:
    """Return the parts of a message in order; joined they are the text.

    Packed character by character: an escaped character or a surrogate pair never straddles two parts.
    """
    encoding = encoding_of(text)
    sizes = [_width(character, encoding) for character in text]
    if sum(sizes) <= _ALONE[encoding]:
        return [text] if text else []
    parts: list[str] = []
    start = used = 0
    for position, size in enumerate(sizes):
        if used + size > _PART[encoding]:
            parts.append(text[start:position])
            start, used = position, 0
        used += size
    parts.append(text[start:])
    return parts


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.LATIN:
        return 2 if _TWO_PLACES.match(character) else 1
    return 2 if ord(character) > 0xFFFF else 1
