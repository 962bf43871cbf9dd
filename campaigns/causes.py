"""What a campaign's words cost: what forces UNICODE, who brought it, what `--smart` saves. Makes text and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.phrases import clean, money, one_line, plural
from campaigns.planning.wording import code_point, describe, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.campaign import Campaign
    from campaigns.planning.blame import Cause, Savings

_MOST = 10  # causes shown


def wording_lines(campaign: Campaign, currency: str = "") -> list[str]:
    """Return what forces UNICODE in a campaign, and what replacing look-alikes saves."""
    plan, applied = campaign.plan, campaign.request.smart
    line = savings_line(plan.savings, currency, applied=applied)
    return [*cause_lines(plan.causes), *([line] if line and plan.causes else ["", line] if line else [])]


def cause_lines(causes: Sequence[Cause]) -> list[str]:
    """Return what forces UNICODE, in how many rows, and who brought it."""
    if not causes:
        return []
    lines = ["", "what forces UNICODE"]
    for cause in causes[:_MOST]:
        where = f"in row {cause.rows[0]}" if cause.count == 1 else f"first in row {cause.rows[0]}"
        lines.append(f"  {cause.count:>6,}  {_characters(cause)}, from {_source(cause.source)}, {where}")
    if len(causes) > _MOST:
        lines.append(f"  … and {len(causes) - _MOST:,} more; --json names them all")
    return lines


def _characters(cause: Cause) -> str:
    if len(cause.characters) == 1:
        return clean(describe(cause.characters[0]))
    return f"{len(cause.characters)} {cause.alphabet} letters and signs, e.g. {describe(cause.characters[0])}"


def _source(source: str) -> str:
    return f"the column {one_line(repr(source), 40)}" if source else "the template"


def savings_line(savings: Savings, currency: str = "", *, applied: bool) -> str:
    """Return what replacing look-alikes saves, or saved; empty where there is nothing to gain."""
    if not savings.rows or not (savings.segments or applied):
        return ""
    kinds = plural(len(savings.kinds), "kind") + " of look-alikes"
    cost = f", {money(savings.cost, currency)}" if savings.cost is not None else ""
    less = f"{plural(savings.segments, 'segment')}{cost} less"
    return f"--smart {'replaced' if applied else 'replaces'} {kinds} in {plural(savings.rows, 'row')}: {less}"


def wording_facts(campaign: Campaign) -> dict[str, Any]:
    """Return causes and savings as JSON facts."""
    causes, savings = campaign.plan.causes, campaign.plan.savings
    return {
        "unicode": [
            {
                "characters": [
                    {"character": one, "code_point": code_point(one), "name": name_of(one)} for one in cause.characters
                ],
                "source": cause.source or None,
                "rows": cause.count,
                "first_rows": list(cause.rows),
            }
            for cause in causes
        ],
        "smart": {
            "applied": campaign.request.smart,
            "look_alikes": list(savings.kinds),
            "rows": savings.rows,
            "segments": savings.segments,
            "cost": savings.cost,
        },
    }
