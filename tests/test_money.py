"""Words and money in whole runs: what forces UNICODE, what it costs, and what the balance says afterwards."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import time_machine

from campaigns.gateway.faults import Cut, Fault
from campaigns.gateway.protocol import Function
from campaigns.gateway.sandbox import Account, Sandbox
from campaigns.planning.reckoning import by_gsm
from tests.running import SAMPLES, serve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.running import Program

SEND = ("--sender", "Shop", "--yes")
GREETING = "Dear {{ name }}, our spring sale begins on Monday at ten; we look forward to your visit"
GUESTS = ("phone,name", "37491000001,Ani", "37491000002,O’Neil", "79160000000,Pаul")
CARD = ("prefix,price,name", "374,12,Armenia (any)", "37491,10.5,Viva")


def visits(program: Program) -> tuple[Path, str, Path]:
    for name in ("visits.csv", "visits.txt"):
        shutil.copy(SAMPLES / name, program.folder)
    return program.folder / "visits.csv", "--body-file", program.folder / "visits.txt"


# --- What forces UNICODE ---


def test_an_apostrophe_in_one_name_is_named_with_what_it_costs(program: Program) -> None:
    ended = program("check", program.write("guests.csv", *GUESTS), "--body", GREETING, "--price", "12")

    assert ended.code == 0
    assert ended.out.endswith(
        "what forces UNICODE\n"
        "       1  ’ RIGHT SINGLE QUOTATION MARK (U+2019), from the column 'name', in row 3\n"
        "       1  а CYRILLIC SMALL LETTER A (U+0430), from the column 'name', in row 4\n"
        "--smart replaces 1 kind of look-alikes in 1 row: 1 segment, 12 less\n"
    )


def test_smart_replaces_look_alikes_in_template_and_values(program: Program) -> None:
    path = program.write("guests.csv", *GUESTS)
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, "--body", "“Hi” {{ name }} – https://shop.am/a–b", *SEND, "--smart")
        assert ended.code == 0
        assert [taken.parameters["body"] for taken in sandbox.taken] == [
            # A link is left as it is, so these stay UNICODE, and nothing is gained by the rest.
            "“Hi” Ani – https://shop.am/a–b",
            "“Hi” O’Neil – https://shop.am/a–b",
            "“Hi” Pаul – https://shop.am/a–b",
        ]
        program("send", path, "--name", "again", "--body", "“Hi” {{ name }} – bye", *SEND, "--smart", "--again")

    assert [taken.parameters["body"] for taken in sandbox.taken[3:]] == [
        '"Hi" Ani - bye',
        '"Hi" O\'Neil - bye',
        "“Hi” Pаul – bye",
    ]
    assert [line["encoding"] for line in program.lines("again.results.xlsx")] == ["LATIN", "LATIN", "UNICODE"]


def test_smart_replaces_look_alikes_in_body_cells(program: Program) -> None:
    path = program.write("cells.csv", "phone,text", "37491000001,It’s “on”…", "37491000002,Բարև – Անի")
    ended = program("check", path, "--smart", "--json").json

    assert ended["smart"] == {
        "applied": True,
        "look_alikes": ["’", "“", "”", "…"],
        "rows": 1,
        "segments": 0,
        "cost": None,
    }
    assert [(one["source"], one["rows"], one["first_rows"]) for one in ended["unicode"]] == [
        ("text", 1, [3]),
        ("text", 1, [3]),
    ]
    assert ended["unicode"][1]["characters"] == [{"character": "–", "code_point": "U+2013", "name": "EN DASH"}]


def test_a_forgotten_smart_is_a_changed_campaign(program: Program) -> None:
    path = program.write("guests.csv", *GUESTS)
    with serve() as sandbox:
        program.use(sandbox)
        assert program("send", path, "--body", "Hi {{ name }} – bye", *SEND, "--smart").code == 0
        ended = program("send", path, "--body", "Hi {{ name }} – bye", *SEND)

    assert ended.code == 3
    assert "what differs: body" in ended.err
    assert len(sandbox.taken) == 3


# --- Prices ---


def test_an_estimate_by_rate_card_names_who_has_no_rate(program: Program) -> None:
    path = program.write("guests.csv", *GUESTS)
    rates = program.write("rates.csv", *CARD)

    ended = program("estimate", path, "--body", GREETING, "--rates", rates, "--sandbox")

    assert ended.code == 0
    assert ended.out.endswith(
        "  destination             messages    segments          cost\n"
        "  Viva                           2           3      31.5 AMD\n"
        "  Russia                         1           2       unknown\n"
        "\n"
        "  balance      1,000,000   AMD\n"
        "the cost is not known: 1 recipient without a rate in --rates, row 4\n"
        "\n"
        "counted by this rule: a character outside ASCII, a tab or a backtick makes a message UNICODE (70\n"
        "alone, 67 a part); else it is LATIN (160, 153). Where the gateway's own count is not documented, as\n"
        "for é or £, this errs high\n"
    )
    assert "       1  recipient has no rate in --rates, in row 4\n" in ended.out


def test_the_rows_of_a_rate_card_carry_their_own_costs(program: Program) -> None:
    rows = ("phone,text", "37491000001,One", "37477000002,Two", "79160000000,Three")
    path, rates = program.write("three.csv", *rows), program.write("rates.csv", *CARD)
    with serve() as sandbox:
        program.use(sandbox)
        ended = program("send", path, "--rates", rates, *SEND)

    assert ended.code == 0
    assert "warning: the cost is not known: 1 recipient without a rate in --rates, row 4\n" in ended.err
    assert [line["cost"] for line in program.lines("three.results.xlsx")] == ["10.5", "12", ""]


def test_what_is_known_of_the_cost_can_be_too_much_already(program: Program) -> None:
    path, rates = program.write("guests.csv", *GUESTS), program.write("rates.csv", *CARD)
    arguments = (path, "--body", GREETING, "--rates", rates)
    with serve(account=Account(balance=Decimal(31))) as sandbox:
        program.use(sandbox)
        estimated = program("estimate", *arguments)
        refused = program("send", *arguments, *SEND)
        allowed = program("send", *arguments, *SEND, "--allow-short")

    assert (estimated.code, refused.code, allowed.code) == (3, 3, 4)  # and the gateway stops it, out of balance
    assert "the balance does not cover the estimate" in estimated.err
    assert "does not cover the estimate (31.5 AMD)" in refused.err


@pytest.mark.parametrize(
    ("card", "options", "message"),
    [
        (CARD, ("--price", "12"), "--price and --rates: give one of them"),
        ((*CARD, "374,13"), (), "rates.csv, line 4: the prefix 374 stands in line 2 already"),
        (("prefix,price",), (), "rates.csv holds no rates"),
    ],
)
def test_a_rate_card_that_cannot_be_meant_is_refused(
    program: Program, card: tuple[str, ...], options: tuple[str, ...], message: str
) -> None:
    path, rates = program.write("guests.csv", *GUESTS), program.write("rates.csv", *card)
    ended = program("check", path, "--body", "Hi", "--rates", rates, *options)
    assert ended.code == 2
    assert f"error: {message}" in ended.err


def test_a_rate_card_that_cannot_be_read_is_refused(program: Program) -> None:
    path = program.write("guests.csv", *GUESTS)
    (program.folder / "rates.csv").write_bytes(b"374,12,\xff\xfe\n")
    for name, message in (("rates.csv", "is not UTF-8 text"), ("none.csv", "cannot be read")):
        ended = program("check", path, "--body", "Hi", "--rates", program.folder / name)
        assert ended.code == 2
        assert message in ended.err


# --- The bill ---


def test_a_gateway_that_counts_by_another_rule_is_found_out(program: Program) -> None:
    rows = ("phone,name", "37491000001,Ani", "37491000002,Zoé")
    body = GREETING
    with Sandbox(by_gsm, Account()) as sandbox:
        program.use(sandbox)
        ended = program("send", program.write("guests.csv", *rows), "--body", body, "--price", "12", *SEND)

    assert ended.code == 0
    assert "spent 24 AMD, 12 AMD less than the 36 AMD estimated for what was accepted; " in ended.out
    assert (
        "likely reason: the gateway counts by another rule: "
        "letters of the GSM alphabet outside ASCII (é, ü, £, €) leave a message LATIN\n"
    ) in ended.out


def test_an_unknown_row_that_was_charged_is_the_likely_reason(program: Program) -> None:
    def fails(function: Function, parameters: Mapping[str, str]) -> Fault | None:
        lost = function is Function.SEND and parameters["recipient"].endswith("2")
        return Fault(taken=True, cut=Cut.CLOSED) if lost else None

    path = program.write("three.csv", "phone,text", "37491000001,One", "37491000002,Two", "37491000003,Three")
    with serve(faults=fails) as sandbox:
        program.use(sandbox)
        facts = program("send", path, *SEND, "--price", "12", "--json").json
        later = program("estimate", path)

    assert facts["reckoning"] == {
        "estimated": "24",
        "spent": "36",
        "difference": "12",
        "likely_reason": "the unknown row was charged: the gateway took what it did not confirm",
        "measured_price": None,
    }
    assert "measured" not in later.out


def test_a_bill_measures_the_price_for_the_next_estimate(program: Program) -> None:
    first = program.write("first.csv", "phone,text", "37491000001,One", f"37491000002,{'x' * 200}")
    second = program.write("second.csv", "phone,text", "37491000003,Three")
    with serve(account=Account(price=Decimal("10.5"))) as sandbox:
        program.use(sandbox)
        sent = program("send", first, *SEND)
        with time_machine.travel("2026-11-23 12:00Z"):
            estimated = program("estimate", second)
        priced = program("estimate", second, "--price", "12")
        facts = program("estimate", second, "--json").json
        asked = program("send", second, *SEND)

    assert "spent 31.5 AMD, which is 10.5 AMD a segment; the balance is 999,968.5 AMD\n" in sent.out
    assert "the cost is not known: there is no --price and no --rates\n" in estimated.out
    line = "at the measured price about 10.5 AMD: 10.5 AMD a segment, by the bill of "
    assert line in estimated.out
    assert "(first.ledger.db)\n" in estimated.out
    assert "measured" not in priced.out
    assert (facts["measured"]["price"], facts["measured"]["cost"], facts["cost"]) == ("10.5", "10.5", None)
    assert line in asked.err
    assert not (program.folder / "second.sandbox.ledger.db").exists()


def test_an_estimate_leaves_nothing_behind(program: Program) -> None:
    path = program.write("guests.csv", *GUESTS)
    assert program("estimate", path, "--body", "Hi", "--sandbox").code == 0
    assert [one.name for one in program.folder.iterdir()] == ["guests.csv"]


def test_a_measured_price_that_the_balance_does_not_cover_warns(program: Program) -> None:
    first = program.write("first.csv", "phone,text", "37491000001,One")
    second = program.write("second.csv", "phone,text", "37491000003,Three")
    with serve(account=Account(balance=Decimal(20))) as sandbox:
        program.use(sandbox)
        program("send", first, *SEND)
        ended = program("estimate", second)

    assert ended.code == 0  # a measured price is a courtesy, and refuses nothing
    assert "warning: at the measured price the balance does not cover it\n" in ended.err


# --- Before it goes out ---


def test_the_preview_shows_where_a_message_breaks(program: Program) -> None:
    path = program.write("long.csv", "phone,text", f"37491000001,{'Ա' * 66}😀 ավարտ")
    program.type("no")
    ended = program("send", path, "--sender", "Shop", "--sandbox")

    assert ended.code == 3
    assert (
        "The first, longest, dearest message: row 2, from Shop to 37491000001, 2 segments UNICODE\n"
        f"  1 │ {'Ա' * 66}\n"
        "  2 │ 😀 ավարտ\n"
        "\nFor registered persons the gateway puts the username in the sender's place.\n"
    ) in ended.err


@pytest.mark.parametrize(
    ("rate", "line"),
    [
        ("0.001", "submitting takes about 34 minutes and ends at 2026-12-01 12:33 Asia/Yerevan"),
        ("1000", "submitting takes under a minute and ends at 2026-12-01 12:00 Asia/Yerevan"),
    ],
)
def test_how_long_it_takes_and_when_it_ends(program: Program, rate: str, line: str) -> None:
    path = program.write("three.csv", "phone,text", "37491000001,One", "37491000002,Two", "37491000003,Three")
    program.type("no")
    with time_machine.travel("2026-12-01 08:00Z", tick=False):
        ended = program("send", path, "--sender", "Shop", "--sandbox", "--rate", rate, "--tz", "Asia/Yerevan")
    assert f"{line}\n" in ended.err
    assert "Yerevan, when" not in ended.err


def test_a_run_that_goes_on_into_the_night_says_whom_it_wakes(program: Program) -> None:
    path = program.write("three.csv", "phone,text", "79160000000,One", "37491000002,Two", "37491000003,Three")
    program.type("no")
    with time_machine.travel("2026-12-01 16:45Z", tick=False):  # 20:45 in Yerevan; a message every 1,000 seconds
        ended = program("send", path, "--sender", "Shop", "--sandbox", "--rate", "0.001")
    assert (
        "warning: 2 messages would go to Armenian numbers between 21:00 and 10:00 in Yerevan, when operators deliver "
        "nothing; first in row 3\n"
    ) in ended.err


def test_a_sample_in_three_alphabets(program: Program) -> None:
    facts = program("check", *visits(program), "--price", "12", "--json").json

    assert [(problem["row"], problem["text"]) for problem in facts["problems"]] == [(8, "soon")]
    assert facts["smart"] == {"applied": False, "look_alikes": ["’"], "rows": 1, "segments": 1, "cost": "12"}
    by_source = [(one["characters"][0]["character"], one["source"], one["rows"]) for one in facts["unicode"]]
    assert ("’", "Անուն", 1) in by_source
    assert ("О", "Անուն", 2) in by_source  # Ольга, and the Cyrillic letter in Pаul
