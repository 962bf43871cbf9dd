"""Before anything is sent: show what will happen, and get a yes for it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from campaigns import phrases, summaries
from campaigns.account import is_short
from campaigns.delivery.outcomes import Outcome
from campaigns.errors import Refused, UsageError
from campaigns.planning.plan import add_costs, count_segments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from campaigns.campaign import Campaign
    from campaigns.delivery.resume import Standing
    from campaigns.gateway.protocol import Balance
    from campaigns.options import DeliveryOptions
    from campaigns.planning.plan import PlannedRow
    from campaigns.screen import Screen

_AGAIN = {
    Outcome.UNKNOWN: "may have been accepted before; whoever got theirs gets it twice.",
    Outcome.REJECTED: "rejected before, submitted again.",
}


def get_consent(
    chosen: Sequence[Standing], balance: Balance, campaign: Campaign, options: DeliveryOptions, screen: Screen
) -> None:
    """Show a run, and go on only with a person's yes: the number of messages, typed in, or `--yes`.

    Raises:
        Refused: The balance is too low, or another number was typed.
        UsageError: There is nobody to ask.
    """
    rows = [one.row for one in chosen]
    cost = add_costs(rows)
    _show(rows, balance, cost, campaign, options, screen)
    if is_short(balance, cost) and not options.allow_short:
        raise Refused(
            f"the balance ({balance}) does not cover the estimate ({phrases.money(cost, balance.currency)})",
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
    balance: Balance,
    cost: Decimal | None,
    campaign: Campaign,
    options: DeliveryOptions,
    screen: Screen,
) -> None:
    zone = campaign.request.zone
    if not options.yes:  # who is asked must see what about
        screen = replace(screen, quiet=False)
    screen.say("\n".join(summaries.plan_lines(campaign, by_row=False)))
    messages, segments = phrases.plural(len(rows), "message"), phrases.plural(count_segments(rows), "segment")
    screen.say(f"\nthis run: {messages}, {segments}")
    screen.say("\n".join(summaries.balance_lines(balance, cost)))
    if line := summaries.schedule_line(rows, zone.key if zone else ""):
        screen.say(line)
    if options.workers > 1:
        screen.warn("more than one worker: the gateway's newer documents take one request at a time an account")
    if cost is None:
        screen.warn("no --price: what this will cost is not known")
    screen.preview(rows)
