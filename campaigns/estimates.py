"""What an estimate says: destinations, prices, how long it takes, and afterwards what it was worth."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from campaigns.phrases import clean, money, one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from campaigns.campaign import Campaign
    from campaigns.delivery.measured import Measured
    from campaigns.gateway.protocol import Balance
    from campaigns.planning.destinations import Destination
    from campaigns.planning.reckoning import Reckoning

_MOST = 10  # destinations shown


# --- Where it goes and what it costs ---

RULE = (
    "a character outside ASCII, a tab or a backtick makes a message UNICODE (70 alone, 67 a part); else it is LATIN "
    "(160, 153). Where the gateway's own count is not documented, as for é or £, this errs high"
)


def rule_lines() -> list[str]:
    """Return the counting rule that was assumed."""
    from textwrap import wrap

    return ["", *wrap(f"counted by this rule: {RULE}", 100)]


def destination_lines(destinations: Sequence[Destination], currency: str = "") -> list[str]:
    """Return the table by destination."""
    if not destinations:
        return []
    wide = max(20, *(len(one_line(one.name, 40)) for one in destinations[:_MOST]))
    priced = any(one.cost is not None for one in destinations)
    head = f"  {'destination':<{wide}}{'messages':>12}{'segments':>12}" + (f"{'cost':>14}" if priced else "")
    lines = ["", head]
    for one in destinations[:_MOST]:
        cost = f"{money(one.cost, currency):>14}" if priced else ""
        lines.append(f"  {one_line(one.name, 40):<{wide}}{one.messages:>12,}{one.segments:>12,}{cost}")
    if len(destinations) > _MOST:
        lines.append(f"  … and {len(destinations) - _MOST:,} more; --json names them all")
    return lines


def destination_facts(destinations: Sequence[Destination]) -> list[dict[str, Any]]:
    """Return the table by destination as JSON facts."""
    return [
        {"name": one.name, "messages": one.messages, "segments": one.segments, "cost": one.cost} for one in destinations
    ]


def unpriced_line(campaign: Campaign) -> str:
    """Return why a campaign's cost is not known; empty where it is."""
    if campaign.plan.totals.cost is not None:
        return ""
    if campaign.request.rates is None:
        return "the cost is not known: there is no --price and no --rates"
    rows = [row.number for row in campaign.plan.sendable if row.cost is None]
    where = f"row {rows[0]}" if len(rows) == 1 else f"first row {rows[0]}"
    return f"the cost is not known: {plural(len(rows), 'recipient')} without a rate in --rates, {where}"


def measured_line(measured: Measured, segments: int) -> str:
    """Return what segments would cost at the price that an earlier run measured."""
    each, total = money(measured.price, measured.currency), money(measured.price * segments, measured.currency)
    when = f"{measured.at.astimezone(UTC):%Y-%m-%d}"
    return f"at the measured price about {total}: {each} a segment, by the bill of {when} ({clean(measured.ledger)})"


def measured_facts(measured: Measured | None, segments: int) -> dict[str, Any] | None:
    """Return a measured price as JSON facts."""
    if measured is None:
        return None
    return {
        "price": measured.price,
        "cost": measured.price * segments,
        "currency": measured.currency,
        "measured_at": measured.at,
        "ledger": measured.ledger,
    }


# --- How long ---


def duration_words(time: timedelta) -> str:
    """Return a length of time as people say it, rounded up."""
    minutes = -(-int(time.total_seconds()) // 60)
    if time.total_seconds() < 60:
        return "under a minute"
    hours, rest = divmod(minutes, 60)
    words = [plural(hours, "hour")] * bool(hours) + [plural(rest, "minute")] * bool(rest)
    return f"about {' '.join(words)}"


def duration_line(time: timedelta, start: datetime, zone: ZoneInfo | None) -> str:
    """Return how long a run takes and when it ends."""
    end = (start + time).astimezone(zone or UTC)
    return f"submitting takes {duration_words(time)} and ends at {end:%Y-%m-%d %H:%M} {zone.key if zone else 'UTC'}"


# --- Afterwards ---


def reckoning_lines(reckoning: Reckoning, after: Balance) -> list[str]:
    """Return what was estimated beside what was spent, why they differ, and what is left."""
    currency = after.currency
    spent, left = money(reckoning.spent, currency), f"the balance is {money(after.amount, currency)}"
    if reckoning.estimated is None:
        if reckoning.measured is None:
            return [f"spent {spent}; {left}"]
        return [f"spent {spent}, which is {money(reckoning.measured, currency)} a segment; {left}"]
    if not reckoning.difference:
        return [f"spent {spent}, as estimated; {left}"]
    more = "more" if reckoning.difference > 0 else "less"
    difference, estimated = money(abs(reckoning.difference), currency), money(reckoning.estimated, currency)
    return [
        f"spent {spent}, {difference} {more} than the {estimated} estimated for what was accepted; {left}",
        f"likely reason: {reckoning.reason}",
    ]


def reckoning_facts(reckoning: Reckoning | None) -> dict[str, Any] | None:
    """Return estimate and bill as JSON facts."""
    if reckoning is None:
        return None
    return {
        "estimated": reckoning.estimated,
        "spent": reckoning.spent,
        "difference": reckoning.difference,
        "likely_reason": reckoning.reason,
        "measured_price": reckoning.measured,
    }
