"""The options of a campaign, said once: each field is a command-line option, its name (`-` written `_`) its key.

Several commands take the same twenty-odd options. They are the fields of the dataclasses here, and `takes_options`
spreads those into a command's signature, where Typer finds them.
"""

from __future__ import annotations

import inspect
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from pathlib import Path  # noqa: TC003 - Typer looks the annotations up while it runs
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from campaigns.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def _option(*names: str, metavar: str | None = None, help: str) -> Any:  # noqa: A002 - Typer's own word
    return typer.Option(*names, metavar=metavar, help=help, show_default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOptions:
    """What a campaign is: how its file is read, what is said, to whom, when and for how much."""

    sheet: Annotated[
        str | None, _option("--sheet", metavar="NAME", help="The workbook's sheet; default: the first with recipients.")
    ] = None
    column: Annotated[
        list[str] | None,
        _option(
            "--column",
            metavar="FIELD=HEADER",
            help="Which header is recipient, body, sender, send_at or wap_push; FIELD= for none. Repeatable.",
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        _option("--delimiter", metavar="CHAR", help="What separates the cells of a text file; default: found."),
    ] = None
    encoding: Annotated[
        str | None,
        _option("--encoding", metavar="NAME", help="The text file's encoding, e.g. Windows-1251; default: found."),
    ] = None
    region: Annotated[
        str | None,
        _option(
            "--region",
            metavar="CC",
            help="The country of numbers in local or formatted form, e.g. AM; default: digits only.",
        ),
    ] = None
    exclude: Annotated[
        list[Path] | None,
        _option("--exclude", metavar="FILE", help="A file of recipients who opted out. Repeatable."),
    ] = None
    sender: Annotated[
        str | None,
        _option("--sender", metavar="NAME", help="The sender of rows without one; default: MOBIPACE_SENDER."),
    ] = None
    body: Annotated[
        str | None,
        _option("--body", metavar="TEXT", help="The text of every message; {{ header }} is a cell of its row."),
    ] = None
    body_file: Annotated[
        Path | None, _option("--body-file", metavar="PATH", help="The same, from a UTF-8 text file.")
    ] = None
    wap_push: Annotated[bool, _option("--wap-push", help="Send rows that do not say otherwise as Wap Push.")] = False
    at: Annotated[
        str | None,
        _option("--at", metavar="WHEN", help="When to send rows without a time: '2026-12-01 10:00'."),
    ] = None
    tz: Annotated[
        str | None,
        _option(
            "--tz",
            metavar="ZONE",
            help="The zone of times without an offset, e.g. Asia/Yerevan; default: MOBIPACE_TZ.",
        ),
    ] = None
    keep_duplicates: Annotated[
        bool,
        _option(
            "--keep-duplicates",
            help="Send the same message to the same recipient as often as it stands there.",
        ),
    ] = False
    smart: Annotated[
        bool,
        _option("--smart", help="Replace quotes, dashes and the like that make a message UNICODE for nothing."),
    ] = False
    price: Annotated[str | None, _option("--price", metavar="P", help="The price of one segment.")] = None
    rates: Annotated[
        Path | None,
        _option("--rates", metavar="FILE", help="Prices by the number's first digits: lines of prefix,price[,name]."),
    ] = None
    name: Annotated[str | None, _option("--name", metavar="NAME", help="The campaign's name; default: the file's.")] = (
        None
    )
    results: Annotated[
        Path | None,
        _option("--results", metavar="PATH", help="The results file, .xlsx or .csv; default: NAME.results.xlsx."),
    ] = None
    json: Annotated[bool, _option("--json", help="Print the summary as JSON.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOptions:
    """How a campaign is submitted."""

    yes: Annotated[bool, _option("--yes", help="Do not ask; needed where there is no terminal.")] = False
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Submit at most N messages in this run.", show_default=False),
    ] = None
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            max=64,
            help="How many requests at a time; default 1.",
            show_default=False,
        ),
    ] = 1
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="R", min=0.001, max=1000, help="Submit at most R messages a second.", show_default=False
        ),
    ] = None
    test: Annotated[
        str | None,
        _option("--test", metavar="NUMBER", help="Send the first valid row's message to your own phone, then stop."),
    ] = None
    retry_unknown: Annotated[
        bool, _option("--retry-unknown", help="Submit again what may have been accepted: some may get it twice.")
    ] = False
    retry_rejected: Annotated[bool, _option("--retry-rejected", help="Submit again what was rejected.")] = False
    only_new: Annotated[
        bool, _option("--only-new", help="Submit only to recipients who got nothing of this campaign yet.")
    ] = False
    again: Annotated[bool, _option("--again", help="Go on although another campaign in this folder sent the same.")] = (
        False
    )
    strict: Annotated[bool, _option("--strict", help="Send nothing if any row is invalid.")] = False
    allow_short: Annotated[bool, _option("--allow-short", help="Go on although the estimate exceeds the balance.")] = (
        False
    )

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            UsageError: They do.
        """
        if self.only_new and self.retry_unknown:
            raise UsageError(
                "--only-new and --retry-unknown contradict each other",
                "--only-new leaves out whoever may have got a message; --retry-unknown texts them again",
            )


def takes_options(command: Callable[..., None]) -> Callable[..., None]:
    """Spread the fields of a command's dataclass parameters into its signature; gather them when it is called."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if kind in (CampaignOptions, DeliveryOptions)}
    plain = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(command).parameters.items()
        if name not in groups
    ]
    spread = [parameter for kind in groups.values() for parameter in _parameters(kind)]
    required = [parameter for parameter in plain if parameter.default is inspect.Parameter.empty]
    optional = [parameter for parameter in plain if parameter.default is not inspect.Parameter.empty]

    @wraps(command)
    def gathered(**values: Any) -> None:
        chosen = {
            name: kind(**{field.name: values.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        command(**values, **chosen)

    keyword = inspect.Parameter.KEYWORD_ONLY
    ordered = [parameter.replace(kind=keyword) for parameter in (*required, *spread, *optional)]
    gathered.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    gathered.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return gathered


def _parameters(kind: type) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]
