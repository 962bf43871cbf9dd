"""Workbooks are zip archives: what one claims to hold is checked before anything unpacks it.

A small archive can unpack to gigabytes. Python's own zip reader stops at the size that the archive's directory
claims, so claims are enough for what reads through it (openpyxl); calamine has its own (see `confined`).
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what workbooks begin with: newer, older ones
MOST_UNPACKED = 400 * 2**20  # bytes; a workbook of 100,000 rows and 20 columns takes about 100 MiB
_MOST_MEMBERS = 10_000


def check_archive(path: Path) -> list[str]:
    """Make sure that a workbook does not unpack to more than a workbook can sensibly hold.

    Args:
        path: An `.xlsx`, `.xlsm` or `.ods` file.

    Returns:
        The names of its parts.

    Raises:
        UsageError: It does, or it is no zip archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UsageError(f"{path.name}: not a workbook that can be read (damaged, or cut off)") from None
    size = sum(member.file_size for member in members)
    if size > MOST_UNPACKED or len(members) > _MOST_MEMBERS:
        raise UsageError(
            f"{path.name} unpacks to {size // 2**20:,} MiB in {len(members):,} parts, more than a workbook should",
            "if it is a real one, save its sheet as CSV UTF-8 and give that",
        )
    return [member.filename for member in members]
