"""What a person's spreadsheet program, or a hostile file, does to results: nothing of theirs or ours is lost."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from campaigns.errors import UsageError
from campaigns.spreadsheets.replacing import alone, replacing
from campaigns.spreadsheets.results import ResultLine, check_can_write, own_headers, read_lines, write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses, read_refs
from tests.spreadsheets.making import CHECKED, SUBMITTED, book, csv_cells, line, opened, sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SENT = StatusCells("Sent", 1, CHECKED)


def write(
    path: Path, *lines: ResultLine, headers: Sequence[str] = (), gone: Callable[[str], bool] = lambda _: False
) -> None:
    write_results(path, lines, headers, gone)


def test_a_results_sheet_that_a_person_called_summary_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write(path, line(1))
    opened = load_workbook(path)
    del opened["Summary"]
    opened["Results"].title = "Summary"
    opened.save(path)
    fill_statuses(path, {"r1": SENT})
    assert [one["status"] for one in read_lines(path)] == ["Sent"]


def test_merged_cells_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write(path, line(1), line(2))
    opened = load_workbook(path)
    opened["Results"].merge_cells("N2:N3")
    opened.save(path)
    fill_statuses(path, {"r1": SENT, "r2": SENT})
    assert next(read_lines(path))["status"] == "Sent"


def test_lines_that_go_leave_formulas_links_and_hidden_rows_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write(path, line(1, ref="", outcome="pending"), line(2), line(3))
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet["R1"], sheet["R4"] = "length", "=LEN(D4)"
    sheet["S4"].value, sheet["S4"].hyperlink = "card", "http://127.0.0.1/3"
    sheet.row_dimensions[4].hidden = True
    opened.save(path)
    write(path, line(2), line(3), gone=lambda _: True)
    kept = sheet_of(path)
    assert kept["Q3"].value == "m3"
    assert kept["R3"].value == "=LEN(D3)"
    assert [bool(kept[place].hyperlink) for place in ("S3", "S4")] == [True, False]
    assert [bool(kept.row_dimensions[row].hidden) for row in (3, 4)] == [True, False]


def test_a_note_beyond_the_last_header_of_a_csv_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.results.csv"
    write(path, line(1, "x"), headers=["city"])
    text = path.read_text("utf-8-sig").splitlines()
    path.write_text(f"{text[0]}\n{text[1]},my note\n", "utf-8")
    write(path, line(1, "x", "NEW"), headers=["city", "added"])
    assert "my note" in path.read_text("utf-8-sig")


def test_own_headers_never_collide() -> None:
    names = own_headers(["a", "a (2)", "a", "status", "status (file)"])
    assert len({name.casefold() for name in names}) == 5


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
@pytest.mark.parametrize("header", ["two\r\nlines", "bell\x07", "x" * 40_000])
def test_an_odd_header_is_one_column_however_often_we_write(tmp_path: Path, name: str, header: str) -> None:
    path = tmp_path / name
    for _ in range(3):
        write(path, line(1, "x"), headers=[header])
    assert len(next(read_lines(path))) == 18
    rows = csv_cells(path) if name.endswith("csv") else [[c.value for c in row] for row in sheet_of(path).iter_rows()]
    assert len(rows[0]) == 18


def test_trying_does_not_touch_a_file_that_is_called_like_the_trial(tmp_path: Path) -> None:
    (tmp_path / ".a.results.trial.xlsx").write_text("precious")
    check_can_write(tmp_path / "a.results.xlsx")
    assert (tmp_path / ".a.results.trial.xlsx").read_text() == "precious"


def test_a_name_as_long_as_a_name_can_be_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".csv")
    check_can_write(path)
    write(path, line(1))
    fill_statuses(path, {"r1": SENT})
    assert [one["status"] for one in read_lines(path)] == ["Sent"]


def test_a_pass_on_a_namesake_of_forty_characters_is_not_swept_away(tmp_path: Path) -> None:
    stem = "loyal-customers-of-gyumri-and-vanadzor-december"
    with replacing(tmp_path / f"{stem}.sandbox.results.csv") as temporary:
        temporary.write_text("new")
        with alone(tmp_path / f"{stem}.results.csv"):
            pass
        assert temporary.exists()


def test_half_a_character_from_outside_does_not_break_the_writing(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", line(1, detail="caf\udce9"))
    assert next(read_lines(tmp_path / "a.csv"))["detail"] == "caf\ufffd"


def test_a_time_of_another_zone_is_utc_in_a_csv_too(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", line(1, submitted_at=SUBMITTED.astimezone(timezone(timedelta(hours=4)))))
    assert next(read_lines(tmp_path / "a.csv"))["submitted_at"] == "2026-12-01T06:00:00Z"


def test_a_workbook_without_worksheets_is_refused(tmp_path: Path) -> None:
    import zipfile

    path, changed = book(tmp_path / "b.xlsx", {"Results": [["outcome", "ref"]]}), tmp_path / "a.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for part in source.namelist():
            text = source.read(part).decode()
            if part == "xl/workbook.xml":
                text = text.replace("<sheets>", "<!--").replace("</sheets>", "--><sheets/>")
            target.writestr(part, text)
    with pytest.raises(UsageError):
        read_refs(changed)


def test_new_results_have_a_chart(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", line(1))
    assert len(getattr(sheet_of(tmp_path / "a.xlsx", "Summary"), "_charts")) == 1  # noqa: B009 - not in the stubs


def test_a_sheet_is_found_by_its_exact_name(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"One": [], "Clients ": [["phone"], [37491000001]]})
    assert len(opened(path, sheet="Clients ").table) == 1
