"""One run of `report`: a results file read and told of; its rows exported; its doubtful answers for the support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns import reports
from campaigns.delivery.support import read_pairs
from campaigns.errors import ExitCode, UsageError
from campaigns.exporting import choose, make_export, write_export
from campaigns.gateway.sandbox import read_ref_payload
from campaigns.spreadsheets import summary_sheet, tally
from campaigns.spreadsheets.concerns import concerns
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.replacing import behind_link

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from campaigns.screen import Screen


def show_report(path: Path, screen: Screen, now: datetime) -> ExitCode:
    """Tell of a campaign at a glance.

    Raises:
        UsageError: It is no results file.
    """
    path = behind_link(path)
    found = tally.count(read_results(path), now)
    what = summary_sheet.read_about(path)
    rehearsal = is_rehearsal(path, found.first_ref)
    screen.summary(
        reports.report_facts(path, what, found, rehearsal=rehearsal),
        reports.report_lines(path, what, found, rehearsal=rehearsal),
    )
    return ExitCode.ATTENTION if concerns(found) else ExitCode.OK


def is_rehearsal(path: Path, ref: str) -> bool:
    """Tell by one of its refs whether a sandbox gave a results file's refs out; by its name where it has none."""
    return bool(read_ref_payload(ref)) if ref else path.stem.endswith(".sandbox.results")


def export_rows(path: Path, name: str, out: Path, screen: Screen, now: datetime) -> ExitCode:
    """Write the rows with an outcome or a status as a recipient file.

    Raises:
        UsageError: It is no results file, no row has it, or the file cannot be written there.
    """
    chosen = choose(list(read_results(behind_link(path))), name)
    export = make_export(chosen, now)
    try:
        write_export(out, export)
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror})") from None
    for warning in reports.export_warnings(chosen, export.late, export.doubtful):
        screen.warn(warning)
    facts = {"results": str(path), "export": name, "rows": len(chosen), "file": str(out)}
    screen.summary(facts, reports.export_lines(len(chosen), name, out))
    return ExitCode.OK


def show_support(path: Path, screen: Screen) -> ExitCode:
    """Print the requests that the gateway did not answer clearly, and its raw replies.

    Raises:
        UsageError: It is no results file, or its ledger is not beside it.
        Refused: A run holds the ledger.
    """
    path = behind_link(path)
    ref = next((line.ref for line in read_results(path) if line.ref), "")  # no results file: it says so
    ledger = path.with_name(f"{path.stem.removesuffix('.results')}.ledger.db")
    if not ledger.exists():
        rehearsal = ".sandbox" if is_rehearsal(path, ref) else ""
        ledger = path.with_name(f"{summary_sheet.read_about(path).campaign}{rehearsal}.ledger.db")
    pairs = read_pairs(ledger)
    screen.summary(reports.support_facts(ledger, pairs), reports.support_lines(pairs))
    return ExitCode.OK
