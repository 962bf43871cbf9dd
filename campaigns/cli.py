"""The door: Typer commands. It wires rooms together and decides nothing."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaigns import __version__
from campaigns.errors import ExitCode
from campaigns.options import CampaignOptions, DeliveryOptions, takes_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.campaign import Purpose
    from campaigns.screen import Screen
    from campaigns.settings import Settings

app = typer.Typer(
    help="Bulk SMS campaigns from spreadsheets, through the MOBIPACE HTTP API 2.0.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The recipient file.", show_default=False)]
Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="The results file.", show_default=False)]
UseSandbox = Annotated[bool, typer.Option("--sandbox", help="Rehearse against a local stand-in of the gateway.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def _version(wanted: bool) -> None:  # noqa: FBT001 - Typer hands it over like this
    if wanted:
        typer.echo(f"campaigns {__version__}")
        raise typer.Exit


@app.callback()
def program(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show each exchange with the gateway.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show only summaries, questions and errors.")] = False,
) -> None:
    """Bulk SMS campaigns from spreadsheets, through the MOBIPACE HTTP API 2.0."""
    from campaigns.screen import Screen

    context.obj = Screen(quiet=quiet, verbose=verbose)


@app.command()
@takes_options
def check(
    context: typer.Context,
    file: File,
    options: CampaignOptions,
    *,
    problems: Annotated[
        Path | None,
        typer.Option(
            "--problems",
            metavar="OUT",
            help="Write the bad rows and reasons, .xlsx or .csv.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a recipient file: load, validate, render, count.

    Nothing is sent, and the gateway is not asked.
    """
    from campaigns import causes, summaries
    from campaigns.campaign import Purpose, load_campaign
    from campaigns.spreadsheets.problems import check_problems, write_problems

    screen = _screen(context, as_json=options.json)
    campaign = load_campaign(file, options, Purpose.LOOK, os.environ, _now())
    if problems is not None:
        check_problems(problems, file)
        write_problems(problems, campaign.problem_lines(), campaign.file.headers)
        screen.say(f"problems: {problems}")
    facts = {**summaries.plan_facts(campaign), **causes.wording_facts(campaign)}
    screen.summary(facts, [*summaries.plan_lines(campaign), *causes.wording_lines(campaign)])
    _end(ExitCode.ATTENTION if campaign.plan.invalid else ExitCode.OK)


@app.command()
@takes_options
def estimate(context: typer.Context, file: File, options: CampaignOptions, *, sandbox: UseSandbox = False) -> None:
    """Check a file and set its cost beside the balance."""
    from campaigns.campaign import Purpose, load_campaign
    from campaigns.estimating import show_estimate

    screen = _screen(context, as_json=options.json)
    campaign = load_campaign(file, options, Purpose.LOOK, os.environ, _now(), sandbox=sandbox)
    with _gateway(screen, sandbox=sandbox) as settings:
        code = show_estimate(campaign, settings, screen)
    _end(code)


@app.command()
@takes_options
def send(
    context: typer.Context,
    file: File,
    options: CampaignOptions,
    delivery: DeliveryOptions,
    *,
    sandbox: UseSandbox = False,
) -> None:
    """Send a campaign now and write its results."""
    from campaigns.campaign import Purpose

    _submit(context, file, options, delivery, Purpose.SEND, sandbox=sandbox)


@app.command()
@takes_options
def schedule(
    context: typer.Context,
    file: File,
    options: CampaignOptions,
    delivery: DeliveryOptions,
    *,
    sandbox: UseSandbox = False,
) -> None:
    """Schedule a campaign and write its results.

    --at is the time of all rows; a send_at column gives rows a time of their own.
    """
    from campaigns.campaign import Purpose

    _submit(context, file, options, delivery, Purpose.SCHEDULE, sandbox=sandbox)


def _submit(
    context: typer.Context,
    file: Path,
    options: CampaignOptions,
    delivery: DeliveryOptions,
    purpose: Purpose,
    *,
    sandbox: bool,
) -> None:
    from campaigns.campaign import load_campaign
    from campaigns.delivery.ledger import Ledger
    from campaigns.run import Run
    from campaigns.spreadsheets.results import check_can_write, check_known, check_results, results_warnings
    from campaigns.trial import send_trial

    screen = _screen(context, as_json=options.json)
    delivery.check()
    campaign = load_campaign(file, options, purpose, os.environ, _now(), sandbox=sandbox)
    if delivery.test is not None:
        with _gateway(screen, sandbox=sandbox) as settings:
            code = send_trial(delivery.test, campaign, settings, screen, yes=delivery.yes)
        _end(code)
        return
    check_results(campaign.results_path, file)
    check_can_write(campaign.results_path)
    for warning in results_warnings(campaign.results_path, len(campaign.plan.rows), len(campaign.headers)):
        screen.warn(warning)
    with _gateway(screen, sandbox=sandbox) as settings, Ledger(campaign.ledger_path) as ledger:
        ledger.belong_to(settings.username)
        refs = {id_: record.ref for id_, record in ledger.records().items()}
        check_known(campaign.results_path, refs)
        code = Run(campaign, delivery, screen, settings, ledger).submit()
    _end(code)


@app.command()
def refresh(
    context: typer.Context,
    results: Results,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Ask for every ref, also for those that are final.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Ask again and again, until all are final.")] = False,
    length: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="Watch no longer than this; default 1d.", show_default=False),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", metavar="N", min=1, max=64, help="How many requests at a time; default 1.", show_default=False
        ),
    ] = 1,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="R", min=0.001, max=1000, help="Ask for at most R refs a second.", show_default=False
        ),
    ] = None,
    sandbox: UseSandbox = False,
    json: AsJson = False,
) -> None:
    """Fill the delivery statuses into a results file."""
    from campaigns.refreshing import Choices, refresh_results

    screen = _screen(context, as_json=json)
    choices = Choices(everything, workers, rate, watch, length)
    choices.check()
    with _gateway(screen, sandbox=sandbox) as settings:
        code = refresh_results(results, settings, screen, choices, sandbox=sandbox)
    _end(code)


@app.command()
def report(
    context: typer.Context,
    results: Results,
    *,
    export: Annotated[
        tuple[str, Path] | None,
        typer.Option(
            "--export",
            metavar="OUTCOME OUT",
            help="Write the rows with this outcome or status as a recipient file, .xlsx or .csv.",
            show_default=False,
        ),
    ] = None,
    support: Annotated[
        bool, typer.Option("--support", help="Print what the gateway's support asks for: requests and raw replies.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show a campaign at a glance, and what needs attention.

    The gateway is not asked.
    """
    from campaigns.reporting import export_rows, show_report, show_support

    screen = _screen(context, as_json=json)
    if export:
        code = export_rows(results, *export, screen, _now())
    elif support:
        code = show_support(results, screen)
    else:
        code = show_report(results, screen, _now())
    _end(code)


@app.command()
def balance(context: typer.Context, *, sandbox: UseSandbox = False, json: AsJson = False) -> None:
    """Show the account's balance."""
    from campaigns import phrases, summaries
    from campaigns.account import ask_balance
    from campaigns.gateway.client import Client

    screen = _screen(context, as_json=json)
    with _gateway(screen, sandbox=sandbox) as settings, Client(settings, screen.listener()) as client:
        found = ask_balance(client)
    screen.summary(summaries.balance_facts(found) or {}, [phrases.clean(str(found))])


@app.command()
def sandbox(
    context: typer.Context,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")
    ] = 0,
    balance: Annotated[int, typer.Option("--balance", help="What the account starts with, in AMD.")] = 1_000_000,
    price: Annotated[str, typer.Option("--price", metavar="P", help="What a segment costs, in AMD.")] = "12",
    sender: Annotated[
        list[str] | None,
        typer.Option(
            "--sender",
            metavar="NAME",
            help="A registered sender; repeatable. Default: any.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the local stand-in of the gateway.

    It serves until it is stopped, and prints the settings to use it with.
    """
    from campaigns.gateway.sandbox import Account, Sandbox
    from campaigns.planning.pricing import parse_price
    from campaigns.planning.segments import count

    account = Account(balance=Decimal(balance), price=parse_price(price), senders=frozenset(sender) if sender else None)
    screen = _screen(context, as_json=False)
    with Sandbox(lambda body: count(body).segments, account, port=port) as served:
        lines = [
            f"MOBIPACE_URL={served.url}",
            f"MOBIPACE_USERNAME={account.username}",
            f"MOBIPACE_PASSWORD={account.password.reveal()}",
        ]
        screen.say("the sandbox serves; set these where you run campaigns, and stop it with Ctrl-C")
        screen.summary({}, lines)
        sys.stdout.flush()
        try:
            served.wait()
        except KeyboardInterrupt:
            screen.say(f"\nthe sandbox took {len(served.taken):,} messages")


# --- What the commands share ---


def _screen(context: typer.Context, *, as_json: bool) -> Screen:
    screen: Screen = context.obj
    screen.as_json = as_json
    return screen


def _now() -> datetime:
    return datetime.now(UTC)


def _end(code: ExitCode) -> None:
    if code is not ExitCode.OK:
        raise typer.Exit(int(code))


@contextmanager
def _gateway(screen: Screen, *, sandbox: bool) -> Iterator[Settings]:
    """Yield the settings of the account's gateway, or of a sandbox that serves as long as the body runs."""
    from campaigns.settings import read_account

    if not sandbox:
        yield read_account(os.environ, screen.ask_password if sys.stdin.isatty() else None)
        return
    from campaigns.gateway.sandbox import Sandbox
    from campaigns.planning.segments import count

    screen.say("rehearsal: a sandbox on this machine answers, and nobody receives anything")
    with Sandbox(lambda body: count(body).segments) as served:
        yield served.settings()


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code. The one funnel through which every error passes."""
    from campaigns.failing import exit_code_of
    from campaigns.screen import speak_utf8

    speak_utf8()
    try:
        ended = typer.main.get_command(app).main(args=arguments, prog_name="campaigns", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - the funnel
        return exit_code_of(error)
    # Typer turns Ctrl-C into this number without a word.
    return exit_code_of(KeyboardInterrupt()) if ended == ExitCode.INTERRUPTED else int(ended or 0)
