"""What people do to files between runs, and what must come of it: a clear refusal, and never a second message."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.running import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from campaigns.gateway.sandbox import Sandbox
    from tests.running import Program

THREE = ("phone,text", "37491000001,One", "37491000002,Two", "37491000003,Three")
SEND = ("--sender", "Shop", "--yes")


@pytest.fixture
def sandbox(program: Program) -> Iterator[Sandbox]:
    with serve() as served:
        program.use(served)
        yield served


def damage_by_sql(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with sqlite3.connect(path) as db:
            db.execute(statement)
        db.close()

    return damage


def cut_off(size: int) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, size)


def flip_a_letter_of_a_recipient(path: Path) -> None:
    content = path.read_bytes()
    at = content.rindex(b"37491000002Shop")
    path.write_bytes(content[:at] + b"9" + content[at + 1 :])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "emptied": cut_off(0),
    "cut to one byte": cut_off(1),
    "cut to its first page": cut_off(4096),
    "one letter changed": flip_a_letter_of_a_recipient,
    "attempts deleted": damage_by_sql("DELETE FROM attempt"),
    "the last attempt deleted": damage_by_sql("DELETE FROM attempt WHERE number = 3"),
    "a message deleted": damage_by_sql("DELETE FROM message WHERE recipient = '37491000002'"),
    "another program's": damage_by_sql("PRAGMA application_id = 7"),
    "of a later version": damage_by_sql("PRAGMA user_version = 99"),
}


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("results_are_there", [True, False])
def test_a_damaged_ledger_is_refused_and_left_as_it_is(
    program: Program, sandbox: Sandbox, name: str, results_are_there: bool
) -> None:
    path, ledger = program.write("a.csv", *THREE), program.folder / "a.ledger.db"
    program("send", path, *SEND)
    if not results_are_there:
        (program.folder / "a.results.xlsx").unlink()
    DAMAGES[name](ledger)
    before = ledger.read_bytes()

    ended = program("send", path, *SEND)

    assert (ended.code, len(sandbox.taken)) == (3, 3), ended.err
    assert "Traceback" not in ended.err
    assert ledger.read_bytes() == before


def test_a_lost_ledger_is_noticed_by_the_results(program: Program, sandbox: Sandbox) -> None:
    path = program.write("a.csv", *THREE)
    program("send", path, *SEND)
    (program.folder / "a.ledger.db").unlink()

    ended = program("send", path, *SEND)

    assert (ended.code, len(sandbox.taken)) == (3, 3)
    assert "tells of 3 submitted messages that this campaign's ledger does not know" in ended.err


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_ledger_whose_log_was_lost_after_a_kill_is_refused(program: Program, sandbox: Sandbox) -> None:
    path = program.write("a.csv", "phone,text", *[f"3749100{number:04},Hello" for number in range(200)])
    command = [sys.executable, "-m", "campaigns", "send", str(path), *SEND, "--rate", "50"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while len(sandbox.taken) < 3:
            time.sleep(0.01)
        run.kill()
    taken = len(sandbox.taken)
    log = program.folder / "a.ledger.db-wal"
    kept = log.read_bytes()
    log.unlink()

    ended = program("send", path, *SEND)
    assert (ended.code, len(sandbox.taken)) == (3, taken)
    assert "a.ledger.db-wal is missing" in ended.err

    log.write_bytes(kept)
    assert program("send", path, *SEND, "--limit", "1").code in (0, 1)  # 1 if a message was under way: it is unknown
    recipients = [one.parameters["recipient"] for one in sandbox.taken]
    assert len(set(recipients)) == len(recipients) == taken + 1


def test_another_campaigns_results_are_never_written_over(program: Program, sandbox: Sandbox) -> None:
    first = program.write("a.csv", *THREE)
    second = program.write("b.csv", "phone,text", "37491000001,Other")
    results = program.folder / "a.results.xlsx"
    program("send", first, *SEND)
    before = results.read_bytes()
    for command in ((second, *SEND), (first, *SEND, "--sandbox"), (second, *SEND, "--sandbox")):
        assert program("send", *command, "--results", results).code == 3
    assert len(sandbox.taken) == 3
    assert results.read_bytes() == before


@pytest.mark.usefixtures("sandbox")
def test_a_line_with_a_ref_is_never_removed(program: Program) -> None:
    path = program.write("a.csv", *THREE)
    program("send", path, *SEND)
    program.write("a.csv", *THREE[:2])
    assert program("send", path, *SEND).code == 0
    assert len(program.lines("a.results.xlsx")) == 3


@pytest.mark.parametrize("name", ["x.sandbox", "X.SANDBOX", "a\x1b[31m", "a\u202eb", "...", " "])
def test_names_that_would_mislead_are_refused(program: Program, sandbox: Sandbox, name: str) -> None:
    path = program.write("a.csv", *THREE)
    assert program("send", path, *SEND, "--name", name).code == 2
    assert sandbox.taken == []


def test_a_link_is_the_file_that_it_leads_to(program: Program, sandbox: Sandbox) -> None:
    path = program.write("a.csv", *THREE)
    program("send", path, *SEND)
    (program.folder / "elsewhere").mkdir()
    link, results = program.folder / "elsewhere" / "b.csv", program.folder / "elsewhere" / "r.xlsx"
    link.symlink_to(path)
    results.symlink_to(program.folder / "a.results.xlsx")

    assert program("send", link, *SEND).code == 0
    assert len(sandbox.taken) == 3
    assert program("refresh", results).code == 0
    assert results.is_symlink()
    assert {line["status"] for line in program.lines("a.results.xlsx")} <= {"Pending", "DeliveryToGateway"}


@pytest.mark.parametrize("command", ["check", "send", "refresh"])
def test_a_name_that_is_too_long_is_an_error_in_a_line(program: Program, sandbox: Sandbox, command: str) -> None:
    path = program.write("a.csv", *THREE)
    long = program.folder / f"{'y' * 300}.csv"
    runs = [(command, long), ("send", path, *SEND, "--results", long), ("send", path, *SEND, "--name", "y" * 300)]
    for run in runs:
        ended = program(*run)
        assert (ended.code, "unexpected" in ended.err) == (2, False), ended.err
    assert sandbox.taken == []


def test_results_with_a_huge_cell_are_read_back(program: Program, sandbox: Sandbox) -> None:
    path = program.write("a.csv", "phone,text,note", f"37491000001,One,{'n' * 200_000}")
    results = program.folder / "a.results.csv"
    program("send", path, *SEND, "--results", results)
    assert program("refresh", results).code == 0
    assert len(sandbox.taken) == 1


def test_a_run_of_which_nothing_is_left_does_not_stop(program: Program, sandbox: Sandbox) -> None:
    """Ten rejected rows of ten need attention, and there is nothing to resume."""
    path = program.write("a.csv", "phone,text", *[f"374910000{number:02},Hello" for number in range(10)])
    assert program("send", path, "--sender", "not registered", "--yes").code == 1
    assert sandbox.taken == []
