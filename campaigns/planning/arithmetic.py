"""Cells are text: a template that reckons with them as they are, or compares them with numbers, says something else.

`{{ debt * 2 }}` is `100100` for 100, `{{ a + b }}` is `56` for 5 and 6, and `{% if debt == 0 %}` is never true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from jinja2.nodes import Node


def refuse_arithmetic(tree: Node, columns: frozenset[str]) -> None:
    """Refuse what only makes sense with numbers where a column stands as it is.

    Raises:
        UsageError: A column is reckoned with, or compared with a number.
    """
    from jinja2 import nodes

    def columns_in(*sides: Any) -> list[str]:
        return [side.name for side in sides if isinstance(side, nodes.Name) and side.name in columns]

    for sum_ in tree.find_all((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)):
        for column in columns_in(sum_.left, sum_.right):
            raise _refusal(column, f"write {column} | int to reckon with it, or ~ to join texts")
    for compare in tree.find_all(nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        for column in columns_in(*sides) if any(map(_is_number, sides)) else ():
            raise _refusal(column, f"write {column} | int, or the number in quotes")


def _is_number(node: Any) -> bool:
    from jinja2 import nodes

    return isinstance(node, nodes.Const) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _refusal(column: str, hint: str) -> UsageError:
    return UsageError(f"the body template takes {column!r} for a number, and cells are text", hint)
