"""Who may know whom, read from the imports themselves; the README's architecture section says the same in words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import campaigns

ROOT = Path(campaigns.__file__).parent
PURE = (
    "planning.",
    "countries",
    "gateway.protocol",
    "delivery.outcomes",
    "delivery.judging",
    "delivery.brakes",
    "delivery.resume",
)
IMPURE = {"os", "pathlib", "socket", "sqlite3", "requests", "urllib3", "openpyxl", "python_calamine", "time", "sys"}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(path: Path) -> set[str]:
    """Every module that a module imports, also inside functions and for type checking."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


MODULES = {_name(path): _imports(path) for path in ROOT.rglob("*.py")}


def _ours(name: str) -> set[str]:
    return {
        imported.removeprefix("campaigns.") for imported in MODULES[name] if imported.startswith("campaigns.")
    } & set(MODULES)


def _reaches(name: str) -> set[str]:
    """The modules of ours that a module imports, directly or through others."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for imported in _ours(waiting.pop()) - seen:
            seen.add(imported)
            waiting.append(imported)
    return seen


def _in(room: str) -> list[str]:
    return sorted(name for name in MODULES if name == room or name.startswith(f"{room}."))


def test_the_door_is_opened_by_main_alone() -> None:
    assert [name for name in MODULES if "cli" in _ours(name)] == ["__main__"]


def test_there_are_no_circles() -> None:
    assert [name for name in MODULES if name in _reaches(name)] == []


@pytest.mark.parametrize(
    ("room", "may_know"),
    [
        ("planning", ("planning", "countries", "errors", "gateway.protocol")),
        ("spreadsheets", ("spreadsheets", "countries", "errors")),
        ("gateway", ("gateway", "errors", "settings")),
        ("delivery", ("delivery", "gateway", "planning.plan", "errors")),
    ],
)
def test_a_room_knows_only_its_neighbours(room: str, may_know: tuple[str, ...]) -> None:
    for name in _in(room):
        for imported in _ours(name) - {room, "gateway"}:
            assert any(imported == one or imported.startswith(f"{one}.") for one in may_know), f"{name} -> {imported}"


def test_leaves_never_import_each_other() -> None:
    ledger = _reaches("delivery.ledger")
    assert not ledger & {"gateway.client", "gateway.sandbox", "gateway.wire"}
    assert not any(name.startswith("spreadsheets") for name in ledger)


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE)])
def test_the_pure_core_knows_no_files_network_or_clock(name: str) -> None:
    assert not {imported.split(".")[0] for imported in MODULES[name]} & IMPURE


def test_only_the_screen_prints() -> None:
    def prints(path: Path) -> bool:
        calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        return any(isinstance(call, ast.Name) and call.id == "print" for call in calls)

    assert [path.name for path in ROOT.rglob("*.py") if prints(path)] == ["screen.py"]


def test_nothing_else_stands_at_the_top() -> None:
    top = ROOT.parent
    if not (top / "pyproject.toml").exists():
        pytest.skip("the package is installed without its project")
    expected = {"campaigns", "samples", "tests", "pyproject.toml", "README.md", "LICENSE"}
    visible = {path.name for path in top.iterdir() if not path.name.startswith(".") and path.suffix != ".egg-info"}
    assert visible - {"build", "dist"} == expected
