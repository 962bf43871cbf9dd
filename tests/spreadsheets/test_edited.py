"""Results that a person worked on in ten ways, with Excel's format written by openpyxl and by LibreOffice itself."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from campaigns.spreadsheets.results import write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses
from tests.spreadsheets.making import CHECKED, line

if TYPE_CHECKING:
    from pathlib import Path

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
SENT = StatusCells("Sent", 1, CHECKED)


def edit_in_ten_ways(path: Path) -> None:
    """Sort, delete, add, annotate, colour, widen, hide, filter, append a line, and put sheets beside."""
    book = load_workbook(path)
    sheet: Any = book["Results"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    rows.sort(key=lambda row: str(row[-2]), reverse=True)  # 1: sorted downwards by id
    rows = [row for row in rows if row[-2] != "m2"]  # 2: a line deleted
    for number, row in enumerate([*rows, [None] * sheet.max_column], start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
            if isinstance(value, str):
                sheet.cell(number, column).data_type = "s"
    sheet["S1"], sheet["S2"], sheet["S3"] = "note", "call her", "=LEN(D3)"  # 3: a column of notes and formulas
    sheet["I2"].comment = Comment("ask Ani", "me")  # 4: a comment
    sheet["B3"].fill = PatternFill("solid", fgColor="FFFF00")  # 5: colours
    sheet["B3"].font = Font(bold=True)
    sheet.column_dimensions["D"].width = 77  # 6: widths
    sheet.column_dimensions["C"].hidden = True  # 7: a hidden column
    sheet.auto_filter.ref = "A1:R5"
    sheet.auto_filter.add_filter_column(8, ["accepted"])  # 8: a filter in use
    sheet.row_dimensions[5].hidden = True
    sheet["B6"] = "total"  # 9: a line of their own
    mine = book.create_sheet("Mine", 0)  # 10: sheets, before and behind
    mine["A1"], mine["A2"] = "for the board", "=Results!F2*2"
    book.create_sheet("Last")["B2"] = 42
    book.save(path)


def save_with_libreoffice(path: Path, folder: Path) -> None:
    """Open and save a workbook with the real program."""
    out = folder / "saved"
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
    subprocess.run(
        [*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    shutil.move(out / path.name, path)


def check(path: Path, before: dict[str, Any]) -> None:
    """Everything that the person did is there, and so are the statuses."""
    book = load_workbook(path)
    sheet: Any = book["Results"]
    assert book.sheetnames == ["Mine", "Results", "Summary", "Last"]
    assert [sheet.cell(row, 17).value for row in range(2, 6)] == ["m5", "m4", "m3", "m1"]
    assert [sheet.cell(row, 14).value for row in range(2, 6)] == ["Sent"] * 4
    assert [sheet.cell(row, 10).value for row in range(2, 6)] == ["r5", "r4", "r3", "r1"]
    assert sheet["J2"].data_type == "s"
    assert sheet["P2"].value == CHECKED.replace(tzinfo=None)
    assert (sheet["S1"].value, sheet["S2"].value, sheet["S3"].value) == ("note", "call her", "=LEN(D3)")
    assert "ask Ani" in sheet["I2"].comment.text
    assert (sheet["B3"].fill.fgColor.rgb[-6:], sheet["B3"].font.bold) == ("FFFF00", True)
    assert round(sheet.column_dimensions["D"].width) == 77
    assert sheet.column_dimensions["C"].hidden
    assert sheet.auto_filter.ref == before["filter"]
    assert sheet.auto_filter.filterColumn[0].colId == 8
    assert sheet.row_dimensions[5].hidden
    assert sheet["B6"].value == "total"
    assert (book["Mine"]["A1"].value, book["Mine"]["A2"].value.lstrip("=")) == ("for the board", "Results!F2*2")
    assert book["Last"]["B2"].value == 42
    assert sum(len(held.rules) for held in sheet.conditional_formatting) == 6  # our colours, once
    assert len(getattr(book["Summary"], "_charts")) == 1  # noqa: B009 - not in the stubs


@pytest.mark.parametrize("program", ["openpyxl", "LibreOffice"])
def test_ten_edits_survive_a_refresh_and_a_re_run_and_another_refresh(tmp_path: Path, program: str) -> None:
    if program == "LibreOffice" and SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "spring.results.xlsx"
    lines = [line(number, "Ani") for number in range(1, 6)]
    write_results(path, lines, ["name"], lambda _: False)
    edit_in_ten_ways(path)
    if program == "LibreOffice":
        save_with_libreoffice(path, tmp_path)
    before = {"filter": load_workbook(path)["Results"].auto_filter.ref}
    answers = {f"r{number}": SENT for number in range(1, 6)}

    fill_statuses(path, answers)
    check(path, before)
    old = [line(number, "Ani", news=False) for number in range(1, 6)]
    write_results(path, old, ["name"], lambda _: False)
    check(path, before)
    fill_statuses(path, answers)
    check(path, before)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_what_we_write_and_finds_what_we_wrote(tmp_path: Path) -> None:
    path = tmp_path / "spring.results.xlsx"
    write_results(path, [line(1, "=x"), line(2, "Բարև")], ["name"], lambda _: False)
    fill_statuses(path, {"r1": SENT})
    wanted = [[cell.value for cell in row] for row in load_workbook(path)["Results"].iter_rows()]

    save_with_libreoffice(path, tmp_path)

    found = [[cell.value for cell in row] for row in load_workbook(path)["Results"].iter_rows(max_col=18)]
    assert found == wanted
