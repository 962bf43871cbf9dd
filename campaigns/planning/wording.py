"""What words cost: the characters that force UNICODE, look-alikes that need not, and letters in disguise.

What is replaced, and what is not:
    * Only typography: quotes, dashes, the ellipsis, odd spaces, invisible characters. Letters and signs with a meaning
      of their own (`№`, `•`, `é`) are named and left: another character there would be another text.
    * Nothing in a link, for a link with another character leads elsewhere.
    * Nothing in a text that stays UNICODE all the same, or that would take more parts: it would gain nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from campaigns.planning.segments import Encoding, count, encoding_of, forcing

_BY_REPLACEMENT = {
    # Quotes that lean, primes, accents that stand alone, and the apostrophes of other alphabets. The backtick is ASCII,
    # but no phone's 7-bit alphabet has it.
    "'": "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\u0060\u055a\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u275d\u275e\u301d\u301e\u301f\u02ba\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u058a\ufe58\ufe63\uff0d",
    "...": "\u2026",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\v\f\u0085\u2028\u2029",
    # Nobody sees these: soft hyphens, zero-width characters, marks of direction, variation selectors.
    "": "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff",
}
LOOK_ALIKES = {character: instead for instead, found in _BY_REPLACEMENT.items() for character in found}
_LOOK_ALIKE = re.compile(f"[{re.escape(''.join(LOOK_ALIKES))}]")
# A link ends at a space or a double quotation mark; a single one, a dash or dots may belong to it.
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?::\d+)?[/?#])[^\s\"«»“”„‟]*",
    re.IGNORECASE,
)


_CONTROLS = {"\t": "TAB", "\v": "VERTICAL TAB", "\f": "FORM FEED", "\x1b": "ESCAPE", "\0": "NULL"}


def name_of(character: str) -> str:
    """Return a character's Unicode name; controls have none, so the best known are named here."""
    return unicodedata.name(character, "") or _CONTROLS.get(character, "a control character")


def code_point(character: str) -> str:
    """Return a character's code point: `U+2019`."""
    return f"U+{ord(character):04X}"


def describe(character: str) -> str:
    """Return a character with its name and code point: `’ RIGHT SINGLE QUOTATION MARK (U+2019)`."""
    shown = f"{character} " if character.isprintable() and not unicodedata.combining(character) else ""
    return f"{shown}{name_of(character)} ({code_point(character)})"


def smarten(text: str) -> str:
    """Replace typographic look-alikes if that makes a message LATIN and takes no more parts; else return it as it is.

    Done twice it is as done once, for what it changed is LATIN.
    """
    found = forcing(text)
    if not found or any(character not in LOOK_ALIKES for character in found):
        return text
    plain = _replace(text)
    cheap = encoding_of(plain) is Encoding.LATIN and count(plain).segments <= count(text).segments
    return plain if cheap else text


def _replace(text: str) -> str:
    parts, end = [], 0
    for link in _LINK.finditer(text):
        parts += [_plain(text[end : link.start()]), link[0]]
        end = link.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    return _LOOK_ALIKE.sub(lambda match: LOOK_ALIKES[match[0]], text)


# --- Letters in disguise ---

# Letters that look like Latin ones, by alphabet; a choice from Unicode's confusables (UTS 39) of those that keyboards
# of this region type by mistake.
_LIKE_LATIN = {
    "CYRILLIC": dict(zip("АВЕЅІЈКМНОРСТУХасеіјорѕухһԁԛԝ", "ABESIJKMHOPCTYXaceijopsyxhdqw", strict=True)),
    "GREEK": dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινυ", "ABEZHIKMNOPTYXoivu", strict=True)),
    "ARMENIAN": dict(zip("ՕՏՍԼօոսհյցզք", "OSULonuhjgqp", strict=True)),
}
_LIKE_OTHERS = {script: frozenset(letters.values()) for script, letters in _LIKE_LATIN.items()}
_WORD = re.compile(r"[^\W\d_]+")
_MIXED = re.compile(r"[A-Za-z][^\W\d_A-Za-z]|[^\W\d_A-Za-z][A-Za-z]")  # a Latin letter beside another one


@dataclass(frozen=True, slots=True)
class Disguise:
    """A letter of another alphabet inside a word, where it looks like one of the word's own.

    Attributes:
        word: The word.
        character: The letter that does not belong there.
    """

    word: str
    character: str


def disguises(text: str) -> list[Disguise]:
    """Name letters that look like those of the word they stand in, and are of another alphabet. They are only named."""
    if not _MIXED.search(text):
        return []
    return [
        Disguise(word, letter)
        for word in dict.fromkeys(_WORD.findall(text))
        if not word.isascii()
        for letter in _strangers(word)
    ]


def _strangers(word: str) -> list[str]:
    letters: dict[str, list[str]] = {}
    for letter in word:
        letters.setdefault(_script(letter), []).append(letter)
    latin = letters.pop("LATIN", [])
    if not latin or len(letters) != 1:
        return []
    ((script, others),) = letters.items()
    # The fewer letters are the strangers: in `SMSки` nobody took one alphabet for the other.
    strangers, likely = (others, _LIKE_LATIN) if len(others) <= len(latin) else (latin, _LIKE_OTHERS)
    alike = all(letter in likely.get(script, ()) for letter in strangers)
    return list(dict.fromkeys(strangers)) if alike else []


def _script(letter: str) -> str:
    return "LATIN" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
