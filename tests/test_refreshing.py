"""Whole runs of refresh: who is asked, what is kept, when a watch ends."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from campaigns.delivery.journal import Journal, Learnt
from campaigns.errors import ExitCode, Interrupted, UsageError
from campaigns.gateway.faults import Cut, Fault, text
from campaigns.gateway.protocol import Function
from campaigns.refreshing import Choices, Clock, refresh_results
from campaigns.screen import Screen
from campaigns.spreadsheets.results import dated_name, read_lines, write_results
from tests.running import serve
from tests.spreadsheets.making import SUBMITTED, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.running import Program

NOW = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)


@dataclass
class Gateway:
    """Answers for refs; remembers who was asked for."""

    says: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    then: Callable[[str], Fault | None] = lambda _: None

    def __call__(self, function: Function, parameters: Mapping[str, str]) -> Fault | None:
        if function is not Function.QUERYMESSAGE:
            return None
        ref = parameters["messageref"]
        self.asked.append(ref)
        return self.then(ref) or Fault(taken=False, answer=text(f"ID: {self.says.get(ref, '1')} : text"))


@dataclass
class Time:
    """A clock that only sleeping moves."""

    moment: datetime = NOW
    slept: float = 0.0
    wakes: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.moment += timedelta(seconds=seconds)
        self.wakes()


@pytest.fixture(params=["a.results.csv", "a.results.xlsx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Results of five accepted messages."""
    name: str = request.param
    write_results(tmp_path / name, [line(number) for number in range(1, 6)], [], lambda _: False)
    return tmp_path / name


ONCE = Choices()


def refresh(path: Path, gateway: Gateway, choices: Choices = ONCE, time: Time | None = None) -> ExitCode:
    time = time or Time()
    with serve(faults=gateway) as sandbox:
        return refresh_results(path, sandbox.settings(), Screen(quiet=True), choices, Clock(time.now, time.sleep))


def statuses(path: Path) -> dict[str, str]:
    return {one["ref"]: one["status"] for one in read_lines(path)}


# --- Who is asked ---


def test_only_refs_that_are_not_final_are_asked_for_unless_all_are_wanted(path: Path) -> None:
    gateway = Gateway({"r1": "2", "r2": "9"})
    assert refresh(path, gateway) is ExitCode.OK
    assert refresh(path, gateway) is ExitCode.OK
    assert gateway.asked == ["r1", "r2", "r3", "r4", "r5", "r1", "r2"]

    gateway.asked.clear()
    refresh(path, gateway, Choices(all=True, workers=3))
    assert sorted(gateway.asked) == ["r1", "r2", "r3", "r4", "r5"]


def test_one_ref_that_fails_costs_no_other(path: Path) -> None:
    gateway = Gateway(then=lambda ref: Fault(taken=False, cut=Cut.CLOSED) if ref == "r2" else None)
    assert refresh(path, gateway) is ExitCode.ATTENTION
    assert statuses(path) == {"r1": "Sent", "r2": "", "r3": "Sent", "r4": "Sent", "r5": "Sent"}


def test_a_ref_that_lost_digits_is_reported_and_never_asked_for(program: Program) -> None:
    path = program.folder / "a.results.xlsx"
    write_results(path, [line(1, ref="12345678901234567"), line(2)], [], lambda _: False)
    opened = load_workbook(path)
    opened["Results"]["J2"].value = 12345678901234567.0
    opened.save(path)
    gateway = Gateway()
    with serve(faults=gateway) as sandbox:
        program.use(sandbox)
        ended = program("refresh", path)

    assert (ended.code, gateway.asked) == (1, ["r2"])
    assert "not asked for: 1 ref that lost digits, in row 2 of the results" in ended.out
    assert "the same send again brings them back" in ended.out


def test_refs_that_stay_for_over_a_day_are_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program.folder / "a.results.csv"
    later = SUBMITTED + timedelta(days=400)
    write_results(path, [line(1), line(2), line(3, send_at=later), line(4)], [], lambda _: False)
    with serve(faults=Gateway({"r1": "2", "r2": "6", "r3": "2", "r4": "0"})) as sandbox:
        program.use(sandbox)
        monkeypatch.setattr("campaigns.refreshing.datetime", _At(SUBMITTED + timedelta(days=1, seconds=1)))
        ended = program("refresh", path)
        again = program("refresh", path, "--json")

    assert ended.code == 0
    assert "with the operator or the gateway for over a day: 2 refs" in ended.out
    assert "  row 2      37491000001      DeliveredToNetwork   r1\n" in ended.out
    assert [(one["row"], one["ref"], one["status"]) for one in again.json["stuck"]] == [
        (2, "r1", "DeliveredToNetwork"),
        (3, "r2", "DeliveryToGateway"),
    ]
    assert again.json["not_final"] == 4


class _At:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self, _: object) -> datetime:
        return self._moment


# --- What is kept ---


def test_what_a_killed_pass_learnt_is_filled_in_and_not_asked_for_again(path: Path) -> None:
    journal = Journal(path)
    journal.note(Learnt("r1", 3, "TimeOut", NOW))
    journal.note(Learnt("r2", 0, "Pending", NOW))
    journal.close()
    gateway = Gateway()

    refresh(path, gateway)

    assert gateway.asked == ["r2", "r3", "r4", "r5"]
    assert statuses(path) == {"r1": "TimeOut", "r2": "Sent", "r3": "Sent", "r4": "Sent", "r5": "Sent"}
    assert not journal.path.exists()


def test_an_old_journal_never_takes_a_final_status_back(path: Path) -> None:
    refresh(path, Gateway())
    journal = Journal(path)
    journal.note(Learnt("r1", 0, "Pending", NOW))
    journal.close()

    refresh(path, Gateway())

    assert statuses(path)["r1"] == "Sent"


def test_what_was_learnt_is_kept_where_a_pass_breaks_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("campaigns.spreadsheets.statuses.fill_statuses", full)
    with pytest.raises(OSError, match="No space"):
        refresh(path, Gateway())
    monkeypatch.undo()
    gateway = Gateway()

    refresh(path, gateway)

    assert gateway.asked == []
    assert set(statuses(path).values()) == {"Sent"}


def test_results_that_are_opened_meanwhile_are_written_beside_and_filled_in_by_the_next_pass(path: Path) -> None:
    lock = path.with_name(f".~lock.{path.name}#")

    def opens(_: str) -> None:
        lock.touch()

    assert refresh(path, Gateway(then=opens)) is ExitCode.ATTENTION
    assert set(statuses(dated_name(path, NOW)).values()) == {"Sent"}
    assert set(statuses(path).values()) == {""}
    lock.unlink()
    gateway = Gateway()
    assert refresh(path, gateway) is ExitCode.OK
    assert gateway.asked == []
    assert set(statuses(path).values()) == {"Sent"}


# --- Watching ---


def test_a_watch_goes_on_until_all_are_final(path: Path) -> None:
    gateway = Gateway(dict.fromkeys(("r1", "r2", "r3", "r4", "r5"), "0"))
    time = Time()

    def wakes() -> None:
        if time.slept > 100:
            gateway.says.clear()

    time.wakes = wakes
    assert refresh(path, gateway, Choices(watch=True), time) is ExitCode.OK
    assert len(gateway.asked) == 20  # at once, after 30, 60 and 120 seconds
    assert time.slept == 210
    assert set(statuses(path).values()) == {"Sent"}


def test_a_watch_ends_with_its_time_and_says_that_something_is_left(path: Path) -> None:
    gateway, time = Gateway({"r1": "0"}), Time()
    assert refresh(path, gateway, Choices(watch=True, length="2h"), time) is ExitCode.ATTENTION
    assert timedelta(hours=1, minutes=25) < time.moment - NOW <= timedelta(hours=2)


def test_a_watch_outlives_a_file_that_is_open_for_a_while(path: Path) -> None:
    lock = path.with_name(f".~lock.{path.name}#")
    gateway, time = Gateway({"r1": "0"}), Time()

    def wakes() -> None:
        if 5 < time.slept < 100:  # a manager looks at it
            lock.touch()
            gateway.says.clear()
        else:
            lock.unlink(missing_ok=True)

    time.wakes = wakes
    assert refresh(path, gateway, Choices(watch=True), time) is ExitCode.OK
    assert gateway.asked == ["r1", "r2", "r3", "r4", "r5", "r1"]
    assert set(statuses(path).values()) == {"Sent"}
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name]


def test_a_watch_of_a_file_that_stays_open_writes_beside_it_in_the_end(path: Path) -> None:
    lock = path.with_name(f".~lock.{path.name}#")
    gateway, time = Gateway({"r1": "0"}), Time()

    def wakes() -> None:
        lock.touch()
        gateway.says.clear()

    time.wakes = wakes
    assert refresh(path, gateway, Choices(watch=True, length="10m"), time) is ExitCode.ATTENTION
    [beside] = list(path.parent.glob(f"a.results.2*{path.suffix}"))
    assert set(statuses(beside).values()) == {"Sent"}
    assert gateway.asked == ["r1", "r2", "r3", "r4", "r5", "r1"]


def test_a_watch_of_what_is_final_ends_at_once(path: Path) -> None:
    time = Time()
    assert refresh(path, Gateway(), Choices(watch=True, all=True), time) is ExitCode.OK
    assert time.slept == 0


def test_ctrl_c_ends_the_waiting_and_keeps_what_was_learnt(path: Path) -> None:
    import signal

    time = Time(wakes=lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Interrupted):
        refresh(path, Gateway({"r1": "0"}), Choices(watch=True), time)
    assert statuses(path)["r2"] == "Sent"
    assert time.slept <= 1


@pytest.mark.parametrize("choices", [Choices(length="2h"), Choices(watch=True, length="soon")])
def test_choices_that_make_no_sense_are_refused(choices: Choices) -> None:
    with pytest.raises(UsageError):
        choices.check()


def test_a_rate_is_kept(path: Path) -> None:
    import time as real

    begun = real.monotonic()
    refresh(path, Gateway(), Choices(workers=4, rate=50))
    assert real.monotonic() - begun >= 4 / 50


def test_large_results_are_a_csv_and_that_is_said_before_anything_is_sent(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.spreadsheets.sizes.LARGEST_WORKBOOK", 17 * 2)
    path = program.write("f.csv", "phone,text", "37491000001,One", "37491000002,Two")
    ended = program("send", path, "--sender", "Shop", "--sandbox", "--yes")
    assert "2 rows of 18 columns are more than a workbook of results should hold" in ended.err
    assert len(program.lines("f.sandbox.results.csv")) == 2
    assert not (program.folder / "f.sandbox.results.xlsx").exists()

    ended = program("send", path, "--sender", "Shop", "--sandbox", "--yes", "--name", "g", "--results", "g.xlsx")
    assert ended.code == 2
    assert not (program.folder / "g.xlsx").exists()


# --- What a person, or somebody worse, made of the file ---


def test_what_would_be_lost_is_said_before_and_a_copy_is_kept(program: Program) -> None:
    path = program.folder / "a.results.xlsx"
    write_results(path, [line(1)], [], lambda _: False)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/threadedComments/threadedComment1.xml", "<ThreadedComments/>")
    with serve(faults=Gateway()) as sandbox:
        program.use(sandbox)
        first = program("refresh", path)
        second = program("refresh", path)
    [copy] = program.folder.glob("a.results.as-of-*.xlsx")
    assert "holds threaded comments, which cannot be written again" in first.err
    assert first.err.index("holds threaded") < first.err.index(f"is kept: {copy.name}")
    assert "threaded" not in second.err


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(410):
            part.write(bytes(2**20))


def far_cell(path: Path) -> None:
    opened = load_workbook(path)
    opened["Results"]["XFD1048576"] = "here"
    opened.save(path)


def entities(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]>'.encode() + sheet.replace(
        b"</worksheet>", b"<x>&l11;</x></worksheet>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("spoil", [bomb, far_cell, entities])
@pytest.mark.parametrize("command", ["refresh", "report"])
def test_a_hostile_workbook_costs_a_line_and_nothing_else(
    program: Program, spoil: Callable[[Path], None], command: str
) -> None:
    path = program.folder / "a.results.xlsx"
    write_results(path, [line(1)], [], lambda _: False)
    spoil(path)
    content = path.read_bytes()
    with serve(faults=Gateway()) as sandbox:
        program.use(sandbox)
        ended = program(command, path)
    if ended.code != 2:  # the reader knows how to take no harm of it
        assert (spoil.__name__, ended.code) == ("entities", 0)
        return
    assert ended.err.startswith("error: a.results.xlsx ")
    assert path.read_bytes() == content
