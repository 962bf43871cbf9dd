"""What forces UNICODE in a campaign and who brought it, and what look-alikes cost: collected row by row."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from campaigns.planning import segments

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Set

TEMPLATE = ""  # the source of what the template itself says; every other source is a header
_FEW = 20  # rows named of each cause


@dataclass(frozen=True, slots=True)
class Cause:
    """What forces UNICODE, from one source: a character, or the letters and signs of one alphabet.

    Attributes:
        characters: The character; of an alphabet all that occur.
        alphabet: The alphabet's name, e.g. `Armenian`; empty for a character that stands for itself.
        source: The header of the column that brought it; empty for the template.
        count: In how many rows.
        rows: The numbers of the first of them.
    """

    characters: tuple[str, ...]
    alphabet: str
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
    found: Collection[str], body: str, literals: Set[str], cells: Mapping[str, str], without: Callable[[str], str]
) -> dict[str, frozenset[str]]:
    """Say where the characters of one row's body come from.

    Args:
        found: The characters.
        body: The text as people would read it.
        literals: The characters that the template itself can say.
        cells: The cells that the template may print, by header.
        without: Renders the row again with another character in its place in all cells; asked only where counting
            cannot tell.

    Returns:
        Characters by source; one that both the template and a column bring stands under both.
    """
    wanted = frozenset(found)
    held = {header: wanted.intersection(cell) for header, cell in cells.items()}
    by_cells = frozenset().union(*held.values())
    both = {one for one in by_cells & literals if _template_says(one, body, cells, without)}
    said = {TEMPLATE: (wanted - by_cells) | both, **held}
    return {source: characters for source, characters in said.items() if characters}


def _template_says(character: str, body: str, cells: Mapping[str, str], without: Callable[[str], str]) -> bool:
    """Whether a character that cells hold is in the body without them as well."""
    if body.count(character) > sum(cell.count(character) for cell in cells.values()):
        return True
    return character in without(character)


# Whoever writes in another alphabet means it: its letters are one cause, not forty.
_ALPHABETS = frozenset(
    {"ARMENIAN", "CYRILLIC", "GREEK", "GEORGIAN", "ARABIC", "HEBREW", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI"}
)


@cache
def _kind(character: str) -> str:
    """Return the alphabet of a character, or the character itself where it stands for itself."""
    word = unicodedata.name(character, "").partition(" ")[0]
    return word.capitalize() if word in _ALPHABETS else character


@lru_cache(maxsize=4096)
def _by_kind(characters: frozenset[str]) -> dict[str, frozenset[str]]:
    """Sort characters by alphabet; rows of one template bring the same ones again and again."""
    kinds: dict[str, set[str]] = {}
    for character in characters:
        kinds.setdefault(_kind(character), set()).add(character)
    return {kind: frozenset(alike) for kind, alike in kinds.items()}


@dataclass(slots=True)
class _Found:
    """What is known of one cause so far."""

    characters: set[str] = field(default_factory=set)
    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Collector:
    """Takes the rows that would be sent, one after another."""

    _found: dict[tuple[str, str], _Found] = field(default_factory=dict)
    _kinds: dict[str, None] = field(default_factory=dict)
    _smartened: int = 0
    _segments: int = 0
    _cost: Decimal | None = Decimal(0)

    def blame(self, number: int, brought: Mapping[str, frozenset[str]]) -> None:
        """Note what forces UNICODE in a row: characters by source."""
        for source, characters in brought.items():
            for kind, alike in _by_kind(characters).items():
                found = self._found.setdefault((kind, source), _Found())
                found.characters |= alike
                found.count += 1
                if len(found.rows) < _FEW:
                    found.rows.append(number)

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
        causes = [
            Cause(
                tuple(sorted(found.characters)), kind if len(kind) > 1 else "", source, found.count, tuple(found.rows)
            )
            for (kind, source), found in self._found.items()
        ]
        return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.rows, cause.source, cause.characters)))

    @property
    def savings(self) -> Savings:
        """What replacing look-alikes saves."""
        if not self._smartened:
            return Savings()
        return Savings(tuple(self._kinds), self._smartened, self._segments, self._cost)
