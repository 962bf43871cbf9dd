"""Files that a person opens are written whole, and replaced at once or not at all."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` to write to; afterwards it is on disk under its own name.

    Whoever looks sees the old file or the new one, whole, also after a power cut. If the body raises, the old file
    stays and nothing is left behind.

    Raises:
        OSError: The folder or the file cannot be written, or another program has the file open.
    """
    refuse_locked(path)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        refuse_locked(path)
        _keep_mode(path, temporary)
        _sync(temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def behind_link(path: Path) -> Path:
    """Return the file that a link leads to: that one is read and replaced, and the link stays.

    Raises:
        UsageError: No file can have that name.
    """
    try:
        return path.resolve() if path.is_symlink() else path
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _prefix(path: Path) -> str:
    whose = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]  # names may begin alike
    return f".{path.stem[:20]}.{whose}.writing-"


def sweep(path: Path) -> None:
    """Remove what a killed process left behind while it was replacing `path`; call it while nobody else does."""
    for left in path.parent.glob(f"{glob.escape(_prefix(path))}*{glob.escape(path.suffix)}"):
        with suppress(OSError):
            left.unlink()


def refuse_locked(path: Path) -> None:
    """Raise where replacing a file would go behind somebody's back, although the system would allow it.

    Raises:
        OSError: The file is a folder or read-only, or LibreOffice or Excel has it open.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise PermissionError(errno.EACCES, "it is read-only", str(path))
    for lock in (path.with_name(f".~lock.{path.name}#"), path.with_name(f"~${path.name}")):
        if _is_there(lock):
            raise PermissionError(errno.EACCES, f"it is open in another program, which left {lock.name}", str(path))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long: nothing can be there
        return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other passes of this program from changing a file while the body reads, changes and replaces it.

    The lock lies in the system's temporary folder, not beside the person's files, and is dropped by the system with
    the process that holds it.

    Raises:
        OSError: Another pass kept the file for longer than a minute.
    """
    from filelock import FileLock, Timeout

    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    user = hashlib.sha256(os.fsencode(Path.home())).hexdigest()[:8]
    try:
        with FileLock(Path(tempfile.gettempdir()) / f"campaigns-{user}-{name}.lock", timeout=_PATIENCE):
            sweep(path)
            yield
    except Timeout:
        raise PermissionError(errno.EACCES, "another run is writing it", str(path)) from None


_PATIENCE = 60  # seconds; changing the largest results file takes less


def try_writing(path: Path) -> None:
    """Try whether a file could be replaced now; it stays as it is.

    Raises:
        OSError: It could not.
    """
    refuse_locked(path)
    with tempfile.NamedTemporaryFile(prefix=_prefix(path), suffix=path.suffix, dir=path.parent) as trial:
        trial.write(b" ")


def _keep_mode(path: Path, temporary: Path) -> None:
    """Give the new file the old one's permissions, or what a new file gets; a temporary file is for its owner only."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    temporary.chmod(mode)


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; Windows has no such call and needs none."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
