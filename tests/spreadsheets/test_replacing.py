"""A file that a person opens is replaced whole, or not at all, and never behind the back of whoever has it open."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from campaigns.spreadsheets import replacing as room
from campaigns.spreadsheets.replacing import alone, refuse_locked, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with something to lose, in a folder of its own."""
    path = tmp_path / "spring.results.csv"
    path.write_text("old")
    return path


@pytest.fixture
def strict_mask() -> Iterator[None]:
    """A umask that keeps new files from the rest of the world."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def overwrite(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("new")


# --- Whole or not at all ---


def test_the_file_is_replaced_and_nothing_else_is_left(file: Path) -> None:
    overwrite(file)

    assert file.read_text() == "new"
    assert names(file.parent) == [file.name]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    overwrite(tmp_path / "new.csv")

    assert (tmp_path / "new.csv").read_text() == "new"
    assert names(tmp_path) == ["new.csv"]


def test_whoever_looks_meanwhile_sees_the_old_file(file: Path) -> None:
    with replacing(file) as temporary:
        temporary.write_text("half of the ne")
        assert file.read_text() == "old"
        assert temporary.parent == file.parent  # another disk could not be renamed from
        assert temporary.suffix == file.suffix  # openpyxl looks at it


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug"), KeyboardInterrupt()])
def test_if_writing_fails_the_old_file_stays_and_nothing_is_left_behind(file: Path, error: BaseException) -> None:
    with pytest.raises(type(error)), replacing(file) as temporary:  # noqa: PT012 - the failure is half-way
        temporary.write_text("half of the ne")
        raise error

    assert file.read_text() == "old"
    assert names(file.parent) == [file.name]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        overwrite(tmp_path / "missing" / "new.csv")


def test_a_very_long_name_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / ("գ" * 121 + ".csv")  # 246 bytes of the 255 that a name may have

    overwrite(path)

    assert names(tmp_path) == [path.name]


def killed_while_replacing(path: Path) -> None:
    """Leave behind what a process that was killed half-way leaves."""
    code = """
import os, sys, pathlib
from campaigns.spreadsheets.replacing import replacing
with replacing(pathlib.Path(sys.argv[1])) as temporary:
    temporary.write_text("half of the ne")
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 9


def test_what_a_killed_pass_left_behind_is_swept_away_by_the_next(file: Path) -> None:
    killed_while_replacing(file)
    assert file.read_text() == "old"
    assert len(names(file.parent)) == 2

    with alone(file):
        overwrite(file)

    assert file.read_text() == "new"
    assert names(file.parent) == [file.name]


def test_what_another_files_pass_left_behind_is_not_ours_to_sweep(file: Path) -> None:
    other = file.with_name("summer.results.csv")
    killed_while_replacing(other)
    left = set(names(file.parent))

    with alone(file):
        overwrite(file)

    assert set(names(file.parent)) == left


# --- Permissions ---


@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o664, 0o755])
def test_the_permissions_of_the_old_file_are_kept(file: Path, permissions: int) -> None:
    file.chmod(permissions)

    overwrite(file)

    assert mode(file) == permissions


@pytest.mark.usefixtures("strict_mask")
def test_a_new_file_gets_the_permissions_that_new_files_get(tmp_path: Path) -> None:
    overwrite(tmp_path / "new.csv")

    assert mode(tmp_path / "new.csv") == 0o640


# --- What must not be replaced ---


def test_a_read_only_file_is_not_replaced(file: Path) -> None:
    file.chmod(0o444)

    with pytest.raises(PermissionError, match="it is read-only"):
        overwrite(file)

    assert file.read_text() == "old"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        refuse_locked(tmp_path)


@pytest.mark.parametrize("lock", [".~lock.spring.results.csv#", "~$spring.results.csv"])
def test_a_file_that_is_open_in_a_spreadsheet_program_is_not_replaced(file: Path, lock: str) -> None:
    (file.parent / lock).touch()

    with pytest.raises(PermissionError, match="open in another program"):
        overwrite(file)

    assert file.read_text() == "old"
    assert names(file.parent) == sorted([lock, file.name])


def test_a_file_that_is_opened_while_we_write_is_not_replaced(file: Path) -> None:
    with pytest.raises(PermissionError, match="open in another program"), replacing(file) as temporary:  # noqa: PT012
        temporary.write_text("new")
        (file.parent / f".~lock.{file.name}#").touch()

    assert file.read_text() == "old"
    assert names(file.parent) == sorted([f".~lock.{file.name}#", file.name])


def test_the_lock_of_another_file_does_not_matter(file: Path) -> None:
    (file.parent / ".~lock.summer.results.csv#").touch()

    overwrite(file)

    assert file.read_text() == "new"


# --- One pass at a time ---


def test_a_second_pass_waits_until_the_first_is_done(file: Path) -> None:
    order: list[str] = []
    at_the_door = threading.Event()

    def second() -> None:
        at_the_door.set()
        with alone(file):
            order.append("second")

    other = threading.Thread(target=second)
    with alone(file):
        other.start()
        assert at_the_door.wait(5)
        time.sleep(0.1)  # time enough to come in if the door were open
        order.append("first")
    other.join(10)

    assert order == ["first", "second"]


def test_one_file_under_two_names_is_one_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.05)
    (tmp_path / "link.csv").symlink_to(file)

    with (
        alone(file),
        pytest.raises(PermissionError, match="another run is writing it"),
        alone(tmp_path / "link.csv"),
    ):
        pass


def test_two_files_do_not_wait_for_each_other(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.05)
    entered = []

    with alone(file), alone(tmp_path / "other.csv"):
        entered.append("both")

    assert entered == ["both"]


def test_the_door_opens_again_after_a_failure_and_leaves_nothing_beside_the_file(file: Path) -> None:
    with pytest.raises(ValueError, match="a bug"), alone(file):
        raise ValueError("a bug")

    with alone(file):
        assert names(file.parent) == [file.name]
