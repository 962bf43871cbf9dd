"""One run of `refresh`: refs read from a results file, asked for, and their statuses filled in."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns import phrases, summaries
from campaigns.delivery.interrupt import listening
from campaigns.delivery.refresh import Refresh, RefStatus, is_final
from campaigns.errors import ExitCode, Interrupted, Stopped
from campaigns.gateway.client import Client
from campaigns.spreadsheets import results
from campaigns.spreadsheets.replacing import behind_link

if TYPE_CHECKING:
    from pathlib import Path

    from campaigns.screen import Screen
    from campaigns.settings import Settings


def refresh_results(path: Path, settings: Settings, screen: Screen) -> ExitCode:
    """Ask for every ref whose status is not final, fill the answers in, print the totals.

    Raises:
        UsageError: It is no results file.
        Stopped: The gateway refuses the login, or does not answer.
        Interrupted: By Ctrl-C. In both cases what was learnt is filled in.
    """
    path = behind_link(path)
    lines = results.read_refs(path)
    results.check_can_write(path)
    refs = [line.ref for line in lines if not is_final(line.status_code)]
    learnt: dict[str, results.StatusCells] = {}
    failed: Counter[str] = Counter()
    with Client(settings, screen.listener()) as client:
        try:
            with listening(screen.say) as interrupt, screen.bar(len(refs), "asking") as step:
                asking = Refresh(refs, client, interrupt)
                for answer in asking:
                    step(answer.name or "not asked")
                    if answer.code is None:
                        failed[answer.detail] += 1
                    else:
                        learnt[answer.ref] = _cells(answer)
        finally:
            written = _fill_in(path, learnt, screen)
    _summarise(written, len(lines), len(refs), learnt, failed, screen)
    if asking.stop:
        raise Stopped(asking.stop.reason, asking.stop.hint)
    if asking.interrupted:
        raise Interrupted("interrupted: what was learnt is filled in", "the same command goes on with the rest")
    return ExitCode.ATTENTION if failed or written != path else ExitCode.OK


def _fill_in(path: Path, learnt: dict[str, results.StatusCells], screen: Screen) -> Path:
    """Fill in what was learnt; beside the file, under a dated name, if it cannot be written any more."""
    if not learnt:
        return path
    try:
        results.fill_statuses(path, learnt)
    except OSError as error:
        beside = results.dated_name(path, datetime.now(UTC))
        screen.complain(f"{path.name} cannot be written ({error.strerror}); the statuses are in {beside.name}")
        results.fill_statuses(path, learnt, beside)
        return beside
    return path


def _cells(answer: RefStatus) -> results.StatusCells:
    return results.StatusCells(
        answer.name, answer.code or 0, datetime.now(UTC).replace(microsecond=0), weak=answer.unknown
    )


def _summarise(
    path: Path,
    all_refs: int,
    asked: int,
    learnt: dict[str, results.StatusCells],
    failed: Counter[str],
    screen: Screen,
) -> None:
    statuses = results.count_by(path, "status")
    facts = {
        "results": str(path),
        "refs": all_refs,
        "asked": asked,
        "answered": len(learnt),
        "failed": sum(failed.values()),
        "statuses": dict(statuses.most_common()),
    }
    lines = [f"{phrases.plural(all_refs, 'ref')}, {asked:,} asked for, {all_refs - asked:,} final before"]
    lines += summaries.status_lines(statuses)
    lines += [
        f"could not be asked: {phrases.plural(count, 'ref')} ({phrases.clean(why)})"
        for why, count in failed.most_common(5)
    ]
    screen.summary(facts, [*lines, f"results: {path}"])
