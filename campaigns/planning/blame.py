"""What forces UNICODE in a campaign and who brought it, and what look-alikes cost: collected row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.planning import segments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TEMPLATE = ""  # the source of what the template itself says; every other source is a header
_FEW = 20  # rows named of each cause


@dataclass(frozen=True, slots=True)
class Cause:
    """A character that forces UNICODE, from one source.

    Attributes:
        character: The character.
        source: The header of the column that brought it; empty for the template.
        count: In how many rows.
        rows: The numbers of the first of them.
    """

    character: str
    source: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Savings:
    """What replacing typographic look-alikes saves.

    Attributes:
        kinds: The characters that are replaced.
        rows: In how many rows.
        segments: How many segments less.
        cost: How much less that costs; None where a price is not known.
    """

    kinds: tuple[str, ...] = ()
    rows: int = 0
    segments: int = 0
    cost: Decimal | None = None


def sources(
    found: Sequence[str], body: str, literals: str, cells: Mapping[str, str], without: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Say where the characters of one row's body come from.

    Args:
        found: The characters.
        body: The text as people would read it.
        literals: What the template itself says.
        cells: The cells that the template may print, by header.
        without: Renders the row again as if no cell held a character; asked only where counting cannot tell.

    Returns:
        Each character beside a source; twice where both the template and a column bring it.
    """
    brought: list[tuple[str, str]] = []
    for character in found:
        headers = [header for header, cell in cells.items() if character in cell]
        if not headers or (character in literals and _template_says(character, body, cells, without)):
            brought.append((character, TEMPLATE))
        brought += [(character, header) for header in headers]
    return brought


def _template_says(character: str, body: str, cells: Mapping[str, str], without: Callable[[str], str]) -> bool:
    """Whether a character that cells hold is in the body without them as well."""
    if body.count(character) > sum(cell.count(character) for cell in cells.values()):
        return True
    return character in without(character)


@dataclass(slots=True)
class Collector:
    """Takes the rows that would be sent, one after another."""

    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _kinds: dict[str, None] = field(default_factory=dict)
    _smartened: int = 0
    _segments: int = 0
    _cost: Decimal | None = Decimal(0)

    def blame(self, number: int, brought: Sequence[tuple[str, str]]) -> None:
        """Note what forces UNICODE in a row."""
        for pair in brought:
            self._counts[pair] += 1
            numbers = self._rows.setdefault(pair, [])
            if len(numbers) < _FEW:
                numbers.append(number)

    def save(self, before: str, after: str, price: Decimal | None) -> None:
        """Note what replacing look-alikes does to a row's body.

        Args:
            before: The body as it was.
            after: The same with look-alikes replaced.
            price: What a segment of the row costs.
        """
        self._kinds |= dict.fromkeys(segments.forcing(before))
        saved = segments.count(before).segments - segments.count(after).segments
        self._smartened += 1
        self._segments += saved
        self._cost = None if price is None or self._cost is None else self._cost + saved * price

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What forces UNICODE, the most frequent first."""
        return tuple(
            Cause(character, source, count, tuple(self._rows[character, source]))
            for (character, source), count in self._counts.most_common()
        )

    @property
    def savings(self) -> Savings:
        """What replacing look-alikes saves."""
        if not self._smartened:
            return Savings()
        return Savings(tuple(self._kinds), self._smartened, self._segments, self._cost)
