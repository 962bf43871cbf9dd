"""Body templates: Jinja2, sandboxed and strict.

The template is the operator's own text; cells are values and never templates. An empty cell is an empty text in
conditions and under `default("…")`; where it would be printed it is a problem of its row. A filter of our own writes
dates as people say them: `{{ visit | date("%d.%m.%Y") }}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from campaigns.errors import Problem, UsageError, nearest
from campaigns.planning.arithmetic import refuse_arithmetic
from campaigns.planning.faulty import spreadsheet_error
from campaigns.planning.times import read_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment
    from jinja2 import Template as JinjaTemplate
    from jinja2.nodes import Node

_NOT_A_NAME = re.compile(r"\W+")
_PRINTED = "_printed"  # our filter around each column that is printed


def variable_name(header: str) -> str:
    """Return the name that a column has in a template: `First name` is `First_name`, `2nd` is `_2nd`."""
    name = _NOT_A_NAME.sub("_", unicodedata.normalize("NFC", header.strip()))
    name = "".join(character if f"_{character}".isidentifier() else "_" for character in name)
    return name if name.isidentifier() or not name else f"_{name}"


class BodyTemplate:
    """A message body with `{{ column }}` in it, bound to the columns of one file."""

    def __init__(self, source: str, headers: Sequence[str]) -> None:
        r"""Compile the template.

        Args:
            source: The template's text; line breaks of any kind become `\n`.
            headers: The headers of the file's columns, in order.

        What the template itself says is in `literals`; the position by header of the columns that it names, in `named`.

        Raises:
            UsageError: The template is not valid, or names a column that the file has not (or has twice).
        """
        from jinja2 import TemplateError, TemplateSyntaxError, meta

        self.source = source.replace("\r\n", "\n").replace("\r", "\n")
        environment = _environment()
        try:
            tree = environment.parse(self.source)
            self.variables = frozenset(meta.find_undeclared_variables(tree))
            self._columns = _bind(self.variables, headers)
            self.named = {headers[position]: position for _, position in self._columns}
            _refuse_unknown_filters(tree, environment)
            refuse_arithmetic(tree, self.variables)
            self.literals = _literals(tree)
            _tell_dates_their_column(tree, self.variables)
            _guard_printed(tree, self.variables)
            self._template: JinjaTemplate = environment.from_string(tree)
        except TemplateSyntaxError as error:
            hint = ""
            if "expected token" in (error.message or ""):
                hint = "a column called 'First name' is written {{ First_name }}"
            raise UsageError(f"the body template is not valid: {error.message} (line {error.lineno})", hint) from None
        except (TemplateError, RecursionError) as error:
            raise UsageError(f"the body template is not valid: {type(error).__name__}") from None
        if not self._columns and isinstance(problem := self._render({}), Problem):
            raise UsageError(f"the body template fails: {problem.text}")

    def render(self, cells: Sequence[str]) -> str | Problem:
        """Return the body of one row.

        Args:
            cells: The row's cells, in the order of the headers.
        """
        values = {name: cells[position].strip() for name, position in self._columns}
        for name, value in values.items():
            if error := spreadsheet_error("body", value):
                return replace(error, reason=f"the column {name!r} {error.reason}, and the template uses it")
        return self._render(values)

    def _render(self, values: Mapping[str, str]) -> str | Problem:
        try:
            return self._template.render(values)
        except _CellNotPrintable as error:
            return error.problem
        except Exception as error:  # noqa: BLE001 - a template can fail in any way that Python can
            return Problem("body", "the template fails in this row", str(error)[:200] or type(error).__name__)


def _bind(variables: frozenset[str], headers: Sequence[str]) -> list[tuple[str, int]]:
    """Find the column of each variable."""
    names = [variable_name(header) for header in headers]
    times = Counter(names)
    for variable in sorted(variables):
        if variable not in times:
            near = nearest(variable, names)
            shown = ", ".join(name for name in names if name) or "none"
            what = f"the body template names {variable!r}, and the file has no such column{near}"
            raise UsageError(what, f"the columns are {shown}")
        if times[variable] > 1:
            raise UsageError(f"the body template names {variable!r}, and the file has {times[variable]} such columns")
    return [(variable, names.index(variable)) for variable in sorted(variables)]


class _CellNotPrintable(Exception):  # noqa: N818 - a signal between two functions of this module
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def _environment() -> Environment:
    from jinja2 import StrictUndefined, Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def default(value: object, instead: object = "", boolean: bool = False) -> object:  # noqa: FBT001, FBT002
        missing = isinstance(value, Undefined) or value == "" or (boolean and not value)
        return instead if missing else value

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=_text_or_number)
    environment.globals.clear()  # range, lipsum and the like have no business in a message
    environment.filters |= {
        "default": default,
        "d": default,
        "date": _date,
        "int": _int,
        "float": _float,
        _PRINTED: _printed,
    }
    return environment


def _text_or_number(value: object) -> object:
    """Let only what people can read into a message: no lists, no Python objects by a forgotten `()`."""
    from jinja2 import TemplateRuntimeError, Undefined

    if isinstance(value, str | int | float | Undefined) and not isinstance(value, bool):
        return value
    raise TemplateRuntimeError(f"it prints a {type(value).__name__}, which is no text")


def _printed(value: str, column: str) -> str:
    if value == "":
        raise _CellNotPrintable(Problem("body", f"the column {column!r} is empty, and the template prints it"))
    return value


def _date(value: object, form: str = "%d.%m.%Y", column: str = "") -> str:
    """Write the date in a cell in another form, that of Python's `strftime`; an empty cell stays empty."""
    text = str(value)
    if not text:
        return ""
    moment = read_date(text)
    if moment is None:
        what = f"the column {column!r}" if column else "a value"
        reason = f"{what} holds no date, and the template writes it as one"
        raise _CellNotPrintable(Problem("body", reason, text[:40], "write it as 2026-12-01 or 2026-12-01 10:00"))
    return moment.strftime(form)


def _int(value: object) -> int:
    """Return a cell's whole number; Jinja's own would make 0 of what is none."""
    return int(_number(value))


def _float(value: object) -> float:
    """Return a cell's number."""
    return float(_number(value))


def _number(value: object) -> Decimal:
    """Read a number; an empty cell, which may be asked about, is 0."""
    try:
        return Decimal((str(value) or "0").replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation:
        problem = Problem("body", "the template needs a number, and a cell holds none", str(value)[:40])
        raise _CellNotPrintable(problem) from None


def _tell_dates_their_column(tree: Node, columns: frozenset[str]) -> None:
    """Let the date filter know which column it reads, for what it says of a cell that is no date."""
    from jinja2 import nodes

    for one in tree.find_all(nodes.Filter):
        if one.name == "date" and isinstance(one.node, nodes.Name) and one.node.name in columns:
            column = nodes.Keyword("column", nodes.Const(one.node.name))
            one.kwargs.append(column)  # type: ignore[arg-type] # annotated as pairs, parsed and compiled as keywords


def _literals(tree: Node) -> str:
    """Return all that a template itself can say: its text, and the texts in its expressions."""
    from jinja2 import nodes

    said = [str(one.data) for one in tree.find_all(nodes.TemplateData)]
    return "".join([*said, *(one.value for one in tree.find_all(nodes.Const) if isinstance(one.value, str))])


def _refuse_unknown_filters(tree: Node, environment: Environment) -> None:
    """Jinja finds a misspelt filter inside `{% if %}` only in the rows that come by there."""
    from jinja2 import nodes

    for kind, known in ((nodes.Filter, environment.filters), (nodes.Test, environment.tests)):
        for node in tree.find_all(kind):
            if node.name not in known:
                near = nearest(node.name, list(known))
                raise UsageError(f"the body template is not valid: no filter or test is called {node.name!r}{near}")


def _guard_printed(tree: Node, columns: frozenset[str]) -> None:
    """Wrap each column in a filter that refuses an empty cell, wherever its text would come out of the template."""
    from jinja2 import nodes

    for output in tree.find_all(nodes.Output):
        output.nodes = [_guarded(node, columns) for node in output.nodes]
    for assign in tree.find_all(nodes.Assign):
        assign.node = _guarded(assign.node, columns)


def _guarded(node: Any, columns: frozenset[str]) -> Any:
    """Return an expression with its columns wrapped, but for those that are only asked about."""
    from jinja2 import nodes

    match node:
        case nodes.Name() if node.name in columns and node.ctx == "load":
            name = nodes.Const(node.name)
            return nodes.Filter(node, _PRINTED, [name], [], None, None, lineno=node.lineno)
        case nodes.Filter(name="default" | "d"):
            node.args = [_guarded(one, columns) for one in node.args]
        case nodes.CondExpr():
            node.expr1 = _guarded(node.expr1, columns)
            node.expr2 = _guarded(node.expr2, columns) if node.expr2 is not None else None
        case nodes.And() | nodes.Or():
            node.right = _guarded(node.right, columns)
        case nodes.Compare() | nodes.Test() | nodes.Not():
            pass
        case nodes.Node():
            for field, value in node.iter_fields():
                if isinstance(value, nodes.Node):
                    setattr(node, field, _guarded(value, columns))
                elif isinstance(value, list):
                    setattr(node, field, [_guarded(one, columns) for one in value])
    return node
