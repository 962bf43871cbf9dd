"""The sending pass and the results file: one line a row, found again by id, a person's work left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from campaigns.errors import Refused, UsageError
from campaigns.spreadsheets.grids import load_grid
from campaigns.spreadsheets.headers import is_results
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.results import (
    COLUMNS,
    check_can_write,
    check_known,
    check_results,
    dated_name,
    own_headers,
    read_lines,
    write_results,
)
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses
from campaigns.spreadsheets.tally import count
from tests.spreadsheets.making import CHECKED, SUBMITTED, book, csv_cells, edit, line, sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from campaigns.spreadsheets.results import ResultLine

SENT = StatusCells("Sent", 1, CHECKED)


@pytest.fixture(params=["spring.results.csv", "spring.results.xlsx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A place for a results file of either format."""
    name: str = request.param
    return tmp_path / name


def write(
    path: Path, *lines: ResultLine, headers: Sequence[str] = (), gone: Callable[[str], bool] = lambda _: False
) -> None:
    write_results(path, lines, headers, gone)


def column(path: Path, name: str) -> list[str]:
    return [one[name] for one in read_lines(path)]


# --- A new file ---


def test_the_columns_are_those_of_the_contract_and_then_the_files_own(path: Path) -> None:
    write(path, line(1, "Ani", "Gyumri"), headers=["name", "city"])

    header = load_grid(path).headers
    assert header == [
        *("row", "recipient", "sender", "body", "encoding", "segments", "cost", "send_at", "outcome", "ref", "code"),
        *("detail", "submitted_at", "status", "status_code", "checked_at", "id"),
        *("name", "city"),
    ]
    assert tuple(header[:17]) == COLUMNS


def test_a_new_csv_is_just_this(tmp_path: Path) -> None:
    path = tmp_path / "a.results.csv"
    when = datetime(2026, 12, 24, 10, 0, tzinfo=UTC)

    write(
        path,
        line(1, "Ani", send_at=when, ref="000123"),
        line(2, "=Aram", body="Hi, you", outcome="rejected", ref="", code="705", detail="a\nb", cost=None),
        line(3, "", outcome="invalid", body="", encoding="", segments=None, ref="", submitted_at=None),
        headers=["name"],
    )

    assert path.read_bytes().decode() == (
        "\ufeffrow,recipient,sender,body,encoding,segments,cost,send_at,outcome,ref,code,detail,submitted_at,"
        "status,status_code,checked_at,id,name\r\n"
        "2,37491000001,Shop,Hello 1,LATIN,1,12.5,2026-12-24T10:00:00Z,accepted,000123,,,2026-12-01T06:00:00Z"
        ",,,,m1,Ani\r\n"
        '3,37491000002,Shop,"Hi, you",LATIN,1,,,rejected,,705,"a\nb",2026-12-01T06:00:00Z,,,,m2,\'=Aram\r\n'
        "4,37491000003,Shop,,,,12.5,,invalid,,,,,,,,m3,\r\n"
    )


def test_a_new_workbook_holds_numbers_times_and_texts_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    yerevan = timezone(timedelta(hours=4))

    write(
        path,
        line(1, "007", send_at=datetime(2026, 12, 24, 10, 0, tzinfo=yerevan), ref="000123", code="705", detail="no"),
        headers=["agent"],
    )

    found = {
        name: (cell.value, cell.data_type) for name, cell in zip((*COLUMNS, "agent"), sheet_of(path)[2], strict=True)
    }
    assert found == {
        "row": (2, "n"),
        "recipient": ("37491000001", "s"),
        "sender": ("Shop", "s"),
        "body": ("Hello 1", "s"),
        "encoding": ("LATIN", "s"),
        "segments": (1, "n"),
        "cost": (12.5, "n"),
        "send_at": (datetime(2026, 12, 24, 6, 0), "d"),  # noqa: DTZ001 - Excel knows no zone: it is UTC
        "outcome": ("accepted", "s"),
        "ref": ("000123", "s"),
        "code": ("705", "s"),
        "detail": ("no", "s"),
        "submitted_at": (SUBMITTED.replace(tzinfo=None), "d"),
        "status": (None, "n"),  # an empty cell
        "status_code": (None, "n"),
        "checked_at": (None, "n"),
        "id": ("m1", "s"),
        "agent": ("007", "s"),
    }


def test_lines_have_the_order_of_the_recipient_file(path: Path) -> None:
    write(path, line(3), line(1), line(2))

    assert column(path, "id") == ["m3", "m1", "m2"]


def test_a_file_without_rows_to_tell_of_has_its_header(path: Path) -> None:
    write(path, headers=["name"])

    assert list(read_lines(path)) == []
    assert load_grid(path).headers == [*COLUMNS, "name"]


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["name", "city"], ["name", "city"]),
        # one of ours, in any case, says that it is the file's
        (["recipient", "Status", "REF"], ["recipient (file)", "Status (file)", "REF (file)"]),
        # two that are alike can be told apart
        (["name", "name", "Name"], ["name", "name (2)", "Name (3)"]),
        (["id", "id"], ["id (file)", "id (file) (2)"]),
        # what only begins like ours is not ours
        (["reference", "status of life"], ["reference", "status of life"]),
        ([], []),
    ],
)
def test_own_columns_get_names_that_are_nobody_elses(headers: list[str], names: list[str]) -> None:
    assert own_headers(headers) == names


def test_a_column_of_the_file_that_is_called_like_ours_stays_beside_ours(path: Path) -> None:
    headers = own_headers(["phone", "status", "status"])

    write(path, line(1, "091 00-00-01", "gold", "new"), headers=headers)
    fill_statuses(path, {"r1": SENT})
    write(path, line(1, "091 00-00-01", "gold", "new"), headers=headers)

    [found] = read_lines(path)
    assert (found["recipient"], found["phone"]) == ("37491000001", "091 00-00-01")
    assert (found["status"], found["status (file)"], found["status (file) (2)"]) == ("Sent", "gold", "new")


# --- Formulas ---

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://127.0.0.1","x")', "=cmd|' /C calc'!A0", "\t=1+1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_from_outside_can_run_as_a_formula_after_any_pass(path: Path, formula: str) -> None:
    """Rows, gateway texts and headers are other people's: a first pass, a second one, and a status pass hold it off."""
    told = line(1, formula, recipient=formula, sender=formula, body=formula, detail=formula, ref=formula, code=formula)

    write(path, told, headers=[formula])
    write(path, told, line(2, formula), headers=[formula])
    fill_statuses(path, {formula.strip(): StatusCells(formula, 1, CHECKED), "r2": StatusCells(formula, 1, CHECKED)})

    if path.suffix == ".csv":
        cells = [cell for row in csv_cells(path) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    else:
        for sheet in load_workbook(path):
            assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert column(path, "body") == [formula, "Hello 2"]
    assert column(path, "status") == [formula, formula]
    assert [one[formula.strip().casefold()] for one in read_lines(path)] == [formula, formula]


# --- The same again ---


def test_writing_twice_is_writing_once(path: Path) -> None:
    lines = [line(1, "=x"), line(2, "0012", ref="", outcome="unknown", code="HTTP 500"), line(3, "")]

    write(path, *lines, headers=["name"])
    once = list(read_lines(path))
    raw = path.read_bytes() if path.suffix == ".csv" else b""
    write(path, *lines, headers=["name"])

    assert list(read_lines(path)) == once
    assert path.suffix == ".xlsx" or path.read_bytes() == raw


def test_what_a_pass_has_to_say_replaces_what_the_last_one_said(path: Path) -> None:
    write(path, line(1, outcome="pending", ref="", submitted_at=None), line(2))
    write(path, line(1, row=7, outcome="rejected", ref="", code="705", detail="no such number"), line(2))

    assert [(one["row"], one["outcome"], one["code"], one["detail"]) for one in read_lines(path)] == [
        ("7", "rejected", "705", "no such number"),
        ("3", "accepted", "", ""),
    ]


def test_new_rows_come_at_the_bottom(path: Path) -> None:
    write(path, line(1), line(2))
    write(path, line(3), line(1), line(4), line(2))

    assert column(path, "id") == ["m1", "m2", "m3", "m4"]


def test_a_file_without_lines_takes_them_all(path: Path) -> None:
    write(path)
    write(path, line(1), line(2))

    assert column(path, "id") == ["m1", "m2"]


# --- After a person worked on it ---


def by_hand(rows: list[list[Any]]) -> list[list[Any]]:
    """Sort downwards, put a column of notes first, move id to the front, write headers large, drop the second line."""
    header, first, _, third = rows
    place = header.index("id")
    return [
        ["note", str(header[place]).upper(), *header[:place], *header[place + 1 :]],
        ["call her", third[place], *third[:place], *third[place + 1 :]],
        ["-", first[place], *first[:place], *first[place + 1 :]],
    ]


def test_a_file_that_a_person_sorted_annotated_and_thinned_out_stays_theirs(path: Path) -> None:
    write(path, line(1, "Ani"), line(2, "Aram"), line(3, "Ara", outcome="pending", ref=""), headers=["name"])
    edit(path, by_hand)

    write(path, line(1, "Ani"), line(2, "Aram", news=False), line(3, "Ara", ref="r3"), headers=["name"])

    found = list(read_lines(path))
    assert load_grid(path).headers[:3] == ["note", "ID", "row"]
    assert [(one["note"], one["id"], one["name"], one["outcome"], one["ref"]) for one in found] == [
        ("call her", "m3", "Ara", "accepted", "r3"),
        ("-", "m1", "Ani", "accepted", "r1"),
    ]


def test_formulas_comments_widths_and_sheets_of_a_person_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write(path, line(1), line(2))
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet["R1"], sheet["R2"] = "length", "=LEN(D2)"
    sheet["I2"].comment = Comment("ask Ani", "me")
    sheet.column_dimensions["D"].width = 99
    sheet.row_dimensions[3].hidden = True
    opened.create_sheet("Mine", 0)["A1"] = "=SUM(Results!F2:F3)"
    opened.save(path)

    write(path, line(1, outcome="unknown", ref=""), line(2), line(3))

    after = load_workbook(path)
    assert after.sheetnames == ["Mine", "Results", "Summary"]
    assert after["Mine"]["A1"].value == "=SUM(Results!F2:F3)"
    assert after["Results"]["R2"].value == "=LEN(D2)"
    assert after["Results"]["I2"].value == "unknown"
    comment = after["Results"]["I2"].comment
    assert comment
    assert comment.text == "ask Ani"
    assert after["Results"].column_dimensions["D"].width == 99
    assert after["Results"].row_dimensions[3].hidden


def test_what_a_person_wrote_over_an_own_column_stays(path: Path) -> None:
    write(path, line(1, "Ani"), headers=["name"])
    edit(path, lambda rows: [rows[0], [*rows[1][:-1], "Anahit"]])

    write(path, line(1, "Ani"), headers=["name"])

    assert column(path, "name") == ["Anahit"]


def test_a_column_that_is_new_in_the_recipient_file_is_filled_in_for_every_line(path: Path) -> None:
    write(path, line(1, "Ani"), line(2, "Aram"), headers=["name"])
    write(path, line(1, "Gyumri", "Ani"), line(2, "Goris", "Aram"), line(3, "Sisian", "Ara"), headers=["city", "name"])

    assert [(one["name"], one["city"]) for one in read_lines(path)] == [
        ("Ani", "Gyumri"),
        ("Aram", "Goris"),
        ("Ara", "Sisian"),
    ]


def test_a_column_that_left_the_recipient_file_stays_in_the_results(path: Path) -> None:
    write(path, line(1, "Ani"), headers=["name"])
    write(path, line(1), line(2))

    assert column(path, "name") == ["Ani", ""]


def test_a_column_of_ours_that_a_person_deleted_comes_back(path: Path) -> None:
    write(path, line(1, detail="slow"))
    place = COLUMNS.index("detail")
    edit(path, lambda rows: [[*row[:place], *row[place + 1 :]] for row in rows])

    write(path, line(1, detail="slow"))

    assert load_grid(path).headers[-1] == "detail"
    assert column(path, "detail") == ["slow"]


def test_a_line_that_a_person_copied_is_kept_up_to_date_twice(path: Path) -> None:
    write(path, line(1, outcome="pending", ref=""))
    edit(path, lambda rows: [*rows, rows[1]])

    write(path, line(1))

    assert [(one["id"], one["outcome"]) for one in read_lines(path)] == [("m1", "accepted")] * 2


def test_lines_that_a_person_added_are_left_alone(path: Path) -> None:
    write(path, line(1))
    edit(path, lambda rows: [*rows, ["", "total", *[""] * 15]])

    write(path, line(1), line(2), gone=lambda _: True)

    assert [(one["recipient"], one["id"]) for one in read_lines(path)] == [
        ("37491000001", "m1"),
        ("total", ""),
        ("37491000002", "m2"),
    ]


def test_spaces_around_an_id_do_not_hide_a_line(path: Path) -> None:
    write(path, line(1))
    edit(path, lambda rows: [rows[0], [f" {cell} " if cell == "m1" else cell for cell in rows[1]]])

    write(path, line(1, outcome="unknown", ref=""))

    assert column(path, "outcome") == ["unknown"]


# --- Lines that come and go ---


def test_a_deleted_line_comes_back_only_with_news(path: Path) -> None:
    write(path, line(1), line(2), line(3))
    edit(path, lambda rows: rows[:2])

    write(path, line(1), line(2, news=False), line(3, news=True))

    assert column(path, "id") == ["m1", "m3"]


def waiting(number: int) -> ResultLine:
    return line(number, outcome="pending", ref="", submitted_at=None)


def test_a_line_whose_row_left_the_file_goes_if_it_may(path: Path) -> None:
    """Which may go is the caller's to say: those that were never submitted."""
    write(path, *(waiting(number) for number in range(1, 7)))
    asked = []

    def gone(id_: str) -> bool:
        asked.append(id_)
        return id_ in {"m2", "m3", "m6"}

    write(path, waiting(1), waiting(4), gone=gone)

    assert column(path, "id") == ["m1", "m4", "m5"]
    assert sorted(asked) == ["m2", "m3", "m5", "m6"]  # nobody asks about lines that are still in the file


def test_a_line_with_a_ref_never_goes(path: Path) -> None:
    """Whatever the ledger says: a ref is a message that was paid for."""
    write(path, line(1), waiting(2), line(3, outcome="rejected"))

    write(path, waiting(4), gone=lambda _: True)

    assert column(path, "id") == ["m1", "m3", "m4"]


# --- Statuses ---


def test_a_sending_pass_keeps_the_statuses(path: Path) -> None:
    write(path, line(1), line(2))
    fill_statuses(path, {"r1": SENT})
    before = list(read_lines(path))

    write(path, line(1), line(2))

    assert list(read_lines(path)) == before
    assert column(path, "status") == ["Sent", ""]


@pytest.mark.parametrize("ref", ["r9", ""])
def test_a_line_that_was_submitted_anew_loses_the_status_of_its_old_ref(path: Path, ref: str) -> None:
    write(path, line(1), line(2))
    fill_statuses(path, {"r1": SENT, "r2": SENT})

    write(path, line(1, ref=ref), line(2))

    assert [(one["ref"], one["status"], one["status_code"], one["checked_at"] != "") for one in read_lines(path)] == [
        (ref, "", "", False),
        ("r2", "Sent", "1", True),
    ]


def test_the_first_ref_of_a_line_takes_no_status_away(path: Path) -> None:
    """A person who knows better than the gateway may have filled the status in."""
    write(path, line(1, outcome="unknown", ref=""))
    place = COLUMNS.index("status")
    edit(path, lambda rows: [rows[0], [*rows[1][:place], "by hand", *rows[1][place + 1 :]]])

    write(path, line(1, ref="r1"))

    assert column(path, "status") == ["by hand"]


# --- What is not ours ---


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["phone", "text"], "outcome, ref, id"),
        (["outcome", "ref"], "id"),
        (["OUTCOME", "id"], "ref"),
        ([], "outcome, ref, id"),
    ],
)
def test_a_file_that_is_no_results_file_is_left_as_it_is(
    tmp_path: Path, path: Path, header: list[str], missing: str
) -> None:
    if path.suffix == ".csv":
        path.write_text(",".join(header) + "\n37491000001,Hi\n")
    else:
        book(path, {"Results": [header, [37491000001, "Hi"]]})
    content, recipients = path.read_bytes(), tmp_path / "spring.csv"
    recipients.write_text("phone,text\n37491000001,Hi\n")
    message = f"^{path.name} exists and is not a results file \\(no column {missing}\\)$"

    with pytest.raises(UsageError, match=message):
        check_results(path, recipients)
    with pytest.raises(UsageError, match=message):
        write(path, line(1))

    assert path.read_bytes() == content


def test_results_never_go_over_the_recipient_file(tmp_path: Path) -> None:
    """Not under another name of it either, and not if it looks like a results file."""
    recipients = tmp_path / "spring.csv"
    recipients.write_text("phone,outcome,ref,id\n37491000001,,,\n")
    (tmp_path / "link.csv").symlink_to(recipients)
    (tmp_path / "hard.csv").hardlink_to(recipients)

    for path in (
        recipients,
        tmp_path / "link.csv",
        tmp_path / "hard.csv",
        tmp_path / ".." / tmp_path.name / "spring.csv",
    ):
        with pytest.raises(UsageError, match=r"is the recipient file itself$"):
            check_results(path, recipients)


def test_results_may_go_where_nothing_is_and_over_results(tmp_path: Path, path: Path) -> None:
    recipients = tmp_path / "spring.csv"
    recipients.write_text("phone,text\n37491000001,Hi\n")

    check_results(path, recipients)
    assert not path.exists()
    write(path, line(1))
    check_results(path, recipients)


def test_results_of_another_kind_are_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"results are \.xlsx or \.csv files$"):
        check_results(tmp_path / "a.ods", tmp_path / "spring.csv")


@pytest.mark.parametrize(
    ("found", "refs", "foreign"),
    [
        # the ledger knows them all
        ([line(1), line(2)], {"m1": "r1", "m2": "r2", "m3": "r3"}, 0),
        # what was never submitted need not be known
        ([line(1, outcome="invalid", ref=""), line(2, outcome="pending", ref="")], {}, 0),
        # an answer that an earlier pass could not write is news, not a contradiction
        ([line(1, outcome="unknown", ref="")], {"m1": "r1"}, 0),
        ([line(1)], {"m1": ""}, 0),
        # a lost ledger, another campaign's results, a ref that is not the ledger's
        ([line(1), line(2)], {}, 2),
        ([line(1), line(2)], {"m1": "r1"}, 1),
        ([line(1, outcome="unknown", ref="")], {}, 1),
        ([line(1, outcome="rejected")], {}, 1),
        ([line(1)], {"m1": "r9"}, 1),
    ],
)
def test_results_that_know_of_messages_which_the_ledger_does_not_are_refused(
    path: Path, found: list[ResultLine], refs: dict[str, str], foreign: int
) -> None:
    check_known(path, refs)  # nothing is there yet
    write(path, *found)

    if not foreign:
        check_known(path, refs)
        return
    with pytest.raises(
        Refused, match=f"^{path.name} tells of {foreign} submitted messages that this campaign's ledger"
    ):
        check_known(path, refs)


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 300 + ".csv")

    with pytest.raises(UsageError, match=r"results cannot be written there \(File name too long\)$"):
        check_results(path, tmp_path / "spring.csv")
    with pytest.raises(UsageError, match=r"results cannot be written there \(File name too long\)$"):
        check_can_write(path)


# --- Whether they can be written ---


def test_trying_whether_results_can_be_written_leaves_no_trace(tmp_path: Path, path: Path) -> None:
    check_can_write(path)
    assert list(tmp_path.iterdir()) == []

    write(path, line(1))
    content, before = path.read_bytes(), path.stat()
    check_can_write(path)

    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == content
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_results_that_cannot_be_written_are_found_out_in_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "read-only.csv").touch(0o444)
    (tmp_path / "open.csv").touch()
    (tmp_path / ".~lock.open.csv#").touch()
    troubles = {
        "missing/a.csv": "No such file or directory",
        "file/a.csv": "Not a directory",
        "folder.csv": "it is a folder",
        "read-only.csv": "it is read-only",
        "open.csv": "it is open in another program, which left .~lock.open.csv#",
    }

    for name, trouble in troubles.items():
        with pytest.raises(UsageError) as refused:
            check_can_write(tmp_path / name)
        assert refused.value.message == f"{tmp_path / name}: results cannot be written there ({trouble})"
        assert refused.value.hint


def test_a_file_that_is_open_elsewhere_stays_as_it_is(path: Path) -> None:
    write(path, line(1))
    content = path.read_bytes()
    (path.parent / f"~${path.name}").touch()

    with pytest.raises(PermissionError, match="open in another program"):
        write(path, line(1, outcome="unknown", ref=""))

    assert path.read_bytes() == content


def test_results_that_had_to_go_elsewhere_carry_the_time_in_utc(tmp_path: Path) -> None:
    now = datetime(2026, 12, 1, 3, 4, 5, tzinfo=timezone(timedelta(hours=4)))

    assert dated_name(tmp_path / "spring.results.xlsx", now) == tmp_path / "spring.results.20261130-230405.xlsx"


# --- Reading ---


@pytest.mark.parametrize(
    ("headers", "are"),
    [
        (["row", "outcome", "ref"], True),
        ([" Outcome ", "REF"], True),
        (["outcome"], False),
        (["phone", "reference", "outcome"], False),
        ([], False),
    ],
)
def test_a_results_file_is_known_by_outcome_and_ref(headers: list[str], are: bool) -> None:
    assert is_results(headers) is are


def test_lines_are_counted_by_what_a_column_says(path: Path) -> None:
    write(path, line(1), line(2), line(3, outcome="unknown", ref=""), line(4, outcome="invalid", ref=""))
    fill_statuses(path, {"r1": SENT})

    tally = count(read_results(path))
    assert tally.outcomes == {"accepted": 2, "unknown": 1, "invalid": 1}
    assert tally.statuses == {"Sent": 1}  # empty cells are no status


def test_costs_keep_their_cents_in_either_format(path: Path) -> None:
    costs = [Decimal("12.50"), Decimal(1200), Decimal("0.1"), None]

    write(path, *(line(number, cost=cost) for number, cost in enumerate(costs, start=1)))

    found = [Decimal(text) if text else None for text in column(path, "cost")]
    assert found == costs
