"""How large results may be as a workbook; larger ones are CSV.

Measured with 100,000 lines of 19 columns: a workbook takes 50 seconds of CPU and 250 MiB to write, 80 and 970 MiB
to refresh; a CSV 8 seconds and 370 MiB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_WORKBOOK = 2_000_000  # cells: 100,000 lines of 20 columns


def results_name(stem: str, lines: int, columns: int) -> str:
    """Return the name of a campaign's results file where nobody chose one."""
    return f"{stem}.results.{'xlsx' if lines * columns <= LARGEST_WORKBOOK else 'csv'}"


def size_warning(path: Path, lines: int, columns: int) -> str:
    """Say what comes of the size of a results file, before anything is sent; empty if there is nothing to say.

    Raises:
        UsageError: It is a workbook that could not be read and changed again in bounded memory.
    """
    if lines * columns <= LARGEST_WORKBOOK:
        return ""
    size = f"{lines:,} rows of {columns:,} columns"
    what = f"{size} are more than a workbook of results should hold ({LARGEST_WORKBOOK:,} cells)"
    if path.suffix.lower() != ".csv":
        raise UsageError(what, "give --results a name that ends in .csv")
    return f"{what}: the results are {path.name}"
