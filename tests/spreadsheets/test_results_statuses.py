"""The refreshing pass and the results file: refs read, statuses filled in beside them, everything else left alone."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from campaigns.errors import UsageError
from campaigns.spreadsheets.grids import load_grid
from campaigns.spreadsheets.results import read_lines, write_results
from campaigns.spreadsheets.statuses import RefLine, Refs, StatusCells, fill_statuses, read_refs
from tests.spreadsheets.making import CHECKED, book, csv_cells, line, sheet_of

if TYPE_CHECKING:
    from pathlib import Path

SENT = StatusCells("Sent", 1, CHECKED)
UNKNOWN = StatusCells("Unknown", 9, CHECKED, weak=True)
NO_SUCH_REF = StatusCells("Unknown", 703, CHECKED, weak=True)

# What a person may leave of a results file: no id, own columns first, sorted, notes.
HEADER = ["note", "Ref", "outcome", "status", "status_code", "checked_at"]
ROWS: list[list[Any]] = [
    ["=1", "r2", "accepted", "Sent", "1", ""],
    ["ask", "0012", "accepted", "", "", ""],
    ["", "", "invalid", "", "", ""],
    ["", " r3 ", "accepted", "Pending", "0", ""],
]


@pytest.fixture(params=["a.csv", "b.xlsx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A results file of either format that a person worked on."""
    name: str = request.param
    return results(tmp_path / name, HEADER, *ROWS)


def results(path: Path, *rows: list[Any]) -> Path:
    if path.suffix == ".csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows))
        return path
    return book(path, {"Results": rows})


def statuses(path: Path) -> dict[str, tuple[str, str]]:
    return {one["ref"].strip(): (one["status"], one["status_code"]) for one in read_lines(path)}


# --- Reading refs ---


def test_refs_are_read_once_in_their_order_with_what_is_known_of_them(tmp_path: Path, path: Path) -> None:
    assert list(read_refs(path).lines) == [RefLine("r2", "1"), RefLine("0012", ""), RefLine("r3", "0")]

    twice = results(tmp_path / f"twice{path.suffix}", HEADER, *ROWS, *ROWS[::-1])
    assert read_refs(twice) == read_refs(path)


def test_refs_need_no_more_than_outcome_and_ref(tmp_path: Path) -> None:
    path = results(tmp_path / "few.csv", ["REF", " Outcome"], ["r1", "accepted"])

    assert list(read_refs(path).lines) == [RefLine("r1", "")]


def test_a_ref_that_a_spreadsheet_program_made_a_number_may_be_another_one(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Results": [["outcome", "ref", "status_code"], ["accepted", 4711, 2]]})

    assert read_refs(path) == Refs((), (2,))
    fill_statuses(path, {"4711": SENT})
    assert statuses(path) == {"4711": ("", "2")}


def test_a_copied_line_is_asked_for_as_long_as_one_of_its_lines_is_not_final(tmp_path: Path) -> None:
    header: list[object] = ["outcome", "ref", "status", "status_code"]
    rows: list[list[object]] = [header, ["accepted", "r1", "Sent", 1], ["accepted", "r1", "", ""]]
    path = book(tmp_path / "a.xlsx", {"Results": rows})

    assert list(read_refs(path).lines) == [RefLine("r1", "")]


def test_the_largest_cell_of_a_recipient_file_can_be_read_back_by_any_process(tmp_path: Path) -> None:
    path = tmp_path / "a.results.csv"
    write_results(path, [line(1, "x" * 1_000_000)], ["note"], lambda _: False)

    csv.field_size_limit(131_072)  # what a new process begins with

    assert list(read_refs(path).lines) == [RefLine("r1", "")]


@pytest.mark.parametrize("name", ["missing.csv", "missing.xlsx", "folder.csv", "n" * 300 + ".csv"])
def test_results_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(UsageError, match=f"{name}: no such results file$"):
        read_refs(tmp_path / name)


@pytest.mark.parametrize("name", ["phones.csv", "phones.xlsx"])
def test_another_file_is_no_results_file(tmp_path: Path, name: str) -> None:
    path = results(tmp_path / name, ["phone", "ref"], ["37491000001", "r1"])

    with pytest.raises(UsageError, match=r"is not a results file \(it has no columns outcome and ref\)$"):
        read_refs(path)


# --- Filling in ---


def test_statuses_are_written_beside_their_refs(path: Path) -> None:
    fill_statuses(path, {"0012": SENT, "r3": StatusCells("TimeOut", 3, CHECKED), "r9": SENT})

    assert statuses(path) == {"r2": ("Sent", "1"), "0012": ("Sent", "1"), "": ("", ""), "r3": ("TimeOut", "3")}
    assert [one["checked_at"] != "" for one in read_lines(path)] == [False, True, False, True]


def test_a_ref_that_stands_on_two_lines_is_filled_in_on_both(tmp_path: Path, path: Path) -> None:
    twice = results(tmp_path / f"twice{path.suffix}", HEADER, *ROWS, ROWS[1])

    fill_statuses(twice, {"0012": SENT})

    assert [one["status"] for one in read_lines(twice) if one["ref"] == "0012"] == ["Sent", "Sent"]


@pytest.mark.parametrize("answer", [UNKNOWN, NO_SUCH_REF])
def test_a_weak_answer_never_replaces_a_known_status(path: Path, answer: StatusCells) -> None:
    fill_statuses(path, dict.fromkeys(("r2", "r3", "0012"), answer))

    code = str(answer.status_code)
    assert statuses(path) == {"r2": ("Sent", "1"), "0012": ("Unknown", code), "": ("", ""), "r3": ("Pending", "0")}
    assert [one["checked_at"] != "" for one in read_lines(path)] == [False, True, False, False]


def test_a_weak_answer_is_replaced_by_any_other(path: Path) -> None:
    for answer in (UNKNOWN, NO_SUCH_REF, StatusCells("Pending", 0, CHECKED)):
        fill_statuses(path, {"0012": answer})
        assert statuses(path)["0012"] == (answer.status, str(answer.status_code))


def test_no_answers_change_no_cell(path: Path) -> None:
    before = list(read_lines(path))

    fill_statuses(path, {})

    assert list(read_lines(path)) == before


def test_status_columns_that_a_person_deleted_come_back_at_the_end(tmp_path: Path) -> None:
    for name in ("a.csv", "b.xlsx"):
        path = results(tmp_path / name, ["outcome", "ref", "note"], ["accepted", "r1", "x"], ["accepted", "r2", "y"])

        fill_statuses(path, {"r2": SENT})

        found = list(read_lines(path))
        assert load_grid(path).headers == ["outcome", "ref", "note", "status", "status_code", "checked_at"]
        assert [(one["note"], one["status"]) for one in found] == [("x", ""), ("y", "Sent")]


def test_of_two_columns_with_one_name_the_first_is_ours(tmp_path: Path) -> None:
    for name in ("a.csv", "b.xlsx"):
        path = results(tmp_path / name, [*HEADER, "Status", "ref"], ["", "r1", "accepted", "", "", "", "called", "r2"])

        fill_statuses(path, {"r1": SENT, "r2": StatusCells("TimeOut", 3, CHECKED)})

        grid = load_grid(path)
        assert (grid.text(0, 3), grid.text(0, 6)) == ("Sent", "called")


def test_every_other_byte_of_a_csv_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.results.csv"
    write_results(path, [line(1, '"x", =y'), line(2, "=1+1", ref="r2", detail="a\nb")], ["name"], lambda _: False)
    before = path.read_bytes().decode()

    fill_statuses(path, {"r2": SENT})

    assert path.read_bytes().decode() == before.replace(",,,,m2", ",Sent,1,2026-12-02T06:30:15Z,m2")


def test_every_other_cell_of_a_workbook_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write_results(path, [line(1, "=1+1"), line(2, "0012")], ["name"], lambda _: False)
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet["S1"], sheet["S2"], sheet["S3"] = "length", "=LEN(D2)", 5
    sheet["N3"].comment = Comment("ask Ani", "me")
    sheet.column_dimensions["N"].width = 50
    sheet.row_dimensions[2].hidden = True
    opened.create_sheet("Mine")["B2"] = "=Results!N3"
    opened.save(path)
    before = {cell.coordinate: (cell.value, cell.data_type) for row in sheet.iter_rows() for cell in row}

    fill_statuses(path, {"r2": SENT})

    after = load_workbook(path)
    sheet = after["Results"]
    found = {cell.coordinate: (cell.value, cell.data_type) for row in sheet.iter_rows() for cell in row}
    assert found == before | {"N3": ("Sent", "s"), "O3": (1, "n"), "P3": (CHECKED.replace(tzinfo=None), "d")}
    assert sheet["N3"].comment
    assert sheet["N3"].comment.text == "ask Ani"
    assert sheet.column_dimensions["N"].width == 50
    assert sheet.row_dimensions[2].hidden
    assert after["Mine"]["B2"].value == "=Results!N3"


def test_lines_that_came_meanwhile_are_kept(path: Path) -> None:
    """Hours may lie between the asking and the writing: what counts is the file as it is then."""
    assert len(read_refs(path).lines) == 3
    results(path, HEADER, *ROWS[1:], ["new", "r7", "accepted", "", "", ""])

    fill_statuses(path, {"r2": SENT, "r7": SENT})

    assert statuses(path) == {"0012": ("", ""), "": ("", ""), "r3": ("Pending", "0"), "r7": ("Sent", "1")}


def test_a_file_that_became_another_is_left_alone(path: Path) -> None:
    results(path, ["phone", "text"], ["37491000001", "Hi"])
    content = path.read_bytes()

    with pytest.raises(UsageError, match="is not a results file any more"):
        fill_statuses(path, {"r2": SENT})

    assert path.read_bytes() == content


def test_statuses_can_be_written_beside_the_file(path: Path) -> None:
    content = path.read_bytes()
    beside = path.with_stem("beside")
    (path.parent / f".~lock.{path.name}#").touch()

    with pytest.raises(PermissionError, match="open in another program"):
        fill_statuses(path, {"0012": SENT})
    fill_statuses(path, {"0012": SENT}, beside)

    assert path.read_bytes() == content
    assert statuses(beside)["0012"] == ("Sent", "1")
    assert [one["note"] for one in read_lines(beside)][1:] == ["ask", "", ""]


def test_an_unknown_status_is_kept_as_the_gateway_told_it(path: Path) -> None:
    fill_statuses(path, {"0012": StatusCells("=Նոր", 42, CHECKED)})

    assert statuses(path)["0012"] == ("=Նոր", "42")
    if path.suffix == ".csv":
        assert csv_cells(path)[2][3] == "'=Նոր"
    else:
        assert sheet_of(path)["D3"].data_type == "s"
