"""What a campaign cost so far is added up run by run, and said to be less than whole after a run without a bill."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from campaigns.delivery import spending
from campaigns.delivery.ledger import Ledger
from campaigns.delivery.spending import Spending
from campaigns.gateway.faults import Fault, in_turn, text
from campaigns.gateway.sandbox import Sandbox
from campaigns.planning.segments import count

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Program


def test_runs_are_added_up(tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.ledger.db") as ledger:
        assert spending.of(ledger) is None
        for amount in ("12.5", "7.5"):
            spending.end(ledger, spending.begin(ledger), Decimal(amount), "AMD")
        assert spending.of(ledger) == Spending(Decimal("20.0"), "AMD", whole=True)


def test_a_run_without_a_bill_leaves_the_sum_less_than_whole(tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.ledger.db") as ledger:
        spending.end(ledger, spending.begin(ledger), Decimal(12), "AMD")
        spending.begin(ledger)  # and killed
        spending.end(ledger, spending.begin(ledger), Decimal(12), "AMD")
        assert spending.of(ledger) == Spending(Decimal(24), "AMD", whole=False)


def _summary(path: Path) -> dict[object, object]:
    sheet = load_workbook(path)["Summary"]
    return {row[0]: row[1] for row in sheet.iter_rows(max_col=2, values_only=True)}


def test_the_summary_and_the_report_tell_it_also_after_a_refresh(program: Program) -> None:
    path = program.write("spring.csv", "phone,text", "37491000001,Hello", "37491000002,Hello", "37491000003,Hello")
    with Sandbox(lambda body: count(body).segments) as sandbox:
        program.use(sandbox)
        program("send", path, "--sender", "Shop", "--yes", "--limit", "1")
        program("send", path, "--sender", "Shop", "--yes")
        results = program.folder / "spring.results.xlsx"
        assert _summary(results)["spent, by the balance"] == "36 AMD"
        program("refresh", results)
    assert _summary(results)["spent, by the balance"] == "36 AMD"
    assert program("report", results, "--json").json["spent"] == "36 AMD"


def test_after_a_run_that_was_stopped_it_is_at_least_so_much(program: Program) -> None:
    path = program.write("spring.csv", "phone,text", "37491000001,Hello", "37491000002,Hello")
    faults = in_turn(None, Fault(taken=False, answer=text("Err: 702: OutOfBalance")))
    with Sandbox(lambda body: count(body).segments, faults=faults) as sandbox:
        program.use(sandbox)
        program("send", path, "--sender", "Shop", "--yes", "--limit", "1")
        assert program("send", path, "--sender", "Shop", "--yes").code == 4
    assert _summary(program.folder / "spring.results.xlsx")["spent, by the balance"] == "at least 12 AMD"
