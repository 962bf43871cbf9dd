"""Body templates: Jinja2, sandboxed and strict.

The template is the operator's own text; cells are values and never templates.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from campaigns.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Template as JinjaTemplate

_NOT_A_NAME = re.compile(r"\W+")


def variable_name(header: str) -> str:
    """Return the name that a column has in a template: `First name` is `First_name`, `2nd` is `_2nd`."""
    name = _NOT_A_NAME.sub("_", header.strip())
    return f"_{name}" if name[:1].isdigit() else name


class BodyTemplate:
    """A message body with `{{ column }}` in it, bound to the columns of one file."""

    def __init__(self, source: str, headers: Sequence[str]) -> None:
        r"""Compile the template.

        Args:
            source: The template's text; line breaks of any kind become `\n`.
            headers: The headers of the file's columns, in order.

        Raises:
            UsageError: The template is not valid, or names a column that the file has not (or has twice).
        """
        from jinja2 import TemplateSyntaxError, meta

        self.source = source.replace("\r\n", "\n").replace("\r", "\n")
        environment = _environment()
        try:
            self.variables = frozenset(meta.find_undeclared_variables(environment.parse(self.source)))
            self._template: JinjaTemplate = environment.from_string(self.source)
        except TemplateSyntaxError as error:
            raise UsageError(f"the body template is not valid: {error.message} (line {error.lineno})") from None
        self._bind(headers)

    def _bind(self, headers: Sequence[str]) -> None:
        names = [variable_name(header) for header in headers]
        times = Counter(names)
        self._columns: list[tuple[str, int]] = []
        for variable in sorted(self.variables):
            if variable not in times:
                near = nearest(variable, names)
                shown = ", ".join(name for name in names if name) or "none"
                raise UsageError(
                    f"the body template names {variable!r}, and the file has no such column{near}",
                    f"the columns are {shown}",
                )
            if times[variable] > 1:
                raise UsageError(
                    f"the body template names {variable!r}, and the file has {times[variable]} such columns"
                )
            self._columns.append((variable, names.index(variable)))

    def render(self, cells: Sequence[str]) -> str | Problem:
        """Return the body of one row.

        Args:
            cells: The row's cells, in the order of the headers.
        """
        from jinja2 import TemplateError

        if not self._columns:
            return self._render({})
        values = {name: cells[position].strip() for name, position in self._columns}
        try:
            return self._render({name: text or _empty_cell(name) for name, text in values.items()})
        except _EmptyCellPrinted as error:
            return Problem("body", f"the column {error.column!r} is empty, and the template prints it")
        except (
            TemplateError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            RecursionError,
        ) as error:
            return Problem("body", "the template fails in this row", str(error)[:200] or type(error).__name__)

    def _render(self, values: Mapping[str, object]) -> str:
        return self._template.render(values)


class _EmptyCellPrinted(Exception):  # noqa: N818 - a signal between two functions of this module
    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
    )
    environment.globals.clear()  # range, lipsum and the like have no business in a message
    return environment


def _empty_cell(name: str) -> object:
    """A value that `{% if %}` and `default("…")` take for missing, and that refuses to be printed."""
    from jinja2 import Undefined

    class EmptyCell(Undefined):
        def __str__(self) -> NoReturn:
            raise _EmptyCellPrinted(name)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Undefined) or other == ""

        def __hash__(self) -> int:
            return hash("")

    return EmptyCell(name=name)
