"""The journal of a status pass: what was learnt survives whatever ends the process."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.delivery.journal import Journal, Learnt

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)


def test_what_was_noted_is_read_by_the_next_pass(tmp_path: Path) -> None:
    results = tmp_path / "a.results.xlsx"
    journal = Journal(results)
    notes = [Learnt("R-1", 0, "Pending", AT), Learnt("=Ռ\n2", 42, "42", AT), Learnt("R-1", 1, "Sent", AT)]
    for note in notes:
        journal.note(note)

    # the file was neither closed nor synced: a killed process does neither
    assert Journal(results).read() == {"R-1": notes[2], "=Ռ\n2": notes[1]}
    journal.forget()
    assert Journal(results).read() == {}
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_nothing_was_learnt(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.results.xlsx")
    assert journal.read() == {}
    journal.close()
    journal.forget()
    assert list(tmp_path.iterdir()) == []


def test_lines_that_are_no_answers_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.results.csv")
    journal.note(Learnt("R-1", 1, "Sent", AT))
    journal.close()
    with journal.path.open("ab") as file:
        for line in (b"\xff\xfe", b"{}", b"[1, 2]", b'["R-2", "1", "Sent", "2026-12-02T06:30:00+00:00"]', b"null"):
            file.write(line + b"\n")
        file.write(b'["R-3", 1, "Sent", "2026-12-02T06:30:00"]\n["R-4", 1, "Sent", "2026-12-0')  # no zone; cut off
    assert list(journal.read()) == ["R-1"]


def test_a_folder_that_takes_no_file_costs_the_journal_and_not_the_pass(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "none" / "a.results.csv")
    journal.note(Learnt("R-1", 1, "Sent", AT))
    assert journal.read() == {}


def test_a_killed_process_leaves_what_it_learnt(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from campaigns.delivery.journal import Journal, Learnt\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for n in range(100): journal.note(Learnt(f'R-{n}', 1, 'Sent', datetime.now(UTC)))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "a.results.csv"
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    assert len(Journal(path).read()) == 100


def test_an_unknown_ref_never_replaces_what_was_learnt_before(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.results.xlsx")
    at = datetime(2026, 12, 1, 6, tzinfo=UTC)
    known, weak = Learnt("r1", 2, "DeliveredToNetwork", at), Learnt("r1", 703, "Unknown", at)
    for one in (known, weak):
        journal.note(one)
    journal.close()
    assert journal.read() == {"r1": known}
    assert weak.after(known) is known
    assert known.after(weak) is known
    assert weak.after(None) is weak
