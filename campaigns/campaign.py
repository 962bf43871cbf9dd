"""One campaign: its file and its options become a plan, the names of its own files, and its results' lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from campaigns.errors import UsageError
from campaigns.opt_outs import holds_recipients, read_opt_outs
from campaigns.planning import fields
from campaigns.planning.fields import Field
from campaigns.planning.judge import make_plan
from campaigns.planning.regions import check_region
from campaigns.request import make_request
from campaigns.spreadsheets.headers import is_results
from campaigns.spreadsheets.problems import ProblemLine
from campaigns.spreadsheets.recipients import RecipientFile, read_recipients
from campaigns.spreadsheets.replacing import behind_link
from campaigns.spreadsheets.results import COLUMNS, ResultLine, own_headers
from campaigns.spreadsheets.sizes import results_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from campaigns.delivery.resume import Standing
    from campaigns.options import CampaignOptions
    from campaigns.planning.plan import Plan, Request
    from campaigns.spreadsheets.cells import Cell

_USED_UP = (
    Field.BODY,
    Field.SENDER,
    Field.SEND_AT,
    Field.WAP_PUSH,
)  # columns that the results show under our names


class Purpose(Enum):
    """What a plan is made for: a plan that is only looked at may lack a sender and times."""

    LOOK = auto()
    SEND = auto()
    SCHEDULE = auto()


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, planned.

    Attributes:
        name: Its name, which its own files carry.
        file: The recipient file.
        plan: What would be sent.
        request: What it asks of every row.
        ledger_path: Its ledger, beside the recipient file.
        results_path: Its results file.
        headers: The names of the file's own columns in the results.
        notes: What a person should know of how the files were read.
        sandbox: Whether it is a rehearsal.
    """

    name: str
    file: RecipientFile
    plan: Plan
    request: Request
    ledger_path: Path
    results_path: Path
    headers: list[str]
    notes: tuple[str, ...]
    sandbox: bool
    _own: list[int]

    def lines(self, standings: Sequence[Standing], written_up_to: int) -> list[ResultLine]:
        """Return the results' lines.

        Args:
            standings: Every row of the plan beside what the ledger knows.
            written_up_to: The latest attempt that an earlier pass wrote to the results: what it wrote and a person
                deleted stays deleted.
        """
        own_cells = self.file.table.iloc[:, self._own].to_numpy(dtype=object).tolist()
        return [
            ResultLine(_values(one), list(own), news=one.record is None or one.record.attempt > written_up_to)
            for one, own in zip(standings, own_cells, strict=True)
        ]

    def problem_lines(self) -> list[ProblemLine]:
        """Return what is wrong, beside the rows as they stand in the file."""
        cells = self.file.table.to_numpy(dtype=object).tolist()
        return [
            ProblemLine(row.number, one.field, one.text, one.reason, one.hint, found)
            for row, found in zip(self.plan.rows, cells, strict=True)
            for one in row.problems
        ]


def _values(standing: Standing) -> dict[str, Cell]:
    row, record = standing.row, standing.record
    return {
        "row": row.number,
        "recipient": row.recipient,
        "sender": row.sender,
        "body": row.body,
        "encoding": row.count.encoding.value if row.count else "",
        "segments": row.count.segments if row.count else None,
        "cost": row.cost,
        "send_at": row.send_at,
        "outcome": standing.outcome.value,
        "ref": record.ref if record else "",
        "code": record.code if record else "",
        "detail": standing.detail,
        "submitted_at": record.submitted_at if record else None,
        "id": row.id,
    }


def load_campaign(
    path: Path,
    options: CampaignOptions,
    purpose: Purpose,
    environment: Mapping[str, str],
    now: datetime,
    *,
    sandbox: bool = False,
) -> Campaign:
    """Read a campaign's file and make its plan.

    Args:
        path: The recipient file.
        options: The campaign's options.
        purpose: What the plan is for.
        environment: The variables, for the sender and the zone.
        now: The present, aware.
        sandbox: Whether this is a rehearsal, whose files carry `.sandbox` in their names.

    Raises:
        UsageError: The file or an option cannot be used.
    """
    path = behind_link(path)  # the ledger lies beside the file itself, by whatever name it is reached
    overrides = fields.parse_overrides(options.column or ())
    file = read_recipients(
        path,
        lambda cells: fields.names_recipient(cells, overrides),
        sheet=options.sheet,
        delimiter=options.delimiter,
        encoding=options.encoding,
    )
    headers = file.headers
    if purpose is not Purpose.LOOK and is_results(headers):
        raise UsageError(
            f"{path.name} is a results file: it has columns outcome and ref",
            "give the recipient file that it came from; what was accepted is not sent again",
        )
    region = None if options.region is None else check_region(options.region)
    columns = fields.assign(headers, overrides, lambda position: holds_recipients(file, position, region))
    opted_out, opt_out_notes = read_opt_outs(options.exclude or (), region)
    request = make_request(
        headers,
        options,
        environment,
        now,
        time_needed=purpose is Purpose.SCHEDULE,
        region=region,
        opted_out=opted_out,
    )
    _check_purpose(file, columns, options, purpose)
    if purpose is not Purpose.LOOK and not request.sender and columns.position(Field.SENDER) is None:
        raise UsageError("no sender", "give --sender or MOBIPACE_SENDER, or a sender column")
    own = [n for n in range(len(headers)) if all(n != columns.position(field) for field in _USED_UP)]
    name = _name(path, options)
    stem = f"{name}.sandbox" if sandbox else name
    name_of_results = results_name(stem, len(file.table), len(COLUMNS) + len(own))
    return Campaign(
        name=name,
        file=file,
        plan=make_plan(file.table, columns, request, file.problems),
        request=request,
        ledger_path=path.with_name(f"{stem}.ledger.db"),
        results_path=behind_link(options.results or path.with_name(name_of_results)),
        headers=own_headers([headers[n] for n in own]),
        notes=(*file.notes, *opt_out_notes),
        sandbox=sandbox,
        _own=own,
    )


def _name(path: Path, options: CampaignOptions) -> str:
    name = options.name
    if name is None:
        name = f"{path.stem}-{options.sheet}" if options.sheet else path.stem
    if not name.strip(" .") or name[0] == "." or not name.isprintable() or set(name) & set('/\\:*?"<>|'):
        raise UsageError(
            f"{name!r} cannot be a campaign's name: it becomes the name of files",
            "give another one with --name",
        )
    if name.casefold().endswith(".sandbox"):
        raise UsageError(
            f"{name!r} cannot be a campaign's name: .sandbox marks rehearsals", "give another one with --name"
        )
    return name


def _check_purpose(file: RecipientFile, columns: fields.Columns, options: CampaignOptions, purpose: Purpose) -> None:
    position = columns.position(Field.SEND_AT)
    has_times = position is not None and bool(file.table.iloc[:, position].str.strip().any())
    if purpose is Purpose.SEND and (has_times or options.at is not None):
        what = f"{file.path.name} has send_at times" if has_times else "--at is a time to send at"
        raise UsageError(
            f"{what}, and send goes out at once",
            "use campaigns schedule" + ("; or --column send_at= to leave the times aside" if has_times else ""),
        )
    if purpose is Purpose.SCHEDULE and not has_times and options.at is None:
        raise UsageError("schedule needs a time", "give --at '2026-12-01 10:00' --tz Asia/Yerevan, or a send_at column")
