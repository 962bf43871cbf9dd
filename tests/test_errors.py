"""What scripts and people are told: exit codes, problems of a value, and the nearest known word."""

from __future__ import annotations

import pytest

from campaigns.errors import CampaignError, ExitCode, Interrupted, Problem, Refused, Stopped, UsageError, nearest


def test_exit_codes_are_the_numbers_that_scripts_rely_on() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "ATTENTION": 1,
        "USAGE": 2,
        "REFUSED": 3,
        "STOPPED": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [(CampaignError, 2), (UsageError, 2), (Refused, 3), (Stopped, 4), (Interrupted, 130)],
)
def test_every_error_carries_its_message_its_hint_and_its_exit_code(kind: type[CampaignError], code: int) -> None:
    error = kind("the balance is too low", "top it up")
    assert (str(error), error.message, error.hint, error.exit_code) == (
        "the balance is too low",
        "the balance is too low",
        "top it up",
        code,
    )
    assert kind("nothing to add").hint == ""


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("recipient", "has letters", "374x"), "has letters: '374x'"),
        (Problem("recipient", "is empty"), "is empty"),
        # Invisible characters and line ends must be seen, and must not break the line that shows them.
        (
            Problem("recipient", "has invisible characters", "374\u200b91\n"),
            r"has invisible characters: '374\u200b91\n'",
        ),
        # The hint is shown once for a group of rows, not with each.
        (Problem("send_at", "is missing", "", "give --at"), "is missing"),
    ],
)
def test_a_problem_reads_as_reason_and_offending_text(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_problems_that_say_the_same_are_equal_so_that_rows_can_be_grouped() -> None:
    assert {Problem("body", "is empty"), Problem("body", "is empty")} == {Problem("body", "is empty")}


@pytest.mark.parametrize(
    ("word", "known", "answer"),
    [
        ("recipent", ["recipient", "body"], " (did you mean 'recipient'?)"),
        ("RECIPENT", ["Recipient"], " (did you mean 'Recipient'?)"),  # case aside, and the known word as it is written
        ("zip", ["ZIP", "zap"], " (did you mean 'ZIP'?)"),
        ("անւն", ["անուն", "քաղաք"], " (did you mean 'անուն'?)"),
        ("zzz", ["recipient", "body"], ""),  # nothing is near
        ("zzz", [], ""),
    ],
)
def test_the_nearest_known_word_is_offered(word: str, known: list[str], answer: str) -> None:
    assert nearest(word, known) == answer
