"""How the results workbook looks when a person opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from campaigns.spreadsheets.results import StatusCells, fill_statuses, write_results
from tests.spreadsheets.making import CHECKED, line, sheet_of

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
    return [(series.val.numRef.f, series.cat.numRef.f) for chart in sheet._charts for series in chart.series]


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


def test_the_summary_counts_outcomes_and_then_statuses(path: Path) -> None:
    assert summary(path) == [("outcome", "messages"), ("accepted", 3), ("invalid", 1)]

    answer(path, r1="Pending", r2="Sent", r3="Sent")

    assert [row[:2] for row in summary(path)] == [
        ("outcome", "messages"),
        ("accepted", 3),
        ("invalid", 1),
        (None, None),
        ("status", "messages"),
        ("Sent", 2),
        ("Pending", 1),
    ]


def test_the_chart_draws_the_totals_that_stand_beside_it(path: Path) -> None:
    answer(path, r1="Pending", r2="Sent", r3="Sent")

    assert ("'Summary'!$B$6:$B$7", "'Summary'!$A$6:$A$7") in drawn(path)


def test_the_summary_is_made_anew_where_it_stood(path: Path) -> None:
    answer(path, r1="Pending")
    opened = load_workbook(path)
    opened.move_sheet("Summary", -1)
    opened.create_sheet("Mine")
    opened.save(path)

    charts = len(drawn(path))

    for name in ("TimeOut", "Sent"):
        answer(path, r1=name)

    assert load_workbook(path).sheetnames == ["Summary", "Results", "Mine"]
    assert summary(path)[-1][:2] == ("Sent", 1)
    assert len(drawn(path)) == charts


def test_a_name_that_looks_like_a_formula_is_text_in_the_summary(path: Path) -> None:
    answer(path, r1="=1+1")

    cell = sheet_of(path, "Summary")["A6"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


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
