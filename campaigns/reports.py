"""What is said of results: facts for scripts, lines for people. Makes text, prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.delivery.outcomes import Outcome
from campaigns.phrases import argument, clean, listed, money, plural
from campaigns.spreadsheets.classes import STATUSES, Class
from campaigns.spreadsheets.concerns import concerns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from campaigns.delivery.support import Pair
    from campaigns.spreadsheets.concerns import Concern
    from campaigns.spreadsheets.summary_sheet import About
    from campaigns.spreadsheets.tally import Line, Tally

_BAR = 24  # characters


# --- report ---


def report_facts(path: Path, what: About, tally: Tally, *, rehearsal: bool) -> dict[str, Any]:
    """Return a campaign at a glance as JSON facts; the README documents their shape."""
    return {
        "results": str(path),
        "campaign": what.campaign,
        "file": what.file or None,
        "rows": tally.lines,
        "outcomes": {outcome.value: tally.outcomes[outcome.value] for outcome in Outcome},
        "statuses": {name: tally.statuses[name] for name in STATUSES} | dict(tally.statuses),
        "delivered": tally.classes[Class.DELIVERED],
        "on_its_way": tally.classes[Class.ON_ITS_WAY],
        "needs_attention": tally.attention,
        "not_final": tally.not_final,
        "segments": tally.segments,
        "cost": tally.cost,
        "spent": what.spent or None,
        "accepted": {"segments": tally.accepted_segments, "cost": tally.spent},
        "destinations": [
            {
                "name": one.name,
                "messages": one.messages,
                "delivered": one.delivered,
                "segments": one.segments,
                "cost": one.cost,
            }
            for one in sorted(tally.destinations.values(), key=lambda one: -one.messages)
        ],
        "submitted": _span_facts(tally.submitted),
        "scheduled": _span_facts(tally.send_at),
        "checked": _time(tally.checked) if tally.checked else None,
        "attention": [
            {
                "name": one.name,
                "rows": len(one.rows),
                "what": one.what,
                "advice": one.advice,
                "row_numbers": [int(row) if row.isdecimal() else row for row in one.rows],
            }
            for one in concerns(tally)
        ],
        "next": next_command(path, tally, rehearsal=rehearsal) or None,
    }


def _span_facts(span: tuple[datetime, datetime] | None) -> dict[str, str] | None:
    return {"first": _time(span[0]), "last": _time(span[1])} if span else None


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def report_lines(path: Path, what: About, tally: Tally, *, rehearsal: bool) -> list[str]:
    """Return a campaign at a glance, for a person."""
    lines = [f"{clean(what.campaign)}: {plural(tally.lines, 'row')}" + (f" of {clean(what.file)}" if what.file else "")]
    lines += _when_lines(tally)
    lines += _table("outcome", {one.value: tally.outcomes[one.value] for one in Outcome}, tally.lines)
    lines += _table("status", dict(tally.statuses.most_common()), tally.refs)
    lines += ["", f"  {'segments':<20}{tally.segments:>10,}   {tally.accepted_segments:,} of them accepted"]
    if tally.cost is not None:
        spent = money(tally.spent) if tally.spent is not None else "0"
        lines.append(f"  {'cost':<20}{money(tally.cost):>10}   {spent} of it accepted, as estimated")
    if what.spent:
        lines.append(f"  {'spent':<20}{clean(what.spent):>10}   by the balance")
    if len(tally.destinations) > 1:
        places = sorted(tally.destinations.values(), key=lambda one: -one.messages)
        lines += _table("destination", {one.name: one.messages for one in places}, sum(one.messages for one in places))
    if worries := concerns(tally):
        lines += ["", "needs attention", *(text for one in worries for text in _concern_lines(one))]
    lines.append("")
    command = next_command(path, tally, rehearsal=rehearsal)
    done = "all statuses are final" if tally.refs else "nothing was submitted yet"
    return [*lines, f"next: {command}" if command else done]


def _when_lines(tally: Tally) -> list[str]:
    lines = []
    for word, span in (("submitted", tally.submitted), ("scheduled for", tally.send_at)):
        if span:
            until = "" if span[0] == span[1] else f" to {span[1]:%Y-%m-%d %H:%M}"
            lines.append(f"{word} {span[0]:%Y-%m-%d %H:%M}{until} UTC")
    if tally.checked:
        lines.append(f"statuses as of {tally.checked:%Y-%m-%d %H:%M} UTC")
    return lines


def _table(word: str, totals: Mapping[str, int], whole: int) -> list[str]:
    found = {name: count for name, count in totals.items() if count}
    if not found:
        return []
    lines = ["", f"  {word:<20}{'messages':>10}"]
    for name, count in found.items():
        share = min(1.0, count / whole) if whole else 1.0
        lines.append(f"  {clean(name):<20}{count:>10,}   {'█' * max(1, round(_BAR * share)):<{_BAR}} {share:.0%}")
    return lines


def _concern_lines(one: Concern) -> list[str]:
    return [
        f"  {one.count:>6,}  {one.name}: {one.what}, {listed(one.rows)}",
        f"          {one.advice}",
    ]


def next_command(path: Path, tally: Tally, *, rehearsal: bool) -> str:
    """Return the command that tells more, ready to be run; empty if every status is final."""
    if not tally.not_final:
        return ""
    return f"campaigns refresh {argument(path)}{' --sandbox' if rehearsal else ''}"


# --- report --export ---


def export_lines(count: int, name: str, out: Path) -> list[str]:
    """Return what was exported, and what comes next."""
    return [f"{plural(count, 'row')} with {clean(name)}: {clean(str(out))}", f"next: campaigns check {argument(out)}"]


def export_warnings(chosen: Sequence[Line], late: int, doubtful: int) -> list[str]:
    """Return what to think of before exported rows are sent again."""
    warnings = []
    reached = sum(1 for line in chosen if line.of("outcome") in ("accepted", "unknown"))
    if reached:
        warnings.append(
            f"{plural(reached, 'row')} of it were accepted, or may have been: sending it texts those people again. "
            "Keep it in the campaign's folder: there send knows of them, and refuses without --again"
        )
    if late:
        warnings.append(
            f"{plural(late, 'row')} of it were scheduled for a time that is past: change send_at, "
            "or give --column send_at= to leave the times aside"
        )
    if doubtful:
        warnings.append(
            f"{plural(doubtful, 'row')} of it were edited in the results: they ask for what stands there now, as SMS"
        )
    return warnings


# --- report --support ---


def support_facts(ledger: Path, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return doubtful answers as JSON facts."""
    return {
        "ledger": str(ledger),
        "pairs": [
            {
                "asked_at": _time(pair.asked_at),
                "answered_at": _time(pair.answered_at) if pair.answered_at else None,
                "request": pair.query,
                "code": pair.code,
                "reply": pair.reply,
            }
            for pair in pairs
        ],
    }


def support_lines(pairs: Sequence[Pair]) -> list[str]:
    """Return doubtful answers as a text to paste."""
    if not pairs:
        return [
            "no request was answered with 712, 713, or something unreadable: there is nothing to ask the support about"
        ]
    lines = [
        f"{plural(len(pairs), 'request')} that the gateway did not answer clearly; login and password are left out"
    ]
    for number, pair in enumerate(pairs, start=1):
        answered = f", answered {_time(pair.answered_at)}" if pair.answered_at else ""
        lines += [
            "",
            f"{number}. submitted {_time(pair.asked_at)}{answered}" + (f", {clean(pair.code)}" if pair.code else ""),
            f"   request: {clean(pair.query)}",
            "   reply:",
            *(f"   | {text}" for text in clean(pair.reply).split("\n")),
        ]
    return lines
