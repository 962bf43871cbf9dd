"""The password appears nowhere but in the request, whatever goes wrong and in whatever form it is echoed."""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from zipfile import ZipFile, is_zipfile

import pytest

from campaigns.gateway.client import Client
from campaigns.gateway.faults import Answer, Cut, Fault, page, text
from campaigns.gateway.sandbox import Account, Sandbox
from campaigns.settings import Secret
from tests.running import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaigns.gateway.protocol import Function
    from tests.running import Program

PASSWORD = "pä ss<&\"'+%wörd/ք"
FORMS = {
    *(PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD), quote_plus(PASSWORD), html.escape(PASSWORD)),
    *(quote(PASSWORD, safe="").lower(), quote(quote(PASSWORD, safe=""), safe=""), html.escape(quote(PASSWORD))),
    *(html.escape(PASSWORD, quote=False), json.dumps(PASSWORD)[1:-1], json.dumps(PASSWORD, ensure_ascii=False)[1:-1]),
}
THREE = ("phone,text", "37491000001,One", "37491000002,Two", "37491000003,Three")

# Every way in which a run can go wrong; the pages echo the request in each encoding that a server may use.
ECHOES = " ".join(sorted(FORMS - {json.dumps(PASSWORD)[1:-1]}))
FAULTS: dict[str, Fault | None] = {
    "nothing": None,
    "an error that echoes": Fault(taken=False, answer=text(f"Err: 700 : {ECHOES}")),
    "an unknown error that echoes": Fault(taken=True, answer=text(f"Err: 713 : {ECHOES}")),
    "an acceptance that echoes": Fault(taken=True, answer=text(f"ID: 123 : {ECHOES}")),
    "a page that echoes": Fault(taken=True, answer=page(500, f"<html>{ECHOES}</html>".encode())),
    "a refusal that echoes": Fault(taken=False, answer=page(404, f"<html>{ECHOES}</html>".encode())),
    "a redirect that echoes": Fault(taken=False, answer=Answer(ECHOES.encode(), 302, location=f"/?{quote(PASSWORD)}")),
    "a wrong login that echoes": Fault(taken=False, answer=text(f"Err: 701 : {ECHOES}")),
    "no answer": Fault(taken=True, delay=1.3),
    "a cut connection": Fault(taken=True, cut=Cut.RESET),
    "half an answer": Fault(taken=True, cut=Cut.HALF),
}


def everything(folder: Path) -> dict[str, str]:
    """Every file below a folder as text, workbooks unpacked."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[str(path)] = path.read_bytes().decode("utf-8", "replace")
            if is_zipfile(path):
                with ZipFile(path) as archive:
                    found |= {
                        f"{path}!{name}": archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
                    }
    return found


def assert_clean(places: Mapping[str, str]) -> None:
    for place, content in places.items():
        for form in FORMS:
            assert form.casefold() not in content.casefold(), f"{place} holds the password as {form!r}"


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def sandbox_with(fault: Fault | None, *, everywhere: bool = False) -> Sandbox:
    def choose(function: Function, _: Mapping[str, str]) -> Fault | None:
        return fault if everywhere or function != "querybalance" else None

    return serve(account=Account(password=Secret(PASSWORD)), faults=choose)


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_in_no_output_and_no_file(program: Program, name: str) -> None:
    path = program.write("s.csv", *THREE)
    shown: dict[str, str] = {}
    with sandbox_with(FAULTS[name]) as sandbox:
        program.use(sandbox)
        program.monkeypatch.setenv("MOBIPACE_TIMEOUT", "1")
        for results in ("s.results.xlsx", "s.results.csv"):
            options = ("--sender", "Shop", "--yes", "--price", "12", "--results", program.folder / results, "--json")
            for command in (("send", path, *options), ("refresh", program.folder / results)):
                ended = program("-v", *command)
                shown |= {f"{command[0]} {results} out": ended.out, f"{command[0]} {results} err": ended.err}
    assert any("querybalance" in one for one in shown.values())
    assert_clean({**shown, **everything(program.folder)})


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "nothing"])
def test_it_is_in_no_word_about_the_balance(program: Program, name: str) -> None:
    with sandbox_with(FAULTS[name], everywhere=True) as sandbox:
        program.use(sandbox)
        program.monkeypatch.setenv("MOBIPACE_TIMEOUT", "1")
        for command in (("-v", "balance"), ("balance", "--json")):
            ended = program(*command)
            assert_clean({"out": ended.out, "err": ended.err})


def test_something_unexpected_is_one_line_and_a_log_without_it(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"https://example.com/?password={quote(PASSWORD)}&{PASSWORD}")

    path = program.write("s.csv", *THREE)
    with sandbox_with(None) as sandbox:
        program.use(sandbox)
        monkeypatch.setattr(Client, "ask", broken)
        ended = program("send", path, "--sender", "Shop", "--yes")
    assert ended.err.count("\n") == 1
    assert "something unexpected happened (RuntimeError)" in ended.err
    logs = list((program.folder / "tmp").glob("campaigns-error-*.log"))
    assert len(logs) == 1
    assert "RuntimeError" in logs[0].read_text("utf-8")
    assert_clean({"err": ended.err, **everything(program.folder)})


def test_a_password_cannot_be_given_on_the_command_line(program: Program) -> None:
    for command in ("send", "schedule", "refresh", "balance", "estimate"):
        assert "password" not in program(command, "--help").out.casefold().replace("mobipace_password", "")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the process list is read from /proc")
def test_it_is_not_in_the_process_list(program: Program) -> None:
    path = program.write("s.csv", *THREE)
    seen: list[str] = []

    def look(function: Function, _: Mapping[str, str]) -> None:
        if function == "send":
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(process.read_bytes().decode("utf-8", "replace"))
                except OSError:
                    continue

    command = [sys.executable, "-m", "campaigns", "send", str(path), "--sender", "Shop", "--yes"]
    with serve(account=Account(password=Secret(PASSWORD)), faults=look) as sandbox:
        program.use(sandbox)
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
    assert any("campaigns\0send" in line for line in seen)
    assert_clean({"out": run.stdout, "err": run.stderr, "processes": "\n".join(seen)})


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda secret: f"{[secret]} {vars}"])
def test_a_secret_shows_itself_in_no_way(show: Callable[[object], str]) -> None:
    assert PASSWORD not in show(Secret(PASSWORD))
