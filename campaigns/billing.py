"""A run's bill: what was accepted is added up, set beside what the balance fell by, and its price is kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campaigns.account import spent
from campaigns.delivery import measured
from campaigns.delivery.outcomes import Outcome
from campaigns.errors import CampaignError
from campaigns.planning.reckoning import Billed, Reckoning, reckon

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.delivery.dispatch import Delivered
    from campaigns.delivery.ledger import Ledger
    from campaigns.gateway.protocol import Balance


@dataclass(slots=True)
class Bill:
    """What one run will be charged for.

    Attributes:
        accepted: The messages that the gateway took.
        unknown: Those that it may have taken.
    """

    accepted: list[Billed] = field(default_factory=list)
    unknown: list[Billed] = field(default_factory=list)

    def add(self, one: Delivered) -> None:
        """Note what became of a message."""
        row, outcome = one.standing.row, one.verdict.outcome
        if row.count and outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
            price = None if row.cost is None else row.cost / row.count.segments
            to = self.accepted if outcome is Outcome.ACCEPTED else self.unknown
            to.append(Billed(row.body, row.count.segments, price))

    def settle(
        self, before: Balance | None, after: Balance | None, ledger: Ledger, at: datetime, *, scheduled: bool
    ) -> Reckoning | None:
        """Set the bill beside the estimate, and keep the price that it tells in the ledger.

        Args:
            before: The balance before the first message.
            after: The balance after the last.
            ledger: The campaign's, open.
            at: The present, aware.
            scheduled: Whether the messages wait for a time.

        Returns:
            None where one of the balances is not known.
        """
        money = spent(before, after)
        if money is None or after is None:
            return None
        reckoning = reckon(money, self.accepted, self.unknown, scheduled=scheduled)
        if reckoning.measured is not None:
            with suppress(CampaignError):  # the price is a courtesy; the next run measures it again
                measured.keep(ledger, reckoning.measured, after.currency, at)
        return reckoning
