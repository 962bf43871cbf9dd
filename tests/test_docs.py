"""The README cannot lie: what it shows is run, and its tables are compared with the program."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import time_machine

from campaigns.errors import ExitCode
from campaigns.planning.fields import ALIASES
from campaigns.planning.templates import variable_name
from campaigns.settings import VARIABLES
from campaigns.spreadsheets.results import COLUMNS
from tests.delivery.test_faults import FAULTS
from tests.running import SAMPLES

if TYPE_CHECKING:
    import pytest

    from tests.running import Program

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


@dataclass(frozen=True)
class Shown:
    """A command in the README and what it says that comes out."""

    command: str
    output: str


def _shown() -> list[Shown]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    commands = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [Shown(*part.split("\n", 1)) for part in commands]


def _table(title: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its header."""
    section = README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    _, _, *lines = section[section.index("\n|") + 1 :].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_command_shown_gives_the_output_shown(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copytree(SAMPLES, program.folder / "samples", ignore=shutil.ignore_patterns("*.sandbox.*"))
    with time_machine.travel("2026-11-22 12:00Z", tick=False) as clock:
        for shown in _shown():
            typed = re.findall(r"to go on: (\S+)\n", shown.output)
            monkeypatch.setattr(sys, "stdin", io.StringIO())
            if typed:
                program.type(*typed)
            ended = program(*shlex.split(shown.command)[1:])
            came = ended.err + ended.out
            for answer in typed:
                came = came.replace("to go on: ", f"to go on: {answer}\n", 1)
            assert came == shown.output, f"$ {shown.command}\n{came}"
            clock.shift(60)


def test_the_columns_of_the_results() -> None:
    assert tuple(row[0].strip("`") for row in _table("Results")) == COLUMNS


def test_the_fields_and_their_headers() -> None:
    assert {row[0].strip("`"): row[1].split(", ") for row in _table("Recipient files")} == {
        field.value: list(aliases) for field, aliases in ALIASES.items()
    }


def test_the_names_of_headers_in_templates() -> None:
    for header, written in _table("Templates"):
        assert written == f"`{{{{ {variable_name(header.strip('`'))} }}}}`"


def test_the_exit_codes() -> None:
    assert [int(row[0]) for row in _table("Exit codes")] == [int(code) for code in ExitCode]


def test_the_environment_variables() -> None:
    assert {row[0].strip("`"): row[1] for row in _table("Environment")} == VARIABLES


def test_the_faults_tried() -> None:
    assert _table("Faults tried") == [[one.name, one.gateway, f"`{one.outcome}`", one.again] for one in FAULTS]


def test_the_keys_of_a_report(program: Program) -> None:
    program.write("s.csv", "phone,text", "37491000001,Hi")
    program("send", "s.csv", "--sender", "Shop", "--sandbox", "--yes")
    shown = program("report", "s.sandbox.results.xlsx", "--json").json
    assert [key.strip("`") for row in _table("Report") for key in row[0].split(", ")] == list(shown)


def test_every_option_is_in_the_readme(program: Program) -> None:
    for command in ("check", "estimate", "send", "schedule", "refresh", "report", "balance"):
        for option in re.findall(r"^  (--[a-z-]+)", program(command, "--help").out, re.MULTILINE):
            assert option in README, f"{command} {option}"
