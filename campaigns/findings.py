"""What was found in a plan's rows: problems, warnings and left-out rows, grouped and by row. Makes text and facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaigns.phrases import clean, one_line, plural
from campaigns.planning.plan import OPTED_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaigns.errors import Problem
    from campaigns.planning.plan import Plan, PlannedRow

_MOST_ROWS = 20  # shown one by one
_MOST_HINTS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem or warning, and the number of its row."""

    row: int
    what: Problem


def problems(plan: Plan) -> list[Finding]:
    """Return what keeps rows from being sent, in the file's order."""
    return [Finding(row.number, problem) for row in plan.rows for problem in row.problems]


def warnings(plan: Plan) -> list[Finding]:
    """Return what a person should look at in rows that can be sent, in the file's order."""
    return [Finding(row.number, warning) for row in plan.rows for warning in row.warnings]


def _grouped(findings: Iterable[Finding]) -> list[tuple[Finding, list[int]]]:
    """Return the first finding of each field and reason beside its rows' numbers; the largest group first."""
    groups: dict[tuple[str, str], tuple[Finding, list[int]]] = {}
    for one in findings:
        groups.setdefault((one.what.field, one.what.reason), (one, []))[1].append(one.row)
    return sorted(groups.values(), key=lambda group: -len(group[1]))


def problem_facts(plan: Plan) -> list[dict[str, Any]]:
    """Return the problems as JSON facts, one by one."""
    return [
        {"row": one.row, "field": one.what.field, "text": one.what.text}
        | {"reason": one.what.reason, "hint": one.what.hint}
        for one in problems(plan)
    ]


def warning_facts(plan: Plan) -> list[dict[str, Any]]:
    """Return the warnings as JSON facts, grouped."""
    return [
        {"field": first.what.field, "reason": first.what.reason, "hint": first.what.hint, "count": len(rows)}
        | {"rows": rows}
        for first, rows in _grouped(warnings(plan))
    ]


def lines(plan: Plan, *, by_row: bool) -> list[str]:
    """Return everything found, for a person."""
    return [
        *_section("problems", problems(plan), "--problems OUT.xlsx writes them all", by_row=by_row),
        *_section("warnings", warnings(plan), "--json lists them all", by_row=by_row),
        *_skipped_lines([row for row in plan.rows if row.skipped and not row.problems], by_row=by_row),
    ]


def _section(title: str, found: Sequence[Finding], elsewhere: str, *, by_row: bool) -> list[str]:
    if not found:
        return []
    shown = ["", title, *map(_group_line, _grouped(found))]
    if by_row:
        shown.append("")
        shown += [_row_line(one) for one in found[:_MOST_ROWS]]
        if len(found) > _MOST_ROWS:
            shown.append(f"  … and {len(found) - _MOST_ROWS:,} more; {elsewhere}")
    hints = list(dict.fromkeys(one.what.hint for one in found if one.what.hint))
    return shown + [f"hint: {clean(hint)}" for hint in hints[:_MOST_HINTS]]


def _group_line(group: tuple[Finding, list[int]]) -> str:
    first, rows = group
    where = f"in row {rows[0]}" if len(rows) == 1 else f"first in row {rows[0]}"
    return f"  {len(rows):>6,}  {first.what.field} {clean(first.what.reason)}, {where}"


def _row_line(one: Finding) -> str:
    text = f": {one_line(repr(one.what.text), 60)}" if one.what.text else ""
    return f"  row {one.row:<6} {one.what.field} {clean(one.what.reason)}{text}"


def _skipped_lines(rows: Sequence[PlannedRow], *, by_row: bool) -> list[str]:
    opted_out = [row for row in rows if row.skipped == OPTED_OUT]
    duplicates = [row for row in rows if row.skipped != OPTED_OUT]
    shown = []
    if duplicates:
        what = "that would send the same message to the same recipient again"
        shown += ["", f"skipped: {plural(len(duplicates), 'row')} {what}"]
        if by_row:
            shown += [f"  row {row.number:<6} {row.skipped}" for row in duplicates[:_MOST_ROWS]]
        shown.append("hint: --keep-duplicates sends them all")
    if opted_out:
        shown += ["", f"skipped: {plural(len(opted_out), 'row')} of people who opted out"]
        if by_row:
            shown += [f"  row {row.number:<6} {row.recipient}" for row in opted_out[:_MOST_ROWS]]
    return shown
