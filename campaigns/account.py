"""The account's money: what the gateway says of the balance, and whether it will do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from campaigns.errors import Stopped
from campaigns.gateway.client import Client, Fate
from campaigns.gateway.protocol import Balance, Err, ErrorCode, Function, read_balance
from campaigns.phrases import one_line

if TYPE_CHECKING:
    from decimal import Decimal


def ask_balance(client: Client) -> Balance:
    """Ask for the account's balance; errors as in `time_balance`."""
    return time_balance(client)[0]


def time_balance(client: Client) -> tuple[Balance, float]:
    """Ask for the account's balance, and tell how many seconds the answer took.

    Raises:
        Stopped: There is no answer, or none that is a balance.
    """
    exchange = client.ask(Function.QUERYBALANCE, {})
    if exchange.fate is not Fate.ANSWERED:
        raise Stopped(
            f"the gateway did not tell the balance: {exchange.detail}",
            "nothing was sent; the same command tries again",
        )
    reply = read_balance(exchange.text)
    if isinstance(reply, Balance):
        shown = read_balance(exchange.redacted)  # the number is read from the answer itself, its words are not
        return replace(reply, raw=shown.raw if isinstance(shown, Balance) else "***"), exchange.seconds
    if isinstance(reply, Err) and reply.known is ErrorCode.AuthenticationFailed:
        raise Stopped(
            "the gateway refuses the username or password (701)",
            "check MOBIPACE_USERNAME and MOBIPACE_PASSWORD before you try again: failed logins can lock an account",
        )
    what = one_line(exchange.redacted, 200) or "an empty answer"
    raise Stopped(f"the gateway did not tell the balance (HTTP {exchange.http_status}): {what}", "nothing was sent")


def is_short(balance: Balance, cost: Decimal | None) -> bool:
    """Tell whether the balance may not cover a cost; one that cannot be read counts as short."""
    return cost is not None and (balance.amount is None or balance.amount < cost)


def spent(before: Balance | None, after: Balance | None) -> Decimal | None:
    """Return the difference of two balances; None where one of them is not known."""
    if before is None or after is None or before.amount is None or after.amount is None:
        return None
    return before.amount - after.amount
