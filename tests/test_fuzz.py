"""Damaged spreadsheets: files of the corpus, mutated a thousand ways. Every one is read or refused; none is a surprise.

Two environment variables: `CAMPAIGNS_TEST_FUZZ` is how many files are tried (default 150; a thorough run takes
thousands), `CAMPAIGNS_TEST_SEED` makes the files that an earlier run made. `pytest -rP` shows the figures. A file that
fails is kept in the test's folder, under the number of its try.
"""

from __future__ import annotations

import gc
import io
import os
import random
import re
import secrets
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.running import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ended

CORPUS = Path(__file__).parent / "corpus"
FILES = int(os.environ.get("CAMPAIGNS_TEST_FUZZ", "150"))
SEED = os.environ.get("CAMPAIGNS_TEST_SEED") or secrets.token_hex(4)
TEXTS = {".csv", ".txt", ".tsv"}
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".ods"}
SURPRISE = "something unexpected happened"  # what the funnel of `failing.py` says

# --- Bytes ---


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 2, 5, 20, 100])):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut_off(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def cut_out(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.randrange(1, 200) :]


def repeat(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    piece = content[start : start + rng.randrange(1, 600)]
    return content[:start] + piece * rng.choice([2, 3, 50]) + content[start:]


def swap(content: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[b:] + content[a:b] + content[:a]


def insert_odd_bytes(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    odd = [
        b"\0",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b'"',
        b"\r",
        b"\n",
        b"\x1a",
        b"\xd5",
        b"\x85",
        b"PK\x03\x04",
    ]
    return content[:start] + rng.choice(odd) * rng.choice([1, 1, 3, 1000]) + content[start:]


BYTES: list[Callable[[bytes, random.Random], bytes]] = [flip_bytes, cut_off, cut_out, repeat, swap, insert_odd_bytes]

# --- Lines of text files ---

ODD_CELLS = [
    "",
    '"',
    '""',
    "\0",
    "=1+1",
    "#N/A",
    "sep=;",
    "9" * 400,
    "1E+400",
    "-0",
    "nan",
    "\u202e",
    "\ufeff",
    ";" * 50,
]
ODD_CELLS += ["phone", "recipient", "Телефон", "{{ x }}", "\u2028", "0x10", "１２３", "🙂", "a\u0000b", "'", "\\"]


def change_lines(content: bytes, rng: random.Random) -> bytes:
    """Delete, double, mix and join lines, and put odd cells into them."""
    ends = rng.choice([b"\n", b"\n", b"\r\n", b"\r\n", b"\r", b"\n\r", b"\x85"])
    found = re.split(rb"\r\n|\n|\r", content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(found))
        match rng.randrange(5):
            case 0:
                found.insert(at, found[rng.randrange(len(found))])
            case 1 if len(found) > 1:
                del found[at]
            case 2:
                rng.shuffle(found)
            case 3:
                cells = re.split(rb"([;,\t|])", found[at])
                cells[rng.randrange(len(cells))] = rng.choice(ODD_CELLS).encode("utf-8", "surrogatepass")
                found[at] = b"".join(cells)
            case _:
                found[at] = found[at].replace(rng.choice([b";", b",", b"\t"]), rng.choice([b";", b",", b"|", b'"']))
    return ends.join(found)


def change_encoding(content: bytes, rng: random.Random) -> bytes:
    encodings = ["utf-8", "utf-16", "cp1251", "cp1252", "cp866", "koi8-r", "utf-7", "utf-32", "shift_jis", "latin-1"]
    text = content.decode(rng.choice(["utf-8", "cp1251", "utf-16"]), "replace")
    return text.encode(rng.choice(encodings), "replace")


LINES: list[Callable[[bytes, random.Random], bytes]] = [change_lines, change_lines, change_lines, change_encoding]

# --- Members of zip files, packed again as they should be ---

VALUES = [b"", b"-1", b"0", b"1", b"99", b"65536", b"1048577", b"4294967296", b"9" * 40, b"1E+400", b"nan", b"x", b"A1"]
VALUES += [b"XFD9999", b"&#0;", b"&lt;", b"\xff", b"s", b"inlineStr", b"str", b"b", b"e", b"d", b"#REF!", b"A1:B2"]


def change_xml(content: bytes, rng: random.Random) -> bytes:
    """Change attributes and texts, drop, double and rename elements."""
    for _ in range(rng.choice([1, 1, 2, 5])):
        match rng.randrange(8):
            case 0 | 1 | 2:
                places = list(re.finditer(rb'="([^"]*)"', content))
            case 3 | 4:
                places = list(re.finditer(rb">([^<]*)<", content))
            case 5:
                places = list(re.finditer(rb"(<[^<>]*>)", content))
            case 6:
                places = list(re.finditer(rb"</?([A-Za-z:]+)", content))
            case _:
                places = list(re.finditer(rb"(<(\w+)[^>]*>.*?</\2>)", content, re.DOTALL))
        if places:
            place = rng.choice(places)
            start, end = place.span(1)
            new = rng.choice([*VALUES, content[start:end] * 2, b"", content[start:end][::-1]])
            content = content[:start] + new + content[end:]
    return content


def change_member(content: bytes, rng: random.Random) -> bytes:
    """Change one member of a zip file; the zip itself stays as it should be."""
    try:
        members = {info.filename: zipfile.ZipFile(io.BytesIO(content)).read(info) for info in _members(content)}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return flip_bytes(content, rng)
    names = [name for name in members if name.endswith((".xml", ".rels"))] or list(members)
    name = rng.choice(names + [one for one in names if "sheet" in one or "content" in one or "Strings" in one] * 4)
    match rng.randrange(8):
        case 0:
            del members[name]
        case 1:
            members[name] = members[rng.choice(names)]
        case 2:
            members[name] = rng.choice(BYTES)(members[name], rng)
        case _:
            members[name] = change_xml(members[name], rng)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, inside in members.items():
            archive.writestr(one, inside)
    return packed.getvalue()


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    return zipfile.ZipFile(io.BytesIO(content)).infolist()


# --- Old workbooks: records ---


def change_records(content: bytes, rng: random.Random) -> bytes:
    """Change lengths and bodies of the records of an old workbook: they lie behind the first sector."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 10])):
        at = rng.randrange(512, max(513, len(changed) - 4))
        kind = rng.choice([0x0203, 0x00FD, 0x027E, 0x0006, 0x0208, 0x00FC, 0x003C, 0x0085, 0x0809, 0x00BD, 0x0204])
        found = changed.find(kind.to_bytes(2, "little"), at)
        place = (found if 0 <= found < len(changed) - 8 else at) + rng.choice([0, 2, 4, 6, 7])
        changed[place : place + 2] = rng.choice([b"\0\0", b"\xff\xff", b"\x01\0", b"\0\x80", rng.randbytes(2)])
    return bytes(changed)


def mutate(content: bytes, kind: str, rng: random.Random) -> bytes:
    """Damage a file; what reaches deepest into its kind comes most often."""
    if rng.random() < 0.25:
        return rng.choice(BYTES)(content, rng)
    if kind in TEXTS:
        return rng.choice(LINES)(content, rng)
    return change_records(content, rng) if kind == ".xls" else change_member(content, rng)


# --- The run ---

# Files that are refused as they are get few tries: little of them is read, whatever is damaged.
SPOILT = re.compile(r"password|empty|only-|nothing|nul|broken|open-quote|no-|-named|header-only|two-recipient")


def sources() -> list[Path]:
    files = sorted(path for path in CORPUS.iterdir() if path.suffix in TEXTS | WORKBOOKS)
    return [path for path in files for _ in range(1 if SPOILT.match(path.name) or "-named" in path.name else 8)]


@dataclass
class Figures:
    """What came of the files that were tried."""

    tried: int = 0
    refused: int = 0
    read: int = 0
    tracebacks: int = 0
    failed: list[str] = field(default_factory=list)

    def count(self, ended: Ended, what: str) -> None:
        self.tried += 1
        self.refused += ended.code == 2
        self.read += ended.code in (0, 1)
        self.tracebacks += any(word in ended.err for word in ("Traceback", "panicked", SURPRISE))
        if wrong := judged(ended):
            self.failed.append(f"{what}: {wrong}: {ended.err[:500]}")

    def __str__(self) -> str:
        return (
            f"files tried {self.tried:,}, tracebacks {self.tracebacks:,}, "
            f"refused {self.refused:,}, read {self.read:,}; CAMPAIGNS_TEST_SEED={SEED}"
        )


def judged(ended: Ended) -> str:
    """Say what is wrong with how a run ended; nothing if it was read or refused as it should."""
    if any(word in ended.err for word in ("Traceback", "panicked", SURPRISE)):
        return "a surprise"
    if ended.code not in (0, 1, 2):
        return f"exit code {ended.code}"
    if ended.code == 2:
        heads = [line[:6] for line in ended.err.splitlines()]
        return "" if heads in (["error:"], ["error:", "hint: "]) and not ended.out else "not refused in one line"
    return "" if ended.out.startswith("{") else "no summary"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """The program; what a library writes past Python counts as well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the log file of a surprise
    return Program(tmp_path, monkeypatch, capfd)


def damaged(source: Path, rng: random.Random) -> bytes:
    content = source.read_bytes()
    for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
        content = mutate(content, source.suffix, rng)
    return content


def seeded(*seed: object) -> random.Random:
    return random.Random(repr((SEED, *seed)))  # noqa: S311 - damage, not secrets


OPTIONS = [(), (), (), ("--region", "AM"), ("--column", "body=", "--body", "Hi")]


def test_no_damaged_file_is_a_surprise(run: Program) -> None:
    figures = Figures()
    for number in range(FILES):
        rng = seeded("check", number)
        source = rng.choice(sources())
        path = run.folder / f"{number}{source.suffix}"
        path.write_bytes(damaged(source, rng))
        before = len(figures.failed)
        figures.count(run("check", path, "--json", *rng.choice(OPTIONS)), f"{path} (from {source.name})")
        if len(figures.failed) == before:
            path.unlink()
    sys.stdout.write(f"check: {figures}\n")
    assert not figures.failed, "\n".join([str(figures), *figures.failed[:20]])


# Where openpyxl gives up on a file it leaves it open, for the garbage collector to find.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_damaged_results_file_is_a_surprise(run: Program) -> None:
    recipients = run.write("a.csv", "phone,text,own", "37491000001,One,x", "37491000002,Two,", "12,Three,y")
    run("send", recipients, "--sandbox", "--sender", "Shop", "--yes")
    source = run.folder / "a.sandbox.results.xlsx"
    assert source.exists()
    figures = Figures()
    for number in range(max(FILES // 10, 1)):
        path = run.folder / f"{number}.results.xlsx"
        path.write_bytes(damaged(source, seeded("refresh", number)))
        before = len(figures.failed)
        figures.count(run("--quiet", "refresh", path, "--sandbox", "--json"), str(path))
        if len(figures.failed) == before:
            path.unlink()
    gc.collect()  # here, where the filter above holds
    sys.stdout.write(f"refresh: {figures}\n")
    assert not figures.failed, "\n".join([str(figures), *figures.failed[:20]])
