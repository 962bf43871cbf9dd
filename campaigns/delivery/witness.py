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
        self._expected: Decimal | None = balance
        self._ask = ask

    def paid(self, cost: Decimal) -> None:
        """Note a message that was accepted."""
        if self._expected is not None:
            self._expected -= cost

    def tell(self, cost: Decimal) -> str:
        """Ask for the balance after an unknown outcome, and say what it hints at."""
        expected, found = self._expected, self._ask()
        self._expected = found  # unknown after a failure: what is missing later may be of this message or of the next
        if found is None:
            return "the balance could not be asked"
        if expected is None or not cost:
            return f"balance {found:,f}: it tells nothing"
        if found == expected:
            return "balance unchanged: probably not accepted"
        if found == expected - cost:
            return "balance lower by its cost: probably accepted"
        return f"balance {found:,f} where {expected:,f} was expected: it tells nothing"
