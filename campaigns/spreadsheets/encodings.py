"""How the bytes of a text file become text: UTF-8, UTF-16 with a byte-order mark, Windows-1251 or Windows-1252.

Nothing in a file says which Windows code page it has, so a detector's guess is checked against what the file holds: a
header that is known in one of the two alphabets, and words that are not half Cyrillic, half Latin.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGES = {"cp1251": "Windows-1251", "cp1252": "Windows-1252"}
_NAMES = {**_PAGES, "utf-8": "UTF-8", "utf-16": "UTF-16"}
_SAMPLE = 2**17  # bytes of lines with something else than ASCII, enough to tell
_MOST = 0.8  # of the words beyond ASCII have to be such as people write
_ENOUGH = 200  # bytes with something else than ASCII beside them, for the detector to be heard
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAVE_ANEW = "save it as CSV UTF-8, or name its encoding with --encoding"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a text file is encoded.

    Attributes:
        codec: Python's name for it.
        bom: The byte-order mark that it begins with; empty if none.
    """

    codec: str
    bom: bytes = b""

    @property
    def name(self) -> str:
        """Its name for people."""
        return _NAMES.get(self.codec.removesuffix("-le").removesuffix("-be"), self.codec)

    def decode(self, content: bytes) -> str:
        """Return a file's whole text.

        Raises:
            UnicodeDecodeError: It is encoded otherwise.
        """
        return content[len(self.bom) :].decode(self.codec)

    def encode(self, text: str) -> bytes:
        """Return a text as a file's whole content.

        Raises:
            UnicodeEncodeError: The encoding cannot say it.
        """
        return self.bom + text.encode(self.codec)


_MARKED = (
    Encoding("utf-8", codecs.BOM_UTF8),
    Encoding("utf-16-le", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be", codecs.BOM_UTF16_BE),
)


def named_encoding(name: str, content: bytes) -> Encoding:
    """Return the encoding that a person named.

    Raises:
        UsageError: Python knows none of that name.
    """
    try:
        codec = codecs.lookup(name.strip()).name
        "".encode(codec)  # refuses codecs that are none for text
    except (LookupError, ValueError):
        raise UsageError(
            f"--encoding {name!r} is not known", "for example utf-8, utf-16, windows-1251 or windows-1252"
        ) from None
    marked = next((one for one in _MARKED if content.startswith(one.bom)), None)
    if marked and codec in (marked.codec, "utf-16", "utf-8-sig"):
        return marked
    return Encoding(codec)


def find_encoding(file: str, content: bytes, known: Callable[[str], bool]) -> Encoding:
    """Tell how a text file is encoded.

    Args:
        file: Its name, for errors.
        content: Its bytes.
        known: Tells whether the file's first lines, decoded, hold a header that is known.

    Raises:
        UsageError: No encoding fits.
    """
    for marked in _MARKED:
        if content.startswith(marked.bom):
            return _checked(file, content, marked)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" in content or _is_broken_utf8(content):
            raise _not_readable(file, content, error, "UTF-8") from None
        return _find_page(file, content, error, known)
    return Encoding("utf-8")


def check_encoding(file: str, content: bytes, encoding: Encoding) -> str:
    """Return a file's whole text.

    Raises:
        UsageError: Some of it is not in this encoding; the message names the line.
    """
    try:
        return encoding.decode(content)
    except UnicodeDecodeError as error:
        raise _not_readable(file, content, error, encoding.name, encoding) from None
    except UnicodeError:  # codecs of their own kind, as for names of hosts, do not say where
        raise UsageError(f"{file} is not {encoding.name}", _SAVE_ANEW) from None


def _checked(file: str, content: bytes, encoding: Encoding) -> Encoding:
    check_encoding(file, content, encoding)
    return encoding


def _not_readable(
    file: str, content: bytes, error: UnicodeDecodeError, name: str, encoding: Encoding | None = None
) -> UsageError:
    before = content[: error.start + len(encoding.bom if encoding else b"")]
    text = before.decode(encoding.codec if encoding else "latin-1", "replace")
    line = len(_LINE_END.findall(text)) + 1
    return UsageError(f"{file}: line {line:,} is not {name}", _SAVE_ANEW)


def _is_broken_utf8(content: bytes) -> bool:
    """Tell UTF-8 with a few bad bytes from another encoding, whose bytes rarely happen to be UTF-8."""
    text = content.decode("utf-8", "replace")
    good = sum(1 for character in text if character > "\x7f" and character != "\ufffd")
    return good >= text.count("\ufffd")


def _find_page(file: str, content: bytes, error: UnicodeDecodeError, known: Callable[[str], bool]) -> Encoding:
    """Choose between the code pages: a wrong one would put other letters into people's texts."""
    head, sample = content[:_SAMPLE], _sample(content)
    if not known(head.decode("ascii", "ignore")):
        by_header = [codec for codec in _PAGES if known(head.decode(codec, "replace"))]
        if len(by_header) == 1 and _decodes(content, by_header[0]):
            return Encoding(by_header[0])
    fitting = [codec for codec in _PAGES if _decodes(content, codec) and _is_plausible(sample.decode(codec), codec)]
    if len(fitting) > 1:
        guess = _guess(sample)
        if guess not in fitting or len(sample) < _ENOUGH:
            names = " or ".join(_PAGES[codec] for codec in fitting)
            raise UsageError(f"{file} can be {names}, which are different letters", "name it with --encoding")
        fitting = [guess]
    if not fitting:
        raise _not_readable(file, content, error, "UTF-8, and no other encoding fits")
    return Encoding(fitting[0])


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _sample(content: bytes) -> bytes:
    """Return lines that hold something else than ASCII."""
    found, size = [], 0
    for line in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", content):
        found.append(line[0][:_SAMPLE])
        size += len(found[-1])
        if size > _SAMPLE:
            break
    return b"\n".join(found)


def _guess(sample: bytes) -> str:
    """Return the detector's guess."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_PAGES)).best()
    return best.encoding if best else ""


def _is_plausible(text: str, codec: str) -> bool:
    """Tell whether what is beyond ASCII stands where a person would write it."""
    words = [word for token in _TOKEN.findall(text) if not (word := _bare(token)).isascii()]
    if not words:  # quotes and dashes are the same in both; the one sign that people use and that is not, is №
        cyrillic = "№" in text or "¹" in text
        western = any(sign in text for sign in "€£¥Ђ")
        return codec == ("cp1251" if cyrillic and not western else "cp1252")
    return sum(1 for word in words if _FITS[codec].fullmatch(word) and _has_sane_case(word)) >= _MOST * len(words)


def _bare(token: str) -> str:
    """Return a token without what is no letter at its ends: a word, mostly."""
    letters = [place for place, character in enumerate(token) if character.isalpha()]
    return token[letters[0] : letters[-1] + 1] if letters else ""


def _has_sane_case(word: str) -> bool:
    """Tell words as people write them; the letters of another Cyrillic page come out as `пРИВЕТ`."""
    return all(part.islower() or part.isupper() or part[1:].islower() for part in _PARTS.split(word) if part)


_TOKEN = re.compile(r"[^\s;,|/]+")
_PARTS = re.compile(r"[-'’.\d]+")
_RUSSIAN = "А-Яа-яЁёІіЇїЄєҐґЎў"  # and Ukrainian, Belarusian
_ALONE = "авийокусяіїєзжбАВИЙОКУСЯІЇЄЗЖБ"  # words, and particles, of one letter
_WESTERN = "A-Za-zÀ-ÖØ-öø-ÿŠšŽžŒœŸ"
_FITS = {
    "cp1251": re.compile(rf"[{_ALONE}]|[{_RUSSIAN}]+(?:[-'’.\d]+[{_RUSSIAN}A-Za-z]+)+|[{_RUSSIAN}]{{2,}}"),
    # No Western word is made of accents alone, but for words of one letter and abbreviations.
    "cp1252": re.compile(
        rf"[àèéêòùìóáíúâîôûyÀÈÉÊÒÙÌÓÁÍÚ]|(?=[^A-Za-z]{{0,2}}[A-Za-z])[{_WESTERN}]+(?:[-'’.&]+[{_WESTERN}]+)*"
    ),
}
