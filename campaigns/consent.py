"""Before anything is sent: show what will happen, and get a yes for it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns import causes, estimates, phrases, summaries
from campaigns.account import is_short
from campaigns.delivery.outcomes import Outcome
from campaigns.errors import Refused, UsageError
from campaigns.planning import hours
from campaigns.planning.destinations import by_destination
from campaigns.planning.plan import add_costs, add_known_costs, count_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.campaign import Campaign
    from campaigns.delivery.measured import Measured
    from campaigns.delivery.resume import Standing
    from campaigns.gateway.protocol import Balance
    from campaigns.options import DeliveryOptions
    from campaigns.planning.plan import PlannedRow
    from campaigns.screen import Screen

_AGAIN = {
    Outcome.UNKNOWN: "may have been accepted before; whoever got theirs gets it twice.",
    Outcome.REJECTED: "rejected before, submitted again.",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a run before its first message.

    Attributes:
        balance: The account's balance.
        pace: How fast messages will leave.
        measured: What a segment cost in an earlier run; None if none was measured.
    """

    balance: Balance
    pace: hours.Pace
    measured: Measured | None = None


def get_consent(
    chosen: Sequence[Standing], outlook: Outlook, campaign: Campaign, options: DeliveryOptions, screen: Screen
) -> None:
    """Show a run, and go on only with a person's yes: the number of messages, typed in, or `--yes`.

    Raises:
        Refused: The balance is too low, or another number was typed.
        UsageError: There is nobody to ask.
    """
    rows = [one.row for one in chosen]
    cost, balance = add_costs(rows), outlook.balance
    _show(rows, outlook, campaign, options, screen)
    at_least = add_known_costs(rows)
    if is_short(balance, at_least) and not options.allow_short:
        raise Refused(
            f"the balance ({balance}) does not cover the estimate ({phrases.money(at_least, balance.currency)})",
            "top it up, send a part with --limit, or go on with --allow-short",
        )
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask at", "give --yes to go on without a question")
    counts = Counter(one.outcome for one in chosen)
    for outcome, count in sorted(counts.items()):
        messages = phrases.plural(count, "message")
        if outcome in _AGAIN:
            what = f"{messages} {_AGAIN[outcome]}"
        else:
            price = f" for about {phrases.money(cost, balance.currency)}" if cost is not None else ""
            what = f"This submits {messages}{price}."
        if not screen.confirm(count, what):
            raise Refused("that is not the number of messages; nothing was sent")


def _show(
    rows: Sequence[PlannedRow],
    outlook: Outlook,
    campaign: Campaign,
    options: DeliveryOptions,
    screen: Screen,
) -> None:
    zone, cost = campaign.request.zone, add_costs(rows)
    if not options.yes:  # who is asked must see what about
        screen = replace(screen, quiet=False)
    currency = outlook.balance.currency
    lines = [*summaries.plan_lines(campaign, by_row=False), *causes.wording_lines(campaign, currency)]
    screen.say("\n".join(lines))
    messages, segments = phrases.plural(len(rows), "message"), phrases.plural(count_segments(rows), "segment")
    screen.say(f"\nthis run: {messages}, {segments}")
    screen.say("\n".join(estimates.destination_lines(by_destination(rows, campaign.request.rates), currency)))
    screen.say("\n".join(["", *summaries.balance_lines(outlook.balance, cost)]))
    if line := summaries.schedule_line(rows, zone.key if zone else ""):
        screen.say(line)
    if options.workers > 1:
        screen.warn("more than one worker: the gateway's newer documents take one request at a time an account")
    if cost is None:
        screen.warn(estimates.unpriced_line(campaign))
        if outlook.measured:
            screen.say(estimates.measured_line(outlook.measured, count_segments(rows)))
    _show_time(rows, outlook.pace, campaign, screen)
    screen.preview(rows)


def _show_time(rows: Sequence[PlannedRow], pace: hours.Pace, campaign: Campaign, screen: Screen) -> None:
    """Say how long it takes, when it ends, and whom it would wake."""
    start = datetime.now(UTC)
    screen.say(estimates.duration_line(pace.duration(len(rows)), start, campaign.request.zone))
    recipients = ["" if row.send_at else row.recipient for row in rows]  # a time of its own is judged in the plan
    if positions := hours.in_the_night(recipients, start, pace):
        count, first = phrases.plural(len(positions), "message"), rows[positions[0]].number
        screen.warn(
            f"{count} would go to Armenian numbers between 21:00 and 10:00 in Yerevan, when operators deliver nothing; "
            f"first in row {first}"
        )
        screen.say("hint: campaigns schedule --at sends them at another time")
