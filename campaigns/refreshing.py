"""One run of `refresh`: refs read from a results file, asked for, and their statuses filled in; once, or on and on."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from campaigns import refreshed
from campaigns.delivery.interrupt import Interrupt, listening
from campaigns.delivery.journal import Journal, Learnt
from campaigns.delivery.pace import Pace
from campaigns.delivery.refresh import Refresh, RefStatus, is_final
from campaigns.errors import ExitCode, Interrupted, Stopped, UsageError
from campaigns.gateway.client import Client
from campaigns.gateway.sandbox import read_ref_payload
from campaigns.settings import is_loopback
from campaigns.spreadsheets import fragile, results, statuses, tally
from campaigns.spreadsheets.reading import read_results
from campaigns.spreadsheets.replacing import behind_link
from campaigns.watching import LONGEST, parse_duration, pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from campaigns.screen import Screen
    from campaigns.settings import Settings


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person asked of a refresh.

    Attributes:
        all: Ask for every ref, also for those whose status is final.
        workers: How many requests may be under way at a time.
        rate: How many may leave in a second; None for as fast as answers come.
        watch: Look again until all are final.
        length: How long to watch, e.g. `2h`; None for a day.
    """

    all: bool = False
    workers: int = 1
    rate: float | None = None
    watch: bool = False
    length: str | None = None

    @property
    def longest(self) -> timedelta:
        """How long to watch.

        Raises:
            UsageError: It is no length of time.
        """
        return LONGEST if self.length is None else parse_duration(self.length)

    def check(self) -> None:
        """Refuse choices that make no sense, before anybody is asked anything.

        Raises:
            UsageError: They make none.
        """
        if self.length is not None and not self.watch:
            raise UsageError("--for says how long to watch: give --watch too")
        _ = self.longest


@dataclass(frozen=True, slots=True)
class Clock:
    """The present, and how it is waited for."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Refreshing:
    """A refresh of one results file."""

    path: Path
    choices: Choices
    screen: Screen
    settings: Settings
    clock: Clock
    sandbox: bool = False
    facts: refreshed.Refreshed = field(init=False)
    looked: bool = False
    kept: dict[str, statuses.StatusCells] = field(default_factory=dict)

    def run(self) -> ExitCode:
        """Ask for refs, fill the answers in, print the totals.

        Raises:
            UsageError: It is no results file.
            Stopped: The gateway refuses the login, or does not answer.
            Interrupted: By Ctrl-C. In both cases what was learnt is filled in.
        """
        end = self.clock.now() + self.choices.longest
        if warning := fragile.loss_warning(self.path):
            self.screen.warn(warning)
        with listening(self.screen.say) as interrupt:
            asking = self._pass(interrupt, everything=self.choices.all)
            for pause in pauses():
                late = self.clock.now() + timedelta(seconds=pause) > end
                if not self.choices.watch or asking.stop or late or not self.facts.tally.not_final:
                    break
                if not self._wait(pause, interrupt):
                    break
                asking = self._pass(interrupt, everything=False)
        if self.kept:
            self._write_beside()
        self.screen.summary(refreshed.refresh_facts(self.facts), refreshed.refresh_lines(self.facts))
        if asking.stop:
            raise Stopped(asking.stop.reason, asking.stop.hint)
        if asking.interrupted or (interrupt and self.choices.watch and self.facts.tally.not_final):
            raise Interrupted("interrupted: what was learnt is filled in", "the same command goes on with the rest")
        return self._code()

    def _code(self) -> ExitCode:
        facts = self.facts
        unfinished = self.choices.watch and facts.tally.not_final
        trouble = facts.failed or facts.damaged or facts.written != self.path or unfinished
        return ExitCode.ATTENTION if trouble else ExitCode.OK

    def _pass(self, interrupt: Interrupt, *, everything: bool) -> Refresh:
        """Ask once for each ref that may have news."""
        found = statuses.read_refs(self.path)
        if not self.looked:
            results.check_can_write(self.path)
        self.looked = True
        self._refuse_foreign([line.ref for line in found.lines])
        final = {line.ref for line in found.lines if is_final(line.status_code)}
        journal = Journal(self.path)
        learnt = {ref: one for ref, one in journal.read().items() if ref not in final}
        known = final | {ref for ref, one in learnt.items() if is_final(str(one.code))}
        wanted = [line.ref for line in found.lines if everything or line.ref not in known]
        failed: Counter[str] = Counter()
        asking = Refresh(wanted, self._connect, interrupt, self.choices.workers, Pace(self.choices.rate))
        answered = 0
        try:
            with self.screen.bar(len(wanted), "asking") as step:
                for answer in asking:
                    step(answer.name or "not asked")
                    if answer.code is None:
                        failed[answer.detail] += 1
                    else:
                        answered += 1
                        learnt[answer.ref] = self._note(answer, journal).after(learnt.get(answer.ref))
        finally:
            journal.close()
            written, saved = self._fill_in(learnt, journal)
        self.facts = refreshed.Refreshed(written, len(found.lines), len(wanted), answered, failed, found.damaged, saved)
        return asking

    def _refuse_foreign(self, refs: Sequence[str]) -> None:
        """A rehearsal's gateway knows no real ref, and the real one no rehearsal's."""
        rehearsed = sum(1 for ref in refs if read_ref_payload(ref))
        if self.sandbox and rehearsed < len(refs):
            what = f"{self.path.name} holds refs of the real gateway, which a rehearsal knows nothing of"
            raise UsageError(what, "leave --sandbox out")
        if rehearsed and not self.sandbox and not is_loopback(urlsplit(self.settings.url).hostname or ""):
            raise UsageError(f"{self.path.name} is a rehearsal's: the gateway knows nothing of it", "add --sandbox")

    def _connect(self) -> Client:
        return Client(self.settings, self.screen.listener())

    def _note(self, answer: RefStatus, journal: Journal) -> Learnt:
        learnt = Learnt(answer.ref, answer.code or 0, answer.name, self.clock.now().replace(microsecond=0))
        journal.note(learnt)
        return learnt

    def _fill_in(self, learnt: Mapping[str, Learnt], journal: Journal) -> tuple[Path, tally.Tally]:
        """Fill in what was learnt; beside the file, under a dated name, if it cannot be written any more."""
        now = self.clock.now()
        if not learnt:
            journal.forget()
            return self.path, tally.count(read_results(self.path), now)
        cells = {ref: statuses.StatusCells(one.name, one.code, one.at, weak=one.weak) for ref, one in learnt.items()}
        self.kept = {}
        try:
            saved = statuses.fill_statuses(self.path, cells, now=now)
            journal.forget()
        except OSError as error:  # open in a spreadsheet program: it may be closed again before a watch is over
            self.kept = cells
            self.screen.complain(f"{self.path.name} cannot be written ({error.strerror})")
            return self.path, tally.count(read_results(self.path), now)
        for notice in saved.notices:
            self.screen.warn(notice)
        return self.path, saved.tally

    def _write_beside(self) -> None:
        """Fill what could not be filled in into a copy beside the file, under a dated name."""
        now = self.clock.now()
        written = results.dated_name(self.path, now)
        self.screen.complain(f"the statuses are in {written.name}")
        saved = statuses.fill_statuses(self.path, self.kept, written, now=now)
        self.facts = replace(self.facts, written=written, tally=saved.tally)

    def _wait(self, pause: float, interrupt: Interrupt) -> bool:
        """Wait for the next look with a line that lives; return whether nobody interrupted."""
        end = self.clock.now() + timedelta(seconds=pause)
        while not interrupt and (left := (end - self.clock.now()).total_seconds()) > 0:
            self.screen.live(refreshed.live_line(self.facts.tally, left))
            self.clock.sleep(min(1.0, left))
        self.screen.live("")
        return not interrupt


def refresh_results(
    path: Path,
    settings: Settings,
    screen: Screen,
    choices: Choices = Choices(),
    clock: Clock = Clock(),
    *,
    sandbox: bool = False,
) -> ExitCode:
    """Ask for the refs of a results file, fill the answers in, print the totals: see `Refreshing.run`."""
    return Refreshing(behind_link(path), choices, screen, settings, clock, sandbox).run()
