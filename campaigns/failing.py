"""How the program fails: an expected error as its message, an unexpected one as one line and a log file."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from campaigns.errors import CampaignError, ExitCode


def exit_code_of(error: BaseException) -> int:
    """Show an error in the way that it deserves; return what the process ends with."""
    import typer

    from campaigns.screen import complain, show_error

    if isinstance(error, CampaignError):
        show_error(error)
        return int(error.exit_code)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        complain("interrupted: what was sent is recorded; the same command resumes")
        return int(ExitCode.INTERRUPTED)
    if isinstance(error, SystemExit):
        return int(error.code) if isinstance(error.code, int) else int(ExitCode.USAGE)
    if isinstance(error, typer.TyperException) and hasattr(error, "show"):
        error.show()
        return int(ExitCode.USAGE)
    if isinstance(error, BrokenPipeError):
        return int(ExitCode.ATTENTION)
    complain(f"something unexpected happened ({type(error).__name__}); {_keep(error)}")
    return int(ExitCode.STOPPED)


def _keep(error: BaseException) -> str:
    """Write the traceback to a log file of its owner's; say where. No local variables, and no password."""
    from campaigns.settings import Secret

    text = "".join(traceback.format_exception(error))
    text = Secret(os.environ.get("MOBIPACE_PASSWORD", "")).redact(text)
    try:
        handle, name = tempfile.mkstemp(prefix="campaigns-error-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return "its details could not be written to a log file"
    return f"what was sent is recorded; the details are in {Path(name)}"
