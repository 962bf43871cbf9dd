"""Whole runs of every command, from the recipient file to the results, over a real socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from campaigns import __version__
from campaigns.delivery.ledger import Ledger
from campaigns.gateway.faults import Cut, Fault, in_turn
from campaigns.gateway.sandbox import Account
from campaigns.settings import Secret
from tests.running import SAMPLES, serve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from campaigns.gateway.protocol import Function
    from tests.running import Program

THREE = ("phone,text", "37491000001,One", "37491000002,Two", "37491000003,Three")
SEND = ("--sender", "Shop", "--yes")


def sample(program: Program, *names: str) -> Path:
    for name in names:
        shutil.copy(SAMPLES / name, program.folder)
    return program.folder / names[0]


# --- The main job ---


def test_the_main_job_against_the_embedded_sandbox(program: Program) -> None:
    path = sample(program, "hello.csv")

    ended = program("send", path, "--sandbox", "--yes", "--price", "12")

    assert ended.code == 0
    assert ended.out == (
        "  outcome           rows    this run\n"
        "  accepted            12          12\n"
        "spent 144 AMD, as estimated; the balance is 999,856 AMD\n"
        f"results: {program.folder / 'hello.sandbox.results.xlsx'}\n"
        f"next: campaigns refresh {program.folder / 'hello.sandbox.results.xlsx'} --sandbox\n"
    )
    lines = program.lines("hello.sandbox.results.xlsx")
    assert [line["outcome"] for line in lines] == ["accepted"] * 12
    assert len({line["ref"] for line in lines}) == 12
    assert {line["name"] for line in lines} >= {"Ani", "Zara"}


def test_what_reaches_the_gateway_is_what_the_file_says(program: Program) -> None:
    path = sample(program, "spring.xlsx")
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND, "--price", "12")

    assert ended.code == 1  # five rows are invalid
    assert [taken.parameters["recipient"] for taken in sandbox.taken] == [
        *("37491000021", "37491000022", "37491000023", "37491000024", "37491000025", "37491000026", "37491000032"),
    ]
    assert sandbox.taken[3].parameters == {
        "sender": "Shop",
        "recipient": "37491000024",
        "body": "Ольга, весенние скидки начинаются в понедельник. Ждём Вас в нашем магазине!",
    }
    assert sandbox.balance == Decimal(1_000_000 - 144)
    outcomes = [(line["row"], line["outcome"], line["detail"]) for line in program.lines("spring.results.xlsx")]
    assert outcomes == [
        *((str(row), "accepted", "") for row in (2, 3, 4, 5, 6, 8)),
        ("9", "invalid", "recipient has letters: '3749100O027'"),
        ("10", "invalid", "recipient starts with +: '+374 91 00-00-28'"),
        ("11", "invalid", "recipient has lost digits: Excel shortened it: '3.74910E+10'"),
        ("12", "invalid", "recipient starts with 0: '091000030'"),
        ("13", "invalid", "body is empty"),
        ("14", "skipped", "duplicate of row 3"),
        ("15", "accepted", ""),
    ]


def test_check_names_every_bad_row(program: Program) -> None:
    path = sample(program, "spring.xlsx")

    ended = program("check", path)

    assert ended.code == 1
    assert ended.out == (
        "spring.xlsx: xlsx workbook, sheet 'Գարուն', 13 rows\n"
        "\n"
        "  messages             7   2 LATIN, 5 UNICODE\n"
        "  invalid              5\n"
        "  skipped              1\n"
        "  segments            12   counted high where the gateway's own count is not documented\n"
        "  no sender yet: give --sender or MOBIPACE_SENDER, or a sender column\n"
        "\n"
        "problems\n"
        "       1  recipient has letters, in row 9\n"
        "       1  recipient starts with +, in row 10\n"
        "       1  recipient has lost digits: Excel shortened it, in row 11\n"
        "       1  recipient starts with 0, in row 12\n"
        "       1  body is empty, in row 13\n"
        "\n"
        "  row 9      recipient has letters: '3749100O027'\n"
        "  row 10     recipient starts with +: '+374 91 00-00-28'\n"
        "  row 11     recipient has lost digits: Excel shortened it: '3.74910E+10'\n"
        "  row 12     recipient starts with 0: '091000030'\n"
        "  row 13     body is empty\n"
        "hint: --region AM reads such numbers; or write digits only, e.g. 37491000001\n"
        "hint: format the column as Text in Excel and paste the numbers again\n"
        "hint: --region AM reads local numbers; or write international digits, e.g. 37491000001\n"
        "\n"
        "skipped: 1 row that would send the same message to the same recipient again\n"
        "  row 14     duplicate of row 3\n"
        "hint: --keep-duplicates sends them all\n"
        "\n"
        "what forces UNICODE\n"
        "       3  30 Armenian letters and signs, e.g. Ա ARMENIAN CAPITAL LETTER AYB (U+0531), "
        "from the column 'Տեքստ', first in row 2\n"
        "       2  25 Cyrillic letters and signs, e.g. В CYRILLIC CAPITAL LETTER VE (U+0412), "
        "from the column 'Տեքստ', first in row 5\n"
    )
    assert [one.name for one in program.folder.iterdir()] == ["spring.xlsx"]  # it leaves nothing behind


def test_a_template_is_filled_from_each_row(program: Program) -> None:
    path = sample(program, "appointments.csv", "appointments.txt")
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, "--body-file", program.folder / "appointments.txt", *SEND)

    assert ended.code == 1
    assert sandbox.taken[0].parameters["body"] == (
        "Dear Ani, this is to remind you of your appointment\n"
        "with Dr. Petrosyan on 1 December. To move it, call 010 000000."
    )
    assert sandbox.taken[2].parameters["body"].startswith("This is to remind you")  # no first name in that row
    assert program.outcomes("appointments.results.xlsx")["37491000044"] == "invalid"  # no doctor in that one


def test_estimate_sets_the_cost_beside_the_balance(program: Program) -> None:
    path = sample(program, "hello.csv")

    ended = program("estimate", path, "--sandbox", "--price", "12.5", "--json")

    assert ended.code == 0
    assert (ended.json["cost"], ended.json["balance"]["amount"], ended.json["short"]) == ("150.0", "1000000", False)


def test_an_estimate_over_the_balance_is_refused(program: Program) -> None:
    path = sample(program, "hello.csv")
    assert program("estimate", path, "--sandbox", "--price", "99999").code == 3


def test_balance(program: Program) -> None:
    with serve(account=Account(balance=Decimal("1234.50"))) as sandbox:
        program.use(sandbox)
        assert program("balance").out == "1,234.50 AMD\n"
        assert program("balance", "--json").json == {"amount": "1234.50", "currency": "AMD", "raw": "1234.50 : AMD"}


# --- Schedule ---


def test_schedule_takes_the_time_of_each_row_first(program: Program) -> None:
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    path = program.write("s.csv", "phone,text,send_at", f"37491000001,One,{day} 10:00", "37491000002,Two,")
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("schedule", path, "--at", f"{day} 12:30", "--tz", "Asia/Yerevan", *SEND)

    assert ended.code == 0
    assert [taken.parameters["sendingdate"] for taken in sandbox.taken] == [f"{day}T06:00:00", f"{day}T08:30:00"]
    assert f"scheduled from {day} 10:00 Asia/Yerevan = {day} 06:00 UTC" in ended.err


def test_a_time_needs_a_zone(program: Program) -> None:
    path = program.write("s.csv", *THREE)
    ended = program("schedule", path, "--at", "2099-12-01 10:00", *SEND, "--sandbox")
    assert ended.code == 2
    assert "has no time zone" in ended.err


def test_a_past_time_in_a_cell_is_that_rows_problem(program: Program) -> None:
    path = program.write(
        "s.csv", "phone,text,send_at", "37491000001,One,2020-01-01 10:00Z", "37491000002,Two,2099-01-01 10:00Z"
    )
    assert program("schedule", path, *SEND, "--sandbox").code == 1
    assert program.outcomes("s.sandbox.results.xlsx") == {"37491000001": "invalid", "37491000002": "accepted"}


# --- Refresh ---


def test_refresh_fills_statuses_in_until_they_are_final(program: Program) -> None:
    path = program.write("f.csv", *THREE)
    now = [1_800_000_000.0]
    with serve(clock=lambda: now[0]) as sandbox:
        program.use(sandbox)
        program("send", path, *SEND, "--results", program.folder / "f.results.csv")
        first = program("refresh", program.folder / "f.results.csv", "--json")
        now[0] += 60
        second = program("refresh", program.folder / "f.results.csv", "--json")
        third = program("refresh", program.folder / "f.results.csv", "--json")

    assert first.json["statuses"] == {"Pending": 3}
    assert second.json["statuses"] == {"Sent": 2, "TimeOut": 1}  # a few recipients of the sandbox end badly
    assert (second.json["asked"], third.json["asked"]) == (3, 0)
    assert [line["status_code"] for line in program.lines("f.results.csv")] == ["1", "3", "1"]


def test_a_rehearsals_refs_are_known_to_the_next_rehearsal(program: Program) -> None:
    path = program.write("f.csv", *THREE)
    program("send", path, *SEND, "--sandbox")
    ended = program("refresh", program.folder / "f.sandbox.results.xlsx", "--sandbox", "--json")
    assert (ended.code, ended.json["answered"]) == (0, 3)
    assert set(ended.json["statuses"]) <= {"Pending", "DeliveryToGateway", "DeliveredToNetwork", "Sent"}


def test_refresh_says_which_refs_could_not_be_asked(program: Program) -> None:
    path = program.write("f.csv", *THREE)

    def deaf(function: Function, _: Mapping[str, str]) -> Fault | None:
        return Fault(taken=False, cut=Cut.CLOSED) if function == "querymessage" else None

    with serve(faults=deaf) as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        ended = program("refresh", program.folder / "f.results.xlsx")

    assert ended.code == 1
    assert "could not be asked: 3 refs (the connection was lost after the request left)" in ended.out


def test_refresh_needs_a_results_file(program: Program) -> None:
    assert program("refresh", program.folder / "none.xlsx", "--sandbox").code == 2
    assert program("refresh", program.write("f.csv", *THREE), "--sandbox").code == 2


# --- Questions and refusals ---


def test_it_goes_on_only_when_the_number_of_messages_is_typed(program: Program) -> None:
    path = program.write("q.csv", *THREE)
    for typed, code, accepted in (("4", 3, None), ("", 3, None), ("yes", 3, None), ("3", 0, 3)):
        program.type(typed)
        ended = program("-q", "send", path, "--sender", "Shop", "--sandbox")
        assert (ended.code, "Type the number of messages (3) to go on" in ended.err) == (code, True)
        assert "│ One" in ended.err  # who is asked sees what about, also with --quiet
        assert (program.folder / "q.sandbox.results.xlsx").exists() is bool(accepted)


def test_a_thousand_may_be_typed_with_its_comma(program: Program) -> None:
    rows = [f"3749100{number:04},Hello" for number in range(1000)]
    path = program.write("k.csv", "phone,text", *rows)
    program.type("1,000")
    assert program("-q", "send", path, "--sender", "Shop", "--sandbox", "--workers", "4").code == 0


REFUSALS: list[tuple[str, tuple[str, ...], tuple[str, ...], int, str]] = [
    ("no terminal and no --yes", THREE, ("--sender", "Shop"), 2, "no terminal"),
    ("no sender", THREE, ("--yes",), 2, "no sender"),
    ("no body", ("phone", "37491000001"), SEND, 2, "nothing to say"),
    ("two bodies", THREE, (*SEND, "--body", "Hi"), 2, "--column body="),
    ("a time", THREE, (*SEND, "--at", "2099-01-01 10:00Z"), 2, "campaigns schedule"),
    ("times in the file", ("phone,text,send_at", "37491000001,Hi,2099-01-01 10:00Z"), SEND, 2, "campaigns schedule"),
    ("a results file", ("phone,text,outcome,ref", "37491000001,Hi,accepted,1"), SEND, 2, "is a results file"),
    ("an invalid row and --strict", (*THREE, "letters,Four"), (*SEND, "--strict"), 3, "--strict"),
    ("too dear", THREE, (*SEND, "--price", "999999"), 3, "does not cover the estimate"),
    ("an unknown header", THREE, (*SEND, "--column", "recipient=fone"), 2, "did you mean 'phone'"),
    ("contradicting options", THREE, (*SEND, "--only-new", "--retry-unknown"), 2, "contradict"),
    ("no such zone", THREE, (*SEND, "--tz", "Yerevan"), 2, "no time zone"),
    ("a name that is no file name", THREE, (*SEND, "--name", "a/b"), 2, "cannot be a campaign's name"),
    ("no price", THREE, (*SEND, "--price", "1,5"), 2, "is not a price"),
]


@pytest.mark.parametrize(
    ("rows", "options", "code", "said"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_what_is_refused_sends_nothing(
    program: Program, rows: tuple[str, ...], options: tuple[str, ...], code: int, said: str
) -> None:
    path = program.write("r.csv", *rows)
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, *options)
    assert (ended.code, sandbox.taken) == (code, [])
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_the_balance_may_be_exceeded_on_purpose(program: Program) -> None:
    path = program.write("r.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        assert program("send", path, *SEND, "--price", "999999", "--allow-short").code == 0


def test_the_results_never_go_over_the_recipients(program: Program) -> None:
    path = program.write("r.csv", *THREE)
    before = path.read_bytes()
    assert program("send", path, *SEND, "--sandbox", "--results", path).code == 2
    (program.folder / "other.csv").write_text("a,b\n1,2\n")
    assert program("send", path, *SEND, "--sandbox", "--results", program.folder / "other.csv").code == 2
    assert path.read_bytes() == before
    assert (program.folder / "other.csv").read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize("command", ["balance", "send", "refresh"])
def test_a_wrong_password_stops_before_the_first_answer(program: Program, command: str) -> None:
    path = program.write("w.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        path = program.write("w.csv", *THREE, "37491000004,Four")
        program.monkeypatch.setenv("MOBIPACE_PASSWORD", "wrong")
        arguments = {"balance": (), "send": (path, *SEND), "refresh": (program.folder / "w.results.xlsx",)}[command]
        ended = program(command, *arguments)
    assert ended.code == 4
    assert "701" in ended.err
    assert len(sandbox.taken) == 3


def test_settings_that_are_missing_are_named(program: Program) -> None:
    assert "MOBIPACE_USERNAME is not set" in program("balance").err
    program.monkeypatch.setenv("MOBIPACE_USERNAME", "u")
    assert "MOBIPACE_PASSWORD is not set" in program("balance").err
    program.monkeypatch.setenv("MOBIPACE_PASSWORD", "p")
    program.monkeypatch.setenv("MOBIPACE_URL", "http://example.com/")
    ended = program("balance")
    assert (ended.code, "plain http" in ended.err) == (2, True)


# --- Resuming ---


def test_a_limit_leaves_rows_for_later_and_the_same_command_continues(program: Program) -> None:
    path = program.write("l.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        codes = [program("send", path, *SEND, "--limit", "2").code for _ in range(3)]
    assert codes == [0, 0, 0]
    assert [taken.parameters["body"] for taken in sandbox.taken] == ["One", "Two", "Three"]


def test_a_sorted_file_with_more_columns_and_other_headers_is_the_same_campaign(program: Program) -> None:
    path = program.write("l.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        program.write("l.csv", "note;sms;mobile", "x;Three;37491000003", ";One;37491000001", "y;Two;37491000002")
        ended = program("send", path, *SEND)
    assert (ended.code, len(sandbox.taken)) == (0, 3)
    assert "nothing is left to submit" in ended.out


def test_a_changed_campaign_is_refused_with_the_field_and_the_way_out(program: Program) -> None:
    path = program.write("c.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        program.write(
            "c.csv", "phone,text", "37491000001,One!", "37491000002,Two", "37491000003,Three", "37491000004,Four"
        )
        refused = program("send", path, *SEND)
        assert (refused.code, len(sandbox.taken)) == (3, 3)
        assert "1 recipient of 'c' already got, or may have got" in refused.err
        assert "what differs: body" in refused.err
        held = program("send", path, *SEND, "--only-new")
        assert [taken.parameters["body"] for taken in sandbox.taken] == ["One", "Two", "Three", "Four"]
        assert held.code == 0
        another = program("send", path, "--sender", "Other", "--yes")
        assert (another.code, "what differs: body, sender" in another.err) == (3, True)
        program("send", path, *SEND, "--name", "c2", "--again")
        assert len(sandbox.taken) == 8


def test_a_file_saved_under_a_new_name_is_refused(program: Program) -> None:
    path = program.write("a.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        copy = program.write("b.csv", *THREE, "37491000004,Four")
        ended = program("send", copy, *SEND)
        assert (ended.code, len(sandbox.taken)) == (3, 3)
        assert "a.ledger.db" in ended.err
        assert program("send", copy, *SEND, "--again").code == 0
    assert len(sandbox.taken) == 7


def test_a_rehearsal_never_counts_as_the_real_thing(program: Program) -> None:
    path = program.write("a.csv", *THREE)
    program("send", path, *SEND, "--sandbox")
    with serve() as sandbox:
        program.use(sandbox)
        assert program("send", path, *SEND).code == 0
    assert len(sandbox.taken) == 3


def test_another_accounts_ledger_is_refused(program: Program) -> None:
    path = program.write("a.csv", *THREE)
    with serve() as sandbox:
        program.use(sandbox)
        program("send", path, *SEND, "--limit", "1")
    with serve(account=Account(username="other")) as sandbox:
        program.use(sandbox)
        assert program("send", path, *SEND).code == 3
    assert sandbox.taken == []


def test_a_second_run_on_the_same_ledger_is_refused(program: Program) -> None:
    path = program.write("a.csv", *THREE)
    with serve() as sandbox, Ledger(program.folder / "a.ledger.db"):
        program.use(sandbox)
        ended = program("send", path, *SEND)
    assert (ended.code, sandbox.taken) == (3, [])
    assert "another run holds a.ledger.db" in ended.err


def test_unknown_and_rejected_rows_are_submitted_again_only_when_asked_for(program: Program) -> None:
    path = program.write("u.csv", *THREE)
    wrong = Fault(taken=True, cut=Cut.CLOSED), Fault(taken=False, cut=Cut.RESET)
    with serve(faults=in_turn(*wrong)) as sandbox:
        program.use(sandbox)
        assert program("send", path, *SEND, "--price", "12").code == 1
        details = [line["detail"] for line in program.lines("u.results.xlsx")]
        assert "(balance lower by its cost: probably accepted)" in details[0]
        assert "(balance unchanged: probably not accepted)" in details[1]
        assert program.outcomes("u.results.xlsx") == {
            "37491000001": "unknown",
            "37491000002": "unknown",
            "37491000003": "accepted",
        }
        assert program("send", path, *SEND).code == 1
        assert len(sandbox.taken) == 2
        program.type("1")
        assert program("send", path, "--sender", "Shop", "--retry-unknown").code == 3  # there are two
        program.type("2")
        ended = program("send", path, "--sender", "Shop", "--retry-unknown")
        assert "2 messages may have been accepted before; whoever got theirs gets it twice." in ended.err
        assert (ended.code, len(sandbox.taken)) == (0, 4)


def test_a_test_message_stays_outside_the_ledger(program: Program) -> None:
    path = program.write("t.csv", "phone,text", "bad,Zero", *THREE[1:])
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND, "--test", "37491000099")
    assert ended.code == 0
    assert [(one.parameters["recipient"], one.parameters["body"]) for one in sandbox.taken] == [("37491000099", "One")]
    assert [one.name for one in program.folder.iterdir()] == ["t.csv"]


def test_duplicates_toggled_between_runs_send_each_occurrence_once(program: Program) -> None:
    path = program.write("d.csv", "phone,text", *["37491000001,One"] * 3)
    with serve() as sandbox:
        program.use(sandbox)
        counts = []
        for extra in ((), ("--keep-duplicates",), (), ("--keep-duplicates",)):
            program("send", path, *SEND, *extra)
            counts.append(len(sandbox.taken))
    assert counts == [1, 3, 3, 3]


# --- Stops and interrupts ---


def test_out_of_balance_stops_at_once_and_resumes(program: Program) -> None:
    path = program.write("b.csv", *THREE)
    with serve(account=Account(balance=Decimal(24), password=Secret("p"))) as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND)
        assert (ended.code, len(sandbox.taken)) == (4, 2)
        assert "out of balance (702)" in ended.err
        assert program.outcomes("b.results.xlsx")["37491000003"] == "pending"
        sandbox.balance = Decimal(12)
        assert program("send", path, *SEND).code == 0


def test_an_unregistered_sender_stops_after_ten(program: Program) -> None:
    path = program.write("b.csv", "phone,text", *[f"374910000{number:02},Hello" for number in range(30)])
    with serve(account=Account(senders=frozenset({"Shop"}))) as sandbox:
        program.use(sandbox)
        ended = program("send", path, "--sender", "Chop", "--yes")
        assert (ended.code, sandbox.taken) == (4, [])
        assert "the first 10 messages were all rejected with 700" in ended.err
        ended = program("send", path, *SEND)  # the sender differs: other messages
        assert (ended.code, len(sandbox.taken)) == (0, 30)


def test_ctrl_c_ends_cleanly_with_the_results_written(program: Program) -> None:
    path = program.write("i.csv", "phone,text", *[f"374910000{number:02},Hello" for number in range(20)])
    asked = []

    def interrupt(function: Function, parameters: Mapping[str, str]) -> Fault | None:
        if function == "send":
            asked.append(parameters["recipient"])
            if len(asked) == 5:
                signal.raise_signal(signal.SIGINT)
        return Fault(taken=True, delay=0.05) if function == "send" else None

    with serve(faults=interrupt) as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND)
        assert ended.code == 130
        assert "the same command resumes" in ended.err
        outcomes = [line["outcome"] for line in program.lines("i.results.xlsx")]
        assert outcomes.count("accepted") == len(sandbox.taken) < 20
        assert "unknown" not in outcomes
        assert program("send", path, *SEND).code == 0
    assert len(sandbox.taken) == 20


def test_a_second_ctrl_c_leaves_at_once_and_loses_nothing(program: Program) -> None:
    path = program.write("i.csv", *THREE)

    def interrupt(function: Function, _: Mapping[str, str]) -> Fault | None:
        if function != "send":
            return None
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.3)  # two at once would be one
        signal.raise_signal(signal.SIGINT)
        return Fault(taken=True, delay=0.5)

    with serve(faults=interrupt) as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND)
    assert ended.code == 130
    assert "left at once" in ended.err
    with serve() as sandbox:
        program.use(sandbox)
        assert program("send", path, *SEND).code == 1
    assert list(program.outcomes("i.results.xlsx").values()) == ["unknown", "accepted", "accepted"]


# --- Results that cannot be written ---


def test_results_that_are_open_elsewhere_before_the_run(program: Program) -> None:
    path = program.write("o.csv", *THREE)
    (program.folder / ".~lock.o.sandbox.results.xlsx#").touch()
    ended = program("send", path, *SEND, "--sandbox")
    assert (ended.code, "open in another program" in ended.err) == (2, True)


def test_results_opened_during_the_run_are_written_beside(program: Program) -> None:
    path = program.write("o.csv", *THREE)

    def lock(function: Function, _: Mapping[str, str]) -> None:
        if function == "send":
            (program.folder / ".~lock.o.results.csv#").touch()

    with serve(faults=lock) as sandbox:
        program.use(sandbox)
        ended = program("send", path, *SEND, "--results", program.folder / "o.results.csv")
        assert ended.code == 1
        assert "open in another program" in ended.err
        beside = next(program.folder.glob("o.results.2*.csv"))
        assert list(program.outcomes(beside.name).values()) == ["accepted"] * 3
        assert not (program.folder / "o.results.csv").exists()
        (program.folder / ".~lock.o.results.csv#").unlink()
        assert program("send", path, *SEND, "--results", program.folder / "o.results.csv").code == 0
    assert list(program.outcomes("o.results.csv").values()) == ["accepted"] * 3


# --- The program itself ---


def test_version_and_help(program: Program) -> None:
    assert program("--version").out == f"campaigns {__version__}\n"
    assert "Usage: campaigns send [OPTIONS] {FILE}" in program("send", "--help").out
    assert program("send").code == 2
    assert program("sned", "x").code == 2


def test_verbose_shows_each_exchange(program: Program) -> None:
    path = program.write("v.csv", *THREE)
    ended = program("-v", "send", path, *SEND, "--sandbox")
    assert ended.err.count("send 3749100000") == 3
    assert "querybalance" in ended.err


def test_python_m_campaigns_is_the_same_program(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "campaigns", "--version"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert run.stdout == f"campaigns {__version__}\n"


def test_the_sandbox_command_prints_the_settings_to_use_it_with(program: Program) -> None:
    command = [sys.executable, "-m", "campaigns", "sandbox", "--balance", "500"]
    flags: dict[str, Any] = {} if os.name != "nt" else {"creationflags": 0x200}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **flags) as served:
        try:
            assert served.stdout is not None
            for _ in range(3):
                name, _, value = served.stdout.readline().strip().partition("=")
                program.monkeypatch.setenv(name, value)
            assert program("balance").out == "500 AMD\n"
        finally:
            served.terminate()


def test_heavy_libraries_are_imported_only_where_they_are_needed() -> None:
    code = "import campaigns.cli, sys; print(sorted({'pandas', 'openpyxl', 'requests', 'jinja2'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
