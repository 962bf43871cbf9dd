"""What is lost when a workbook is written: named before, and a copy is kept."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from campaigns.spreadsheets.fragile import keep_copy, loss_warning, what_is_lost
from campaigns.spreadsheets.results import results_warnings, write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses
from tests.spreadsheets.making import CHECKED, line

if TYPE_CHECKING:
    from pathlib import Path

SENT = StatusCells("Sent", 1, CHECKED)
DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"><xdr:twoCellAnchor>'
    "<xdr:sp/></xdr:twoCellAnchor></xdr:wsDr>"
)
EXTENSION = '<extLst><ext uri="{{X}}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">{}</ext></extLst>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Results of one accepted row, last saved at a known time."""
    path = tmp_path / "a.results.xlsx"
    write_results(path, [line(1)], [], lambda _: False)
    return path


def add_part(path: Path, name: str, content: str) -> None:
    """Add a part as another program would leave it there."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)


def change_sheet(path: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


PARTS = [
    ("xl/threadedComments/threadedComment1.xml", "<ThreadedComments/>", "threaded comments"),
    ("xl/ctrlProps/ctrlProp1.xml", "<formControlPr/>", "form controls"),
    ("xl/activeX/activeX1.xml", "<ocx/>", "form controls"),
    ("xl/slicers/slicer1.xml", "<slicers/>", "slicers"),
    ("xl/timelines/timeline1.xml", "<timelines/>", "slicers"),
    ("xl/charts/chartEx1.xml", "<chartSpace/>", "charts of the newer kinds"),
    ("xl/diagrams/data1.xml", "<dataModel/>", "SmartArt"),
    ("xl/embeddings/oleObject1.bin", "x", "embedded objects"),
    ("xl/queryTables/queryTable1.xml", "<queryTable/>", "data connections"),
    ("xl/connections.xml", "<connections/>", "data connections"),
    ("xl/richData/rdrichvalue.xml", "<rvData/>", "data types and dynamic arrays"),
    ("xl/media/image1.png", "x", "pictures"),
    ("customXml/item1.xml", "<x/>", "custom XML"),
    ("xl/drawings/drawing7.xml", DRAWING, "shapes"),
]


@pytest.mark.parametrize(("part", "content", "what"), PARTS)
def test_a_part_that_is_lost_is_named_and_really_is_lost(path: Path, part: str, content: str, what: str) -> None:
    add_part(path, part, content)

    assert what_is_lost(path) == [what]
    load_workbook(path).save(path)
    with zipfile.ZipFile(path) as archive:
        assert part not in archive.namelist()


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<x14:sparklineGroups><x14:sparklineGroup /></x14:sparklineGroups>", "sparklines"),
        ("<x14:conditionalFormattings><x14:conditionalFormatting /></x14:conditionalFormattings>", "newer conditional"),
        ("<x14:dataValidations><x14:dataValidation /></x14:dataValidations>", "newer validation lists"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_an_extension_of_a_sheet_is_named_and_really_is_lost(path: Path, inside: str, what: str) -> None:
    change_sheet(path, "</worksheet>", EXTENSION.format(inside) + "</worksheet>")

    assert what_is_lost(path)[0].startswith(what)
    load_workbook(path).save(path)
    assert what_is_lost(path) == []


def test_our_own_results_and_other_files_lose_nothing(path: Path, tmp_path: Path) -> None:
    fill_statuses(path, {"r1": SENT})
    (tmp_path / "no.xlsx").write_text("no workbook")
    assert [what_is_lost(one) for one in (path, tmp_path / "no.xlsx", tmp_path / "none.xlsx")] == [[], [], []]
    assert loss_warning(path) == ""
    assert keep_copy(path) is None


@pytest.mark.parametrize("again", ["refresh", "send"])
def test_before_a_file_is_replaced_that_loses_something_a_copy_is_kept(path: Path, again: str) -> None:
    add_part(path, *PARTS[0][:2])
    os.utime(path, (1_800_000_000, 1_800_000_000))
    content = path.read_bytes()
    copy = path.with_name("a.results.as-of-20270115-080000.xlsx")
    [warning] = results_warnings(path, 1, 0)
    assert warning == (
        "a.results.xlsx holds threaded comments, which cannot be written again: the results will be without, "
        f"and a copy as it is now stays beside it, {copy.name}"
    )

    for first in (True, False):  # only what is lost once is kept once
        saved = (
            fill_statuses(path, {"r1": SENT})
            if again == "refresh"
            else write_results(path, [line(1), line(2)], [], lambda _: False)
        )
        assert list(path.parent.glob("*.as-of-*")) == [copy]
        assert (".as-of-" in "".join(saved.notices)) is first
    assert copy.read_bytes() == content
