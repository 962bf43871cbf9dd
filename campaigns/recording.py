"""A run's outcomes are brought to the results file, or beside it where that cannot be written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from campaigns.delivery import spending
from campaigns.delivery.outcomes import Outcome
from campaigns.errors import CampaignError, ExitCode
from campaigns.phrases import money
from campaigns.spreadsheets import results
from campaigns.spreadsheets.summary_sheet import About

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from campaigns.campaign import Campaign
    from campaigns.delivery.ledger import Ledger
    from campaigns.delivery.resume import Standing


class ResultsLost(CampaignError):  # noqa: N818 - it says what happened, as its family does
    """Results could be written nowhere; the ledger has it all."""

    exit_code = ExitCode.ATTENTION


@dataclass(frozen=True, slots=True)
class Written:
    """Where results were written.

    Attributes:
        path: The file.
        trouble: Why it is not the one that was meant; empty if it is.
        notices: What a person should hear of, a sentence each.
    """

    path: Path
    trouble: str = ""
    notices: tuple[str, ...] = ()


def write_results(campaign: Campaign, ledger: Ledger, standings: Sequence[Standing]) -> Written:
    """Bring everything that is known to the results file; under a dated name beside it if it cannot be written.

    Raises:
        ResultsLost: Neither could be written.
    """
    records = ledger.records()
    key = f"results up to: {campaign.results_path.name}"
    lines = campaign.lines(standings, int(ledger.note(key) or 0))

    def gone(id_: str) -> bool:
        return id_ not in records or records[id_].outcome is Outcome.PENDING

    try:
        saved = results.write_results(
            campaign.results_path, lines, campaign.headers, gone, _about(campaign, ledger), campaign.request.now
        )
    except Exception as error:  # noqa: BLE001 - a person's workbook can hold anything; what was sent must be written
        return _write_beside(campaign, lines, _about(campaign, ledger), error)
    with suppress(CampaignError):  # without the note a later run brings back lines that a person deleted, no more
        ledger.set_note(key, str(max((record.attempt for record in records.values()), default=0)))
    return Written(campaign.results_path, notices=saved.notices)


def _about(campaign: Campaign, ledger: Ledger) -> About:
    told = spending.of(ledger)
    if told is None:
        return About(campaign.name, campaign.file.path.name)
    spent = f"{'' if told.whole else 'at least '}{money(told.amount, told.currency)}"
    return About(campaign.name, campaign.file.path.name, spent)


def _write_beside(campaign: Campaign, lines: Sequence[results.ResultLine], about: About, error: Exception) -> Written:
    path = results.dated_name(campaign.results_path, campaign.request.now)
    why = error.strerror if isinstance(error, OSError) else str(error)
    try:
        every = [replace(line, news=True) for line in lines]
        results.write_results(path, every, campaign.headers, lambda _: False, about, campaign.request.now)
    except OSError as second:
        raise ResultsLost(
            f"the results cannot be written ({second.strerror}); nothing is lost: the ledger has it all",
            "free the file or some space and run the same command again: it writes them, and sends nothing twice",
        ) from None
    return Written(path, f"{campaign.results_path.name} cannot be written ({why or type(error).__name__})")
