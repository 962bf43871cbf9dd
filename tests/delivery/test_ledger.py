"""The ledger: intents and outcomes on the disk in the order that everything else rests on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from campaigns.delivery.ledger import DIED, Ledger, Record
from campaigns.delivery.outcomes import Outcome, Verdict
from campaigns.errors import CampaignError, ExitCode, Refused, Stopped, UsageError
from tests.delivery.rows import look, message, no_file_over, wal_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

A_TIME = datetime(2026, 12, 1, 6, tzinfo=UTC)
ACCEPTED = Verdict(Outcome.ACCEPTED, ref="R-1")
UNKNOWN = Verdict(Outcome.UNKNOWN, detail="no answer within 60 seconds")
REJECTED = Verdict(Outcome.REJECTED, code="700", detail="Incorrect parameters")
PENDING = Verdict(Outcome.PENDING, detail="could not connect")


class Clock:
    """A present that moves a second at each look."""

    def __init__(self) -> None:
        self.now = A_TIME

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path, Clock()) as opened:
        yield opened


def outcomes(path: Path) -> dict[str, str]:
    """What a later run knows: outcome by recipient."""
    with Ledger(path) as ledger:
        return {one.message.recipient: one.outcome.value for one in ledger.records().values()}


# --- What is on the disk when ---


def test_an_intent_is_on_the_disk_when_record_returns(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    ledger.record([], [message(1), message(2)])
    assert look(path, tmp_path / "seen") == [("37491000001", None), ("37491000002", None)]


def test_an_outcome_is_on_the_disk_together_with_the_intent_that_follows_it(
    ledger: Ledger, path: Path, tmp_path: Path
) -> None:
    (first,) = ledger.record([], [message(1)])
    ledger.record([(first, ACCEPTED)], [message(2)])
    assert look(path, tmp_path / "seen") == [("37491000001", "accepted"), ("37491000002", None)]


def test_an_intent_counts_as_unknown_until_its_outcome_is_written(ledger: Ledger) -> None:
    ledger.record([], [message(1)])
    assert [one.outcome for one in ledger.records().values()] == [Outcome.UNKNOWN]


def test_an_intent_that_was_never_answered_is_unknown_for_ever(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([], [message(1)])
    for _ in range(2):
        with Ledger(path) as ledger:
            (found,) = ledger.records().values()
            assert (found.outcome, found.detail) == (Outcome.UNKNOWN, DIED)


def test_a_record_says_everything_about_the_message_and_its_attempt(ledger: Ledger) -> None:
    asked = message(1, "Բարև, world ☀\n'\"", "My Shop", wap_push=True, send_at=A_TIME, occurrence=3)
    (number,) = ledger.record([], [asked])
    ledger.record([(number, Verdict(Outcome.ACCEPTED, ref="0042", raw="ID: 0042"))], [])
    assert ledger.records() == {
        asked.id: Record(asked, Outcome.ACCEPTED, "0042", "", "", A_TIME + timedelta(seconds=1), number)
    }


def test_what_was_recorded_survives_closing_and_opening(path: Path) -> None:
    with Ledger(path) as ledger:
        numbers = ledger.record([], [message(n) for n in range(1, 5)])
        ledger.record(list(zip(numbers, (ACCEPTED, UNKNOWN, REJECTED, PENDING), strict=True)), [])
        before = ledger.records()
    with Ledger(path) as ledger:
        assert ledger.records() == before
    assert [one.outcome.value for one in before.values()] == ["accepted", "unknown", "rejected", "pending"]


def test_attempts_are_numbered_upwards_from_run_to_run(path: Path) -> None:
    numbers: list[int] = []
    for _ in range(3):
        with Ledger(path) as ledger:
            numbers += ledger.record([], [message(1), message(2)])
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 6


def test_the_answer_is_kept_for_the_gateways_support(ledger: Ledger, path: Path) -> None:
    (number,) = ledger.record([], [message(1)])
    ledger.record([(number, Verdict(Outcome.UNKNOWN, code="713", raw="Err: 713 : request 18"))], [])
    ledger.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT code, raw FROM attempt").fetchall() == [("713", "Err: 713 : request 18")]
    db.close()


def test_everything_folds_back_into_one_file_on_close(ledger: Ledger, path: Path) -> None:
    ledger.record([], [message(1)])
    assert len(list(path.parent.iterdir())) == 2
    ledger.close()
    assert list(path.parent.iterdir()) == [path]


def test_opening_and_closing_changes_no_byte(ledger: Ledger, path: Path) -> None:
    (number,) = ledger.record([], [message(1)])
    ledger.record([(number, ACCEPTED)], [])
    ledger.close()
    before = path.read_bytes()
    Ledger(path).close()
    assert path.read_bytes() == before


# --- Several attempts of one message ---


@pytest.mark.parametrize(
    ("attempts", "strongest"),
    [
        # accepted stays accepted
        ([ACCEPTED], Outcome.ACCEPTED),
        ([UNKNOWN, ACCEPTED], Outcome.ACCEPTED),
        ([REJECTED, ACCEPTED], Outcome.ACCEPTED),
        ([PENDING, ACCEPTED], Outcome.ACCEPTED),
        ([ACCEPTED, UNKNOWN], Outcome.ACCEPTED),
        ([ACCEPTED, REJECTED], Outcome.ACCEPTED),
        ([ACCEPTED, PENDING], Outcome.ACCEPTED),
        # what may have been accepted stays in doubt, whatever came of trying again
        ([UNKNOWN, REJECTED], Outcome.UNKNOWN),
        ([UNKNOWN, PENDING], Outcome.UNKNOWN),
        ([REJECTED, UNKNOWN], Outcome.UNKNOWN),
        ([PENDING, UNKNOWN], Outcome.UNKNOWN),
        ([UNKNOWN, REJECTED, PENDING], Outcome.UNKNOWN),
        ([PENDING, UNKNOWN, REJECTED, ACCEPTED], Outcome.ACCEPTED),
        # a rejected one that could not be submitted again is rejected still
        ([PENDING, REJECTED], Outcome.REJECTED),
        ([REJECTED, PENDING], Outcome.REJECTED),
        ([PENDING, PENDING], Outcome.PENDING),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one run", "in several runs"])
def test_of_several_attempts_the_strongest_outcome_counts(
    path: Path, attempts: list[Verdict], strongest: Outcome, at_once: bool
) -> None:
    ledger = Ledger(path)
    for verdict in attempts:
        (number,) = ledger.record([], [message(1)])
        ledger.record([(number, verdict)], [])
        if not at_once:
            ledger.close()
            ledger = Ledger(path)
    (found,) = ledger.records().values()
    ledger.close()
    assert (found.outcome, found.attempt) == (strongest, len(attempts))
    assert found.ref == (ACCEPTED.ref if strongest is Outcome.ACCEPTED else "")


def test_a_dead_runs_intent_outweighs_the_rejection_before_it(path: Path) -> None:
    with Ledger(path) as ledger:
        (number,) = ledger.record([], [message(1)])
        ledger.record([(number, REJECTED)], [message(1)])
    assert outcomes(path) == {"37491000001": "unknown"}


def test_trying_an_unknown_one_again_in_vain_is_told_in_its_detail(ledger: Ledger) -> None:
    for verdict in (UNKNOWN, REJECTED):
        (number,) = ledger.record([], [message(1)])
        ledger.record([(number, verdict)], [])
    (found,) = ledger.records().values()
    assert found.detail == "no answer within 60 seconds; submitted again: rejected 700 Incorrect parameters"


def test_the_accepted_attempt_tells_when_it_was_submitted(ledger: Ledger) -> None:
    for verdict in (UNKNOWN, ACCEPTED, UNKNOWN):
        (number,) = ledger.record([], [message(1)])
        ledger.record([(number, verdict)], [])
    (found,) = ledger.records().values()
    assert found.submitted_at == A_TIME + timedelta(seconds=3)  # every record() looks at the clock once


# --- One run at a time ---

HOLD = """
import sys
from pathlib import Path
from campaigns.delivery.ledger import Ledger
from tests.delivery.rows import message
ledger = Ledger(Path(sys.argv[1]))
ledger.record([], [message(1)])
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the ledger and has one request under way."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def refusal(path: Path) -> CampaignError:
    with pytest.raises(CampaignError) as error:
        Ledger(path)
    return error.value


def test_a_second_run_in_this_process_is_refused(ledger: Ledger, path: Path) -> None:
    error = refusal(path)
    assert (error.message, error.exit_code) == ("another run holds spring.ledger.db", ExitCode.REFUSED)
    ledger.record([], [message(1)])  # and the first one does not notice


@pytest.mark.usefixtures("held")
def test_a_second_run_in_another_process_is_refused(path: Path) -> None:
    error = refusal(path)
    assert (error.message, error.exit_code) == ("another run holds spring.ledger.db", ExitCode.REFUSED)


def test_a_run_that_has_only_opened_its_ledger_holds_it_too(path: Path) -> None:
    Ledger(path).close()
    with Ledger(path):
        assert "another run holds" in refusal(path).message


def test_a_killed_process_holds_nothing_and_its_request_is_unknown(held: subprocess.Popen[str], path: Path) -> None:
    held.send_signal(signal.SIGKILL)
    held.wait()
    with Ledger(path) as ledger:
        (found,) = ledger.records().values()
    assert (found.message, found.outcome, found.detail) == (message(1), Outcome.UNKNOWN, DIED)


# --- Files that are no ledger of ours ---


def foreign(journal: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        db = sqlite3.connect(path)
        db.execute(f"PRAGMA journal_mode = {journal}")
        db.execute("CREATE TABLE attempt (message TEXT)")
        db.close()

    return make


def some_ledger(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.belong_to("shop")
        numbers = ledger.record([], [message(n, "Hello " * 50) for n in range(1, 40)])
        ledger.record([(number, ACCEPTED) for number in numbers], [])


def truncated(path: Path) -> None:
    some_ledger(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribbled(page: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        some_ledger(path)
        whole = path.read_bytes()
        begin, end = page * 4096, (page + 1) * 4096
        assert end <= len(whole)
        path.write_bytes(whole[:begin] + random.Random(page).randbytes(4096) + whole[end:])  # noqa: S311

    return make


def newer(path: Path) -> None:
    some_ledger(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()


@pytest.mark.parametrize(
    ("make", "message_part"),
    [
        (lambda path: path.write_text("not a database\n" * 500), "damaged or no ledger"),
        (lambda path: path.write_text("hi\n"), "damaged or no ledger"),
        (lambda path: path.write_bytes(random.Random(0).randbytes(10_000)), "damaged or no ledger"),  # noqa: S311
        (lambda path: path.write_bytes(bytes(8192)), "damaged or no ledger"),
        (truncated, "damaged or no ledger"),
        *((scribbled(page), "damaged or no ledger") for page in range(7)),
        (foreign("DELETE"), "is not a ledger of this program"),
        (foreign("WAL"), "is not a ledger of this program"),
        (newer, "was written by another version of this program: ledger format 2, and this one reads 1"),
    ],
)
def test_what_is_no_ledger_of_ours_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], object], message_part: str
) -> None:
    make(path)
    before = path.read_bytes()
    error = refusal(path)
    assert message_part in error.message
    assert error.exit_code == ExitCode.REFUSED
    assert (path.read_bytes(), list(path.parent.iterdir())) == (before, [path])


def test_a_ledger_that_was_damaged_says_what_is_at_stake(path: Path) -> None:
    truncated(path)
    assert "nobody knows who got a message" in refusal(path).hint


def test_a_folder_of_that_name_is_no_ledger(path: Path) -> None:
    path.mkdir()
    error = refusal(path)
    assert isinstance(error, UsageError)
    assert (error.message, list(path.iterdir())) == (f"{path} is a folder, not a ledger", [])


def test_a_ledger_cannot_be_made_where_there_is_no_folder(path: Path) -> None:
    assert isinstance(refusal(path.parent / "gone" / path.name), UsageError)


# --- Whose it is ---


def test_a_ledger_remembers_its_account(path: Path) -> None:
    some_ledger(path)
    with Ledger(path) as ledger:
        ledger.belong_to("shop")
        assert ledger.note("username") == "shop"


@pytest.mark.parametrize("username", ["other", "Shop", "shop ", ""])
def test_another_accounts_ledger_is_refused_and_left_as_it_is(path: Path, username: str) -> None:
    some_ledger(path)
    before = path.read_bytes()
    with Ledger(path) as ledger, pytest.raises(Refused) as error:
        ledger.belong_to(username)
    assert error.value.message == (
        f"spring.ledger.db belongs to the account 'shop', and MOBIPACE_USERNAME is {username!r}"
    )
    assert path.read_bytes() == before


def test_notes_are_kept_and_replaced(path: Path) -> None:
    with Ledger(path) as ledger:
        assert ledger.note("results") is None
        ledger.set_note("results", "7")
        ledger.set_note("results", "9")
    with Ledger(path) as ledger:
        assert ledger.note("results") == "9"


# --- Disks that are full or may not be written ---


def test_a_full_disk_stops_the_run_and_nothing_of_the_step_is_recorded(path: Path) -> None:
    with Ledger(path) as ledger:
        (first,) = ledger.record([], [message(1)])
        with no_file_over(wal_size(path)), pytest.raises(Stopped) as error:
            ledger.record([(first, ACCEPTED)], [message(2), message(3)])
        assert error.value.message.startswith("stopped: the ledger cannot be written")
        assert "free some space" in error.value.hint
        assert {one.message.recipient: one.outcome.value for one in ledger.records().values()} == {
            "37491000001": "unknown"
        }
    assert outcomes(path) == {"37491000001": "unknown"}


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError])
def test_a_step_that_is_broken_off_leaves_nothing_half_recorded(
    ledger: Ledger, path: Path, tmp_path: Path, failure: type[BaseException]
) -> None:
    numbers = ledger.record([], [message(1), message(2)])

    def broken_off() -> Iterator[tuple[int, Verdict]]:
        yield numbers[0], ACCEPTED
        raise failure

    with pytest.raises(failure):
        ledger.record(broken_off(), [message(3)])
    assert look(path, tmp_path / "seen") == [("37491000001", None), ("37491000002", None)]
    ledger.record([(numbers[0], ACCEPTED)], [])
    assert look(path, tmp_path / "seen again") == [("37491000001", "accepted"), ("37491000002", None)]


def test_once_there_is_space_again_the_same_ledger_goes_on(path: Path) -> None:
    with Ledger(path) as ledger:
        (first,) = ledger.record([], [message(1)])
        with no_file_over(wal_size(path)), pytest.raises(Stopped):
            ledger.record([(first, ACCEPTED)], [message(2)])
        (second,) = ledger.record([(first, ACCEPTED)], [message(2)])
        ledger.record([(second, REJECTED)], [])
    assert outcomes(path) == {"37491000001": "accepted", "37491000002": "rejected"}


def test_a_ledger_cannot_be_made_on_a_full_disk(path: Path) -> None:
    with no_file_over(0), pytest.raises(UsageError) as error:
        Ledger(path)
    assert "the ledger cannot be opened or made there" in error.value.message


def test_a_dead_runs_intents_stay_in_doubt_on_a_full_disk(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([], [message(1)])
    with no_file_over(0), pytest.raises(UsageError):
        Ledger(path)
    assert outcomes(path) == {"37491000001": "unknown"}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_ledger_cannot_be_continued_and_is_left_as_it_is(path: Path) -> None:
    some_ledger(path)
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        error = refusal(path)
    finally:
        path.parent.chmod(0o755)
    assert isinstance(error, UsageError)
    assert (path.read_bytes(), list(path.parent.iterdir())) == (before, [path])
