"""A price that a bill told is found again by the next estimate; ledgers are only looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.ledger import Ledger
from campaigns.delivery.measured import Measured, keep, latest, of, parse

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ledger(path: Path, price: str | None, *, username: str = "shop", at: datetime = AT) -> Path:
    with Ledger(path) as opened:
        opened.belong_to(username)
        if price:
            keep(opened, Decimal(price), "AMD", at)
    return path


def test_a_price_is_kept_and_found_again(tmp_path: Path) -> None:
    path = ledger(tmp_path / "spring.ledger.db", "10.5")
    expected = Measured(Decimal("10.5"), "AMD", AT, "spring.ledger.db")
    assert latest(path, "shop") == expected
    with Ledger(path) as opened:
        assert of(opened) == expected


def test_a_new_campaign_finds_the_latest_of_its_folder(tmp_path: Path) -> None:
    ledger(tmp_path / "a.ledger.db", "11", at=AT)
    ledger(tmp_path / "b.ledger.db", "12", at=AT + timedelta(days=1))
    ledger(tmp_path / "c.ledger.db", None)
    ledger(tmp_path / "d.ledger.db", "13", username="other", at=AT + timedelta(days=2))
    ledger(tmp_path / "e.sandbox.ledger.db", "14", at=AT + timedelta(days=3))

    found = latest(tmp_path / "new.ledger.db", "shop")
    rehearsed = latest(tmp_path / "new.sandbox.ledger.db", "shop")

    assert found is not None
    assert (found.price, found.ledger) == (Decimal(12), "b.ledger.db")
    assert rehearsed is not None
    assert rehearsed.price == 14
    assert not (tmp_path / "new.ledger.db").exists()


def test_looking_changes_and_locks_nothing(tmp_path: Path) -> None:
    path = ledger(tmp_path / "spring.ledger.db", "12")
    before = path.read_bytes(), sorted(tmp_path.iterdir())
    latest(path, "shop")
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before
    with Ledger(path):  # in use: it is left alone
        assert latest(path, "shop") is None


def test_a_ledger_of_before_tells_no_price_and_opens(tmp_path: Path) -> None:
    path = ledger(tmp_path / "old.ledger.db", None)
    assert latest(path, "shop") is None
    with Ledger(path) as opened:
        assert of(opened) is None


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 100, b"no database at all" * 10])
def test_what_is_no_ledger_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.ledger.db").write_bytes(content)
    assert latest(tmp_path / "x.ledger.db", "shop") is None


def test_another_database_tells_nothing(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.ledger.db")) as db:
        db.execute("CREATE TABLE campaign (key, value)")
    assert latest(tmp_path / "x.ledger.db", "shop") is None


@pytest.mark.parametrize("note", [None, "", "12", "{}", "[]", '{"price": "x", "currency": "", "at": "2026-11-22"}'])
def test_a_note_that_cannot_be_read_tells_nothing(note: str | None) -> None:
    assert parse(note, "x.ledger.db") is None
