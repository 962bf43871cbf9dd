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
_WORD = re.compile(r"[^\W\d_]+")
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
    """Choose between the code pages."""
    texts = {}
    for codec in _PAGES:
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        texts[codec] = _sample(content).decode(codec, "replace")
    head = content[:_SAMPLE]
    by_header = [codec for codec in texts if known(head.decode(codec, "replace"))]
    if len(by_header) == 1 and not known(head.decode("ascii", "ignore")):
        return Encoding(by_header[0])
    for codec in sorted(texts, key=lambda one: one != _guess(content)):
        if _is_plausible(texts[codec], codec):
            return Encoding(codec)
    raise _not_readable(file, content, error, "UTF-8, and no other encoding fits")


def _sample(content: bytes) -> bytes:
    """Return lines that hold something else than ASCII."""
    found, size = [], 0
    for line in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*", content):
        found.append(line[0][:_SAMPLE])
        size += len(found[-1])
        if size > _SAMPLE:
            break
    return b"\n".join(found)


def _guess(content: bytes) -> str:
    """Return the detector's guess."""
    from charset_normalizer import from_bytes

    best = from_bytes(_sample(content), cp_isolation=list(_PAGES)).best()
    return best.encoding if best else ""


def _is_plausible(text: str, codec: str) -> bool:
    """Tell whether the letters beyond ASCII stand where a person would write them."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:  # quotes and dashes are the same in both; the one sign that people use and that is not, is №
        return (codec == "cp1251") is ("№" in text or "¹" in text)
    return sum(map(_FITS[codec], words)) >= _MOST * len(words)


def _is_cyrillic(word: str) -> bool:
    return all("\u0400" <= letter <= "\u04ff" for letter in word)


def _is_western(word: str) -> bool:
    foreign = sum(not letter.isascii() for letter in word)
    return foreign * 3 <= len(word) * 2 or (len(word) <= 2 and word.istitle())


_FITS: dict[str, Callable[[str], bool]] = {"cp1251": _is_cyrillic, "cp1252": _is_western}
