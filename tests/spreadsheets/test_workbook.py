"""How the results workbook looks when a person opens it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from campaigns.delivery.outcomes import ATTENTION, Outcome
from campaigns.gateway.protocol import Status
from campaigns.spreadsheets.classes import OUTCOMES, STATUSES, Class
from campaigns.spreadsheets.results import write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses
from campaigns.spreadsheets.summary_sheet import About, read_about
from campaigns.spreadsheets.tally import FINAL
from tests.spreadsheets.making import CHECKED, SUBMITTED, line, sheet_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Results of four rows, of which three were accepted."""
    path = tmp_path / "spring.results.xlsx"
    lines = [line(1, "Ani"), line(2, "Aram"), line(3, "Ara"), line(4, "=x", outcome="invalid", ref="")]
    write_results(path, lines, ["name"], lambda _: False)
    return path


def answer(path: Path, **names: str) -> None:
    fill_statuses(path, {ref: StatusCells(name, 1, CHECKED) for ref, name in names.items()})


def summary(path: Path) -> list[tuple[Any, ...]]:
    return list(sheet_of(path, "Summary").iter_rows(values_only=True))


def drawn(path: Path) -> list[tuple[str, str]]:
    """Return the cells that the summary's charts draw: numbers and names."""
    sheet: Any = sheet_of(path, "Summary")
    return [
        (series.val.numRef.f, series.cat.numRef.f) for chart in sheet._charts for series in chart.series if series.cat
    ]


def test_results_come_first_and_the_summary_after_them(path: Path) -> None:
    assert load_workbook(path).sheetnames == ["Results", "Summary"]
    assert str(load_workbook(path).active) == '<Worksheet "Results">'


def test_the_header_stays_in_sight_and_filters_every_column_and_line(path: Path) -> None:
    sheet = sheet_of(path)

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:R5"  # 17 columns and an own one, four lines
    assert sheet.print_title_rows == "$1:$1"
    assert all(cell.font.bold for cell in sheet[1])


def test_long_texts_have_wide_columns(path: Path) -> None:
    sheet = sheet_of(path)
    widths = {
        str(sheet.cell(1, column).value): sheet.column_dimensions[get_column_letter(column)].width
        for column in range(1, sheet.max_column + 1)
    }

    assert widths["body"] > widths["recipient"] > widths["row"]
    assert set(widths) >= {"id", "name"}


def block(path: Path, title: str) -> list[tuple[Any, ...]]:
    """Return the lines under a title of the summary."""
    rows = [row[:4] for row in summary(path)]
    start = next(number for number, row in enumerate(rows) if row[0] == title) + 1
    end = next((number for number in range(start, len(rows)) if not rows[number][0]), len(rows))
    return rows[start:end]


def fact(path: Path, label: str) -> Any:
    return next((row[1] for row in summary(path) if row[0] == label), None)


def test_the_summary_counts_outcomes_statuses_and_destinations(path: Path) -> None:
    assert block(path, "outcome") == [("accepted", 3, 0.75, None), ("invalid", 1, 0.25, None)]
    assert block(path, "destination") == [("Armenia", 3, 0, 37.5)]

    answer(path, r1="Pending", r2="Sent", r3="Sent")

    assert block(path, "status") == [("Sent", 2, 2 / 3, None), ("Pending", 1, 1 / 3, None)]
    assert block(path, "outcome") == [("accepted", 3, 0.75, None), ("invalid", 1, 0.25, None)]
    assert block(path, "destination") == [("Armenia", 3, 2, 37.5)]


def test_the_summary_says_what_when_and_for_how_much(path: Path) -> None:
    answer(path, r1="Sent")

    assert summary(path)[0][0] == "spring"  # from the file's name: nobody said otherwise
    assert {label: fact(path, label) for label in ("sender", "rows", "segments", "cost, estimated")} == {
        "sender": "Shop",
        "rows": 4,
        "segments": 3,
        "cost, estimated": 37.5,
    }
    assert (fact(path, "submitted"), fact(path, "statuses as of")) == (
        SUBMITTED.replace(tzinfo=None),
        CHECKED.replace(tzinfo=None),
    )


def test_what_the_results_are_of_is_remembered_where_only_they_are_left(tmp_path: Path) -> None:
    path = tmp_path / "copy of something.xlsx"
    write_results(path, [line(1)], [], lambda _: False, About("Spring sale", "clients.xlsx"))

    answer(path, r1="Sent")

    assert (fact(path, "campaign"), fact(path, "recipient file")) == ("Spring sale", "clients.xlsx")
    assert read_about(path) == About("Spring sale", "clients.xlsx")


def test_the_summary_says_what_needs_attention_first(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write_results(
        path,
        [
            line(1),
            line(2),
            line(3, outcome="invalid", ref=""),
            line(4, outcome="unknown", ref=""),
            line(5, outcome="skipped", ref=""),
        ],
        [],
        lambda _: False,
    )
    fill_statuses(
        path,
        {"r1": StatusCells("NotSent", 8, CHECKED), "r2": StatusCells("DeliveredToNetwork", 2, CHECKED)},
        now=SUBMITTED + timedelta(days=1, seconds=1),
    )

    found = block(path, "needs attention")
    assert [row[:2] for row in found] == [("unknown", 1), ("invalid", 1), ("NotSent", 1), ("stuck", 1)]
    assert all(row[2] for row in found)


def test_the_chart_draws_the_totals_that_stand_beside_it(path: Path) -> None:
    def is_drawn(title: str, lines: int) -> bool:
        first = next(number for number, row in enumerate(summary(path), start=1) if row[0] == title) + 1
        last = first + lines - 1
        return drawn(path) == [(f"'Summary'!$B${first}:$B${last}", f"'Summary'!$A${first}:$A${last}")]

    assert is_drawn("outcome", 2)
    answer(path, r1="Pending", r2="Sent", r3="Sent")
    assert is_drawn("status", 2)


def test_the_summary_is_made_anew_where_it_stood(path: Path) -> None:
    answer(path, r1="Pending")
    opened = load_workbook(path)
    opened.move_sheet("Summary", -1)
    opened.create_sheet("Mine")
    opened.save(path)

    for name in ("TimeOut", "Sent"):
        answer(path, r1=name)

    assert load_workbook(path).sheetnames == ["Summary", "Results", "Mine"]
    assert [row[0] for row in block(path, "status")] == ["Sent"]
    assert len(drawn(path)) == 1


def test_what_a_person_puts_beside_the_summary_stays(path: Path) -> None:
    opened = load_workbook(path)
    sheet: Any = opened["Summary"]
    sheet["F1"], sheet["H40"] = "for the board", "=B2"
    sheet["A1"].comment = Comment("well done", "me")
    sheet.column_dimensions["A"].width = 50
    chart = BarChart()
    chart.title = "Mine"
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=3))
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=3))
    sheet.add_chart(chart, "F50")
    opened.save(path)

    for _ in range(2):
        answer(path, r1="Sent")

    after: Any = sheet_of(path, "Summary")
    assert (after["F1"].value, after["H40"].value) == ("for the board", "=B2")
    assert after["A1"].comment.text == "well done"
    assert after.column_dimensions["A"].width == 50
    assert len(drawn(path)) == 2  # theirs and ours, however often we draw


def test_a_name_that_looks_like_a_formula_is_text_in_the_summary(path: Path) -> None:
    answer(path, r1="=1+1")

    [cell] = [row[0] for row in sheet_of(path, "Summary").iter_rows() if row[0].value == "=1+1"]
    assert cell.data_type == "s"


# --- Colours ---


def coloured(path: Path) -> dict[str, list[str]]:
    """Return the formulas of conditional formats by the cells that they colour."""
    found: dict[str, list[str]] = {}
    for held in sheet_of(path).conditional_formatting:
        found.setdefault(str(held.sqref), []).extend(str(rule.formula[0]) for rule in held.rules)
    return found


def test_outcomes_and_statuses_are_coloured_by_formulas_and_only_once(path: Path) -> None:
    before = coloured(path)
    assert {where: len(formulas) for where, formulas in before.items()} == {"I2:I1048576": 3, "N2:N1048576": 3}
    assert '$N2="Sent"' in before["N2:N1048576"][0]

    answer(path, r1="Sent")
    write_results(path, [line(1, "Ani"), line(5, "Ara")], ["name"], lambda _: True)

    assert coloured(path) == before


def test_every_status_and_every_outcome_of_the_gateway_has_its_class() -> None:
    assert set(STATUSES) == {status.name for status in Status}
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert {name for name, kind in OUTCOMES.items() if kind is Class.ATTENTION} == {one.value for one in ATTENTION}
    assert {status.name for status in Status if status.final} == FINAL
    assert {name for name, kind in STATUSES.items() if kind is Class.DELIVERED} <= FINAL


# --- Filters ---


def test_the_filter_reaches_the_lines_and_columns_that_came_later(path: Path) -> None:
    write_results(path, [line(number, "x", "y") for number in range(1, 8)], ["name", "city"], lambda _: False)

    assert sheet_of(path).auto_filter.ref == "A1:S8"


def test_a_filter_that_a_person_made_narrower_stays(path: Path) -> None:
    opened = load_workbook(path)
    opened["Results"].auto_filter.ref = "A1:D3"
    opened.save(path)

    write_results(path, [line(number, "x") for number in range(1, 8)], ["name"], lambda _: False)

    assert sheet_of(path).auto_filter.ref == "A1:D3"


def test_a_table_that_held_every_line_holds_the_new_ones(path: Path) -> None:
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet.auto_filter.ref = None
    sheet.add_table(Table(displayName="All", ref="A1:R5"))
    opened.save(path)

    write_results(path, [line(number, "x") for number in range(1, 8)], ["name"], lambda _: False)

    table = sheet_of(path).tables["All"]
    assert (table.ref, table.autoFilter.ref) == ("A1:R8", "A1:R8")


def test_ranges_of_a_person_move_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.results.xlsx"
    write_results(path, [line(1, ref="", outcome="pending"), *(line(n) for n in range(2, 6))], [], lambda _: False)
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet.conditional_formatting.add("F3:F4", FormulaRule(formula=["$F3>1"], font=Font(bold=True)))  # type: ignore[no-untyped-call]
    choices = DataValidation(type="list", formula1='"yes,no"')
    choices.add("T2:T6")
    sheet.add_data_validation(choices)
    sheet.merge_cells("T5:U6")
    opened.save(path)

    write_results(path, [line(n) for n in range(2, 6)], [], lambda _: True)

    after: Any = sheet_of(path)
    assert coloured(path)["F2:F3"] == ["$F2>1"]
    assert [str(one.sqref) for one in after.data_validations.dataValidation] == ["T2:T5"]
    assert [str(one) for one in after.merged_cells.ranges] == ["T4:U5"]
    assert after.auto_filter.ref == "A1:Q5"


# --- Print ---


def test_a_printed_page_is_landscape_with_its_header_and_without_technical_columns(path: Path) -> None:
    sheet: Any = sheet_of(path)
    hidden = {str(cell.value) for cell in sheet[1] if sheet.column_dimensions[cell.column_letter].hidden}
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "landscape",
        9,
        1,
    )
    assert hidden == {"encoding", "status_code", "checked_at", "id", "send_at"}  # nothing is scheduled here


def test_a_second_pass_leaves_the_looks_to_the_person(path: Path) -> None:
    opened = load_workbook(path)
    sheet = opened["Results"]
    sheet.freeze_panes = "C2"
    sheet.column_dimensions["D"].width = 20
    sheet.sheet_view.zoomScale = 70
    opened.save(path)

    write_results(path, [line(1, "Ani")], ["name"], lambda _: False)
    answer(path, r1="Sent")

    after = sheet_of(path)
    assert (after.freeze_panes, after.column_dimensions["D"].width, after.sheet_view.zoomScale) == ("C2", 20, 70)
