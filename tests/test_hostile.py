"""Hostile files: each meets the real program in a process of its own, which ends in time, in memory and in words."""

from __future__ import annotations

import os
import shutil
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from tests.bombs import ENTITIES, MEGABYTE, Zip, rewritten, with_entities, with_part
from tests.watching import PATIENCE, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watching import Watched

CORPUS = Path(__file__).parent / "corpus"
MOST_MEMORY = 3 << 29  # 1.5 GiB, of the program and every process that it started
SECRET = "not-for-your-eyes"

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
SHEET_HEAD = (
    f'<worksheet xmlns="{NS}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>phone</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>text</t></is></c></row>'
).encode()
SHEET_TAIL = b"</sheetData></worksheet>"
ROW = b'<row><c t="inlineStr"><is><t>37491000001</t></is></c><c t="inlineStr"><is><t>Hi</t></is></c></row>'


def held(watched: Watched, *, refused: bool = True) -> None:
    """Hold a run against what every hostile file must meet: an end, little memory, words, and no traceback."""
    assert watched.code is not None, f"it did not end in {watched.seconds:.0f} s"
    assert watched.peak < MOST_MEMORY, f"{watched.peak >> 20} MiB"
    assert "Traceback" not in watched.err
    assert "something unexpected" not in watched.err
    assert SECRET not in watched.out + watched.err
    if refused or watched.code == 2:
        assert (watched.code, watched.out) == (2, ""), watched
        first, *others = watched.err.splitlines()
        assert first.startswith("error: "), watched.err
        assert [line[:6] for line in others] in ([], ["hint: "]), watched.err
    else:
        assert watched.code in (0, 1), watched


def sheet(path: Path, *rows: bytes) -> Path:
    """Write a workbook whose only sheet holds these rows below the header."""
    return with_part(CORPUS / "openpyxl-clean.xlsx", path, SHEET, SHEET_HEAD + b"".join(rows), b"", 0, SHEET_TAIL)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


# --- Entities ---

PARTS = {
    # part of an .xlsx file: its root element, a text or value in it, whether the program must look there at all
    SHEET: ("worksheet", "<v>0</v>", True),
    "xl/sharedStrings.xml": ("sst", "Հեռախոս", True),
    "xl/workbook.xml": ("workbook", "Հաճախորդներ", False),
    "xl/styles.xml": ("styleSheet", "Calibri", False),
    "docProps/app.xml": ("Properties", "LibreOffice", False),
}


@pytest.mark.parametrize("kind", ENTITIES)
@pytest.mark.parametrize("part", PARTS)
def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path, secret: Path, part: str, kind: str) -> None:
    root, old, must_refuse = PARTS[part]
    change = with_entities(kind, secret, root, old)
    path = rewritten(CORPUS / "libreoffice-clean.xlsx", tmp_path / "a.xlsx", part, change)

    held(watch(tmp_path, "check", path), refused=must_refuse)


@pytest.mark.parametrize("kind", ENTITIES)
def test_entities_in_an_opendocument_spreadsheet_are_not_expanded(tmp_path: Path, secret: Path, kind: str) -> None:
    change = with_entities(kind, secret, "office:document-content", "Հեռախոս")
    path = rewritten(CORPUS / "pandas-clean.ods", tmp_path / "a.ods", "content.xml", change)

    held(watch(tmp_path, "check", path))


# --- Zip bombs: 1.5 MB that unpack to more than a gigabyte ---

INLINE = b'<row><c t="inlineStr"><is><t>'
BOMBS: dict[str, tuple[str, bytes, bytes, bytes]] = {
    # name: part, head, block (about a megabyte, repeated), tail
    "rows without end": (SHEET, SHEET_HEAD, ROW * (MEGABYTE // len(ROW)), SHEET_TAIL),
    "empty rows without end": (SHEET, SHEET_HEAD, b"<row/>" * (MEGABYTE // 6), SHEET_TAIL),
    "one cell without end": (SHEET, SHEET_HEAD + INLINE, b"A" * MEGABYTE, b"</t></is></c></row>" + SHEET_TAIL),
    "cells of one row without end": (SHEET, SHEET_HEAD + b"<row>", b"<c><v>1</v></c>" * 70_000, b"</row>" + SHEET_TAIL),
    "one tag without end": (SHEET, SHEET_HEAD + b'<row x="', b"A" * MEGABYTE, b'"/>' + SHEET_TAIL),
    "one comment without end": (SHEET, SHEET_HEAD + b"<!--", b"A" * MEGABYTE, b"-->" + SHEET_TAIL),
    "tags in tags": (SHEET, SHEET_HEAD, b"<row>" * (MEGABYTE // 5), SHEET_TAIL),
    "a shared string without end": (
        "xl/sharedStrings.xml",
        f'<sst xmlns="{NS}"><si><t>'.encode(),
        b"A" * MEGABYTE,
        b"</t></si></sst>",
    ),
    "shared strings without end": (
        "xl/sharedStrings.xml",
        f'<sst xmlns="{NS}">'.encode(),
        b"<si><t>A</t></si>" * (MEGABYTE // 17),
        b"</sst>",
    ),
    "styles without end": (
        "xl/styles.xml",
        f'<styleSheet xmlns="{NS}"><cellXfs>'.encode(),
        b'<xf numFmtId="14"/>' * (MEGABYTE // 19),
        b"</cellXfs></styleSheet>",
    ),
    "a workbook of sheets without end": (
        "xl/workbook.xml",
        f'<workbook xmlns="{NS}"><sheets>'.encode(),
        b'<sheet name="A" sheetId="1"/>' * (MEGABYTE // 29),
        b"</sheets></workbook>",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_bomb_is_refused(tmp_path: Path, name: str) -> None:
    part, head, block, tail = BOMBS[name]
    path = with_part(CORPUS / "openpyxl-clean.xlsx", tmp_path / "a.xlsx", part, head, block, 1300, tail)

    assert path.stat().st_size < 12 * MEGABYTE
    held(watch(tmp_path, "check", path))


@pytest.mark.parametrize("name", ["rows without end", "a shared string without end"])
def test_a_zip_directory_that_lies_about_sizes_is_not_believed(tmp_path: Path, name: str) -> None:
    part, head, block, tail = BOMBS[name]
    path = with_part(CORPUS / "openpyxl-clean.xlsx", tmp_path / "a.xlsx", part, head, block, 1300, tail, claimed=2000)

    held(watch(tmp_path, "check", path))


def test_a_bomb_in_a_part_that_is_no_table_harms_nobody(tmp_path: Path) -> None:
    path = with_part(
        CORPUS / "openpyxl-clean.xlsx", tmp_path / "a.xlsx", "xl/media/image1.png", b"", bytes(MEGABYTE), 1300, b""
    )

    held(watch(tmp_path, "check", path), refused=False)


ODS_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
ODS_HEAD = (
    f"<office:document-content {ODS_SPACES}><office:body><office:spreadsheet>"
    '<table:table table:name="S"><table:table-row><table:table-cell office:value-type="string"><text:p>phone</text:p>'
    '</table:table-cell><table:table-cell office:value-type="string"><text:p>text</text:p></table:table-cell>'
    "</table:table-row>"
).encode()
ODS_TAIL = b"</table:table></office:spreadsheet></office:body></office:document-content>"
ODS_CELL = b'<table:table-cell office:value-type="string"><text:p>1</text:p></table:table-cell>'
ODS_ROW = b"<table:table-row>" + ODS_CELL + b"</table:table-row>"


def ods(path: Path, rows: bytes, block: bytes = b"", times: int = 0) -> Path:
    made = Zip()
    made.add("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    made.add_repeated("content.xml", ODS_HEAD + rows, block, times, ODS_TAIL)
    made.add("META-INF/manifest.xml", b'<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
    return made.write(path)


def test_a_zip_bomb_in_an_opendocument_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", b"", ODS_ROW * (MEGABYTE // len(ODS_ROW)), 1300)

    held(watch(tmp_path, "check", path))


EMPTY, FILLED = "", ' office:value-type="string"><text:p>x</text:p'
LARGE = pytest.mark.skipif(not os.environ.get("CAMPAIGNS_TEST_LARGE"), reason="takes minutes: CAMPAIGNS_TEST_LARGE=1")
LONG = 900.0 if os.environ.get("CAMPAIGNS_TEST_LARGE") else PATIENCE


@pytest.mark.parametrize(
    ("rows", "columns", "content"),
    [
        (1_000_000, 1, EMPTY),
        (1, 1_000_000, EMPTY),
        (1, 1_000_000, FILLED),
        (1_000_000, 6, FILLED),
        (1_048_570, 16_384, EMPTY),
        (1_048_570, 16_384, FILLED),
        (4_000_000_000, 1, EMPTY),
        (1, 4_000_000_000, EMPTY),
        (1, 4_000_000_000, FILLED),
        (10**30, 10**30, EMPTY),
        (10**30, 10**30, FILLED),
        # as many rows as a spreadsheet has, each a problem: read, in memory
        pytest.param(1_000_000, 1, FILLED, marks=LARGE),
        pytest.param(4_000_000_000, 1, FILLED, marks=LARGE),
    ],
)
def test_rows_and_columns_repeated_without_end(tmp_path: Path, rows: int, columns: int, content: str) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"{content}></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    path = ods(tmp_path / "a.ods", row.encode() + ODS_ROW)

    held(watch(tmp_path, "check", path, patience=LONG), refused=False)


# --- Sheets with strange addresses and numbers ---

NUMBER = b'<row r="2"><c r="A2"><v>37491000001</v></c><c r="B2" t="inlineStr"><is><t>Hi</t></is></c></row>'
STRANGE: dict[str, bytes] = {
    "the last cell of all": b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "a row beyond the last": b'<row r="4294967296"><c r="A4294967296"><v>1</v></c></row>',
    "a row of thirty digits": b'<row r="' + b"9" * 30 + b'"><c r="A' + b"9" * 30 + b'"><v>1</v></c></row>',
    "a column beyond the last": b'<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>',
    "row nought": b'<row r="0"><c r="A0"><v>1</v></c></row>',
    "no address": b'<row r=""><c r=""><v>1</v></c></row>',
    "a string that is not there": b'<row r="3"><c r="A3" t="s"><v>999999999</v></c></row>',
    "a style that is not there": b'<row r="3"><c r="A3" s="4294967295"><v>1</v></c></row>',
    "a number of ten thousand digits": b'<row r="3"><c r="A3"><v>' + b"9" * 10_000 + b"</v></c></row>",
    "no number": b'<row r="3"><c r="A3"><v>NaN</v></c><c r="B3"><v>inf</v></c></row>',
    "a date beyond all years": b'<row r="3"><c r="A3" t="d"><v>99999-99-99T99:99:99</v></c></row>',
    "a cell of five megabytes": b'<row r="3"><c r="A3" t="inlineStr"><is><t>'
    + b"A" * 5_000_000
    + b"</t></is></c></row>",
    "a control character": b'<row r="3"><c r="A3" t="inlineStr"><is><t>&#1;_x0000_</t></is></c></row>',
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_cell_is_refused_or_a_problem_of_its_row(tmp_path: Path, name: str) -> None:
    path = sheet(tmp_path / "a.xlsx", NUMBER, STRANGE[name])

    held(watch(tmp_path, "check", path), refused=False)


def test_a_sheet_that_claims_to_be_as_large_as_can_be_is_read(tmp_path: Path) -> None:
    def claim(text: str) -> str:
        head, _, rest = text.partition("<sheetData>")
        return f'{head.split("<dimension")[0].split("<sheetPr>")[0]}<dimension ref="A1:XFD1048576"/><sheetData>{rest}'

    path = rewritten(CORPUS / "openpyxl-clean.xlsx", tmp_path / "a.xlsx", SHEET, claim)

    watched = watch(tmp_path, "check", path)

    held(watched, refused=False)
    assert watched.code == 0, watched.err


def test_a_recipient_of_ten_thousand_digits_is_invalid(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"phone,text\n{'3' * 10_000},One\n37491000001,Two\n")

    for options in ((), ("--region", "AM")):
        watched = watch(tmp_path, "check", path, *options)

        held(watched, refused=False)
        assert watched.code == 1
        assert len(watched.out) < 3_000  # the number is not shown whole


# --- Old Excel files ---


def compound(path: Path, change: Callable[[bytearray], None]) -> Path:
    content = bytearray((CORPUS / "libreoffice-clean.xls").read_bytes())
    change(content)
    path.write_bytes(content)
    return path


def chain_in_a_circle(content: bytearray) -> None:
    """Let every sector of the file say that the first one comes next."""
    table = 512 * (1 + struct.unpack_from("<I", content, 76)[0])
    for at in range(table, table + 512, 4):
        if struct.unpack_from("<I", content, at)[0] < 0xFFFFFF00:
            struct.pack_into("<I", content, at, 0)


def tables_without_end(content: bytearray) -> None:
    struct.pack_into("<I", content, 44, 0x7FFFFFFF)  # how many sectors the table of sectors has


def a_stream_without_end(content: bytearray) -> None:
    at = content.find("Workbook".encode("utf-16-le"))
    struct.pack_into("<Q", content, at + 120, 0x7FFFFFFF)


def the_last_cell_of_all(content: bytearray) -> None:
    """Let every record that is a number stand in row 65,536 and column 65,536, beyond the last."""
    at = content.find(struct.pack("<HH", 0x0203, 14))
    while at >= 0:
        struct.pack_into("<HH", content, at + 4, 0xFFFF, 0xFFFF)
        at = content.find(struct.pack("<HH", 0x0203, 14), at + 18)


@pytest.mark.parametrize("change", [chain_in_a_circle, tables_without_end, a_stream_without_end, the_last_cell_of_all])
def test_an_old_workbook_that_was_tampered_with(tmp_path: Path, change: Callable[[bytearray], None]) -> None:
    held(watch(tmp_path, "check", compound(tmp_path / "a.xls", change)), refused=False)


# --- Text files ---


def lines(path: Path, head: bytes, block: bytes = b"", times: int = 0) -> Path:
    with path.open("wb") as file:
        file.write(head)
        for _ in range(times):
            file.write(block)
    return path


HEAD = b"phone,text\n37491000001,One\n"
TEXTS: dict[str, tuple[bytes, bytes, int]] = {
    # name: head, block, how many times
    "a million columns": (b"phone,text" + b",x" * 1_000_000 + b"\n37491000001,One\n", b"", 0),
    "a million columns in a row": (HEAD + b"37491000002,Two" + b",x" * 1_000_000 + b"\n", b"", 0),
    "a cell of five megabytes": (HEAD + b"37491000002,", b"A" * MEGABYTE, 5),
    "eleven million cells": (b"phone,text\n", b"1,2\n" * 100_000, 55),
    "eleven million cells, all but a few empty": (b"phone,text\n", b"1\n" + b"," * 10_000 + b"2\n", 1100),
    "one line without end": (b"phone,text\n", b"A" * MEGABYTE, 100),
    "a quote that is not closed": (HEAD + b'37491000002,"', b"A\n" * (MEGABYTE // 2), 100),
    "more than 150 MB": (HEAD, b"\n" * MEGABYTE, 151),
    "NULs": (HEAD, bytes(MEGABYTE), 10),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_file_beyond_all_bounds_is_refused(tmp_path: Path, name: str) -> None:
    held(watch(tmp_path, "check", lines(tmp_path / "a.csv", *TEXTS[name])))


ALMOST: dict[str, tuple[bytes, bytes, int]] = {
    # name: head, block, how many times; each just within what is read
    "half a million rows with five faults": (b"phone,text,send_at,wap_push,sender\n", b"x,,x,x\n" * 1000, 499),
    "half a million rows with one fault": (b"phone,text\n", b"1,\n" * 1000, 499),
    "texts that take four bytes a letter": (
        b"phone,text\n",
        b"".join(b"3749100%04d," % n + b"A" * 190 + "\U0001f600\n".encode() for n in range(1000)),
        499,
    ),
}


@LARGE
@pytest.mark.parametrize("name", ALMOST)
def test_a_file_just_within_the_bounds_stays_within_memory(tmp_path: Path, name: str) -> None:
    held(watch(tmp_path, "check", lines(tmp_path / "a.csv", *ALMOST[name]), patience=LONG), refused=False)


def test_as_many_columns_as_excel_has_are_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", b"phone,text" + b",x" * 16_382 + b"\n37491000001,One" + b",x" * 16_382 + b"\n")

    watched = watch(tmp_path, "check", path)

    held(watched, refused=False)
    assert watched.code == 0, watched.err


def test_a_million_commas_behind_a_row_are_nothing(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", HEAD + b"37491000002,Two" + b"," * 1_000_000 + b"\n")

    watched = watch(tmp_path, "check", path)

    held(watched, refused=False)
    assert watched.code == 0, watched.err


def test_a_file_of_line_ends_alone_has_no_rows(tmp_path: Path) -> None:
    held(watch(tmp_path, "check", lines(tmp_path / "a.csv", b"phone,text\n", b"\n" * MEGABYTE, 5)))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (HEAD + b"37491000002,T\0wo\n", 3),
        (HEAD.replace(b"\n", b"\r") + b"37491000002,T\0wo\r", 3),
        (b"\xff\xfe" + (HEAD.decode() + "37491000002,T\0wo\n").encode("utf-16-le"), 3),
        ("phone,text\n37491000001,Բարև\n37491000002,".encode() + b"\xd5\n", 3),
        (b"\xff\xfe" + HEAD.decode().encode("utf-16-le") + b"\x00\xd8x\x00", 3),  # half of a pair
        (b"\xff\xfe" + HEAD.decode().encode("utf-16-le") + b"x", 3),  # half of a character
    ],
)
def test_what_is_no_text_is_named_by_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    watched = watch(tmp_path, "check", tmp_path / "a.csv")

    held(watched)
    assert f"line {line} " in watched.err.replace(",", " ").replace(":", " ") + " "


# --- The same through the other doors ---


def test_a_hostile_list_of_opt_outs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(HEAD)
    name = "rows without end"
    part, head, block, tail = BOMBS[name]
    bomb = with_part(CORPUS / "openpyxl-clean.xlsx", tmp_path / "out.xlsx", part, head, block, 1300, tail)

    held(watch(tmp_path, "check", tmp_path / "a.csv", "--exclude", bomb))


@pytest.fixture(scope="module")
def results_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    (folder / "a.csv").write_bytes(HEAD)
    sent = watch(folder, "send", folder / "a.csv", "--sandbox", "--sender", "Shop", "--yes")
    assert sent.code == 0, sent.err
    return folder / "a.sandbox.results.xlsx"


@pytest.fixture
def results(results_once: Path, tmp_path: Path) -> Path:
    """A results workbook as the program writes it."""
    return Path(shutil.copy(results_once, tmp_path))


def refresh_held(folder: Path, path: Path) -> None:
    """A hostile results file: refused in words. Only the line that says that it is a rehearsal comes before them."""
    watched = watch(folder, "--quiet", "refresh", path, "--sandbox")
    held(watched, refused=watched.code not in (0, 1))


@pytest.mark.parametrize("kind", ENTITIES)
@pytest.mark.parametrize(
    ("part", "root", "old"),
    [
        (SHEET, "worksheet", "recipient"),
        ("xl/workbook.xml", "workbook", "Results"),
        ("xl/styles.xml", "styleSheet", "Calibri"),
    ],
)
def test_entities_in_a_results_file_are_not_expanded(
    tmp_path: Path, secret: Path, results: Path, part: str, root: str, old: str, kind: str
) -> None:
    change = with_entities(kind, secret, root, old)
    path = rewritten(results, tmp_path / "bad.results.xlsx", part, change)

    refresh_held(tmp_path, path)


@pytest.mark.parametrize("name", ["rows without end", "a shared string without end", "styles without end"])
def test_a_zip_bomb_in_a_results_file(tmp_path: Path, results: Path, name: str) -> None:
    part, head, block, tail = BOMBS[name]

    refresh_held(tmp_path, with_part(results, tmp_path / "bad.results.xlsx", part, head, block, 1300, tail))


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_cell_in_a_results_file(tmp_path: Path, results: Path, name: str) -> None:
    path = rewritten(
        results,
        tmp_path / "bad.results.xlsx",
        SHEET,
        lambda text: text.replace("</sheetData>", STRANGE[name].decode() + "</sheetData>"),
    )

    refresh_held(tmp_path, path)


def test_a_results_file_with_a_cell_in_its_last_corner_is_refreshed(tmp_path: Path, results: Path) -> None:
    """A stray mark far away is no attack: people press Ctrl-End and type."""
    made = load_workbook(results)
    made["Results"]["AA1000"] = "x"
    made.save(results)

    watched = watch(tmp_path, "--quiet", "refresh", results, "--sandbox")

    held(watched, refused=False)


def test_a_workbook_of_many_sheets_is_read(tmp_path: Path) -> None:
    made = Workbook()
    made.remove(made.worksheets[0])
    for number in range(300):
        made.create_sheet(f"S{number}").append(["month", number])
    made.worksheets[-1].append(["x"])
    made.create_sheet("Clients").append(["phone", "text"])
    made["Clients"].append([37491000001, "Hi"])
    made.save(tmp_path / "a.xlsx")

    watched = watch(tmp_path, "check", tmp_path / "a.xlsx")

    held(watched, refused=False)
    assert watched.code == 0, watched.err


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.95, 0.999])
def test_a_file_whose_download_broke_off_is_refused(tmp_path: Path, kind: str, part: float) -> None:
    content = (CORPUS / f"libreoffice-clean.{kind}").read_bytes()
    path = tmp_path / f"a.{kind}"
    path.write_bytes(content[: int(len(content) * part)])

    held(watch(tmp_path, "check", path), refused=kind != "xls")  # the end of an old workbook may be padding


def test_a_zip_within_a_zip_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(5_000):
            archive.writestr(f"xl/{number}.xml", b"")
        archive.write(CORPUS / "openpyxl-clean.xlsx", "inner.xlsx")

    held(watch(tmp_path, "check", tmp_path / "a.xlsx"))
