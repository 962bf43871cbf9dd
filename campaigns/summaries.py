"""What a summary says: facts for scripts, lines for people. Makes text, prints nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING, Any

from campaigns import findings
from campaigns.delivery.outcomes import Outcome
from campaigns.phrases import clean, money, plural
from campaigns.planning.segments import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from campaigns.campaign import Campaign
    from campaigns.gateway.protocol import Balance
    from campaigns.planning.plan import PlannedRow


def plan_facts(campaign: Campaign) -> dict[str, Any]:
    """Return a plan as JSON facts."""
    totals = campaign.plan.totals
    return {
        "campaign": campaign.name,
        "file": str(campaign.file.path),
        "read_as": campaign.file.read_as,
        "notes": list(campaign.notes),
        "rows": totals.rows,
        "sendable": totals.sendable,
        "invalid": totals.invalid,
        "skipped": totals.skipped,
        "normalised": totals.normalised,
        "segments": totals.segments,
        "cost": totals.cost,
        "problems": findings.problem_facts(campaign.plan),
        "warnings": findings.warning_facts(campaign.plan),
    }


def plan_lines(campaign: Campaign, *, by_row: bool = True) -> list[str]:
    """Return a plan for a person: what was read, totals, problems grouped and, if asked for, by row."""
    plan, totals, file = campaign.plan, campaign.plan.totals, campaign.file
    encodings = Counter(row.count.encoding for row in plan.sendable if row.count)
    alphabets = ", ".join(f"{encodings[one]:,} {one}" for one in Encoding if encodings[one])
    lines = [
        f"{clean(file.path.name)}: {clean(file.read_as)}, {plural(totals.rows, 'row')}",
        *(f"  {clean(note)}" for note in campaign.notes),
        "",
        f"  {'messages':<10}{totals.sendable:>12,}" + (f"   {alphabets}" if alphabets else ""),
        f"  {'invalid':<10}{totals.invalid:>12,}",
        f"  {'skipped':<10}{totals.skipped:>12,}",
        *([f"  {'normalised':<10}{totals.normalised:>12,}   numbers repaired"] if totals.normalised else []),
        f"  {'segments':<10}{totals.segments:>12,}   counted high where the gateway's own count is not documented",
    ]
    if totals.cost is not None and campaign.request.rates is not None:
        price = campaign.request.price
        how = f"at {money(price)} a segment" if price is not None else "by the rate card"
        lines.append(f"  {'cost':<10}{money(totals.cost):>12}   {how}")
    if all(not row.sender for row in plan.rows):
        lines.append("  no sender yet: give --sender or MOBIPACE_SENDER, or a sender column")
    return lines + findings.lines(plan, by_row=by_row)


def balance_lines(balance: Balance, cost: Decimal | None) -> list[str]:
    """Return the balance, and what an estimate would leave of it."""
    if balance.amount is None:
        return [f"  {'balance':<10}{clean(balance.raw):>12}   could not be read as a number"]
    lines = [f"  {'balance':<10}{money(balance.amount):>12}   {clean(balance.currency)}".rstrip()]
    if cost is not None:
        lines.append(f"  {'left':<10}{money(balance.amount - cost):>12}   if the estimate is right")
    return lines


def balance_facts(balance: Balance | None) -> dict[str, Any] | None:
    """Return a balance as JSON facts."""
    if balance is None:
        return None
    return {"amount": balance.amount, "currency": balance.currency, "raw": balance.raw}


def outcome_lines(counts: Mapping[Outcome, int], this_run: Mapping[Outcome, int]) -> list[str]:
    """Return how many rows have which outcome, and how many got it in this run."""
    lines = [f"  {'outcome':<10}{'rows':>12}{'this run':>12}"]
    return lines + [
        f"  {outcome:<10}{counts[outcome]:>12,}{this_run.get(outcome, 0):>12,}"
        for outcome in Outcome
        if counts.get(outcome)
    ]


def status_lines(counts: Mapping[str, int]) -> list[str]:
    """Return how many refs have which status."""
    return [f"  {status:<20}{count:>10,}" for status, count in sorted(counts.items(), key=lambda item: -item[1])]


def schedule_line(rows: Sequence[PlannedRow], zone_name: str) -> str:
    """Return when scheduled messages go out, in the campaign's zone and in UTC."""
    from zoneinfo import ZoneInfo

    times = sorted(row.send_at for row in rows if row.send_at)
    if not times:
        return ""
    zone = ZoneInfo(zone_name) if zone_name else UTC
    texts = [
        f"{time.astimezone(zone):%Y-%m-%d %H:%M} {zone_name or 'UTC'} = {time:%Y-%m-%d %H:%M} UTC"
        for time in (times[0], times[-1])
    ]
    return f"scheduled for {texts[0]}" if times[0] == times[-1] else f"scheduled from {texts[0]} to {texts[1]}"
