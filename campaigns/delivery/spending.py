"""What a campaign has cost so far by its balances, run by run: kept in its ledger, for the results to tell."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from campaigns.errors import CampaignError

if TYPE_CHECKING:
    from campaigns.delivery.ledger import Ledger

_KEY = "spent"


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent.

    Attributes:
        amount: The sum over all runs whose balance is known before and after.
        currency: As the gateway names it; may be empty.
        whole: Whether that is all runs; a run that was stopped or killed has no balance after it.
    """

    amount: Decimal = Decimal(0)
    currency: str = ""
    whole: bool = True


def of(ledger: Ledger) -> Spending | None:
    """Return what a campaign has cost so far; None if nothing was sent yet, or nobody knows."""
    try:
        kept = json.loads(ledger.note(_KEY) or "null")
        return Spending(Decimal(kept["amount"]), str(kept["currency"]), bool(kept["whole"]))
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return None


def begin(ledger: Ledger) -> Spending:
    """Note that a run begins: until its bill is known, the sum is not whole. Return what it was before."""
    before = of(ledger) or Spending()
    _keep(ledger, replace(before, whole=False))
    return before


def end(ledger: Ledger, before: Spending, amount: Decimal, currency: str) -> None:
    """Note what a run cost.

    Args:
        ledger: The campaign's, open.
        before: What `begin` returned.
        amount: What the balance fell by.
        currency: The balance's.
    """
    _keep(ledger, Spending(before.amount + amount, currency, before.whole))


def _keep(ledger: Ledger, spending: Spending) -> None:
    note = {"amount": str(spending.amount), "currency": spending.currency, "whole": spending.whole}
    with suppress(CampaignError):  # a courtesy: where the ledger cannot be written, sending itself will say so
        ledger.set_note(_KEY, json.dumps(note))
