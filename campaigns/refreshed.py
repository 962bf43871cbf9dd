"""What is said of a status pass: facts for scripts, lines for people. Makes text, prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaigns.phrases import clean, listed, plural
from campaigns.summaries import status_lines

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from campaigns.spreadsheets.tally import Line, Tally

_MOST_LINES = 20  # named one by one


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a status pass did.

    Attributes:
        written: The file that holds the statuses now.
        refs: How many refs the results hold.
        asked: How many were asked for.
        answered: How many of them were answered.
        failed: Why refs could not be asked for, counted.
        damaged: Rows of the results whose ref a spreadsheet program turned into a number.
        tally: The results in numbers.
    """

    written: Path
    refs: int
    asked: int
    answered: int
    failed: Counter[str]
    damaged: tuple[int, ...]
    tally: Tally


def refresh_facts(done: Refreshed) -> dict[str, Any]:
    """Return a status pass as JSON facts."""
    return {
        "results": str(done.written),
        "refs": done.refs,
        "asked": done.asked,
        "answered": done.answered,
        "failed": sum(done.failed.values()),
        "statuses": dict(done.tally.statuses.most_common()),
        "not_final": done.tally.not_final,
        "stuck": [_stuck_facts(line) for line in done.tally.stuck],
        "damaged_rows": list(done.damaged),
    }


def _stuck_facts(line: Line) -> dict[str, Any]:
    names = ("row", "recipient", "ref", "status", "submitted_at", "send_at")
    return {"row": line.place, **{name: line.of(name) for name in names[1:]}}


def refresh_lines(done: Refreshed) -> list[str]:
    """Return a status pass for a person."""
    lines = [f"{plural(done.refs, 'ref')}, {done.asked:,} asked for, {done.refs - done.asked:,} final before"]
    lines += [clean(line) for line in status_lines(done.tally.statuses)]
    lines += [f"could not be asked: {plural(count, 'ref')} ({clean(why)})" for why, count in done.failed.most_common(5)]
    if done.damaged:
        rows = listed([str(row) for row in done.damaged])
        lines.append(f"not asked for: {plural(len(done.damaged), 'ref')} that lost digits, in {rows} of the results")
        lines.append("hint: a spreadsheet program took them for numbers; the same send again brings them back")
    if stuck := done.tally.stuck:
        lines.append(f"with the operator or the gateway for over a day: {plural(len(stuck), 'ref')}; it may stay so")
        lines += [_stuck_line(line) for line in stuck[:_MOST_LINES]]
        if len(stuck) > _MOST_LINES:
            lines.append(f"  … and {len(stuck) - _MOST_LINES:,} more; --json names them all")
    return [*lines, f"results: {done.written}"]


def _stuck_line(line: Line) -> str:
    where = f"row {line.place:<6} {line.of('recipient'):<16} {line.of('status'):<20} {line.ref}"
    return f"  {clean(where)}"


def live_line(tally: Tally, seconds: float) -> str:
    """Return where a watch stands, and when it looks again."""
    counts = "  ".join(f"{name} {count:,}" for name, count in tally.statuses.most_common())
    minutes, rest = divmod(int(seconds) + 1, 60)
    return f"{counts or 'no status yet'}; next look in {minutes}:{rest:02}"
