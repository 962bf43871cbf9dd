"""The balance as a witness: what it hints at after an answer that never came."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.delivery.witness import Witness


class Account:
    """A balance that a gateway tells, or does not."""

    def __init__(self, balance: str) -> None:
        self.balance: Decimal | None = Decimal(balance)

    def ask(self) -> Decimal | None:
        return self.balance


@pytest.mark.parametrize(
    ("before", "found", "hint"),
    [
        ("100", "100", "balance unchanged: probably not accepted"),
        ("100", "100.00", "balance unchanged: probably not accepted"),
        ("100", "88", "balance lower by its cost: probably accepted"),
        ("5", "-7", "balance lower by its cost: probably accepted"),  # on credit
        # another program's messages, a top-up, another price than was said: it tells nothing, and says so
        ("100", "76", "balance 76 where 100 was expected: it tells nothing"),
        ("100", "1100", "balance 1,100 where 100 was expected: it tells nothing"),
        ("100", "92.5", "balance 92.5 where 100 was expected: it tells nothing"),
        ("100", None, "the balance could not be asked"),
    ],
)
def test_what_the_balance_hints_at_after_one_message_of_12(before: str, found: str | None, hint: str) -> None:
    account = Account(before)
    witness = Witness(Decimal(before), account.ask)
    account.balance = None if found is None else Decimal(found)
    assert witness.tell(Decimal(12)) == hint


def test_messages_that_were_accepted_are_taken_into_account() -> None:
    account = Account("1000")
    witness = Witness(Decimal(1000), account.ask)
    for _ in range(3):
        witness.paid(Decimal(12))
    account.balance = Decimal(964)
    assert witness.tell(Decimal(12)) == "balance unchanged: probably not accepted"


def test_each_hint_starts_from_the_balance_that_was_found_last() -> None:
    account = Account("1000")
    witness = Witness(Decimal(1000), account.ask)
    hints = []
    for balance in ("988", "988", "500", "488"):
        account.balance = Decimal(balance)
        hints.append(witness.tell(Decimal(12)))
    assert hints == [
        "balance lower by its cost: probably accepted",
        "balance unchanged: probably not accepted",
        "balance 500 where 988 was expected: it tells nothing",
        "balance lower by its cost: probably accepted",
    ]
