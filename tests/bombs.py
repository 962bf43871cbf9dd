"""Files that were made to do harm: entity bombs, zip bombs, sheets without end. Made when needed, never kept."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEGABYTE = 1 << 20

# --- Zip files by hand: what the library would not write ---


@dataclass
class Zip:
    """A zip file that may hold gigabytes, and may lie about it."""

    _body: bytearray = field(default_factory=bytearray)
    _directory: bytearray = field(default_factory=bytearray)
    _count: int = 0

    def add(self, name: str, content: bytes) -> None:
        """Add a member as it should be."""
        self.add_repeated(name, content, b"", 0, b"")

    def add_repeated(self, name: str, head: bytes, block: bytes, times: int, tail: bytes, claimed: int = -1) -> None:
        """Add a member of head, block after block, and tail, without holding them in memory.

        Deflate can be cut where it was flushed: so the block is compressed once.

        Args:
            name: The member's name.
            head: What it begins with.
            block: What comes many times.
            times: How many times.
            tail: What it ends with.
            claimed: The size that the directory claims; the true one by default.
        """
        packed = _packed(head) + _packed(block) * times + _packed(tail, last=True)
        crc = zlib.crc32(head)
        for _ in range(times):
            crc = zlib.crc32(block, crc)
        crc = zlib.crc32(tail, crc)
        size = claimed if claimed >= 0 else len(head) + len(block) * times + len(tail)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(packed), size, len(name), 0)
        at = len(self._body)
        self._body += b"PK\x03\x04" + common + name.encode() + packed
        self._directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + name.encode()
        self._count += 1

    def write(self, path: Path) -> Path:
        end = struct.pack("<HHHHIIH", 0, 0, self._count, self._count, len(self._directory), len(self._body), 0)
        path.write_bytes(bytes(self._body + self._directory) + b"PK\x05\x06" + end)
        return path


def _packed(content: bytes, *, last: bool = False) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(content) + squeeze.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def rewritten(source: Path, target: Path, part: str, change: Callable[[str], str]) -> Path:
    """Copy a workbook with the text of one part changed."""
    with zipfile.ZipFile(source) as opened, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        assert part in opened.namelist()
        for name in opened.namelist():
            content = opened.read(name)
            archive.writestr(name, change(content.decode()).encode() if name == part else content)
    return target


def with_part(
    source: Path, target: Path, part: str, head: bytes, block: bytes, times: int, tail: bytes, **how: int
) -> Path:
    """Copy a workbook with one part replaced by one that unpacks to gigabytes."""
    made = Zip()
    with zipfile.ZipFile(source) as opened:
        for name in opened.namelist():
            if name != part:
                made.add(name, opened.read(name))
    made.add_repeated(part, head, block, times, tail, **how)
    return made.write(target)


# --- Entities ---

LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES: dict[str, tuple[str, str]] = {
    # what is declared, and what is said where a text stands
    "billion laughs": (LAUGHS, "&a9;"),
    "one long entity said often": (f'<!ENTITY a "{"A" * 100_000}">', "&a;" * 20_000),
    "an entity that holds itself": ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
    "a file of this machine": ('<!ENTITY a SYSTEM "{secret}">', "&a;"),
    "a parameter from a file": ('<!ENTITY % p SYSTEM "{secret}"> %p;', "&a;"),
}


def with_entities(kind: str, secret: Path, root: str, old: str) -> Callable[[str], str]:
    """Return what puts entities of a kind into an XML part: where `old` stands, or within it if it is an element."""
    declared, said = ENTITIES[kind]
    declared = declared.replace("{secret}", secret.as_uri())

    def change(text: str) -> str:
        assert old in text, old
        prolog, _, rest = text.rpartition("?>")
        head = f"{prolog}?>" if prolog else ""
        return f"{head}<!DOCTYPE {root} [{declared}]>{rest.replace(old, _within(old, said), 1)}"

    return change


def _within(old: str, said: str) -> str:
    if not old.startswith("<"):
        return said
    opened, _, _ = old.partition(">")
    return f"{opened}>{said}" + (f"</{old.rpartition('</')[2]}" if "</" in old else "")
