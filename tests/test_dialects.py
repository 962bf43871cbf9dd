"""Any table, written in any dialect that spreadsheets write, is read back as the same table: round trips."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from campaigns.campaign import Purpose, load_campaign
from campaigns.options import CampaignOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Table = list[tuple[str, str, str]]

NOW = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
FEW = int(os.environ.get("CAMPAIGNS_TEST_DIALECTS", "0")) or 60  # tables for each test; a thorough run takes thousands
BUDGET = settings(
    max_examples=FEW,
    deadline=None,
    derandomize=FEW <= 60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read(path: Path, **options: Any) -> Table:
    """Read a file as a campaign does: header and rows, every cell as text."""
    campaign = load_campaign(path, CampaignOptions(body="Hi", column=["body="], **options), Purpose.LOOK, {}, NOW)
    table = campaign.file.table
    return [tuple(table.columns), *table.itertuples(index=False, name=None)]


# --- Tables ---

HEADERS = [
    ("Phone", "Name", "Text"),
    ("Телефон", "Имя", "Сообщение"),
    ("Հեռախոս", "Անուն", "Տեքստ"),
    ("Имя; фамилия", "Phone number", "a, b | c"),
    ('The "name"', "mobile", "Note"),
    ("Имя\nи фамилия", "Номер\nтелефона", "Текст"),
]
SENTENCES = {
    "russian": "Здравствуйте Анна Ваш заказ № готов — спасибо «Ромашка» счёт до пятницы… Ёжикова объект Юлия",
    "latin": "Liebe Zoë Ihr Paket für Müller & Søn – José señor François Ångström 5 € café “déjà” naïve Århus",
    "ascii": 'Hello your order no 17 is ready, please; pick it | up "today" it\'s 5',
}
numbers = st.integers(1, 99).map(lambda n: f"374910000{n:02}")


def cells(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.text(alphabet | st.sampled_from("\"',;|\t\n"), max_size=15)


def sentences(*scripts: str) -> st.SearchStrategy[str]:
    words = " ".join(SENTENCES[script] for script in scripts).split()
    return st.lists(st.sampled_from([*words, ",", ";", "|", '"', "\n"]), max_size=12).map(" ".join)


def tables(cell: st.SearchStrategy[str], headers: Sequence[tuple[str, str, str]] = HEADERS) -> st.SearchStrategy[Table]:
    """Tables of a column of numbers, under its header, and two of texts."""

    def build(header: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> Table:
        at = next(n for n, name in enumerate(header) if name[:3] in ("Pho", "Тел", "Հեռ", "mob", "Ном"))
        return [header, *((*row[1:][:at], row[0], *row[1:][at:]) for row in rows)]  # type: ignore[list-item]

    return st.builds(build, st.sampled_from(headers), st.lists(st.tuples(numbers, cell, cell), min_size=1, max_size=8))


# Whatever UTF-8 can hold, but what no spreadsheet program writes: control characters, and halves of pairs.
ANYTHING = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufeff")


# --- Text files ---


@dataclass(frozen=True)
class Dialect:
    """How a program writes a text file."""

    encoding: str
    delimiter: str
    end: str
    quoting: Literal[0, 1, 2, 3]
    sep: bool = False

    def write(self, path: Path, table: Table) -> None:
        lines = io.StringIO(newline="")
        # A cell's own line breaks are those of the file: so it is in every program with such line ends.
        own = "\r" if self.end == "\r" else "\n"
        rows = [[cell.replace("\n", own) for cell in row] for row in table]
        csv.writer(lines, delimiter=self.delimiter, lineterminator=self.end, quoting=self.quoting).writerows(rows)
        head = f"sep={self.delimiter}{self.end}" if self.sep else ""
        mark = "\ufeff" if self.encoding == "utf-16-be" else ""  # Python writes the others' by itself
        path.write_bytes((mark + head + lines.getvalue()).encode(self.encoding))


def dialects(*encodings: str) -> st.SearchStrategy[Dialect]:
    return st.builds(
        Dialect,
        st.sampled_from(encodings),
        st.sampled_from(",;\t|"),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        st.booleans(),
    )


def one_line_end(table: Table) -> Table:
    return [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in table]  # type: ignore[misc]


def fits(table: Table, encoding: str) -> bool:
    try:
        return bool("".join(cell for row in table for cell in row).encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


@BUDGET
@given(tables(cells(ANYTHING)), dialects("utf-8", "utf-8-sig", "utf-16", "utf-16-be"))
@example([("Phone", "Name", "Text"), ("37491000001", "x", "")], Dialect("utf-8", ";", "\n", csv.QUOTE_MINIMAL))
@example([("Phone", "Name", "Text"), ("37491000001", "", '"')], Dialect("utf-8", "|", "\r", csv.QUOTE_ALL))
def test_any_text_in_unicode_is_found_and_read_back(file: Path, table: Table, dialect: Dialect) -> None:
    dialect.write(file, table)

    assert one_line_end(read(file)) == table


@BUDGET
@given(
    st.sampled_from([("russian", "windows-1251"), ("latin", "windows-1252")]).flatmap(
        lambda one: st.tuples(tables(sentences(one[0], "ascii")), dialects(one[1]))
    )
)
def test_sentences_in_a_code_page_are_found_and_read_back(file: Path, written: tuple[Table, Dialect]) -> None:
    table, dialect = written
    assume(fits(table, dialect.encoding))
    # A table of two or three odd letters could be either; people's texts hold words.
    assume(sum(not character.isascii() for row in table for cell in row for character in cell) > 20)
    dialect.write(file, table)

    assert one_line_end(read(file)) == table


@BUDGET
@given(
    st.sampled_from(["windows-1251", "windows-1252"]).flatmap(
        lambda encoding: st.tuples(
            tables(cells(st.characters(codec=encoding, exclude_categories=["Cc"]))), dialects(encoding)
        )
    )
)
def test_any_text_is_read_back_in_the_encoding_that_was_named(file: Path, written: tuple[Table, Dialect]) -> None:
    table, dialect = written
    assume(fits(table, dialect.encoding))
    dialect.write(file, table)

    assert one_line_end(read(file, encoding=dialect.encoding, delimiter=dialect.delimiter)) == table


# --- Workbooks ---

# XML has no other controls; a spreadsheet keeps the rest as it is. `_x0041_` is how OOXML writes such characters.
IN_A_CELL = cells(ANYTHING).filter(lambda text: "_x" not in text and text[:1] not in ("=",))


def write_xlsx(path: Path, table: Table) -> None:
    made = Workbook()
    for row in table:
        made.worksheets[0].append(row)
    made.save(path)


def write_ods(path: Path, table: Table) -> None:
    """Write an OpenDocument spreadsheet as LibreOffice does: a line a paragraph, repeated spaces an element."""
    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in names.items())
    rows = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in table)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )


def _ods_cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    paragraphs = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def _ods_text(line: str) -> str:
    return re.sub(r"^ +| (?= )| +$", lambda found: f'<text:s text:c="{len(found[0])}"/>', escape(line))


WITHOUT_TABS = IN_A_CELL.map(lambda text: text.replace("\t", " "))  # the reader of .ods leaves tabs out
WRITERS: dict[str, tuple[Callable[[Path, Table], None], st.SearchStrategy[str]]] = {
    "xlsx": (write_xlsx, IN_A_CELL),
    "ods": (write_ods, WITHOUT_TABS),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_any_table_in_a_workbook_is_read_back(tmp_path: Path, kind: str) -> None:
    write, cell = WRITERS[kind]

    @settings(BUDGET, max_examples=max(20, FEW // 3))
    @given(tables(cell))
    def holds(table: Table) -> None:
        path = tmp_path / f"a.{kind}"
        write(path, table)

        assert one_line_end(read(path)) == table

    holds()
