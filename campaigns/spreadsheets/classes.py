"""What a line's outcome and status come to for a person: delivered, on its way, or in need of attention. Pure."""

from __future__ import annotations

from enum import StrEnum


class Class(StrEnum):
    """What a person wants to tell apart at a glance."""

    DELIVERED = "delivered"
    ON_ITS_WAY = "on its way"
    ATTENTION = "needs attention"


# Names, as they stand in the cells: this room does not know the gateway. A test compares them with its document.
STATUSES = {
    "Sent": Class.DELIVERED,
    "Pending": Class.ON_ITS_WAY,
    "DeliveredToNetwork": Class.ON_ITS_WAY,
    "Scheduled": Class.ON_ITS_WAY,
    "DeliveryToGateway": Class.ON_ITS_WAY,
    "TimeOut": Class.ATTENTION,
    "OutOfBalance": Class.ATTENTION,
    "IncorrectRecipient": Class.ATTENTION,
    "NotSent": Class.ATTENTION,
    "Unknown": Class.ATTENTION,
}
OUTCOMES = {
    "accepted": Class.ON_ITS_WAY,  # until a status says more
    "rejected": Class.ATTENTION,
    "unknown": Class.ATTENTION,
    "invalid": Class.ATTENTION,
    "skipped": None,
    "pending": Class.ATTENTION,
}
STUCK = frozenset({"DeliveredToNetwork", "DeliveryToGateway"})  # both may stay for ever


def classify(outcome: str, status: str) -> Class | None:
    """Return what a line comes to; a status says more than an outcome. None for a skipped row, and for other words."""
    return STATUSES.get(status) if status else OUTCOMES.get(outcome)
