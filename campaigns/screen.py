"""The window: what people and scripts see. The only room that prints.

The summary (or `--json`) goes to standard output; bars, previews, questions and messages for people to standard error.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaigns.phrases import clean, one_line, plural
from campaigns.planning.segments import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from campaigns.errors import CampaignError
    from campaigns.gateway.client import Exchange
    from campaigns.planning.plan import PlannedRow


@dataclass(slots=True)
class Screen:
    """What one command shows.

    Attributes:
        as_json: Whether the summary is JSON.
        quiet: Whether messages for people are left out; errors and questions are not.
        verbose: Whether each exchange with the gateway is shown.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    # --- For people: standard error ---

    def say(self, text: str = "") -> None:
        """Tell a person something."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def warn(self, text: str) -> None:
        """Tell a person about something that may cost them."""
        self.say(f"{_paint('warning:', '33')} {clean(text)}")

    def complain(self, text: str) -> None:
        """Tell a person about a loss, whatever else is kept quiet."""
        complain(text)

    def live(self, text: str) -> None:
        """Show a line that the next one replaces; nothing where standard error is not a terminal. Empty ends it."""
        if not self.quiet and sys.stderr.isatty():
            print(f"\r\x1b[K{clean(text)}", end="", file=sys.stderr, flush=True)

    def listener(self) -> Callable[[Exchange, Mapping[str, str]], None] | None:
        """Return what shows each exchange (`--verbose`), or None."""
        return self._show_exchange if self.verbose else None

    def _show_exchange(self, exchange: Exchange, parameters: Mapping[str, str]) -> None:
        about = parameters.get("recipient") or parameters.get("messageref") or ""
        came = exchange.redacted if exchange.http_status else exchange.detail
        status = f"HTTP {exchange.http_status} " if exchange.http_status not in (None, 200) else ""
        text = f"{exchange.function} {about}  {exchange.seconds * 1000:.0f} ms  {status}{one_line(came, 160)}"
        from tqdm import tqdm

        tqdm.write(text, file=sys.stderr)

    def preview(self, rows: Sequence[PlannedRow]) -> None:
        """Show the first, the longest and the dearest message as people will read them, part by part."""
        chosen = {
            "first": rows[0],
            "longest": max(rows, key=lambda row: len(row.body)),
            "dearest": max(rows, key=lambda row: (row.cost or 0, row.count.segments if row.count else 0)),
        }
        shown: dict[int, list[str]] = {}
        for what, row in chosen.items():
            shown.setdefault(row.number, []).append(what)
        by_number = {row.number: row for row in rows}
        for number, whats in shown.items():
            row = by_number[number]
            parts = split(row.body)
            when = f", at {row.send_at:%Y-%m-%d %H:%M} UTC" if row.send_at else ""
            self.say(
                f"\nThe {', '.join(whats)} message: row {number}, from {clean(row.sender)} to {row.recipient}{when}, "
                f"{plural(len(parts), 'segment')} {row.count.encoding if row.count else ''}"
            )
            for part, text in enumerate(parts, start=1):
                mark = str(part) if len(parts) > 1 else ""
                for line in clean(text).split("\n"):
                    self.say(f"{mark:>3} │ {line}")
                    mark = ""
        self.say("\nFor registered persons the gateway puts the username in the sender's place.\n")

    def confirm(self, count: int, what: str) -> bool:
        """Ask for the number of messages to be typed in; return whether it was.

        Args:
            count: How many messages.
            what: A sentence about them.
        """
        print(f"{what} They cannot be recalled.", file=sys.stderr)
        print(f"Type the number of messages ({count:,}) to go on: ", end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline().strip()
        return re.sub(r"[,\s]", "", typed) == str(count)

    def ask_password(self) -> str:
        """Ask for the password, unseen."""
        from getpass import getpass

        return getpass("Password for the MOBIPACE account: ", stream=sys.stderr)

    @contextmanager
    def bar(self, total: int, what: str) -> Iterator[Callable[[str], None]]:
        """Show a bar while the body runs; the function that it yields counts one step under a word."""
        from tqdm import tqdm

        counts: Counter[str] = Counter()
        off = self.quiet or not sys.stderr.isatty()
        with tqdm(
            total=total, desc=what, unit="", file=sys.stderr, disable=off, dynamic_ncols=True, mininterval=0.1
        ) as bar:

            def step(word: str) -> None:
                counts[word] += 1
                bar.set_postfix_str("  ".join(f"{name} {count:,}" for name, count in counts.items()), refresh=False)
                bar.update()

            yield step

    # --- For people and scripts: standard output ---

    def summary(self, facts: Mapping[str, Any], lines: Sequence[str]) -> None:
        """Print a summary: the facts as JSON, or the lines for a person."""
        if self.as_json:
            print(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
        else:
            print("\n".join(lines))


def speak_utf8() -> None:
    """Let every text be written: a file or pipe gets UTF-8, a terminal its own characters with escapes for the rest.

    Windows writes redirected output in its code page, which knows no Armenian; the summary must not fail for that.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() or "PYTHONIOENCODING" in os.environ else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def error_lines(error: CampaignError) -> str:
    """Return an error for standard error: what is wrong, then the hint on a line of its own."""
    text = f"{_paint('error:', '31')} {clean(error.message)}"
    return f"{text}\nhint: {clean(error.hint)}" if error.hint else text


def show_error(error: CampaignError) -> None:
    """Print an error."""
    print(error_lines(error), file=sys.stderr)


def complain(text: str) -> None:
    """Print a line about something unexpected."""
    print(f"{_paint('error:', '31')} {clean(text)}", file=sys.stderr)


def _paint(word: str, colour: str) -> str:
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return word
    return f"\x1b[1;{colour}m{word}\x1b[0m"
