"""Other campaigns' ledgers in the same folder: what they submitted, and which of them count."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.ledger import Ledger
from campaigns.delivery.neighbours import submitted_elsewhere
from campaigns.delivery.outcomes import Outcome, Verdict
from campaigns.errors import ExitCode, Refused
from tests.delivery.rows import message, no_file_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The ledger of the campaign that looks around."""
    folder = tmp_path / "50% off #1? Ամառ"  # nothing in a folder's name gets in the way of reading
    folder.mkdir()
    return folder / "spring.ledger.db"


def submit(path: Path, *outcomes: Outcome | None) -> None:
    """Leave a ledger with one message to each of 37491000001, …2, …3: with these outcomes; None for an open intent."""
    with Ledger(path) as ledger:
        numbers = ledger.record([], [message(n) for n in range(1, len(outcomes) + 1)])
        ledger.record([(k, Verdict(one)) for k, one in zip(numbers, outcomes, strict=True) if one], [])


def test_what_was_accepted_or_may_have_been_counts_by_recipient_and_words(own: Path) -> None:
    submit(own.with_name("march.ledger.db"), Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.PENDING, None)
    assert submitted_elsewhere(own) == {
        "march.ledger.db": {("37491000001", "Hello"), ("37491000003", "Hello"), ("37491000005", "Hello")}
    }


def test_a_message_counts_whatever_its_other_attempts_came_to(own: Path) -> None:
    with Ledger(own.with_name("march.ledger.db")) as ledger:
        for outcome in (Outcome.PENDING, Outcome.UNKNOWN, Outcome.REJECTED):
            (number,) = ledger.record([], [message(1)])
            ledger.record([(number, Verdict(outcome))], [])
    assert submitted_elsewhere(own) == {"march.ledger.db": {("37491000001", "Hello")}}


def test_several_campaigns_come_by_name(own: Path) -> None:
    for name in ("may", "april", "june"):
        submit(own.with_name(f"{name}.ledger.db"), Outcome.ACCEPTED)
    assert list(submitted_elsewhere(own)) == ["april.ledger.db", "june.ledger.db", "may.ledger.db"]


@pytest.mark.parametrize(
    "make",
    [
        # its own, which this run holds
        lambda own: submit(own, Outcome.ACCEPTED),
        # rehearsals never count as the real thing
        lambda own: submit(own.with_name("march.sandbox.ledger.db"), Outcome.ACCEPTED),
        lambda own: submit(own.with_name("spring.sandbox.ledger.db"), Outcome.ACCEPTED),
        # campaigns that reached nobody
        lambda own: submit(own.with_name("march.ledger.db"), Outcome.REJECTED, Outcome.PENDING),
        lambda own: submit(own.with_name("march.ledger.db")),
        # ledgers of other programs, an empty file, another folder's campaigns, and copies that were put aside
        lambda own: some_database(own.with_name("household.ledger.db")),
        lambda own: some_database(own.with_name("household.ledger.db"), application_id=0x4B4D594D),
        lambda own: own.with_name("new.ledger.db").touch(),
        lambda own: submit(own.parent.parent / "march.ledger.db", Outcome.ACCEPTED),
        lambda own: submit(own.with_name("march.ledger.db.old"), Outcome.ACCEPTED),
        lambda own: submit(own.with_name("march.db"), Outcome.ACCEPTED),
    ],
)
def test_what_does_not_count(own: Path, make: Callable[[Path], None]) -> None:
    make(own)
    assert submitted_elsewhere(own) == {}


def some_database(path: Path, application_id: int = 0) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA application_id = {application_id}")
    db.execute("CREATE TABLE message (id TEXT, recipient TEXT, body TEXT)")
    db.close()


def test_looking_changes_nothing(own: Path) -> None:
    neighbour = own.with_name("march.ledger.db")
    submit(neighbour, Outcome.ACCEPTED, None)
    before = neighbour.read_bytes()
    submitted_elsewhere(own)
    assert (neighbour.read_bytes(), list(own.parent.iterdir())) == (before, [neighbour])


def test_a_ledger_that_cannot_be_written_is_read_all_the_same(own: Path) -> None:
    submit(own.with_name("march.ledger.db"), Outcome.ACCEPTED)
    own.with_name("march.ledger.db").chmod(0o444)
    own.parent.chmod(0o555)
    try:
        with no_file_over(0):  # nor would there be any space to write a byte
            assert list(submitted_elsewhere(own)) == ["march.ledger.db"]
    finally:
        own.parent.chmod(0o755)


# --- One that is in use, or was left by a dead process ---

HOLD = """
import sys
from pathlib import Path
from campaigns.delivery.ledger import Ledger
from tests.delivery.rows import message
ledger = Ledger(Path(sys.argv[1]))
if sys.argv[2:]:
    ledger.record([], [message(1)])
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def hold(own: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Another process that holds march.ledger.db; with a word more it has one request under way."""
    processes: list[subprocess.Popen[str]] = []

    def start(*more: str) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-c", HOLD, str(own.with_name("march.ledger.db")), *more]
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("more", [(), ("sending",)], ids=["just opened", "sending"])
def test_a_campaign_that_runs_at_the_moment_is_waited_for(
    own: Path, hold: Callable[..., subprocess.Popen[str]], more: tuple[str, ...]
) -> None:
    submit(own.with_name("march.ledger.db"), Outcome.ACCEPTED)
    hold(*more)
    with pytest.raises(Refused) as error:
        submitted_elsewhere(own)
    assert (error.value.message, error.value.exit_code) == (
        "another campaign's ledger cannot be read: another run holds march.ledger.db",
        ExitCode.REFUSED,
    )
    assert "--again" in error.value.hint


def test_a_campaign_whose_process_was_killed_is_read_with_its_open_intents(
    own: Path, hold: Callable[..., subprocess.Popen[str]]
) -> None:
    process = hold("sending")
    process.kill()
    process.wait()
    assert own.with_name("march.ledger.db-wal").exists()
    assert submitted_elsewhere(own) == {"march.ledger.db": {("37491000001", "Hello")}}


# --- One that cannot be read ---


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_tables(path: Path) -> None:
    db = sqlite3.connect(path)
    db.executescript("DROP TABLE attempt; DROP TABLE message")
    db.close()


@pytest.mark.parametrize("damage", [half, without_tables, lambda path: path.write_text("not a database\n" * 500)])
def test_a_damaged_ledger_refuses_for_nobody_knows_who_got_its_messages(
    own: Path, damage: Callable[[Path], object]
) -> None:
    neighbour = own.with_name("march.ledger.db")
    submit(neighbour, *[Outcome.ACCEPTED] * 60)
    damage(neighbour)
    with pytest.raises(Refused) as error:
        submitted_elsewhere(own)
    assert error.value.message.startswith("another campaign's ledger, march.ledger.db, cannot be read")
    assert "move it away" in error.value.hint


def test_a_copy_of_a_folder_counts_as_the_folder_did(own: Path, tmp_path: Path) -> None:
    submit(own.with_name("march.ledger.db"), Outcome.ACCEPTED)
    copied = shutil.copytree(own.parent, tmp_path / "copy")
    assert submitted_elsewhere(copied / own.name) == {"march.ledger.db": {("37491000001", "Hello")}}
