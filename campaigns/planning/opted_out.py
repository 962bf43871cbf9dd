"""Who wants nothing: recipients known by their digits, or by the end of a number written without its country's code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LOCAL = range(7, 10)  # digits of a number without country's code and 0


@dataclass(frozen=True, slots=True)
class OptedOut:
    """People who must not be texted.

    A list may say `091000001` or `91000001` where the campaign says `37491000001`. Leaving out somebody in another
    country whose number ends alike costs less than texting the one who asked not to be.

    Attributes:
        digits: Numbers as they are known.
        ends: Those of them that have no country's code, without the 0 in front.
    """

    digits: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()

    @classmethod
    def of(cls, numbers: Iterable[str]) -> OptedOut:
        """Gather numbers of any form, in digits."""
        digits = frozenset(numbers)
        return cls(digits, frozenset(_local(digits)))

    def __contains__(self, recipient: object) -> bool:
        if not isinstance(recipient, str):
            return False
        return recipient in self.digits or any(recipient[-length:] in self.ends for length in _LOCAL)


def _local(digits: Iterable[str]) -> Iterator[str]:
    for one in digits:
        bare = one.lstrip("0")
        if len(bare) in _LOCAL:
            yield bare
