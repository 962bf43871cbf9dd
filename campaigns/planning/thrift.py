"""One campaign's words as they are judged: look-alikes replaced if that was asked for, causes and savings noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.errors import Problem
from campaigns.planning import segments
from campaigns.planning.blame import Collector, sources
from campaigns.planning.fields import Columns, Field
from campaigns.planning.wording import smarten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from campaigns.planning.templates import BodyTemplate


class Thrift:
    """Bound to the template, or the body column, of one campaign."""

    def __init__(self, headers: Sequence[str], columns: Columns, template: BodyTemplate | None, *, smart: bool) -> None:
        """Begin with nothing noted.

        Args:
            headers: The file's headers, in order.
            columns: Which column is which field.
            template: The body of every row; None where the bodies come from a column.
            smart: Whether look-alikes are to be replaced.
        """
        self._template = template
        self._smart = smart
        self._collector = Collector()
        self._literals = frozenset(template.literals) if template else frozenset[str]()
        self._named: dict[str, int] = {}
        if template:
            self._named = template.named
        elif (position := columns.position(Field.BODY)) is not None:
            self._named = {headers[position]: position}

    def spoken(self, body: str) -> str:
        """Return a body as people will read it."""
        return smarten(body) if self._smart else body

    def note(self, number: int, found: str, cells: Sequence[str], price: Decimal | None) -> None:
        """Note a row that would be sent.

        Args:
            number: The row's number.
            found: Its body before anything was replaced.
            cells: Its cells.
            price: What a segment of it costs.
        """
        if segments.encoding_of(found) is segments.Encoding.LATIN:
            return
        plain = smarten(found)
        if plain != found:
            self._collector.save(found, plain, price)
        spoken = plain if self._smart else found
        if forced := segments.forcing(spoken):
            self._collector.blame(number, self._sources(forced, spoken, cells))

    def _sources(self, forced: Sequence[str], body: str, cells: Sequence[str]) -> dict[str, frozenset[str]]:
        def without(character: str) -> str:
            if self._template is None:
                return ""
            again = self._template.render([cell.replace(character, "x") for cell in cells])
            return "" if isinstance(again, Problem) else again

        named = {header: cells[position] for header, position in self._named.items()}
        return sources(forced, body, self._literals, named, without)

    @property
    def collected(self) -> Collector:
        """All that was noted."""
        return self._collector
