"""One run of `send` or `schedule`: from a plan to submitted messages and written results."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from campaigns import causes, estimates, phrases, summaries
from campaigns.account import ask_balance, spent, time_balance
from campaigns.billing import Bill
from campaigns.consent import Outlook, get_consent
from campaigns.delivery import measured, spending
from campaigns.delivery.dispatch import Dispatch
from campaigns.delivery.interrupt import listening
from campaigns.delivery.neighbours import submitted_elsewhere
from campaigns.delivery.outcomes import ATTENTION, Outcome
from campaigns.delivery.pace import Pace
from campaigns.delivery.resume import Again, refuse_changed, refuse_sent_elsewhere, stand
from campaigns.delivery.witness import Witness
from campaigns.errors import CampaignError, ExitCode, Interrupted, Refused, Stopped
from campaigns.gateway.client import Client
from campaigns.planning import hours
from campaigns.recording import write_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from campaigns.campaign import Campaign
    from campaigns.delivery.ledger import Ledger
    from campaigns.delivery.resume import Standing
    from campaigns.gateway.protocol import Balance
    from campaigns.options import DeliveryOptions
    from campaigns.planning.reckoning import Reckoning
    from campaigns.recording import Written
    from campaigns.screen import Screen
    from campaigns.settings import Settings

_LEFT_AT_ONCE = "left at once: what was sent is in the ledger, what was under way is unknown"
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
    bill: Bill = field(default_factory=Bill)
    reckoning: Reckoning | None = None

    def submit(self) -> ExitCode:
        """Check, ask, submit, write the results; return what the process ends with.

        Raises:
            Refused: Before anything was sent.
            Stopped: Part-way, or before the first answer.
            Interrupted: By Ctrl-C. In both cases what was sent is recorded and written.
        """
        standings = self._stand()
        chosen = [one for one in standings if one.submit][: self.options.limit]
        self._refuse(standings, chosen)
        if not chosen:
            return self._finish(standings)
        with Client(self.settings, self.screen.listener()) as client:
            self.before, seconds = time_balance(client)
            pace = hours.Pace(seconds, self.options.workers, self.options.rate)
            price = measured.of(self.ledger) or measured.latest(self.ledger.path, self.settings.username)
            outlook = Outlook(self.before, pace, price)
            get_consent(chosen, outlook, self.campaign, self.options, self.screen)
            so_far = spending.begin(self.ledger)
            end = self._dispatch(chosen, client)
            if end is None:
                self.after = self._balance_after(client)
                scheduled = self.campaign.request.time_needed
                self.reckoning = self.bill.settle(
                    self.before, self.after, self.ledger, datetime.now(UTC), scheduled=scheduled
                )
                if self.reckoning and self.after:
                    spending.end(self.ledger, so_far, self.reckoning.spent, self.after.currency)
        code = self._finish(self._stand())
        if end:
            raise end
        return code

    def _stand(self) -> list[Standing]:
        again = Again(self.options.retry_unknown, self.options.retry_rejected, self.options.only_new)
        return stand(self.campaign.plan, self.ledger.records(), again)

    def _refuse(self, standings: Sequence[Standing], chosen: Sequence[Standing]) -> None:
        refuse_changed(standings, self.ledger.records(), self.campaign.name)
        invalid = sum(one.outcome is Outcome.INVALID for one in standings)
        if invalid and self.options.strict:
            rows = phrases.plural(invalid, "invalid row")
            raise Refused(f"{rows}, and --strict was given; nothing was sent", "campaigns check names them")
        if chosen and not self.options.again and not self.campaign.sandbox:
            refuse_sent_elsewhere([one.row for one in chosen], submitted_elsewhere(self.ledger.path))

    # --- Sending ---

    def _dispatch(self, chosen: Sequence[Standing], client: Client) -> CampaignError | None:
        """Submit row by row; return why it ended early. Whatever happens, the results say how far it came."""
        settings, listener, options = self.settings, self.screen.listener(), self.options
        with listening(self.screen.say) as interrupt, self.screen.bar(len(chosen), "submitting") as step:
            dispatch = Dispatch(
                chosen,
                self.ledger,
                lambda: Client(settings, listener),
                interrupt,
                options.workers,
                Pace(options.rate),
                self._witness(client),
            )
            try:
                for one in dispatch:
                    self.submitted[one.verdict.outcome] += 1
                    self.bill.add(one)
                    step(one.verdict.outcome)
            except KeyboardInterrupt:
                raise Interrupted(_LEFT_AT_ONCE, _RESUME) from None
            except BaseException:
                self._save_what_is_known(dispatch)
                raise
        if dispatch.stop:
            return Stopped(dispatch.stop.reason, dispatch.stop.hint)
        return Interrupted("interrupted: what was sent is recorded", _RESUME) if dispatch.interrupted else None

    def _witness(self, client: Client) -> Witness | None:
        """The balance hints at an unknown outcome only where nothing else moves it: one worker, a flat price."""
        if self.options.workers > 1 or self.campaign.request.price is None or self.before is None:
            return None

        def ask() -> Decimal | None:
            try:
                return ask_balance(client).amount
            except Stopped:
                return None

        return None if self.before.amount is None else Witness(self.before.amount, ask)

    def _save_what_is_known(self, dispatch: Dispatch) -> None:
        """The run broke: say what the ledger could not take, and write the results as far as it came."""
        for one in dispatch.unrecorded:
            row, verdict = one.standing.row, one.verdict
            came = f"{verdict.outcome} {verdict.ref}".strip()
            self.screen.complain(f"row {row.number}, {row.recipient}: {came} could not be recorded; note it down")
        with suppress(CampaignError):
            write_results(self.campaign, self.ledger, self._stand())

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
        for notice in written.notices:
            self.screen.warn(notice)
        if written.trouble:
            self.screen.complain(f"{written.trouble}; is it open in Excel? The results are in {written.path.name}")
        return ExitCode.ATTENTION if attention or written.trouble else ExitCode.OK

    def _facts(self, counts: Counter[Outcome], written: Written) -> dict[str, Any]:
        return {
            **summaries.plan_facts(self.campaign),
            **causes.wording_facts(self.campaign),
            "outcomes": {outcome.value: counts[outcome] for outcome in Outcome},
            "this_run": {outcome.value: self.submitted[outcome] for outcome in Outcome if self.submitted[outcome]},
            "balance_before": summaries.balance_facts(self.before),
            "balance_after": summaries.balance_facts(self.after),
            "spent": spent(self.before, self.after),
            "reckoning": estimates.reckoning_facts(self.reckoning),
            "results": str(written.path),
            "ledger": str(self.ledger.path),
        }

    def _lines(self, counts: Counter[Outcome], written: Written) -> list[str]:
        lines = summaries.outcome_lines(counts, self.submitted)
        if self.before is None:
            lines.insert(0, "nothing is left to submit")
        if self.reckoning and self.after:
            lines += estimates.reckoning_lines(self.reckoning, self.after)
        lines.append(f"results: {written.path}")
        if counts[Outcome.ACCEPTED]:
            rehearsal = " --sandbox" if self.campaign.sandbox else ""
            lines.append(f"next: campaigns refresh {phrases.argument(written.path)}{rehearsal}")
        return lines
