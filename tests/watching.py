"""The program as a process of its own, watched from outside: how it ended, what it showed, how much memory it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PATIENCE = 150.0  # seconds; not how fast it should be, but that it ends
BETWEEN = 0.02  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Watched:
    """How a run ended.

    Attributes:
        code: The exit code; None where it had to be killed.
        out: Standard output.
        err: Standard error.
        peak: The most bytes that the process and its children held in memory at one time.
        seconds: How long it took.
    """

    code: int | None
    out: str
    err: str
    peak: int
    seconds: float


def watch(folder: Path, *arguments: str | Path, patience: float = PATIENCE) -> Watched:
    """Run the program in a folder, to its end or until patience (seconds) is over.

    Memory is the sum of resident memory over the whole tree of processes, looked at every few milliseconds.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
    with (folder / "stdout").open("w+b") as out, (folder / "stderr").open("w+b") as err:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "campaigns", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env=environment,
        )
        peak, code = _follow(process, began + patience)
        seconds = time.monotonic() - began
        shown = [(out.seek(0), out.read().decode("utf-8", "replace"))[1], (err.seek(0), err.read().decode())[1]]
    return Watched(code, shown[0], shown[1], peak, seconds)


def _follow(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, int | None]:
    tree, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        if time.monotonic() > deadline:
            for one in [*tree.children(recursive=True), tree]:
                one.kill()
            process.wait()
            return peak, None
        peak = max(peak, sum(_resident(tree)))
        time.sleep(BETWEEN)
    return peak, process.returncode


def _resident(tree: psutil.Process) -> Iterator[int]:
    try:
        for one in [tree, *tree.children(recursive=True)]:
            yield one.memory_info().rss
    except psutil.NoSuchProcess:
        return  # it ended while it was looked at
