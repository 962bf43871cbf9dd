"""What a person should look at before a message goes out, although it can be sent (contract, section 6)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from campaigns.errors import Problem
from campaigns.planning import hours, wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from campaigns.planning.plan import Message

LONGEST_BODY = 500  # the gateway's newer documents take no longer text
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .-]{1,11}|[0-9]{1,15}", re.ASCII)
_FAR = timedelta(days=366)


def cautions(message: Message, now: datetime) -> Iterator[Problem]:
    """Yield what is odd about a message that can be sent.

    The reasons are the same words for every row with the same fault, so that rows can be grouped.

    Args:
        message: What would be sent.
        now: The present, aware.
    """
    yield from _body(message.body)
    if message.sender and not _SENDER.fullmatch(message.sender):
        hint = "operators take 1 to 11 letters, digits, spaces, dots or dashes with a letter among them, or 15 digits"
        yield Problem("sender", "is no sender name that operators take", message.sender[:40], hint)
    if message.send_at:
        yield from _time(message.recipient, message.send_at, now)


def _body(body: str) -> Iterator[Problem]:
    if len(body) > LONGEST_BODY:
        yield Problem("body", f"has more than {LONGEST_BODY} characters: the gateway may refuse it", f"{len(body):,}")
    if body.isascii():
        return
    for one in wording.disguises(body):
        letter = wording.describe(one.character)
        yield Problem("body", f"has {letter} inside a word of another alphabet", one.word[:40])


def _time(recipient: str, moment: datetime, now: datetime) -> Iterator[Problem]:
    if moment - now > _FAR:
        yield Problem("send_at", "is more than a year ahead", f"{moment:%Y-%m-%d %H:%M} UTC")
    elif hours.at_night(recipient, moment):  # in the year 9999 there may be no such hour in Yerevan
        there = f"{moment.astimezone(hours.yerevan()):%Y-%m-%d %H:%M}"
        yield Problem("send_at", "is at night in Yerevan (21:00 to 10:00): operators deliver nothing then", there)
