"""Headers: where they are looked for, how those of results are compared, and which make a results file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.spreadsheets.cells import for_excel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    IsHeader = Callable[[Sequence[str]], bool]  # tells of a row of cells whether it can be the header

FIRST_ROWS = 30  # rows with text among which the header of a recipient file is looked for


def key(header: str) -> str:
    """Return a header as headers are compared: spreadsheet programs change line ends and case on their way."""
    return " ".join(for_excel(header).split()).casefold()


def is_results(headers: Sequence[str]) -> bool:
    """Tell a results file by its headers: it has `outcome` and `ref`."""
    return {"outcome", "ref"} <= {key(header) for header in headers}


def positions(headers: Sequence[str]) -> dict[str, int]:
    """Return where each column stands; of two with one name the first counts."""
    return {key(header): position for position, header in reversed(list(enumerate(headers)))}
