"""One estimate: a plan's segments and cost by destination, beside the balance. Nothing is sent or written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns import causes, estimates, summaries
from campaigns.account import ask_balance, is_short
from campaigns.delivery import measured
from campaigns.errors import ExitCode
from campaigns.gateway.client import Client
from campaigns.planning.destinations import by_destination
from campaigns.planning.plan import add_known_costs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from campaigns.campaign import Campaign
    from campaigns.delivery.measured import Measured
    from campaigns.gateway.protocol import Balance
    from campaigns.planning.destinations import Destination
    from campaigns.screen import Screen
    from campaigns.settings import Settings


def show_estimate(campaign: Campaign, settings: Settings, screen: Screen) -> ExitCode:
    """Ask for the balance and print the estimate; return what the process ends with.

    Raises:
        Stopped: The gateway does not tell the balance.
    """
    with Client(settings, screen.listener()) as client:
        balance = ask_balance(client)
    cost, at_least = campaign.plan.totals.cost, add_known_costs(campaign.plan.sendable)
    price = measured.latest(campaign.ledger_path, settings.username) if campaign.request.rates is None else None
    places = by_destination(campaign.plan.sendable, campaign.request.rates)
    facts = _facts(campaign, balance, price, places, at_least)
    screen.summary(facts, _lines(campaign, balance, price, places))
    if is_short(balance, at_least):
        screen.warn("the balance does not cover the estimate")
        return ExitCode.REFUSED
    if cost is None and price and is_short(balance, price.price * campaign.plan.totals.segments):
        screen.warn("at the measured price the balance does not cover it")
    return ExitCode.ATTENTION if campaign.plan.invalid else ExitCode.OK


def _facts(
    campaign: Campaign,
    balance: Balance,
    price: Measured | None,
    places: Sequence[Destination],
    at_least: Decimal | None,
) -> dict[str, Any]:
    plan = campaign.plan
    return {
        **summaries.plan_facts(campaign),
        **causes.wording_facts(campaign),
        "destinations": estimates.destination_facts(places),
        "known_cost": at_least,
        "rule": estimates.RULE,
        "balance": summaries.balance_facts(balance),
        "short": is_short(balance, at_least),
        "measured": estimates.measured_facts(price, plan.totals.segments),
    }


def _lines(campaign: Campaign, balance: Balance, price: Measured | None, places: Sequence[Destination]) -> list[str]:
    plan, currency = campaign.plan, balance.currency
    lines = [*summaries.plan_lines(campaign), *causes.wording_lines(campaign, currency)]
    lines += estimates.destination_lines(places, currency)
    lines += ["", *summaries.balance_lines(balance, plan.totals.cost)]
    if unpriced := estimates.unpriced_line(campaign):
        lines.append(unpriced)
    if price:
        lines.append(estimates.measured_line(price, plan.totals.segments))
    return lines + estimates.rule_lines()
