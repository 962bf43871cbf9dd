"""What a person should look at before it goes out: each in the same words for every row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.planning.cautions import cautions
from campaigns.planning.plan import Message

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 12:00 in Yerevan


def warned(
    body: str = "Hello", sender: str = "Shop", recipient: str = "37491000001", send_at: datetime | None = None
) -> list[str]:
    return [f"{one.field} {one}" for one in cautions(Message(recipient, sender, body, send_at=send_at), NOW)]


def test_an_ordinary_message_is_no_news() -> None:
    assert warned() == []
    assert warned("Բարև Ձեզ, Անի", send_at=NOW + timedelta(hours=1)) == []


@pytest.mark.parametrize("sender", ["Shop", "My-Shop.am", "A", "Shop 24", "12345678901a"[1:], "100", "123456789012345"])
def test_a_sender_that_operators_take(sender: str) -> None:
    assert warned(sender=sender) == []


@pytest.mark.parametrize(
    "sender",
    [
        "Abcdefghijkl",  # twelve letters
        "Խանութ",
        "Shop!",
        "Shop_24",
        "12 34",  # no letter among them, and no number
        "...",
        "1234567890123456",
        "Shop’s",
        "٣٧٤",
    ],
)
def test_a_sender_that_operators_refuse(sender: str) -> None:
    assert warned(sender=sender) == [f"sender is no sender name that operators take: {sender!r}"]


def test_no_sender_is_not_a_bad_sender() -> None:
    assert warned(sender="") == []


def test_a_long_body() -> None:
    assert warned("x" * 500) == []
    assert warned("x" * 501) == ["body has more than 500 characters: the gateway may refuse it: '501'"]


def test_a_letter_in_disguise() -> None:
    assert warned("Dear Pаul, Pаul") == [
        "body has а CYRILLIC SMALL LETTER A (U+0430) inside a word of another alphabet: 'Pаul'"
    ]


@pytest.mark.parametrize(
    ("recipient", "utc", "night"),
    [
        ("37491000001", "16:59", False),
        ("37491000001", "17:00", True),
        ("37491000001", "05:59", True),
        ("37491000001", "06:00", False),
        ("79160000000", "20:00", False),
    ],
)
def test_a_time_at_night_in_yerevan(recipient: str, utc: str, night: bool) -> None:
    moment = datetime.fromisoformat(f"2026-12-02T{utc}:00+00:00")
    expected = "send_at is at night in Yerevan (21:00 to 10:00): operators deliver nothing then"
    assert [one.startswith(expected) for one in warned(recipient=recipient, send_at=moment)] == [True] * night


def test_the_hour_of_the_night_is_said_as_there() -> None:
    assert warned(send_at=datetime(2026, 12, 1, 20, 30, tzinfo=UTC))[0].endswith("'2026-12-02 00:30'")


def test_a_time_years_ahead() -> None:
    assert warned(send_at=NOW + timedelta(days=366)) == []
    assert warned(send_at=datetime(9999, 12, 31, 23, tzinfo=UTC)) == [
        "send_at is more than a year ahead: '9999-12-31 23:00 UTC'"
    ]
    assert warned(send_at=NOW + timedelta(days=367)) == ["send_at is more than a year ahead: '2027-12-03 08:00 UTC'"]
