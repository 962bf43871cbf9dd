"""Who brought the characters that cost money: the template, or which column, in how many rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.errors import Problem
from campaigns.planning.blame import TEMPLATE, Cause, Collector, Savings, sources
from campaigns.planning.segments import forcing
from campaigns.planning.templates import BodyTemplate


def blamed(source: str, **cells: str) -> list[tuple[str, str]]:
    """Blame one row of a file that has just these columns."""
    template = BodyTemplate(source, list(cells))
    body = template.render(list(cells.values()))
    assert not isinstance(body, Problem)

    def without(character: str) -> str:
        again = template.render([cell.replace(character, "x") for cell in cells.values()])
        return "" if isinstance(again, Problem) else again

    named = {header: cells[header] for header in template.named}
    by_source = sources(forcing(body), body, set(template.literals), named, without)
    return [(character, source) for source, characters in by_source.items() for character in sorted(characters)]


@pytest.mark.parametrize(
    ("source", "cells", "brought"),
    [
        ("Hello {{ name }}", {"name": "O’Neil"}, [("’", "name")]),
        ("Hello – {{ name }}", {"name": "Ani"}, [("–", TEMPLATE)]),
        ("Hello – {{ name }}", {"name": "O’Neil"}, [("–", TEMPLATE), ("’", "name")]),
        ("{{ a }} {{ b }}", {"a": "’", "b": "’"}, [("’", "a"), ("’", "b")]),
        # Both bring it.
        ("It’s {{ name }}", {"name": "O’Neil"}, [("’", TEMPLATE), ("’", "name")]),
        # The template has it where this row does not come by.
        ("{% if vip == 'yes' %}It’s {% endif %}{{ name }}", {"name": "O’Neil", "vip": "no"}, [("’", "name")]),
        # A text in an expression is the template's.
        ("{{ name | default('friend’s') }}", {"name": ""}, [("’", TEMPLATE)]),
        # A cell that is only asked about, and whose character the template says itself.
        ("It’s{% if name %}!{% endif %}", {"name": "O’Neil"}, [("’", TEMPLATE), ("’", "name")]),
        # A column that the template does not name cannot have brought it.
        ("It’s {{ name }}", {"name": "Ani", "note": "’"}, [("’", TEMPLATE)]),
        # A note to oneself is not said.
        ("{# – #}{{ name }}", {"name": "O–Neil"}, [("–", "name")]),
        ("Hello {{ name }}", {"name": "Ani"}, []),
    ],
)
def test_each_character_has_its_source(source: str, cells: dict[str, str], brought: list[tuple[str, str]]) -> None:
    assert blamed(source, **cells) == brought


def test_rows_are_counted_by_character_and_source() -> None:
    collector = Collector()
    for number in range(2, 32):
        name = {"name": frozenset("’")} if number == 7 else {}
        collector.blame(number, {TEMPLATE: frozenset("–"), **name})

    assert collector.causes == (
        Cause(("–",), "", TEMPLATE, 30, tuple(range(2, 22))),  # the first twenty are named
        Cause(("’",), "", "name", 1, (7,)),
    )


def test_an_alphabet_is_one_cause_and_counts_each_row_once() -> None:
    collector = Collector()
    collector.blame(2, {"name": frozenset("Ան"), TEMPLATE: frozenset("։")})
    collector.blame(3, {"name": frozenset("նիАé")})

    assert collector.causes == (
        Cause(("Ա", "ի", "ն"), "Armenian", "name", 2, (2, 3)),
        Cause(("։",), "Armenian", TEMPLATE, 1, (2,)),
        Cause(("é",), "", "name", 1, (3,)),  # a Latin letter that costs: worth its name
        Cause(("А",), "Cyrillic", "name", 1, (3,)),
    )


def test_savings_add_up_in_segments_and_money() -> None:
    collector = Collector()
    collector.save("x" * 100 + "’", "x" * 100 + "'", Decimal("12.5"))  # two UNICODE parts become one
    collector.save("x" * 139 + "’–", "x" * 139 + "'-", Decimal(10))  # three become one

    assert collector.savings == Savings(("’", "–"), 2, 3, Decimal("32.5"))


def test_where_a_price_is_missing_only_segments_are_known() -> None:
    collector = Collector()
    collector.save("x" * 100 + "’", "x" * 100 + "'", None)
    collector.save("x" * 100 + "’", "x" * 100 + "'", Decimal(10))

    assert collector.savings == Savings(("’",), 2, 2, None)


def test_nothing_to_replace_saves_nothing() -> None:
    assert Collector().savings == Savings()
