"""`--exclude`: whoever is in an opt-out file gets nothing, however the number is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaigns.errors import UsageError
from campaigns.opt_outs import read_opt_outs
from campaigns.planning.numbers import every_number
from tests.spreadsheets.making import book

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Program

ANI, ARA, NUNE = "37491000001", "37491000002", "37491000003"


@pytest.mark.parametrize(
    ("cell", "region", "digits"),
    [
        (ANI, None, [ANI]),
        (f"{ANI}.0", None, [ANI]),
        ("+374 91 00-00-01", None, [ANI]),  # no region is needed to leave somebody out
        ("00374 91 000001", None, [ANI]),
        ("(374) 91-000001", None, [ANI]),
        (f"{ANI}, {ARA}", None, [ANI, ARA]),
        ("091000001", "AM", [ANI]),
        ("091000001", None, ["091000001"]),  # known by its end
        ("3.7491000001E+10", None, [ANI]),
        (f"{ANI} (STOP 12.03)", None, [ANI]),
        (f"+{ANI} 2026", None, [ANI]),
        ("91000001 Anna", "AM", [ANI]),
        ('="37491000001"', None, [ANI]),
        ("3.74910E+10", None, []),
        ("nobody", None, []),
        ("", None, []),
    ],
)
def test_numbers_are_read_generously(cell: str, region: str | None, digits: list[str]) -> None:
    found = every_number(cell, region)
    assert set(digits) <= set(found)  # more may be meant
    assert bool(found) is bool(digits)


@pytest.mark.parametrize(
    "content",
    [
        f"phone\n{ANI}\n{ARA}\n",
        f"name;телефон\nAni;{ANI}\nAra;{ARA}\n",
        f"{ANI}\n{ARA}\n",  # a list without a header
        f"stop list\n{ANI}\n{ARA}\n",
        f"who,number\nAni,{ANI}\nAra,+{ARA}\n".replace("+", ""),  # one column holds only numbers
    ],
)
def test_any_recipient_file_will_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stop.csv"
    path.write_text(content, "utf-8")
    opted_out, notes = read_opt_outs([path], None)
    assert (set(opted_out.digits), notes) == ({ANI, ARA}, ["stop.csv: 2 numbers opted out"])


def test_a_cell_that_is_not_plainly_a_number_is_said(tmp_path: Path) -> None:
    path = tmp_path / "stop.csv"
    path.write_text(f"phone\n{ANI}\n091000002\nnobody\n", "utf-8")
    opted_out, notes = read_opt_outs([path], None)
    assert ARA in opted_out
    assert notes == [
        "stop.csv: 2 numbers opted out",
        "stop.csv: 2 cells are not plainly a number, first in row 3: look whether the right people are left out",
    ]


@pytest.mark.parametrize("written", ["91000001", "091000001", "091 00-00-01"])
def test_a_local_number_leaves_out_whose_number_ends_like_it(tmp_path: Path, written: str) -> None:
    path = tmp_path / "stop.csv"
    path.write_text(f"phone\n{written}\n", "utf-8")
    opted_out, _ = read_opt_outs([path], None)
    assert ANI in opted_out
    assert ARA not in opted_out


def test_every_column_of_numbers_counts(tmp_path: Path) -> None:
    path = tmp_path / "stop.csv"
    path.write_text(f"phone,mobile 2,name\n{ANI},{ARA},Ani\n{NUNE},,Nune\n", "utf-8")
    assert read_opt_outs([path], None)[0].digits == {ANI, ARA, NUNE}


def test_how_the_list_was_read_is_said(tmp_path: Path) -> None:
    path = book(tmp_path / "stop.xlsx", {"January": [["phone"], [ANI]], "February": [["phone"], [ARA]]})
    assert read_opt_outs([path], None)[1] == [
        "stop.xlsx: 1 number opted out",
        "stop.xlsx: sheet 'January' of 2 was taken; --sheet takes another one",
    ]


def test_an_empty_list_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "stop.csv"
    path.write_text("phone\n", "utf-8")
    assert read_opt_outs([path], None)[1] == ["stop.csv: 0 numbers opted out"]


def test_a_file_without_recipients_is_refused_by_its_option(tmp_path: Path) -> None:
    path = tmp_path / "stop.csv"
    path.write_text("name,city\nAni,Gyumri\n", "utf-8")
    with pytest.raises(UsageError, match=r"^--exclude: stop\.csv has no recipient column$"):
        read_opt_outs([path], None)


def test_who_opted_out_is_never_sent_to(program: Program) -> None:
    path = program.write("spring.csv", "phone,text", f"{ANI},Hello", f"+{ARA},Hello", f"{NUNE},Hello")
    stop = program.write("stop.csv", "phone", f"'{ANI}")
    more = program.write("more.csv", "mobile", f"+{ARA}")
    excluded = ("--exclude", stop, "--exclude", more)

    ended = program("send", path, *excluded, "--sandbox", "--sender", "Shop", "--region", "AM", "--yes")

    assert ended.code == 0
    assert program.outcomes("spring.sandbox.results.xlsx") == {ANI: "skipped", ARA: "skipped", NUNE: "accepted"}
    assert [one["detail"] for one in program.lines("spring.sandbox.results.xlsx")] == ["opted out", "opted out", ""]
    shown = program("check", path, *excluded, "--region", "AM").out
    assert "stop.csv: 1 number opted out" in shown
    assert "skipped: 2 rows of people who opted out" in shown
