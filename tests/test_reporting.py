"""Whole runs of report: the campaign at a glance, rows exported, doubtful answers for the gateway's support."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from campaigns.gateway.faults import Cut, Fault, page, text
from campaigns.gateway.protocol import Function
from campaigns.spreadsheets.results import write_results
from campaigns.spreadsheets.statuses import StatusCells, fill_statuses
from campaigns.spreadsheets.summary_sheet import About
from tests.running import serve
from tests.spreadsheets.making import CHECKED, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.running import Program

SEND = ("--sender", "Shop", "--yes")


def results(path: Path) -> Path:
    """Results of eight rows, of everything something."""
    lines = [
        *(line(number, f"Name {number}") for number in range(1, 5)),
        line(5, "Name 5", outcome="rejected", ref="", code="705", detail="no such number"),
        line(6, "Name 6", outcome="invalid", ref="", recipient="091 00", submitted_at=None),
        line(7, "Name 7", outcome="unknown", ref="", code="713"),
        line(8, "Name 8", outcome="skipped", ref="", submitted_at=None),
    ]
    write_results(path, lines, ["name"], lambda _: False, About("spring", "spring.xlsx"))
    told = {"r1": ("Sent", 1), "r2": ("NotSent", 8), "r3": ("Pending", 0)}
    fill_statuses(path, {ref: StatusCells(*status, CHECKED) for ref, status in told.items()})
    return path


# --- At a glance ---


def test_the_terminal_shows_the_campaign_at_a_glance(program: Program) -> None:
    path = results(program.folder / "spring.results.xlsx")

    ended = program("report", path)

    assert ended.code == 1
    assert ended.out == (
        "spring: 8 rows of spring.xlsx\n"
        "submitted 2026-12-01 06:00 UTC\n"
        "statuses as of 2026-12-02 06:30 UTC\n"
        "\n"
        "  outcome               messages\n"
        "  accepted                     4   ████████████             50%\n"
        "  rejected                     1   ███                      12%\n"
        "  unknown                      1   ███                      12%\n"
        "  invalid                      1   ███                      12%\n"
        "  skipped                      1   ███                      12%\n"
        "\n"
        "  status                messages\n"
        "  Sent                         1   ██████                   25%\n"
        "  NotSent                      1   ██████                   25%\n"
        "  Pending                      1   ██████                   25%\n"
        "\n"
        "  segments                     6   4 of them accepted\n"
        "  cost                        75   50 of it accepted, as estimated\n"
        "\n"
        "needs attention\n"
        "       1  unknown: may have been accepted, row 8\n"
        "          see their details; send --retry-unknown submits them again, twice for some\n"
        "       1  rejected: were rejected, row 6\n"
        "          correct the rows, or give send --retry-rejected\n"
        "       1  invalid: failed the checks, row 7\n"
        "          correct the rows in the recipient file and run the same command again\n"
        "       1  NotSent: could not be delivered: wrong destination, or a fault of the gateway, row 3\n"
        "          check the numbers\n"
        "\n"
        f"next: campaigns refresh {path}\n"
    )


def test_json_has_a_stable_shape(program: Program) -> None:
    path = results(program.folder / "spring.results.csv")

    ended = program("report", path, "--json")

    assert ended.code == 1
    assert ended.json == {
        "results": str(path),
        "campaign": "spring",
        "file": None,  # a CSV has no summary sheet to remember it
        "rows": 8,
        "outcomes": {"accepted": 4, "rejected": 1, "unknown": 1, "invalid": 1, "skipped": 1, "pending": 0},
        "statuses": {
            **dict.fromkeys(("Pending", "Sent", "NotSent"), 1),
            **dict.fromkeys(("DeliveredToNetwork", "TimeOut", "OutOfBalance", "Scheduled"), 0),
            **dict.fromkeys(("DeliveryToGateway", "IncorrectRecipient", "Unknown"), 0),
        },
        "delivered": 1,
        "on_its_way": 2,
        "needs_attention": 4,
        "not_final": 2,
        "segments": 6,
        "cost": "75.0",
        "spent": None,
        "accepted": {"segments": 4, "cost": "50.0"},
        "destinations": [{"name": "Armenia", "messages": 6, "delivered": 1, "segments": 6, "cost": "75.0"}],
        "submitted": {"first": "2026-12-01T06:00:00Z", "last": "2026-12-01T06:00:00Z"},
        "scheduled": None,
        "checked": "2026-12-02T06:30:15Z",
        "attention": [
            {
                "name": name,
                "rows": 1,
                "what": ended.json["attention"][place]["what"],
                "advice": ended.json["attention"][place]["advice"],
                "row_numbers": [row],
            }
            for place, (name, row) in enumerate([("unknown", 8), ("rejected", 6), ("invalid", 7), ("NotSent", 3)])
        ],
        "next": f"campaigns refresh {path}",
    }


def test_a_campaign_that_went_well_needs_nothing(program: Program) -> None:
    path = program.folder / "a.results.csv"
    write_results(path, [line(1)], [], lambda _: False)
    fill_statuses(path, {"r1": StatusCells("Sent", 1, CHECKED)})
    ended = program("report", path)
    assert ended.code == 0
    assert "needs attention" not in ended.out
    assert ended.out.endswith("all statuses are final\n")


def test_a_rehearsals_next_command_is_a_rehearsal(program: Program) -> None:
    path = program.write("a b.csv", "phone,text", "37491000001,Hi")
    program("send", path, *SEND, "--sandbox")
    out = program("report", "a b.sandbox.results.xlsx").out
    assert out.endswith('next: campaigns refresh "a b.sandbox.results.xlsx" --sandbox\n')


@pytest.mark.parametrize("name", ["none.xlsx", "phones.csv"])
def test_a_report_needs_a_results_file(program: Program, name: str) -> None:
    program.write("phones.csv", "phone,text", "37491000001,Hi")
    for more in ((), ("--json",), ("--support",), ("--export", "unknown", "out.csv")):
        assert program("report", name, *more).code == 2
    assert not (program.folder / "out.csv").exists()


# --- Export ---


def cells(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("unknown", ["7"]),
        ("rejected", ["5"]),
        ("NotSent", ["2"]),
        ("notsent", ["2"]),
        ("accepted", ["1", "2", "3", "4"]),
    ],
)
def test_rows_of_an_outcome_or_a_status_are_exported(program: Program, wanted: str, ids: str) -> None:
    path = results(program.folder / "spring.results.xlsx")

    ended = program("report", path, "--export", wanted, "out.csv")

    assert ended.code == 0
    assert ended.out.endswith("next: campaigns check out.csv\n")
    assert [one["name"] for one in cells(program.folder / "out.csv")] == [f"Name {id_}" for id_ in ids]
    assert list(cells(program.folder / "out.csv")[0]) == ["recipient", "sender", "body", "name"]


def test_a_word_that_no_row_has_gets_the_nearest(program: Program) -> None:
    path = results(program.folder / "spring.results.csv")
    ended = program("report", path, "--export", "rejcted", "out.csv")
    assert ended.code == 2
    assert "no row has the outcome or status 'rejcted' (did you mean 'rejected'?)" in ended.err


def test_a_word_that_is_an_outcome_and_a_status_must_be_written_as_it_stands(program: Program) -> None:
    path = results(program.folder / "spring.results.csv")
    fill_statuses(path, {"r4": StatusCells("Unknown", 703, CHECKED)})
    assert "may be Unknown or unknown" in program("report", path, "--export", "UNKNOWN", "out.csv").err
    program("report", path, "--export", "Unknown", "out.csv")
    assert [one["name"] for one in cells(program.folder / "out.csv")] == ["Name 4"]


@pytest.mark.parametrize("out", ["again.xlsx", "again.csv"])
def test_what_is_exported_asks_for_the_same_again(program: Program, out: str) -> None:
    """Recipient, sender, body, time, kind of message and own columns: a second gateway gets what the first one got."""
    program.write(
        "s.csv",
        "phone,text,send_at,wap_push,sender,city",
        '37491000001,"Հարգելի Անի,\n‘hello’",2099-01-01 10:00+04:00,yes,Shop,Gyumri',
        "37491000002,Two,2099-01-01 10:00:30Z,no,Shop,0012",
        "37491000003,Two,2099-01-01 10:00Z,,Other,",
    )

    def schedule(name: str, faults: Callable[..., Fault | None] | None) -> list[Any]:
        with serve(faults=faults) as sandbox:
            program.use(sandbox)
            assert program("schedule", program.folder / name, "--yes", "--again").code == (1 if faults else 0)
            return [taken.parameters for taken in sandbox.taken]

    first = schedule("s.csv", _lost)
    told = program("report", "s.results.xlsx", "--export", "unknown", out)
    assert told.code == 0
    assert "3 rows of it were accepted, or may have been" in told.err

    assert len(first) == 3
    assert schedule(out, None) == first


def _lost(function: Function, _: Mapping[str, str]) -> Fault | None:
    return Fault(taken=True, cut=Cut.CLOSED) if function is Function.SCHEDULE else None


def test_an_export_never_goes_over_a_file(program: Program) -> None:
    path = results(program.folder / "spring.results.csv")
    (program.folder / "out.xlsx").write_text("precious")
    for out in ("out.xlsx", path, "out.txt", program.folder):
        assert program("report", path, "--export", "unknown", out).code == 2
    assert (program.folder / "out.xlsx").read_text() == "precious"


def test_a_text_that_a_csv_would_run_as_a_formula_goes_into_a_workbook(program: Program) -> None:
    path = program.folder / "a.results.csv"
    write_results(path, [line(1, body="-20% today!", outcome="rejected", ref="")], [], lambda _: False)
    ended = program("report", path, "--export", "rejected", "out.csv")
    assert ended.code == 2
    assert "export to .xlsx" in ended.err
    assert program("report", path, "--export", "rejected", "out.xlsx").code == 0
    assert program("check", "out.xlsx").code == 0


def test_invalid_rows_come_back_as_they_were_found(program: Program) -> None:
    path = program.write("bad.csv", "Phone Number,text,name", "091 00,Hi,Ani", "37491000001,Hi,Ara")
    program("send", path, *SEND, "--sandbox")
    program("report", "bad.sandbox.results.xlsx", "--export", "invalid", "out.csv")
    assert cells(program.folder / "out.csv") == [{"recipient": "091 00", "sender": "Shop", "body": "Hi", "name": "Ani"}]
    checked = program("check", "out.csv", "--json")
    assert (checked.json["rows"], checked.json["invalid"]) == (1, 1)


def test_times_that_are_past_and_rows_that_were_edited_are_named(program: Program) -> None:
    path = program.folder / "a.results.csv"
    lines = [line(n, send_at=CHECKED.replace(year=2020), outcome="rejected", ref="") for n in (1, 2)]
    write_results(path, lines, [], lambda _: False)
    err = program("report", path, "--export", "rejected", "out.csv").err
    assert "2 rows of it were scheduled for a time that is past" in err
    assert "2 rows of it were edited in the results" in err  # made-up ids: no reading of the line gives them


# --- Support ---


def test_the_support_gets_requests_and_raw_replies_and_no_password(program: Program) -> None:
    path = program.write("s.csv", "phone,text", *(f"3749100000{n},Message & {n}" for n in range(1, 6)))
    replies = {
        "37491000001": text("Err: 713 : internal"),
        "37491000002": text("Err: 712 : timed out"),
        "37491000003": page(500),
        "37491000004": text("Err: 705 : date"),
    }

    def choose(function: Function, parameters: Mapping[str, str]) -> Fault | None:
        answer = replies.get(parameters.get("recipient", ""))
        return Fault(taken=False, answer=answer) if function is Function.SEND and answer else None

    with serve(faults=choose) as sandbox:
        program.use(sandbox)
        program("send", path, *SEND)
        ended = program("report", "s.results.xlsx", "--support")
        told = program("report", "s.results.xlsx", "--support", "--json")

    assert (ended.code, told.code) == (0, 0)
    assert ended.out.startswith("3 requests that the gateway did not answer clearly; login and password are left out\n")
    assert "request: function=send&sender=Shop&recipient=37491000001&body=Message%20%26%201\n" in ended.out
    assert "   | Err: 713 : internal\n" in ended.out
    assert sandbox.account.password.reveal() not in ended.out + told.out
    assert [one["code"] for one in told.json["pairs"]] == ["713", "712", "HTTP 500"]


def test_the_support_needs_the_ledger(program: Program) -> None:
    path = results(program.folder / "spring.results.csv")
    ended = program("report", path, "--support")
    assert ended.code == 2
    assert "spring.ledger.db is not beside the results" in ended.err


def test_a_clear_campaign_has_nothing_for_the_support(program: Program) -> None:
    path = program.write("s.csv", "phone,text", "37491000001,Hi")
    program("send", path, *SEND, "--sandbox", "--results", "other.xlsx")
    before = (program.folder / "s.sandbox.ledger.db").read_bytes()
    ended = program("report", "other.xlsx", "--support")  # found by the campaign's name, and that it is a rehearsal's
    assert (ended.code, "nothing to ask the support" in ended.out) == (0, True)
    assert (program.folder / "s.sandbox.ledger.db").read_bytes() == before


def test_a_rehearsal_under_any_name_stays_one(program: Program) -> None:
    path = program.write("s.csv", "phone,text", "37491000001,Hi")
    program("send", path, *SEND, "--sandbox", "--results", "other.xlsx")
    assert program("report", "other.xlsx").out.endswith("next: campaigns refresh other.xlsx --sandbox\n")


def test_real_refs_are_not_asked_for_in_a_rehearsal(program: Program) -> None:
    path = program.folder / "real.results.csv"
    path.write_text("outcome,ref,status\naccepted,4711-A,\n", "utf-8")
    ended = program("refresh", path, "--sandbox")
    assert (ended.code, "leave --sandbox out" in ended.err) == (2, True)
    assert path.read_text("utf-8") == "outcome,ref,status\naccepted,4711-A,\n"


def test_statuses_without_refs_are_told_of(program: Program) -> None:
    path = program.folder / "a.results.csv"
    path.write_text("outcome,ref,status\naccepted,,Sent\n", "utf-8")
    assert "nothing was submitted yet" in program("report", path).out


def test_an_export_keeps_a_persons_columns_as_they_stand(program: Program) -> None:
    path = program.write("s.csv", "phone,First Name,Amount,Նշում", "37491000001,Ani,5,ա")
    program("send", path, *SEND, "--sandbox", "--body", "Hi {{ First_Name }}")
    program("report", "s.sandbox.results.xlsx", "--export", "accepted", "again.csv")
    header = (program.folder / "again.csv").read_text("utf-8-sig").splitlines()[0]
    assert header == "recipient,sender,body,First Name,Amount,Նշում"
    again = program("check", "again.csv", "--column", "body=", "--body", "Hi {{ First_Name }}", "--json").json
    assert again["sendable"] == 1
