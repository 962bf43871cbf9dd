"""What the crash tests stand on: a gateway that remembers, a program that dies at a named step, and the comparison."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from itertools import count as counting
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaigns.gateway.faults import Fault
from campaigns.gateway.sandbox import Sandbox
from campaigns.planning.segments import count

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from campaigns.gateway.protocol import Function
    from campaigns.gateway.sandbox import Taken

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds after which a run that has not ended is a failure
LEDGER = "shop.ledger.db"
PEOPLE = 100


# --- The gateway ---


class Gateway:
    """A sandbox whose requests and answers are under way for random moments, and that notes what one run asks."""

    def __init__(self, rng: random.Random, slowest: float) -> None:
        self.sandbox = Sandbox(lambda body: count(body).segments, faults=self._dawdle)
        self.came: list[tuple[float, Function]] = []  # this run's requests, with monotonic seconds
        self._rng = rng
        self._slowest = slowest
        self._awaited: tuple[Function, int] | None = None
        self._reached = threading.Event()

    def _dawdle(self, function: Function, _: Mapping[str, str]) -> Fault:
        """Take a message some time after it came, so also after its sender died; answer some time after that."""
        self.came.append((time.monotonic(), function))
        if self._awaited and [one for _, one in self.came].count(self._awaited[0]) >= self._awaited[1]:
            self._reached.set()
        time.sleep(self._rng.uniform(0, self._slowest / 2))
        return Fault(taken=True, delay=self._rng.uniform(0, self._slowest / 2))

    def begin(self, awaited: tuple[Function, int] | None = None) -> threading.Event:
        """A run begins: return what is set when its n-th request of a function comes in."""
        self.came.clear()
        self._reached.clear()
        self._awaited = awaited
        return self._reached

    @property
    def environment(self) -> dict[str, str]:
        account = self.sandbox.account
        return {
            "MOBIPACE_URL": self.sandbox.url,
            "MOBIPACE_USERNAME": account.username,
            "MOBIPACE_PASSWORD": account.password.reveal(),
            "MOBIPACE_SENDER": "Shop",
        }


# --- One campaign ---


@dataclass(frozen=True, slots=True)
class Shop:
    """A recipient file in a folder of its own, each row with words of its own, and what the program makes beside it."""

    folder: Path
    rows: int
    workers: int
    kind: str = "xlsx"

    def __post_init__(self) -> None:
        self.folder.mkdir()
        with self.file.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("phone", "text"), *self.messages])

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(f"374910000{number % PEOPLE:02}", f"Hello {number}") for number in range(self.rows)]

    @property
    def file(self) -> Path:
        return self.folder / "shop.csv"

    @property
    def results(self) -> Path:
        return self.folder / f"shop.results.{self.kind}"

    @property
    def output(self) -> Path:
        """What the latest run said."""
        return self.folder.with_suffix(".output.txt")

    @property
    def arguments(self) -> list[str]:
        own = [] if self.kind == "xlsx" else ["--results", str(self.results)]
        return ["send", str(self.file), "--yes", "--price", "12", "--workers", str(self.workers), *own]

    def lines(self) -> list[dict[str, str]]:
        """What the results file says, read without the program's help; nothing while there is none."""
        if not self.results.exists():
            return []
        if self.kind == "csv":
            with self.results.open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file, strict=True))
        from openpyxl import load_workbook

        head, *body = load_workbook(self.results)["Results"].iter_rows(values_only=True)
        return [{str(key): str(value or "") for key, value in zip(head, cells, strict=True)} for cells in body]

    def attempts(self) -> list[tuple[Any, ...]]:
        """What the ledger holds."""
        db = sqlite3.connect(self.folder / LEDGER)
        try:
            return db.execute(
                "SELECT a.number, m.recipient, m.body, a.outcome, a.ref, a.intended_at, a.answered_at"
                " FROM attempt a JOIN message m ON m.id = a.message ORDER BY a.number"
            ).fetchall()
        finally:
            db.close()


# --- What must be true ---


@dataclass(frozen=True, slots=True)
class Figures:
    """What campaigns came to; they add up."""

    kills: int = 0
    taken: int = 0
    twice: int = 0
    lost: int = 0
    unknown: int = 0
    bound: int = 0
    leftovers: int = 0

    def __add__(self, other: Figures) -> Figures:
        mine, its = asdict(self), asdict(other)
        return Figures(**{name: mine[name] + its[name] for name in mine})

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.taken} messages taken: messages twice {self.twice}, refs lost {self.lost}, "
            f"unknown {self.unknown} (bound {self.bound}), temporary files left behind {self.leftovers}"
        )


class Evidence:
    """The gateway's memory beside the results file, after a campaign's last run ended by itself."""

    def __init__(self, shop: Shop, taken: Sequence[Taken], kills: int, code: int) -> None:
        """Gather it.

        Args:
            shop: The campaign.
            taken: What the gateway took: the truth.
            kills: How often the program was killed.
            code: What its last run ended with.
        """
        self._shop, self._kills, self._code = shop, kills, code
        self._lines = shop.lines()
        self._outcomes = Counter(line["outcome"] for line in self._lines)
        self._refs = {one.ref: (one.parameters["recipient"], one.parameters["body"]) for one in taken}
        self._bound = kills * shop.workers

    @property
    def _twice(self) -> list[tuple[str, str]]:
        return [message for message, times in Counter(self._refs.values()).items() if times > 1]

    @property
    def _lost(self) -> list[str]:
        known = {line["ref"] for line in self._lines}
        in_doubt = {(line["recipient"], line["body"]) for line in self._lines if line["outcome"] == "unknown"}
        return [ref for ref, message in self._refs.items() if ref not in known and message not in in_doubt]

    @property
    def _strange(self) -> list[dict[str, str]]:
        """Lines with a ref that the gateway did not give out for that very message."""
        accepted = [line for line in self._lines if line["outcome"] == "accepted" or line["ref"]]
        return [line for line in accepted if self._refs.get(line["ref"]) != (line["recipient"], line["body"])]

    @property
    def _whole(self) -> bool:
        """Whether every row of the file has its line, in the file's order."""
        rows = [(str(number), *message) for number, message in enumerate(self._shop.messages, start=2)]
        return [(line["row"], line["recipient"], line["body"]) for line in self._lines] == rows

    @property
    def figures(self) -> Figures:
        leftovers = sum(path.name.startswith(".") for path in self._shop.folder.iterdir())
        twice, lost, unknown = len(self._twice), len(self._lost), self._outcomes["unknown"]
        return Figures(self._kills, len(self._refs), twice, lost, unknown, self._bound, leftovers)

    @property
    def broken(self) -> list[str]:
        """Every promise that does not hold."""
        unknown = self._outcomes["unknown"]
        promises = {
            f"messages twice: {self._twice}": not self._twice,
            f"refs lost: {[(ref, self._refs[ref]) for ref in self._lost]}": not self._lost,
            f"refs that the gateway never gave for that message: {self._strange}": not self._strange,
            f"{unknown} unknown, more than the {self._bound} that can be under way": unknown <= self._bound,
            f"the results have {len(self._lines)} lines, not the file's {self._shop.rows} rows": self._whole,
            f"accepted and unknown alone are left: {self._outcomes}": self._outcomes.keys() <= {"accepted", "unknown"},
            f"the last run ended with {self._code}, {unknown} unknown": self._code == bool(unknown),
            "the ledger is one file again": not any(self._shop.folder.glob(f"{LEDGER}-*")),
        }
        return [promise for promise, holds in promises.items() if not holds]

    def story(self, kills: Sequence[object]) -> str:
        """What a person needs who looks into a failure."""
        shown = [f"{one['row']} {one['recipient']} {one['outcome']} {one['ref']}" for one in self._lines]
        told = [*self.broken, f"in {self._shop.folder}, killed at:", *map(str, kills)]
        told += ["the last run said:", self._shop.output.read_text("utf-8")]
        return "\n".join([*told, "the ledger holds:", *map(str, self._shop.attempts()), "the results hold:", *shown])


# --- Dying at a named step ---


@dataclass(frozen=True, slots=True)
class Step:
    """The last thing that a process does.

    Attributes:
        place: A function, as `module:name.name`.
        moment: `before` or `after` a call of it.
        nth: Which call.
        word: Only calls count whose second argument (after self, or the second path) holds this.
    """

    place: str
    moment: str
    nth: int = 1
    word: str = ""


class Connection(sqlite3.Connection):
    """SQLite's own, as a class whose methods can be replaced."""


SQL = f"{__name__}:Connection.execute"  # every statement of the ledger passes here


def arm(step: Step) -> None:
    """Make this process kill itself at a step; nothing else of the program is changed."""
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment]
    module, _, path = step.place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    original, calls = getattr(owner, name), counting(1)

    def dying(*args: Any, **kwargs: Any) -> Any:
        last = (not step.word or step.word in str(args[1])) and next(calls) == step.nth
        if last and step.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        value = original(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    setattr(owner, name, dying)


class Runner:
    """A process that has the program loaded and forks for each run of it: a run that dies at a step becomes cheap."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import obey; obey()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},
        )

    def run(self, shop: Shop, gateway: Gateway, step: Step | None) -> int:
        """Run the program to its end, or to the step; return its exit code, negative for a signal."""
        order = {
            "arguments": shop.arguments,
            "environment": gateway.environment,
            "output": str(shop.output),
            "step": step and asdict(step),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)


def obey() -> None:
    """Be a runner's process: load what a run needs, then fork for each order that comes in."""
    from campaigns import cli

    for name in ("campaigns.run", "campaigns.trial", "campaigns.spreadsheets.workbook", "openpyxl.chart", "filelock"):
        import_module(name)
    with redirect_stdout(io.StringIO()):
        cli.main(["check", str(Shop(Path(os.environ["TMPDIR"]) / "warm", 1, 1).file)])
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _live(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(order: dict[str, Any]) -> None:
    """Be the program, once."""
    from campaigns import cli

    signal.alarm(PATIENCE)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.update(order["environment"])
    if order["step"]:
        arm(Step(**order["step"]))
    code = cli.main(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking the interpreter apart would cost more than all the rest
