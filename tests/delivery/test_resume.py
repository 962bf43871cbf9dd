"""What a run submits, and what it refuses, given a plan and what the ledger knows (CONTRACT section 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campaigns.delivery.ledger import Record
from campaigns.delivery.outcomes import Outcome
from campaigns.delivery.resume import HELD_BACK, Again, Standing, refuse_changed, refuse_sent_elsewhere, stand
from campaigns.errors import ExitCode, Problem, Refused
from campaigns.planning.plan import Message, Plan, PlannedRow
from tests.delivery.rows import message, row_of

A_TIME = datetime(2026, 12, 1, 6, tzinfo=UTC)
PROBLEM = Problem("send_at", "is past", "2020-01-01 10:00")
SENDABLE, INVALID, SKIPPED = "sendable", "invalid", "skipped"
PLAIN = Again()
RUNS = {
    "plain": PLAIN,
    "--retry-unknown": Again(unknown=True),
    "--retry-rejected": Again(rejected=True),
    "--only-new": Again(only_new=True),
}


def record(asked: Message, outcome: Outcome, detail: str = "", attempt: int = 1) -> Record:
    return Record(asked, outcome, "", "", detail, A_TIME, attempt)


def known(*records: Record) -> dict[str, Record]:
    return {one.message.id: one for one in records}


def planned(asked: Message, kind: str) -> PlannedRow:
    return row_of(asked, problems=(PROBLEM,) * (kind == INVALID), skipped="duplicate of row 2" * (kind == SKIPPED))


@pytest.mark.parametrize(
    ("before", "row", "outcome", "submitted_by"),
    [
        # never submitted: a row is what the local checks say of it
        (None, SENDABLE, "pending", {"plain", "--retry-unknown", "--retry-rejected", "--only-new"}),
        (None, INVALID, "invalid", set()),
        (None, SKIPPED, "skipped", set()),
        # accepted: never again, whatever has become of the row
        ("accepted", SENDABLE, "accepted", set()),
        ("accepted", INVALID, "accepted", set()),
        ("accepted", SKIPPED, "accepted", set()),
        # unknown: only with --retry-unknown, and only if the row can still be sent
        ("unknown", SENDABLE, "unknown", {"--retry-unknown"}),
        ("unknown", INVALID, "unknown", set()),
        ("unknown", SKIPPED, "unknown", set()),
        # rejected: only with --retry-rejected; a row that has changed is another message, and has no record
        ("rejected", SENDABLE, "rejected", {"--retry-rejected"}),
        ("rejected", INVALID, "invalid", set()),
        ("rejected", SKIPPED, "skipped", set()),
        # pending: nothing was taken
        ("pending", SENDABLE, "pending", {"plain", "--retry-unknown", "--retry-rejected", "--only-new"}),
        ("pending", INVALID, "invalid", set()),
        ("pending", SKIPPED, "skipped", set()),
    ],
)
@pytest.mark.parametrize("run", RUNS)
def test_what_a_run_submits(before: str | None, row: str, outcome: str, submitted_by: set[str], run: str) -> None:
    asked = message()
    records = known(record(asked, Outcome(before))) if before else {}
    plan = Plan((planned(asked, row),))
    (standing,) = stand(plan, records, RUNS[run])
    assert (standing.outcome.value, standing.submit) == (outcome, run in submitted_by)
    assert standing.row is plan.rows[0]
    assert standing.record == records.get(asked.id)
    assert not standing.held_back


def test_both_retries_together_submit_both() -> None:
    messages = [message(n) for n in (1, 2, 3, 4)]
    outcomes = [Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REJECTED, Outcome.PENDING]
    records = known(*map(record, messages, outcomes))
    standings = stand(Plan(tuple(map(row_of, messages))), records, Again(unknown=True, rejected=True))
    assert [one.submit for one in standings] == [False, True, True, True]


@pytest.mark.parametrize("mine", [None, Outcome.PENDING, Outcome.REJECTED])
@pytest.mark.parametrize(
    ("other", "held_back"),
    [
        (Outcome.ACCEPTED, True),
        (Outcome.UNKNOWN, True),
        (Outcome.REJECTED, False),
        (Outcome.PENDING, False),
    ],
)
@pytest.mark.parametrize("in_the_file", [True, False], ids=["still in the file", "gone from the file"])
def test_only_new_holds_back_whoever_has_or_may_have_a_message(
    mine: Outcome | None, other: Outcome, held_back: bool, in_the_file: bool
) -> None:
    new, old = message(1, "New words"), message(1, "Old words")
    records = known(record(old, other), *([record(new, mine)] if mine else []))
    rows = (row_of(new, 2), row_of(old, 3)) if in_the_file else (row_of(new, 2),)

    standing = stand(Plan(rows), records, Again(only_new=True))[0]

    assert standing.held_back is held_back
    if held_back:
        assert (standing.outcome, standing.submit, standing.detail) == (Outcome.SKIPPED, False, HELD_BACK)
    else:
        assert (standing.outcome, standing.submit) == (mine or Outcome.PENDING, mine is not Outcome.REJECTED)


def test_only_new_looks_at_the_recipient_alone() -> None:
    records = known(record(message(1), Outcome.ACCEPTED))
    rows = (row_of(message(1, "Other words")), row_of(message(1, sender="Other")), row_of(message(2)))
    standings = stand(Plan(rows), records, Again(only_new=True))
    assert [one.submit for one in standings] == [False, False, True]


@pytest.mark.parametrize(
    ("standing", "detail"),
    [
        (
            Standing(row_of(message(), problems=(PROBLEM, Problem("sender", "is missing"))), None, Outcome.INVALID),
            "send_at is past: '2020-01-01 10:00'; sender is missing",
        ),
        (Standing(row_of(message(), skipped="duplicate of row 2"), None, Outcome.SKIPPED), "duplicate of row 2"),
        (Standing(row_of(message()), None, Outcome.PENDING, submit=True), ""),
        (Standing(row_of(message()), record(message(), Outcome.UNKNOWN, "why"), Outcome.UNKNOWN), "why"),
    ],
)
def test_the_detail_of_a_row_says_why(standing: Standing, detail: str) -> None:
    assert standing.detail == detail


# --- A campaign that has changed ---


def refusal(plan: Plan, records: dict[str, Record], again: Again = PLAIN) -> Refused | None:
    try:
        refuse_changed(stand(plan, records, again), records, "spring")
    except Refused as error:
        return error
    return None


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (message(1, "Helo"), message(1, "Hello"), "body"),  # a corrected typo
        (message(1, sender="Shop"), message(1, sender="Store"), "sender"),
        (message(1), message(1, wap_push=True), "wap_push"),
        (message(1), message(1, send_at=A_TIME), "send_at"),  # sent at once, and now scheduled
        (message(1, "Helo", "Shop"), message(1, "Hello", "Store"), "body, sender"),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
def test_a_recipient_who_has_a_message_that_left_the_file_is_not_texted_again(
    old: Message, new: Message, differs: str, outcome: Outcome
) -> None:
    error = refusal(Plan((row_of(new),)), known(record(old, outcome)))
    assert error is not None
    assert error.message == (
        "the campaign has changed: 1 recipient of 'spring' already got, or may have got, a message that is no longer "
        f"in the file; what differs: {differs}"
    )
    assert error.exit_code == ExitCode.REFUSED
    assert error.hint.index("--only-new") < error.hint.index("--name")


def test_it_says_how_many_recipients_and_the_field_that_differs_most_often_first() -> None:
    old = [message(n, "Helo") for n in range(1, 4)] + [message(4, sender="Store")]
    new = [message(n, "Hello") for n in range(1, 4)] + [message(4, sender="Shop"), message(5)]
    error = refusal(Plan(tuple(map(row_of, new))), known(*(record(one, Outcome.ACCEPTED) for one in old)))
    assert error is not None
    assert "4 recipients" in error.message
    assert error.message.endswith("what differs: body, sender")


def test_of_several_messages_that_left_the_file_the_one_most_alike_tells_what_differs() -> None:
    old = [message(1, "Other words", "Other", wap_push=True), message(1, "Helo")]
    error = refusal(Plan((row_of(message(1, "Hello")),)), known(*(record(one, Outcome.ACCEPTED) for one in old)))
    assert error is not None
    assert error.message.endswith("what differs: body")


def test_two_rows_of_one_recipient_are_one_recipient() -> None:
    rows = (row_of(message(1, "One"), 2), row_of(message(1, "Two"), 3))
    error = refusal(Plan(rows), known(record(message(1, "Zero"), Outcome.ACCEPTED)))
    assert error is not None
    assert "1 recipient of" in error.message


def test_a_kept_duplicate_that_left_the_file_differs_in_how_often_it_stands_there() -> None:
    # three were kept; the second is pending, the third was accepted; now only two stand in the file
    first, second, third = (message(1, occurrence=n) for n in (1, 2, 3))
    records = known(
        record(first, Outcome.ACCEPTED), record(second, Outcome.PENDING), record(third, Outcome.ACCEPTED, attempt=3)
    )
    error = refusal(Plan((row_of(first), row_of(second))), records)
    assert error is not None
    assert error.message.endswith("what differs: how often it stands there")


@pytest.mark.parametrize(
    ("old", "outcome", "rows", "again"),
    [
        # the message is still in the file, wherever it stands and whatever else the recipient gets
        (message(1), Outcome.ACCEPTED, (row_of(message(1)), row_of(message(1, "More"))), PLAIN),
        # nobody got it: it was rejected, or never submitted
        (message(1, "Helo"), Outcome.REJECTED, (row_of(message(1, "Hello")),), PLAIN),
        (message(1, "Helo"), Outcome.PENDING, (row_of(message(1, "Hello")),), PLAIN),
        # the recipient left the file with it
        (message(1, "Helo"), Outcome.ACCEPTED, (row_of(message(2, "Hello")),), PLAIN),
        # the new row would not be submitted anyway
        (message(1, "Helo"), Outcome.ACCEPTED, (planned(message(1, "Hello"), INVALID),), PLAIN),
        (message(1, "Helo"), Outcome.ACCEPTED, (planned(message(1, "Hello"), SKIPPED),), PLAIN),
        # --only-new is the way out
        (message(1, "Helo"), Outcome.ACCEPTED, (row_of(message(1, "Hello")),), Again(only_new=True)),
    ],
)
def test_what_is_no_change_is_not_refused(
    old: Message, outcome: Outcome, rows: tuple[PlannedRow, ...], again: Again
) -> None:
    assert refusal(Plan(rows), known(record(old, outcome)), again) is None


# --- A file saved under a new name ---


@pytest.mark.parametrize(
    ("elsewhere", "message_count"),
    [
        ({"march.ledger.db": {("37491000001", "Hello")}}, "1 message"),
        ({"march.ledger.db": {("37491000001", "Hello"), ("37491000002", "Hello")}}, "2 messages"),
        ({"empty.ledger.db": set(), "march.ledger.db": {("37491000002", "Hello"), ("1", "x")}}, "1 message"),
    ],
)
def test_the_same_words_to_the_same_recipient_from_another_campaign_are_refused(
    elsewhere: dict[str, set[tuple[str, str]]], message_count: str
) -> None:
    # neither sender nor time make it another message for who reads it
    rows = [row_of(message(1, sender="Other")), row_of(message(2, send_at=A_TIME)), row_of(message(3))]
    with pytest.raises(Refused) as error:
        refuse_sent_elsewhere(rows, elsewhere)
    assert error.value.message == (
        f"{message_count} of this file, the same words to the same recipient, were already sent, or may have been, "
        "by another campaign in this folder: march.ledger.db"
    )
    assert "--again" in error.value.hint


@pytest.mark.parametrize(
    "elsewhere",
    [
        {},
        {"march.ledger.db": {("37491000001", "Other words")}},
        {"march.ledger.db": {("37491000009", "Hello")}},
    ],
)
def test_other_words_or_other_people_elsewhere_are_no_reason(elsewhere: dict[str, set[tuple[str, str]]]) -> None:
    refuse_sent_elsewhere([row_of(message(1))], elsewhere)
