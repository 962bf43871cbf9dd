"""A results file as a grid: two formats, one behaviour; what is put in is what a person finds and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from campaigns.errors import UsageError
from campaigns.spreadsheets.grids import Grid, is_csv, load_grid, new_grid
from tests.spreadsheets.making import book, csv_cells, sheet_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaigns.spreadsheets.cells import Cell

TEN_O_CLOCK = datetime(2026, 12, 1, 10, 0, 30, tzinfo=UTC)


@pytest.fixture(params=["spring.csv", "spring.xlsx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A place for a results file of either format."""
    name: str = request.param
    return tmp_path / name


def fill(path: Path, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Grid:
    """Write a new grid and open it again."""
    grid = new_grid(path)
    for header in headers:
        grid.add_column(header)
    for cells in rows:
        row = grid.add_row()
        for column, value in enumerate(cells):
            grid.put(row, column, value)
    grid.save(path)
    return load_grid(path)


def texts(grid: Grid) -> list[list[str]]:
    return [[grid.text(row, column) for column in range(len(grid.headers))] for row in range(grid.height)]


# --- Both formats ---


def test_what_is_put_in_comes_back(path: Path) -> None:
    grid = fill(path, ["ref", "segments", "note"], [["0012", 2, "Բարև 🎂\nand ’"], ["", None, "last"]])

    assert grid.headers == ["ref", "segments", "note"]
    assert grid.height == 2
    assert texts(grid) == [["0012", "2", "Բարև 🎂\nand ’"], ["", "", "last"]]


def test_columns_come_at_the_right_rows_at_the_bottom_and_start_empty(path: Path) -> None:
    grid = fill(path, ["a"], [["1"], ["2"]])

    assert grid.add_column("b") == 1
    assert grid.add_row() == 2
    grid.put(1, 1, "beside 2")
    grid.put(2, 0, "3")
    grid.save(path)

    assert load_grid(path).headers == ["a", "b"]
    assert texts(load_grid(path)) == [["1", ""], ["2", "beside 2"], ["3", ""]]


def test_rows_are_taken_out_by_their_positions_before_any_was(path: Path) -> None:
    grid = fill(path, ["a"], [["0"], ["1"], ["2"], ["3"], ["4"]])

    grid.remove_rows([3, 0, 1])

    assert texts(grid) == [["2"], ["4"]]
    grid.save(path)
    assert texts(load_grid(path)) == [["2"], ["4"]]


def test_a_row_that_is_added_after_some_were_taken_out_is_the_last(path: Path) -> None:
    grid = fill(path, ["a"], [["0"], ["1"], ["2"]])

    grid.remove_rows([1])
    grid.put(grid.add_row(), 0, "new")
    grid.save(path)

    assert texts(load_grid(path)) == [["0"], ["2"], ["new"]]


def test_a_cell_is_emptied_by_nothing_and_by_an_empty_text(path: Path) -> None:
    grid = fill(path, ["a", "b", "c"], [["1", "2", "3"]])

    grid.put(0, 0, None)
    grid.put(0, 1, "")
    grid.save(path)

    assert texts(load_grid(path)) == [["", "", "3"]]


def test_opening_and_saving_changes_nothing(path: Path) -> None:
    cells: list[Cell] = ["=1+1", "'=1+1", "+37491000001", "-5", "@x", "0012", "1e5", "TRUE", "#N/A", 'a,"b"', " x ", 3]
    before = texts(fill(path, ["=header", *"bcdefghijkl"], [cells]))

    for _ in range(2):
        load_grid(path).save(path)

    assert load_grid(path).headers[0] == "=header"
    assert texts(load_grid(path)) == before == [[str(cell) for cell in cells]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("'=+-@\t\n ,;\"#a1\u2028") | st.characters(codec="utf-8", exclude_categories=["C"])),
        min_size=1,
        max_size=6,
    )
)
@pytest.mark.parametrize("name", ["any.csv", "any.xlsx"])
def test_every_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, name: str, cells: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / name

    grid = fill(path, ["kept", "any"], [["x", cell] for cell in cells])

    assert texts(grid) == [["x", cell] for cell in cells]


# --- CSV ---


def test_a_csv_is_utf_8_with_a_mark_commas_and_the_line_ends_that_excel_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    fill(path, ["ref", "note"], [["r1", "Բարև, Անի"]])

    assert path.read_bytes() == b"\xef\xbb\xbfref,note\r\n" + 'r1,"Բարև, Անի"\r\n'.encode()


def test_a_time_in_a_csv_is_text_in_utc_and_a_number_is_plain(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    fill(path, ["at", "cost", "segments"], [[TEN_O_CLOCK, Decimal("12.50"), 2]])

    assert csv_cells(path) == [["at", "cost", "segments"], ["2026-12-01T10:00:30Z", "12.50", "2"]]


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    fill(path, ["=h", "@h"], [["=1+1", "+1"], ["-1", "@x"], ["\t=1", "'=1"]])

    assert csv_cells(path) == [["'=h", "'@h"], ["'=1+1", "'+1"], ["'-1", "'@x"], ["'\t=1", "''=1"]]


def test_short_and_empty_rows_of_an_edited_csv_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ref,status,note\nr1\n\nr2,Sent\n")  # no mark, other line ends, rows that stop early

    grid = load_grid(path)

    assert texts(grid) == [["r1", "", ""], ["r2", "Sent", ""]]
    grid.put(0, 2, "far")
    assert texts(grid) == [["r1", "", "far"], ["r2", "Sent", ""]]


@pytest.mark.parametrize(
    ("bom", "codec"),
    [
        # CSV UTF-8 of Excel and ours; of LibreOffice; a code page of Excel's plain CSV; its Unicode Text
        (b"\xef\xbb\xbf", "utf-8"),
        (b"", "utf-8"),
        (b"", "cp1251"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("sep_line", [False, True])
def test_a_csv_of_a_persons_program_is_written_back_as_it_was_found(
    tmp_path: Path, bom: bytes, codec: str, delimiter: str, newline: str, sep_line: bool
) -> None:
    path = tmp_path / "a.csv"
    rows = ["outcome,ref,имя,status", "accepted,R-1,Нина Петрова,Sent", "invalid,,Ольга,"]
    head = f"sep={delimiter}{newline}" if sep_line else ""
    content = bom + (head + "".join(row.replace(",", delimiter) + newline for row in rows)).encode(codec)
    path.write_bytes(content)

    grid = load_grid(path)
    assert texts(grid) == [["accepted", "R-1", "Нина Петрова", "Sent"], ["invalid", "", "Ольга", ""]]
    grid.save(path)

    assert path.read_bytes() == content
    assert grid.notices == []


def test_a_letter_that_the_found_encoding_has_not_is_never_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("outcome;ref;имя;note\naccepted;R-1;Нина Петрова;\n".encode("cp1251"))

    grid = load_grid(path)
    grid.put(0, 3, "Բարև")
    grid.save(path)

    assert path.read_bytes() == b"\xef\xbb\xbf" + "outcome;ref;имя;note\naccepted;R-1;Нина Петрова;Բարև\n".encode()
    assert grid.notices == ["Windows-1251 has no letters for all that is to be written: the file is UTF-8 now"]


# --- Excel ---


def stored(path: Path) -> list[tuple[Any, str, str]]:
    """Return what the first row's cells hold: value, type (s is text, n a number, d a date, f a formula), format."""
    sheet = sheet_of(path)
    return [(cell.value, str(cell.data_type), str(cell.number_format)) for cell in sheet[2]]


@pytest.mark.parametrize(
    "text",
    ["37491000001", "000123", "1e5", "12.50", "TRUE", "#N/A", "2026-12-01", "=1+1", "+1", "-1", "@SUM(A1)", "=#REF!"],
)
def test_text_is_stored_as_text_and_shown_as_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xlsx"

    fill(path, ["ref"], [[text]])
    assert stored(path) == [(text, "s", "@")]

    load_grid(path).save(path)
    assert stored(path) == [(text, "s", "@")]


def test_a_header_is_text_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    fill(path, ["=HYPERLINK(1)"], [])

    assert sheet_of(path)["A1"].data_type == "s"


def test_numbers_and_times_are_real_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    fill(path, ["segments", "whole", "cost", "at"], [[2, Decimal(1200), Decimal("12.50"), TEN_O_CLOCK]])

    assert stored(path) == [
        (2, "n", "General"),
        (1200, "n", "#,##0"),
        (12.5, "n", "#,##0.######"),
        (datetime(2026, 12, 1, 10, 0, 30), "d", 'yyyy-mm-dd hh:mm "UTC"'),  # noqa: DTZ001 - Excel knows no zone
    ]


def test_a_time_of_another_zone_is_stored_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    yerevan = timezone(timedelta(hours=4))

    fill(path, ["at"], [[datetime(2026, 12, 1, 1, 30, tzinfo=yerevan)]])

    assert stored(path)[0][0] == datetime(2026, 11, 30, 21, 30)  # noqa: DTZ001


def test_characters_that_would_ruin_the_workbook_are_replaced(tmp_path: Path) -> None:
    grid = fill(tmp_path / "a.xlsx", ["a\x01b"], [["c\0d"]])

    assert (grid.headers, texts(grid)) == (["a\ufffdb"], [["c\ufffdd"]])


def test_the_results_are_on_the_sheet_of_that_name_wherever_it_stands(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Mine": [["x"]], "Results": [["ref"], ["r1"]], "Summary": []})

    assert load_grid(path).headers == ["ref"]


def test_a_person_may_rename_the_sheet_if_it_stands_first(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"December": [["ref"], ["r1"]], "Summary": [["x"]]})

    assert texts(load_grid(path)) == [["r1"]]


def test_rows_that_are_only_formatted_are_no_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Results": [["ref"], ["r1"], [None], ["r2"]]})
    opened = load_workbook(path)
    for row in range(5, 60):
        opened["Results"].cell(row, 1).number_format = "@"
    opened.save(path)

    grid = load_grid(path)

    assert texts(grid) == [["r1"], [""], ["r2"]]
    grid.put(grid.add_row(), 0, "r3")
    grid.save(path)
    assert sheet_of(path)["A5"].value == "r3"


def test_cells_that_a_person_typed_read_as_a_person_writes_them(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        {"Results": [[" ref ", 2026, True], [12345, 0.5, datetime(2026, 12, 1, 10, 0)], ["=1+1", None, "x"]]},  # noqa: DTZ001
    )

    grid = load_grid(path)

    assert grid.headers == ["ref", "2026", "TRUE"]
    assert texts(grid) == [["12345", "0.5", "2026-12-01 10:00"], ["=1+1", "", "x"]]


def test_a_formula_over_many_cells_reads_as_its_text_and_stays(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Results": [["ref", "lengths"], ["r1", None], ["r2", None]]})
    opened = load_workbook(path)
    opened["Results"]["B2"] = ArrayFormula("B2:B3", "=LEN(A2:A3)")
    opened.save(path)

    grid = load_grid(path)
    assert texts(grid) == [["r1", "=LEN(A2:A3)"], ["r2", ""]]
    grid.save(path)

    formula = sheet_of(path)["B2"].value
    assert isinstance(formula, ArrayFormula)
    assert (formula.ref, formula.text) == ("B2:B3", "=LEN(A2:A3)")


@pytest.mark.parametrize("content", [b"", b"outcome,ref,id\n", b"PK\x03\x04"])
def test_a_damaged_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)

    with pytest.raises(UsageError, match=r"^a\.xlsx: not a workbook that can be read"):
        load_grid(tmp_path / "a.xlsx")


# --- Which is which ---


def test_the_name_tells_the_format_in_any_case(tmp_path: Path) -> None:
    assert is_csv(tmp_path / "A.CSV")
    assert not is_csv(tmp_path / "A.XLSX")


@pytest.mark.parametrize("name", ["results.xls", "results.ods", "results.xlsm", "results.txt", "results", ".csv"])
def test_results_of_any_other_kind_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r": results are \.xlsx or \.csv files$"):
        new_grid(tmp_path / name)
