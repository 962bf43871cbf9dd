"""One run of `send` or `schedule`: from a plan to submitted messages and written results."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from campaigns import summaries
from campaigns.account import ask_balance, is_short, spent
from campaigns.delivery.dispatch import Dispatch
from campaigns.delivery.interrupt import listening
from campaigns.delivery.outcomes import ATTENTION, Outcome
from campaigns.delivery.resume import refuse_changed, stand
from campaigns.errors import CampaignError, ExitCode, Interrupted, Refused, Stopped, UsageError
from campaigns.gateway.client import Client
from campaigns.planning.plan import add_costs, count_segments
from campaigns.recording import write_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from campaigns.campaign import Campaign
    from campaigns.delivery.ledger import Ledger
    from campaigns.delivery.resume import Standing
    from campaigns.gateway.protocol import Balance
    from campaigns.options import DeliveryOptions
    from campaigns.planning.plan import PlannedRow
    from campaigns.recording import Written
    from campaigns.screen import Screen
    from campaigns.settings import Settings

_RESUME = "the same command resumes with the rows that are left"


@dataclass(slots=True)
class Run:
    """One run over a campaign, its ledger open."""

    campaign: Campaign
    options: DeliveryOptions
    screen: Screen
    settings: Settings
    ledger: Ledger
    submitted: Counter[Outcome] = field(default_factory=Counter)
    before: Balance | None = None
    after: Balance | None = None

    def submit(self) -> ExitCode:
        """Check, ask, submit, write the results; return what the process ends with.

        Raises:
            Refused: Before anything was sent.
            Stopped: Part-way, or before the first answer.
            Interrupted: By Ctrl-C. In both cases what was sent is recorded and written.
        """
        standings = self._stand()
        refuse_changed(standings, self.ledger.records(), self.campaign.name)
        self._refuse_invalid()
        chosen = [one for one in standings if one.submit][: self.options.limit]
        if not chosen:
            return self._finish(standings)
        with Client(self.settings, self.screen.listener()) as client:
            self.before = ask_balance(client)
            self._prepare(chosen)
            try:
                end = self._dispatch(chosen)
            except BaseException:
                write_results(self.campaign, self.ledger, self._stand())  # they say how far it came
                raise
            if end is None:
                client.close()  # it idled while the messages went out: ask on a fresh connection
                self.after = self._balance_after(client)
        code = self._finish(self._stand())
        if end:
            raise end
        return code

    def _stand(self) -> list[Standing]:
        return stand(self.campaign.plan, self.ledger.records())

    # --- Before ---

    def _refuse_invalid(self) -> None:
        invalid = len(self.campaign.plan.invalid)
        if invalid and self.options.strict:
            rows = summaries.plural(invalid, "row")
            raise Refused(f"{rows} invalid, and --strict was given; nothing was sent", "campaigns check names them")

    def _prepare(self, chosen: Sequence[Standing]) -> None:
        """Show what will happen and get a yes."""
        balance = self.before
        if balance is None:
            raise ValueError("the balance is asked before")
        rows = [one.row for one in chosen]
        cost = add_costs(rows)
        self._show(rows, balance, cost)
        if is_short(balance, cost) and not self.options.allow_short:
            raise Refused(
                f"the balance ({balance}) does not cover the estimate ({summaries.money(cost, balance.currency)})",
                "top it up, send a part with --limit, or go on with --allow-short",
            )
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask at", "give --yes to go on without a question")
        if not self.screen.confirm(len(rows), cost, balance.currency):
            raise Refused("that is not the number of messages; nothing was sent")

    def _show(self, rows: Sequence[PlannedRow], balance: Balance, cost: Decimal | None) -> None:
        screen, zone = self.screen, self.campaign.request.zone
        if not self.options.yes:  # who is asked must see what about
            screen = replace(screen, quiet=False)
        screen.say("\n".join(summaries.plan_lines(self.campaign)))
        messages, segments = summaries.plural(len(rows), "message"), summaries.plural(count_segments(rows), "segment")
        screen.say(f"\nthis run: {messages}, {segments}")
        screen.say("\n".join(summaries.balance_lines(balance, cost)))
        if line := summaries.schedule_line(rows, zone.key if zone else ""):
            screen.say(line)
        if self.options.workers > 1:
            screen.warn("more than one worker: the gateway's newer documents take one request at a time an account")
        if cost is None:
            screen.warn("no --price: what this will cost is not known")
        screen.preview(rows)

    # --- Sending ---

    def _dispatch(self, chosen: Sequence[Standing]) -> CampaignError | None:
        """Submit row by row; return why it ended early."""
        settings, listener = self.settings, self.screen.listener()
        try:
            with listening(self.screen.say) as interrupt, self.screen.bar(len(chosen), "submitting") as step:
                connect = lambda: Client(settings, listener)  # noqa: E731 - one session a worker
                dispatch = Dispatch(chosen, self.ledger, connect, interrupt, self.options.workers)
                for one in dispatch:
                    self.submitted[one.verdict.outcome] += 1
                    step(one.verdict.outcome)
        except KeyboardInterrupt:
            return Interrupted("interrupted: what was sent is recorded; what was under way is unknown", _RESUME)
        if dispatch.stop:
            return Stopped(dispatch.stop.reason, dispatch.stop.hint)
        return Interrupted("interrupted: what was sent is recorded", _RESUME) if dispatch.interrupted else None

    def _balance_after(self, client: Client) -> Balance | None:
        try:
            return ask_balance(client)
        except Stopped as error:
            self.screen.warn(error.message)
            return None

    # --- After ---

    def _finish(self, standings: Sequence[Standing]) -> ExitCode:
        """Write the results and print the summary."""
        written = write_results(self.campaign, self.ledger, standings)
        counts = Counter(one.outcome for one in standings)
        attention = sum(counts[outcome] for outcome in ATTENTION)
        if self.options.limit is not None:  # rows that --limit left for later need no attention
            attention -= sum(1 for one in standings if one.outcome is Outcome.PENDING and one.record is None)
        self.screen.summary(self._facts(counts, written), self._lines(counts, written))
        if written.trouble:
            self.screen.warn(f"{written.trouble}; is it open in Excel? They are in {written.path.name}")
        return ExitCode.ATTENTION if attention or written.trouble else ExitCode.OK

    def _facts(self, counts: Counter[Outcome], written: Written) -> dict[str, Any]:
        return {
            **summaries.plan_facts(self.campaign),
            "outcomes": {outcome.value: counts[outcome] for outcome in Outcome},
            "this_run": {outcome.value: self.submitted[outcome] for outcome in Outcome if self.submitted[outcome]},
            "balance_before": summaries.balance_facts(self.before),
            "balance_after": summaries.balance_facts(self.after),
            "spent": spent(self.before, self.after),
            "results": str(written.path),
            "ledger": str(self.ledger.path),
        }

    def _lines(self, counts: Counter[Outcome], written: Written) -> list[str]:
        lines = summaries.outcome_lines(counts, self.submitted)
        if self.before is None:
            lines.insert(0, "nothing is left to submit")
        money_spent = spent(self.before, self.after)
        if money_spent is not None and self.after:
            currency = self.after.currency
            left = summaries.money(self.after.amount, currency)
            lines.append(f"spent {summaries.money(money_spent, currency)}; the balance is {left}")
        lines.append(f"results: {written.path}")
        if counts[Outcome.ACCEPTED]:
            rehearsal = " --sandbox" if self.campaign.sandbox else ""
            lines.append(f"next: campaigns refresh {written.path}{rehearsal}")
        return lines
