"""`check --problems` writes the bad rows so that they can be handed back, and goes over nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from campaigns.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Program

BAD = """phone,text,row,name
37491000001,Hello,a,Ani
3749100000O,Hello,b,=1+1
3.74911E+10,,c,Նունե
"""


@pytest.fixture
def bad(program: Program) -> Path:
    path = program.folder / "bad.csv"
    path.write_text(BAD, "utf-8")
    return path


def test_each_problem_is_a_line_with_the_row_as_it_stands(program: Program, bad: Path) -> None:
    out = program.folder / "problems.xlsx"
    assert program("check", bad, "--problems", out).code == ExitCode.ATTENTION
    sheet = load_workbook(out)["Problems"]
    hint = "format the column as Text in Excel and paste the numbers again"
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == [
        ["row", "field", "found", "reason", "hint", "phone", "text", "row (file)", "name"],
        [3, "recipient", "3749100000O", "has letters", "", "3749100000O", "Hello", "b", "=1+1"],
        [4, "recipient", "3.74911E+10", "has lost digits: Excel shortened it", hint, "3.74911E+10", "", "c", "Նունե"],
        [4, "body", "", "is empty", "", "3.74911E+10", "", "c", "Նունե"],
    ]
    assert {cell.data_type for cell in sheet["I"]} == {"s"}  # no formula


def test_what_was_handed_back_and_mended_is_a_recipient_file(program: Program, bad: Path) -> None:
    out = program.folder / "problems.csv"
    program("check", bad, "--problems", out)
    mended = out.read_text("utf-8-sig").replace("3749100000O", "37491000002").replace("3.74911E+10", "37491000003")
    (program.folder / "mended.csv").write_text(mended, "utf-8")
    found = program("check", program.folder / "mended.csv", "--json").json
    assert (found["sendable"], found["invalid"]) == (1, 2)  # the empty bodies were not mended


def test_an_older_list_goes_even_when_nothing_is_wrong_any_more(program: Program, bad: Path) -> None:
    out = program.folder / "problems.xlsx"
    program("check", bad, "--problems", out)
    bad.write_text("phone,text\n37491000001,Hello\n", "utf-8")
    assert program("check", bad, "--problems", out).code == ExitCode.OK
    assert load_workbook(out)["Problems"].max_row == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad.csv", "bad.csv is the recipient file itself"),
        ("other.csv", "other.csv exists and is no list of problems"),
        ("folder.xlsx", "is a folder"),
        ("problems.ods", "problems are .xlsx or .csv files"),
        ("nowhere/problems.csv", "problems cannot be written there"),
    ],
)
def test_nothing_else_is_written_over(program: Program, bad: Path, name: str, message: str) -> None:
    (program.folder / "other.csv").write_text("name\nAni\n", "utf-8")
    (program.folder / "folder.xlsx").mkdir()
    ended = program("check", bad, "--problems", program.folder / name)
    assert ended.code == ExitCode.USAGE
    assert message in ended.err
    assert bad.read_text("utf-8") == BAD
    assert (program.folder / "other.csv").read_text("utf-8") == "name\nAni\n"
