"""`--test NUMBER`: one message to one's own phone, outside the ledger."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from campaigns import phrases
from campaigns.delivery.brakes import OUT_OF_BALANCE, WRONG_LOGIN
from campaigns.delivery.dispatch import submit
from campaigns.delivery.judging import judge
from campaigns.delivery.outcomes import Outcome, Sign
from campaigns.errors import ExitCode, Problem, Refused, Stopped, UsageError
from campaigns.gateway.client import Client
from campaigns.planning.numbers import read_recipient

if TYPE_CHECKING:
    from campaigns.campaign import Campaign
    from campaigns.screen import Screen
    from campaigns.settings import Settings


def send_trial(number: str, campaign: Campaign, settings: Settings, screen: Screen, *, yes: bool) -> ExitCode:
    """Send the first valid row's message, at once, to one's own phone; nothing of it is recorded.

    Raises:
        UsageError: The number is none, no row is valid, or there is nobody to ask.
        Refused: Another number than 1 was typed.
        Stopped: The gateway refuses the login, or there is no money left.
    """
    recipient = read_recipient(number, campaign.request.region)
    if isinstance(recipient, Problem):
        raise UsageError(f"--test {number!r} {recipient.reason}", recipient.hint)
    row = next(iter(campaign.plan.sendable), None)
    if row is None or row.message is None:
        raise UsageError("--test: no row of the file can be sent", "campaigns check names what is wrong")
    trial = replace(row, recipient=recipient, send_at=None)
    screen.preview([trial])
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask at", "give --yes to go on without a question")
        if not screen.confirm(1, f"This sends row {row.number}'s message to {recipient}."):
            raise Refused("that is not the number of messages; nothing was sent")
    with Client(settings, screen.listener()) as client:
        verdict = judge(submit(client, replace(row.message, recipient=recipient, send_at=None)), row.risk)
    if verdict.sign in (Sign.WRONG_LOGIN, Sign.OUT_OF_BALANCE):
        stop = WRONG_LOGIN if verdict.sign is Sign.WRONG_LOGIN else OUT_OF_BALANCE
        raise Stopped(stop.reason, stop.hint)
    facts = {"test": recipient, "outcome": verdict.outcome, "ref": verdict.ref, "code": verdict.code}
    text = " ".join(filter(None, [verdict.code, verdict.detail]))
    line = f"test to {recipient}: {verdict.outcome}" + (f", ref {verdict.ref}" if verdict.ref else "")
    screen.summary({**facts, "detail": verdict.detail}, [phrases.clean(f"{line} ({text})" if text else line)])
    return ExitCode.OK if verdict.outcome is Outcome.ACCEPTED else ExitCode.ATTENTION
