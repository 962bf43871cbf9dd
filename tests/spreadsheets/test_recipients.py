"""Recipient files: whatever a person saves becomes text, with the row numbers that the spreadsheet shows."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from campaigns.errors import UsageError
from campaigns.spreadsheets.dialects import DELIMITERS
from tests.spreadsheets.making import book, opened

if TYPE_CHECKING:
    from campaigns.spreadsheets.recipients import RecipientFile

HEADER = ["phone", "text"]


def written(folder: Path, content: str | bytes, name: str = "spring.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(file: RecipientFile) -> dict[int, list[str]]:
    """Return every row's cells by its number."""
    return {
        int(number): [str(cell) for cell in cells]
        for number, cells in zip(file.table.index, file.table.itertuples(index=False, name=None), strict=True)
    }


def read(folder: Path, content: str | bytes) -> tuple[list[str], dict[int, list[str]]]:
    """Write a CSV and return what is read of it: headers, and rows by number."""
    file = opened(written(folder, content))
    return file.headers, rows(file)


# --- Text files: bytes, delimiters ---

ARMENIAN = "phone;text\n37491000001;Բարև\n"


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        (ARMENIAN.encode(), "UTF-8, semicolons"),
        (b"\xef\xbb\xbf" + ARMENIAN.encode(), "UTF-8, semicolons"),  # Excel's "CSV UTF-8"
        (b"\xff\xfe" + ARMENIAN.replace(";", "\t").encode("utf-16-le"), "UTF-16, tabs"),  # Excel's "Unicode Text"
        (b"\xfe\xff" + ARMENIAN.encode("utf-16-be"), "UTF-16, semicolons"),
        (ARMENIAN.replace(";", ",").encode(), "UTF-8, commas"),
        (ARMENIAN.replace(";", "\t").encode(), "UTF-8, tabs"),
        (ARMENIAN.replace(";", "|").encode(), "UTF-8, pipes"),
    ],
)
def test_encoding_and_delimiter_are_found(tmp_path: Path, content: bytes, read_as: str) -> None:
    file = opened(written(tmp_path, content))

    assert (file.read_as, file.headers, rows(file)) == (read_as, HEADER, {2: ["37491000001", "Բարև"]})


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "A.CSV"])
def test_every_kind_of_text_file_is_read(tmp_path: Path, name: str) -> None:
    file = opened(written(tmp_path, "phone\ttext\n37491000001\tHi\n", name))

    assert rows(file) == {2: ["37491000001", "Hi"]}


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("phone;first, last, middle name;x;y", ";"),  # the one that stands most often
        ('phone;"a,b,c,d"', ";"),  # commas inside quotes separate nothing
        ('"a;b;c;d",x', ","),
        ("phone", ""),  # nothing to go by, and nothing to separate
    ],
)
def test_the_delimiter_is_the_commonest_of_the_header_outside_quotes(
    tmp_path: Path, header: str, delimiter: str
) -> None:
    file = opened(written(tmp_path, f"{header}\n37491000001\n"))

    assert file.read_as == f"UTF-8, {DELIMITERS[delimiter] if delimiter else 'one column'}"


def test_a_delimiter_that_was_named_is_not_second_guessed(tmp_path: Path) -> None:
    file = opened(written(tmp_path, "a,b,c|d\n1,2,3|4\n"), delimiter="|")

    assert (file.headers, rows(file)) == (["a,b,c", "d"], {2: ["1,2,3", "4"]})


# --- Text files: rows and their numbers ---


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_have_the_numbers_that_the_spreadsheet_shows(tmp_path: Path, end: str) -> None:
    lines = (
        "",  # 1
        "phone,text",  # 2: the first row with text is the header
        "37491000001,One",  # 3
        "",
        " , ",
        ",",
        '37491000002,"Two',  # 7: a line break in quotes does not end a row
        "",
        'lines"',
        "37491000003,Three",  # 8
        "",
    )
    headers, found = read(tmp_path, end.join(lines))

    assert headers == HEADER
    assert found == {
        3: ["37491000001", "One"],
        7: ["37491000002", f"Two{end}{end}lines"],
        8: ["37491000003", "Three"],
    }


def test_the_last_row_needs_no_line_end(tmp_path: Path) -> None:
    assert read(tmp_path, "phone,text\n37491000001,One")[1] == {2: ["37491000001", "One"]}


def test_quotes_may_hold_delimiters_and_quotes(tmp_path: Path) -> None:
    headers, found = read(tmp_path, '"phone","say, ""text"""\n37491000001,"Hi, ""Ani"""\n')

    assert headers == ["phone", 'say, "text"']
    assert found == {2: ["37491000001", 'Hi, "Ani"']}


def test_characters_that_only_look_like_line_ends_stay_in_their_cell(tmp_path: Path) -> None:
    cell = "one\u2028two\u2029three\x85four\x0bfive"

    assert read(tmp_path, f"phone,text\n37491000001,{cell}\n37491000002,Two\n")[1] == {
        2: ["37491000001", cell],
        3: ["37491000002", "Two"],
    }


def test_text_is_never_taken_for_anything_else(tmp_path: Path) -> None:
    cells = ["007", "1e5", "3.74911E+10", "TRUE", "NA", "null", "nan", "None", "#N/A", "2026-12-01", " x ", "=1+1"]

    _, found = read(tmp_path, "phone,text\n" + "".join(f"{cell},x\n" for cell in cells))

    assert [row[0] for row in found.values()] == cells


def test_short_rows_are_filled_up_and_long_ones_get_columns_named_as_the_spreadsheet_does(tmp_path: Path) -> None:
    headers, found = read(tmp_path, "phone,text\n37491000001\n37491000002,Two,x,y\n")

    assert headers == ["phone", "text", "column C", "column D"]
    assert found == {2: ["37491000001", "", "", ""], 3: ["37491000002", "Two", "x", "y"]}


def test_columns_without_header_and_text_are_no_columns(tmp_path: Path) -> None:
    headers, found = read(tmp_path, ",phone,,text,note,\n,37491000001,x,One,,\n,37491000002,,Two,, \n")

    assert headers == ["phone", "column C", "text", "note"]
    assert found == {2: ["37491000001", "x", "One", ""], 3: ["37491000002", "", "Two", ""]}


def test_headers_lose_their_margins_and_may_come_twice(tmp_path: Path) -> None:
    headers, found = read(tmp_path, " phone , text\t,phone\n 37491000001 ,One,2\n")

    assert headers == ["phone", "text", "phone"]
    assert found == {2: [" 37491000001 ", "One", "2"]}  # cells are the plan's to judge


def test_a_column_past_z_has_two_letters(tmp_path: Path) -> None:
    headers, _ = read(tmp_path, "phone,text\n" + ",".join("x" * 28) + "\n")

    assert headers[-3:] == ["column Z", "column AA", "column AB"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0") | st.sampled_from("\"',;|\t\r\n "), max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(st.one_of(st.none(), st.tuples(cells, cells)), max_size=8),
    delimiter=st.sampled_from(sorted(DELIMITERS)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_whatever_is_written_as_csv_is_read_back_under_its_numbers(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str] | None],
    delimiter: str,
    end: str,
    encoding: str,
) -> None:
    lines = [HEADER, *([] if row is None else row for row in table), ["last", "row"]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(lines)

    path = tmp_path_factory.getbasetemp() / "any.csv"
    file = opened(written(path.parent, text.getvalue().encode(encoding), path.name))

    filled = {number: list(row) for number, row in enumerate(lines, start=1) if "".join(row).strip()}
    assert file.headers == filled.pop(1)
    assert rows(file) == filled


# --- Text files: what is refused ---


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "spring.csv is empty"),
        (b"\xef\xbb\xbf", "spring.csv is empty"),
        (b'\n , \n""\n', "spring.csv is empty"),
        (b"phone,text\n", "spring.csv has a header and no rows"),
        (b"phone,text\n,\n\n", "spring.csv has a header and no rows"),
        # bytes that are no text of the encoding: the line says where to look
        ("phone,text\n37491000001,Անի\n37491000002,Արա".encode()[:-1] + b"\n", "spring.csv: line 3 is not UTF-8"),
        ("phone,text\r37491000001,Անի\r37491000002,Արա".encode()[:-1] + b"\r", "spring.csv: line 3 is not UTF-8"),
        (
            b"phone;text\n37491000001;\x81\x98\n",  # neither page has both bytes
            "spring.csv: line 2 is not UTF-8, and no other encoding fits",
        ),
        ("phone\ttext\n".encode("utf-16") + b"\x00", "spring.csv: line 2 is not UTF-16"),
        # a NUL is in no text
        (b"phone,text\n37491000001,a\0b\n", "spring.csv: line 2 holds a NUL character; this is not a text file"),
        (
            "phone,text\n".encode("utf-16-le"),  # without its BOM
            "spring.csv: line 1 holds a NUL character; this is not a text file",
        ),
        # a quote that is not closed would swallow the rows after it
        (
            b'phone,text\n37491000001,"One\n37491000002,Two\n37491000003,Three\n',
            "spring.csv: row 2 cannot be read (unexpected end of data)",
        ),
        (
            b'phone,text\n37491000001,One\n37491000002,"Two" and a half\n',
            "spring.csv: row 3 cannot be read (',' expected after '\"')",
        ),
        (
            b"phone,text\n37491000001," + b"x" * 1_000_001,
            "spring.csv: row 2 holds a cell of more than 1,000,000 characters",
        ),
    ],
)
def test_a_text_file_that_cannot_be_trusted_is_refused_with_the_place(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = written(tmp_path, content)

    with pytest.raises(UsageError) as refused:
        opened(path)

    assert refused.value.message == message


def test_a_cell_of_a_million_characters_is_still_a_cell(tmp_path: Path) -> None:
    assert read(tmp_path, "phone,text\n37491000001," + "x" * 1_000_000)[1][2][1] == "x" * 1_000_000


@pytest.mark.parametrize("delimiter", [":", ",,", '"', "\n"])
def test_a_delimiter_that_is_none_is_refused(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, "phone,text\n37491000001,One\n")

    with pytest.raises(UsageError, match=r"is not one of , ; \| or a tab$"):
        opened(path, delimiter=delimiter)


# --- Workbooks ---


def test_cells_of_a_workbook_become_text(tmp_path: Path) -> None:
    table: list[tuple[Any, str]] = [
        (37491000001, "37491000001"),  # Excel stores a number typed in as a number
        (37491000001.0, "37491000001"),
        ("+374 91 00-00-01", "+374 91 00-00-01"),
        ("0037491000001", "0037491000001"),
        (12.5, "12.5"),
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 10, 0), "2026-12-01 10:00"),  # noqa: DTZ001 - a cell knows no zone
        (datetime(2026, 12, 1, 10, 0, 30), "2026-12-01 10:00:30"),  # noqa: DTZ001
        (time(9, 30), "09:30"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("Բարև\nAnd a second line", "Բարև\nAnd a second line"),
        ("NA", "NA"),
        (" padded ", " padded "),
    ]
    path = book(tmp_path / "a.xlsx", {"Clients": [["phone", "kind"], *([cell, "x"] for cell, _ in table)]})

    file = opened(path)

    assert file.read_as == "xlsx workbook, sheet 'Clients'"
    assert [row[0] for row in rows(file).values()] == [text for _, text in table]


def test_no_minute_of_the_day_is_lost_to_fractions(tmp_path: Path) -> None:
    """Excel keeps 10:00 as 0.41666…; every minute and a second beside it read as they were typed."""
    minutes = [(hour, minute) for hour in range(24) for minute in range(60)]
    path = book(
        tmp_path / "a.xlsx",
        {
            "S": [
                ["time", "moment", "second"],
                *(
                    [time(hour, minute), datetime(2026, 12, 1, hour, minute), time(hour, minute, 59)]  # noqa: DTZ001
                    for hour, minute in minutes
                ),
            ]
        },
    )

    found = list(rows(opened(path)).values())

    assert found[0] == ["00:00", "2026-12-01", "00:00:59"]
    assert found[1:] == [[f"{h:02}:{m:02}", f"2026-12-01 {h:02}:{m:02}", f"{h:02}:{m:02}:59"] for h, m in minutes[1:]]


def test_leading_empty_rows_and_columns_leave_the_numbers_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        {
            "S": [
                [],
                [],
                [None, None, "phone", "text"],  # row 3, from column C
                [],
                [None, None, 37491000001, "One"],
                [None, None, "  ", None],
                [None, None, 37491000002, "Two"],
            ]
        },
    )

    file = opened(path)

    assert file.headers == HEADER
    assert rows(file) == {5: ["37491000001", "One"], 7: ["37491000002", "Two"]}


def test_hidden_rows_are_rows(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in (HEADER, [37491000001, "One"], [37491000002, "Two"]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    made.save(tmp_path / "a.xlsx")

    assert list(rows(opened(tmp_path / "a.xlsx"))) == [2, 3]


def two_sheets(folder: Path) -> Path:
    return book(
        folder / "a.xlsx",
        {"Clients": [HEADER, [37491000001, "One"]], "Հյուրեր": [HEADER, [37491000002, "Two"]], "Notes": []},
    )


@pytest.mark.parametrize(
    ("sheet", "recipient"),
    [
        (None, "37491000001"),  # the first one
        ("Clients", "37491000001"),
        ("Հյուրեր", "37491000002"),
        (" հյուրեր ", "37491000002"),  # in any case, as Excel has it
    ],
)
def test_a_sheet_is_chosen_by_its_name(tmp_path: Path, sheet: str | None, recipient: str) -> None:
    file = opened(two_sheets(tmp_path), sheet=sheet)

    assert next(iter(rows(file).values()))[0] == recipient


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    path = two_sheets(tmp_path)

    with pytest.raises(UsageError) as refused:
        opened(path, sheet="Client")

    assert refused.value.message == "--sheet: no sheet is called 'Client' (did you mean 'Clients'?)"
    assert refused.value.hint == "the sheets are Clients, Հյուրեր, Notes"


def test_an_empty_sheet_and_one_with_only_a_header_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Empty": [], "Header": [HEADER, [None, " "]]})

    with pytest.raises(UsageError, match=r"^a\.xlsx is empty$"):
        opened(path, sheet="Empty")
    with pytest.raises(UsageError, match=r"^a\.xlsx has a header and no rows$"):
        opened(path, sheet="Header")


def test_an_xlsm_workbook_is_read(tmp_path: Path) -> None:
    file = opened(book(tmp_path / "a.xlsm", {"S": [HEADER, [37491000001, "One"]]}))

    assert (file.read_as, rows(file)) == ("xlsm workbook, sheet 'S'", {2: ["37491000001", "One"]})


# Made by a program that still writes Excel 97 files: header in row 1; row 3 holds a number, a date and a name.
EXCEL_97 = """
c-rk)O=uHA6#izCZGLFeB&I?ulvuFU+8&A*FYRir?J1>t@dv>sHegBJlvo8lXl>0=5IiYf3iaTn>ct=Qpf?erq6a|`5<Pkn6g;$9-@NSBG$JIRh01)(e
DmhbyqUK<^JaGU&2pr$@Sv@TDh$Abk{v)pg-%ckxP>sN-nNzK=6*`H#->8RPZQZ-;AzuqpPEB8-$h8=_r4$oK2bV>X^dvAbbJFb$UY>6@}Zwt;5KPOXl
1XW%%_;QFyG^r&zSeI<{EQ9wJnI_ST;wy_d2WisO;dn5LCa9*yaOk`p|-xY879;F3N2U?9WXmr#4wdySEXGpa~sGTj`uCH{%Y1z%fE^BGEfER6vX-dlB
F5IPlGl>gRE--&nl>>3^)(`~IN!(<D~wZ%8jN3wxY{B#&l9ysE~B15=Y}Yv$|<x}Y>F8Nl>uie!>g*_=h0l{}O7K=c{sjf@dg8$53a;dL8A69-Bo@dWj
+<OqjLm^@m!`}J)iHD;b<%`6`R<)dPU@(ebvC<`(UagAq<yV+tl^BniOjpa7x7&%LM=U9s)49|0$t6bYj<LqI)GrKC}oh0YK9D3ZI|7`9ed1<70F}C#H
TtEjMT@z%lu6gu`9&ziY!V}ZYg|n@EWN!U!i}A~_<Gbyghs{`3K}Co#mrLsDh_#Y*o|UqeRn{IEVx6*{%MYL1K6pt6`7Wb)<&oTj<Q~-X8jw*uRLyCF
`-LDhG&D3cG&D3cG-`(6SJd(gx$}j<ulzpezs@S9lKxHd-{LT`bj{F5<w01K=WwB}^|KX*aQhN9+PMD<6^_v8Ib@JxKQeW%U;1PdmG@J#VfgQbP`%@q>
hbd*kN*??<<im
"""


def test_a_workbook_of_excel_97_is_read(tmp_path: Path) -> None:
    content = zlib.decompress(base64.b85decode("".join(EXCEL_97.split())))

    file = opened(written(tmp_path, content, "old.xls"))

    assert file.read_as == "xls workbook, sheet 'Clients'"
    assert (file.headers, rows(file)) == (["phone", "born", "name"], {3: ["37491000001", "1990-05-17", "Անի"]})


def ods(path: Path, table: str) -> Path:
    """Write an OpenDocument spreadsheet: a zip that holds one XML table."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Clients">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


ODS_HEADER = (
    '<table:table-row><table:table-cell office:value-type="string"><text:p>phone</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>when</text:p></table:table-cell></table:table-row>'
)


def test_an_opendocument_spreadsheet_is_read(tmp_path: Path) -> None:
    empty_rows = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    row = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="37491000001">'
        '<text:p>37491000001</text:p></table:table-cell><table:table-cell office:value-type="date"'
        ' office:date-value="2026-12-01T10:00:00"><text:p>01.12.26</text:p></table:table-cell></table:table-row>'
    )

    file = opened(ods(tmp_path / "a.ods", ODS_HEADER + empty_rows + row))

    assert file.read_as == "ods workbook, sheet 'Clients'"
    assert rows(file) == {4: ["37491000001", "2026-12-01 10:00"]}


# --- Workbooks: what is refused ---


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.xls", "a.ods"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"phone,text\n37491000001,One\n",  # a CSV under a wrong name
        b"PK\x03\x04 and nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2048,  # begins like an old Excel file
        zlib.decompress(base64.b85decode("".join(EXCEL_97.split())))[:1500],  # a download that broke off
    ],
)
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = written(tmp_path, content, name)

    with pytest.raises(UsageError, match=f"^{name}(:| is| cannot)") as refused:
        opened(path)

    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"", "a.xlsx is empty"),
        ("a.xlsx", b"phone,text\n37491000001,One\n", "a.xlsx is a text file with the name of a workbook"),
        ("a.xls", "phone\ttext\n".encode("utf-16"), "a.xls is a text file with the name of a workbook"),
        ("a.xls", b"<html><table>", "a.xls is a web page or an XML file with the name of a workbook"),
        ("a.xls", b"\xef\xbb\xbf<?xml ", "a.xls is a web page or an XML file with the name of a workbook"),
        ("a.xls", b"PK\x03\x04....", "a.xls is a newer workbook with the name of an old one"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx is an old workbook with the name of a newer one"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx is protected with a password",
        ),
        ("a.csv", b"PK\x03\x04....", "a.csv is a workbook with the name of a text file"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.csv is a workbook with the name of a text file"),
    ],
)
def test_a_file_under_a_wrong_name_is_told_what_it_is(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        opened(written(tmp_path, content, name))

    assert refused.value.message == message


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("letter.txt", "phone,text")

    with pytest.raises(UsageError, match="not a workbook that can be read"):
        opened(tmp_path / "a.xlsx")


def rewritten(path: Path, part: str, old: str, new: str, prolog: str = "") -> Path:
    """Change the text of one part of a workbook behind the back of every spreadsheet program."""
    changed = path.with_stem("changed")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == part:
                assert old in content
                content = prolog + content.replace(old, new)
            target.writestr(name, content)
    return changed


def test_a_workbook_without_sheets_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"S": [HEADER, [37491000001, "One"]]})
    changed = rewritten(path, "xl/workbook.xml", "<sheets>", "<!-- ")
    changed = rewritten(changed.rename(path), "xl/workbook.xml", "</sheets>", " -->")

    with pytest.raises(UsageError, match=r"^changed\.xlsx has no sheets$"):
        opened(changed)


def test_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    """A billion laughs: eight entities, each ten times the one before."""
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    path = book(tmp_path / "a.xlsx", {"S": [HEADER, [37491000001, "One"]]})
    bad = rewritten(path, "xl/worksheets/sheet1.xml", "One", "&i;", prolog=f"<!DOCTYPE sheet [{entities}]>")

    with pytest.raises(UsageError, match="unrecognized entity"):
        opened(bad)


def test_rows_repeated_without_end_are_refused(tmp_path: Path) -> None:
    cells = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
    row = f'<table:table-row table:number-rows-repeated="1048575">{cells}</table:table-cell></table:table-row>'

    with pytest.raises(UsageError, match="not a workbook that can be read"):
        opened(ods(tmp_path / "a.ods", ODS_HEADER + row))


# --- Whatever the kind ---


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.csv: no such file$"):
        opened(tmp_path / "missing.csv")
    with pytest.raises(UsageError, match=r"n\.csv: cannot be read \(File name too long\)$"):
        opened(tmp_path / ("n" * 300 + ".csv"))


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="needs a file that every system call can open and none read"
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_file_that_cannot_be_read_is_an_error_of_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/proc/self/mem")

    with pytest.raises(UsageError, match=f"{name}: .*cannot be read|{name}: not a workbook that can be read"):
        opened(tmp_path / name)


def test_a_folder_is_no_recipient_file(tmp_path: Path) -> None:
    (tmp_path / "clients.xlsx").mkdir()

    with pytest.raises(UsageError, match=r"clients\.xlsx is a folder, not a recipient file$"):
        opened(tmp_path / "clients.xlsx")


@pytest.mark.parametrize("name", ["clients.pdf", "clients.json", "clients", "clients.csv.gz", "clients.xlsb"])
def test_another_kind_of_file_is_refused_with_the_kinds_that_are_read(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "phone,text\n37491000001,One\n", name)

    with pytest.raises(UsageError, match="not a kind of file that is read") as refused:
        opened(path)

    assert refused.value.hint == "the kinds are .csv .ods .tsv .txt .xls .xlsm .xlsx"


def test_an_option_for_the_other_kind_is_refused(tmp_path: Path) -> None:
    text = written(tmp_path, "phone,text\n37491000001,One\n")
    workbook = two_sheets(tmp_path)

    with pytest.raises(UsageError, match=r"^--sheet is for workbooks; spring\.csv has no sheets$"):
        opened(text, sheet="Clients")
    with pytest.raises(UsageError, match=r"^--delimiter is for text files; a\.xlsx is a workbook$"):
        opened(workbook, delimiter=";")


# --- What is meant is not guessed ---


def test_a_text_that_an_unquoted_comma_cuts_is_a_problem_of_its_row(tmp_path: Path) -> None:
    file = opened(written(tmp_path, "phone,text\n37491000001,Dear Anna, your order is ready\n37491000002,Hello\n"))

    assert {row: str(problem) for row, problem in file.problems.items()} == {
        2: "has more cells than the header: ' your order is ready'"
    }


def test_an_empty_header_cell_is_a_column_without_a_name(tmp_path: Path) -> None:
    file = opened(written(tmp_path, "phone,text,\n37491000001,Hello,a note\n"))

    assert (file.headers, file.problems) == (["phone", "text", "column C"], {})


def test_empty_first_columns_shift_nothing(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    for place, value in {"B1": "phone", "C1": "name", "D1": None, "E1": "text"}.items():
        sheet[place] = value
    sheet["B2"], sheet["C2"], sheet["D2"], sheet["E2"] = "37491000001", "=A9", "note", "Hello"
    made.save(tmp_path / "a.xlsx")
    file = opened(tmp_path / "a.xlsx")

    assert file.headers == ["phone", "name", "column D", "text"]
    assert rows(file) == {2: ["37491000001", "#NOT CALCULATED!", "note", "Hello"]}


def test_a_title_with_a_date_is_a_title(tmp_path: Path) -> None:
    file = opened(written(tmp_path, "Report\nDate:,2026-11-02\n\nphone,text\n37491000001,Hello\n"))

    assert file.headers == ["phone", "text"]
    assert file.notes == ("the header is in row 4; what stands above it is left out",)


@pytest.mark.parametrize(("kind", "name"), [("xlsx", "a.ods"), ("ods", "a.xlsx")])
def test_a_workbook_under_the_name_of_another_kind_is_told_what_it_is(tmp_path: Path, kind: str, name: str) -> None:
    made = book(tmp_path / "made.xlsx", {"S": [["phone"], ["37491000001"]]})
    if kind == "ods":
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("content.xml", "<office:document-content/>")

    with pytest.raises(UsageError, match=f"^{re.escape(name)} is an .* file with the name of an .* one$"):
        opened(made.rename(tmp_path / name))
