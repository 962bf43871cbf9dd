"""What a workbook holds that is lost when it is written: the library that writes does not know it.

openpyxl keeps cells, formats, notes, links, charts (in their main lines), tables, pivot tables, filters, outlines,
validation lists and conditional formats of the kinds that Excel 2007 knew.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PARTS = (
    (r"xl/threadedComments/", "threaded comments"),
    (r"xl/(ctrlProps|activeX)/", "form controls"),
    (r"xl/(slicers|slicerCaches|timelines|timelineCaches)/", "slicers"),
    (r"xl/charts/chartEx|xl/charts/chartex", "charts of the newer kinds"),
    (r"xl/diagrams/", "SmartArt"),
    (r"xl/embeddings/", "embedded objects"),
    (r"xl/(connections\.xml|queryTables/|model/)", "data connections"),
    (r"xl/vbaProject\.bin", "macros"),
    (r"xl/richData/|xl/metadata\.xml", "data types and dynamic arrays"),
    (r"xl/media/", "pictures"),
    (r"customXml/item", "custom XML"),
)
_MARKS = (  # in a sheet or a drawing
    (rb"<(?:xdr:)?(?:sp|cxnSp|grpSp)[ />]", "shapes"),
    (rb"sparklineGroup[ />]", "sparklines"),
    (rb"x14:conditionalFormatting[ />]", "newer conditional formats"),
    (rb"x14:dataValidation[ />]", "newer validation lists"),
)
_SCANNED = re.compile(r"xl/(worksheets|drawings)/[^/]+\.xml")
_PIECE, _LONGEST_MARK = 1 << 20, 64  # bytes


def what_is_lost(path: Path) -> list[str]:
    """Name what a workbook holds that would be lost if it was written; nothing for another file."""
    found: dict[str, None] = {}
    # Whatever a damaged archive makes of itself is for the one to tell who reads the file in earnest.
    with suppress(Exception), zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found |= {what: None for pattern, what in _PARTS if re.match(pattern, name)}
            if _SCANNED.fullmatch(name):
                found |= dict.fromkeys(_marks(archive, name))
    if "pictures" in found and _keeps_pictures():
        del found["pictures"]
    return list(found)


def _keeps_pictures() -> bool:
    """Pictures are kept where Pillow is installed, which this program does not need."""
    from openpyxl.drawing.image import PILImage

    return bool(PILImage)


def _marks(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """Look a part through, piece by piece: a sheet may be larger than memory should take."""
    waiting = dict(_MARKS)
    with archive.open(name) as part:
        end = b""
        while waiting and (piece := part.read(_PIECE)):
            piece = end + piece
            for pattern, what in [*waiting.items()]:
                if re.search(pattern, piece):
                    del waiting[pattern]
                    yield what
            end = piece[-_LONGEST_MARK:]


def loss_warning(path: Path) -> str:
    """Return a warning for before a workbook is replaced; empty if nothing would be lost."""
    lost = what_is_lost(path) if path.suffix.lower() == ".xlsx" else []
    if not lost:
        return ""
    return (
        f"{path.name} holds {', '.join(lost)}, which cannot be written again: "
        f"the results will be without, and a copy as it is now stays beside it, {copy_name(path).name}"
    )


def copy_name(path: Path) -> Path:
    """Return the name of a file's copy: it bears the time at which the file was last saved."""
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return path.with_name(f"{path.stem}.as-of-{saved:%Y%m%d-%H%M%S}{path.suffix}")


def keep_copy(path: Path) -> Path | None:
    """Keep a copy of a workbook that would lose something; return it, or None where none is needed.

    Raises:
        OSError: It cannot be written.
    """
    if path.suffix.lower() != ".xlsx" or not what_is_lost(path):
        return None
    copy = copy_name(path)
    if not copy.exists():
        shutil.copy2(path, copy)
    return copy
