"""No message twice, no ref lost: the program is killed with SIGKILL, again and again, and started again each time.

A sandbox in this process serves real runs of the program, and what it took is the truth. A campaign is killed and
restarted with the same command until one run ends by itself; then its results are held against the truth.

    * Random moments: `python -m campaigns`, killed while it starts, sends, and writes the results.
    * The crash matrix: at every step that matters the program kills itself, just before it or just after it.

Two environment variables: `CAMPAIGNS_TEST_KILLS` is how many random kills for each number of workers (default 12; a
thorough run takes hundreds), `CAMPAIGNS_TEST_SEED` chooses the moments that an earlier run chose. `pytest -rP` shows
the figures.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pytest

from campaigns.gateway.protocol import Function
from tests.delivery.crashing import PATIENCE, ROOT, SQL, Evidence, Figures, Gateway, Runner, Shop, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor fork")

KILLS = int(os.environ.get("CAMPAIGNS_TEST_KILLS", "12"))
SEED = os.environ.get("CAMPAIGNS_TEST_SEED") or secrets.token_hex(4)


def seeded(*seed: object) -> random.Random:
    return random.Random(repr(seed))  # noqa: S311 - moments, not secrets


def show(text: str) -> None:
    sys.stdout.write(f"{text}\n")


# --- Random moments ---

ROWS = {1: 90, 8: 240}  # by workers
SLOWEST = 0.012  # seconds that the gateway takes for a request at the most


class Phase(StrEnum):
    """What a run is doing when it is killed."""

    START = "starting"
    SENDING = "sending"
    FINISHING = "writing results"
    REWRITING = "writing results again"  # nothing was left to send


@dataclass(frozen=True, slots=True)
class Kill:
    """When to kill: a while after the run's start, or after it asked the gateway for something the n-th time."""

    phase: Phase
    delay: float
    after: tuple[Function, int] | None = None


@dataclass(frozen=True, slots=True)
class Typical:
    """How many seconds a run takes here from its start to its first request, and from its last one to its end."""

    start: float
    finish: float


def start(shop: Shop, gateway: Gateway) -> subprocess.Popen[bytes]:
    with shop.output.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "campaigns", *shop.arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={**os.environ, **gateway.environment, "TMPDIR": str(shop.folder.parent)},
        )


def run(shop: Shop, gateway: Gateway, kill: Kill | None = None) -> int:
    """Run the program and kill it; return its exit code, which is -SIGKILL if the kill came in time."""
    awaited = kill.after if kill else None
    reached = gateway.begin(awaited)
    deadline = time.monotonic() + PATIENCE
    with start(shop, gateway) as process:
        while awaited and process.poll() is None and time.monotonic() < deadline and not reached.wait(0.01):
            pass
        with suppress(subprocess.TimeoutExpired):
            return process.wait(kill.delay if kill else PATIENCE)
        process.kill()
    return process.returncode


def measure(shop: Shop) -> Typical:
    """Let one run pass undisturbed."""
    gateway = Gateway(seeded(SEED), SLOWEST)
    with gateway.sandbox as sandbox:
        begun = time.monotonic()
        code = run(shop, gateway)
        ended = time.monotonic()
    evidence = Evidence(shop, sandbox.taken, 0, code)
    assert not evidence.broken, evidence.story([])
    return Typical(gateway.came[0][0] - begun, ended - gateway.came[-1][0])


def choose(rng: random.Random, typical: Typical, rows: int) -> list[Kill]:
    """Choose the moments of one campaign's kills: mostly while messages are under way, at last around the results."""
    kills = []
    for _ in range(rng.randint(3, 6)):
        if rng.random() < 0.2:
            kills.append(Kill(Phase.START, typical.start * rng.uniform(0.2, 1.05)))
        else:
            sent = rng.randint(1, rows // 12)
            kills.append(Kill(Phase.SENDING, rng.uniform(0, SLOWEST), (Function.SEND, sent)))
    # The balance is asked for the second time once all is sent. The very end of a run is Python's own tidying up.
    kills.append(Kill(Phase.FINISHING, rng.uniform(0, 0.7) * typical.finish, (Function.QUERYBALANCE, 2)))
    kills.append(Kill(Phase.REWRITING, rng.uniform(0.75, 1) * typical.start + rng.uniform(0, 0.4) * typical.finish))
    return kills


@pytest.mark.parametrize("workers", [1, 8])
def test_whenever_it_is_killed_no_message_goes_out_twice_and_no_ref_is_lost(tmp_path: Path, workers: int) -> None:
    show(f"CAMPAIGNS_TEST_SEED={SEED}")
    rng = seeded(SEED, workers)
    typical = measure(Shop(tmp_path / "undisturbed", ROWS[workers], workers))
    total, phases, campaigns = Figures(), Counter[str](), 0
    while total.kills < KILLS:
        campaigns += 1
        shop, gateway = Shop(tmp_path / f"campaign-{campaigns}", ROWS[workers], workers), Gateway(rng, SLOWEST)
        landed: list[Kill] = []
        with gateway.sandbox as sandbox:
            for kill in choose(rng, typical, ROWS[workers])[: KILLS - total.kills]:
                if (code := run(shop, gateway, kill)) != -signal.SIGKILL:
                    break
                landed.append(kill)
                shop.lines()  # a results file is whole, or it is not there
            else:
                code = run(shop, gateway)
        evidence = Evidence(shop, sandbox.taken, len(landed), code)
        assert not evidence.broken, evidence.story(landed)
        total += evidence.figures
        phases.update(kill.phase.value for kill in landed)
    show(f"random moments, {workers} workers, {campaigns} campaigns: {total}; {dict(phases)}")


# --- The crash matrix ---

LEDGER = "campaigns.delivery.ledger:Ledger"
HEADERS = "http.client:HTTPConnection.endheaders"  # the first request asks for the balance
REPLACE = "pathlib:Path.replace"
SUBMIT = "campaigns.delivery.dispatch:submit"

# Steps at which a new campaign's first run dies, and the second run again if it comes there.
OPENING = {
    "ledger made, not in place": Step("os:link", "before", word="shop.ledger.db"),
    "ledger in place, not tidied": Step("os:link", "after", word="shop.ledger.db"),
    "before its log": Step(SQL, "before", word="PRAGMA journal_mode"),
    "taken over, not committed": Step(SQL, "before", word="COMMIT"),
    "taken over and committed": Step(SQL, "after", word="COMMIT"),
    "owner not noted": Step(f"{LEDGER}.set_note", "before", word="username"),
    "owner noted": Step(f"{LEDGER}.set_note", "after", word="username"),
}
RECORDING = {
    "before the first intents": Step(f"{LEDGER}.record", "before"),
    "before a record": Step(f"{LEDGER}.record", "before", nth=4),
    "outcome written, not committed": Step(SQL, "after", nth=3, word="UPDATE attempt SET answered_at"),
    "intent written, not committed": Step(SQL, "after", nth=10, word="INSERT INTO attempt"),
    "all written, not committed": Step(SQL, "before", nth=5, word="COMMIT"),
    "first intents recorded, not handed out": Step(f"{LEDGER}.record", "after"),
    "recorded, not handed out": Step(f"{LEDGER}.record", "after", nth=4),
    "handed out to some": Step("campaigns.delivery.dispatch:_Job", "before", nth=5),
}
ASKING = {
    "handed out, not sent": Step(SUBMIT, "before", nth=9),
    "connected, nothing sent": Step(HEADERS, "before", nth=10),
    "sent, not answered": Step(HEADERS, "after", nth=10),
    "answered, not recorded": Step(SUBMIT, "after", nth=9),
}
# Steps at which a run dies after a crash that left messages in doubt, and the run after it again.
SETTLING = {
    "settled, not committed": Step(SQL, "before", word="COMMIT"),
    "settled and committed": Step(SQL, "after", word="COMMIT"),
    "settled and folded": Step(SQL, "after", word="wal_checkpoint"),
}
WRITING = {
    "results about to be tried": Step("tempfile:NamedTemporaryFile", "before"),
    "results tried, not tidied": Step("tempfile:NamedTemporaryFile", "after"),
    "all sent, no results": Step("campaigns.run:write_results", "before"),
    "half a workbook": Step("zipfile:ZipFile.writestr", "after", nth=3),
    "results not in place": Step(REPLACE, "before", word="shop.results.xlsx"),
    "results in place": Step(REPLACE, "after", word="shop.results.xlsx"),
    "results not noted": Step(f"{LEDGER}.set_note", "before", word="results"),
    "results noted": Step(f"{LEDGER}.set_note", "after", word="results"),
}
CLOSING = {
    "ledger not closed": Step(f"{LEDGER}.close", "before"),
    "ledger marked as closed": Step(SQL, "after", word="DELETE FROM campaign"),
    "ledger closed": Step(f"{LEDGER}.close", "after"),
}
MATRIX = OPENING | RECORDING | ASKING | SETTLING | WRITING | CLOSING


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    runner = Runner(tmp_path_factory.mktemp("runner"))
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def totals() -> Iterator[dict[int, Figures]]:
    """The figures of the whole matrix by workers, shown at its end."""
    totals = {1: Figures(), 8: Figures()}
    yield totals
    for workers, total in totals.items():
        show(f"crash matrix, {workers} workers: {total}")


@pytest.mark.parametrize("workers", [1, 8])
@pytest.mark.parametrize("name", MATRIX)
def test_at_whatever_step_it_dies_no_message_goes_out_twice_and_no_ref_is_lost(
    tmp_path: Path, runner: Runner, totals: dict[int, Figures], name: str, workers: int
) -> None:
    earlier = [ASKING["sent, not answered"]] if name in SETTLING | WRITING | CLOSING else []
    shop = Shop(tmp_path / "campaign", 30, workers, "xlsx" if name in WRITING else "csv")  # a CSV is quick
    gateway = Gateway(seeded(name, workers), 0.004)
    codes: list[int] = []
    with gateway.sandbox as sandbox:
        for step in (*earlier, MATRIX[name], MATRIX[name], None):
            codes.append(runner.run(shop, gateway, step))
            shop.lines()  # a results file is whole, or it is not there
            if codes[-1] != -signal.SIGKILL:
                break
    kills = codes.count(-signal.SIGKILL)
    evidence = Evidence(shop, sandbox.taken, kills, codes[-1])
    assert kills > len(earlier), f"the program never came to {MATRIX[name]}"
    assert not evidence.broken, evidence.story([*earlier, *[MATRIX[name]] * (kills - len(earlier))])
    totals[workers] += evidence.figures
