"""The balance as a witness: what it hints at after an answer that never came. A hint, never an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


class Witness:
    """Follows the balance through a run of one worker at a flat price."""

    def __init__(self, balance: Decimal, ask: Callable[[], Decimal | None]) -> None:
        """Begin with a known balance.

        Args:
            balance: What the account held before the first message.
            ask: Asks for the balance now; None where there is no answer that can be read.
        """
        self._expected = balance
        self._ask = ask

    def paid(self, cost: Decimal) -> None:
        """Note a message that was accepted."""
        self._expected -= cost

    def tell(self, cost: Decimal) -> str:
        """Ask for the balance after an unknown outcome, and say what it hints at."""
        found = self._ask()
        if found is None:
            return "the balance could not be asked"
        expected, self._expected = self._expected, found
        if found == expected:
            return "balance unchanged: probably not accepted"
        if found == expected - cost:
            return "balance lower by its cost: probably accepted"
        return f"balance {found:,f} where {expected:,f} was expected: it tells nothing"
