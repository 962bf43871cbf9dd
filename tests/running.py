"""Whole runs: the program in this process, against a sandbox on a real socket."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaigns.cli import main
from campaigns.gateway.sandbox import Account, Sandbox
from campaigns.planning.segments import count
from campaigns.spreadsheets.results import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

SAMPLES = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True)
class Ended:
    """How a run ended and what it showed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Program:
    """The program, its working folder, and the environment that it sees."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Ended:
        self.capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        shown = self.capsys.readouterr()
        return Ended(code, shown.out, shown.err)

    def use(self, sandbox: Sandbox) -> None:
        """Point the environment at a sandbox as if it were the real gateway."""
        self.monkeypatch.setenv("MOBIPACE_URL", sandbox.url)
        self.monkeypatch.setenv("MOBIPACE_USERNAME", sandbox.account.username)
        self.monkeypatch.setenv("MOBIPACE_PASSWORD", sandbox.account.password.reveal())

    def type(self, *lines: str) -> None:
        """Answer the program's questions as at a terminal."""
        self.monkeypatch.setattr(sys, "stdin", _Terminal("".join(f"{line}\n" for line in lines)))

    def write(self, name: str, *rows: str) -> Path:
        """Write a recipient file."""
        path = self.folder / name
        path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
        return path

    def lines(self, name: str) -> list[dict[str, str]]:
        """Read a results file's lines."""
        return list(read_lines(self.folder / name))

    def outcomes(self, name: str) -> dict[str, str]:
        """Return the outcome by recipient."""
        return {line["recipient"]: line["outcome"] for line in self.lines(name)}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def serve(**options: Any) -> Sandbox:
    """A sandbox that bills as the program counts."""
    account = options.pop("account", Account())
    return Sandbox(lambda body: count(body).segments, account, **options)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Read a CSV as it lies on the disk, guards and all."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
