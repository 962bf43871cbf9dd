"""Options and environment become what a campaign asks of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from campaigns.errors import Problem, UsageError
from campaigns.planning import times
from campaigns.planning.plan import Request
from campaigns.planning.pricing import Rates, parse_price, parse_rates
from campaigns.planning.templates import BodyTemplate
from campaigns.settings import read_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from campaigns.options import CampaignOptions
    from campaigns.planning.opted_out import OptedOut

_LOGIN = ("MOBIPACE_USERNAME", "MOBIPACE_PASSWORD")
_USUAL = "x" * 16  # stands for a login that is not known yet, in the length of a request


def make_request(
    headers: Sequence[str],
    options: CampaignOptions,
    environment: Mapping[str, str],
    now: datetime,
    *,
    time_needed: bool,
    region: str | None,
    opted_out: OptedOut,
) -> Request:
    """Resolve the options.

    Args:
        headers: The headers of the recipient file, which a template can name.
        options: The campaign's options.
        environment: The variables, for the sender and the zone.
        now: The present, aware.
        time_needed: Whether a row without a time is a problem.
        region: The country of numbers written without its code, checked; None takes international digits only.
        opted_out: Who wants nothing.

    Raises:
        UsageError: An option cannot be used.
    """
    zone = read_zone(options.tz, "--tz") or read_zone(environment.get("MOBIPACE_TZ"), "MOBIPACE_TZ")
    source = _body_source(options)
    return Request(
        now=now,
        sender=(options.sender or environment.get("MOBIPACE_SENDER") or "").strip(),
        template=None if source is None else BodyTemplate(source, headers),
        wap_push=options.wap_push,
        send_at=None if options.at is None else _at(options.at, zone, now),
        zone=zone,
        price=None if options.price is None else parse_price(options.price),
        rates=_rates(options),
        smart=options.smart,
        keep_duplicates=options.keep_duplicates,
        region=region,
        opted_out=opted_out,
        time_needed=time_needed,
        login_length=sum(len(quote(environment.get(name) or _USUAL, safe="")) for name in _LOGIN),
    )


def _rates(options: CampaignOptions) -> Rates | None:
    if options.rates is None:
        return None if options.price is None else Rates.flat(parse_price(options.price))
    if options.price is not None:
        raise UsageError("--price and --rates: give one of them", "a rate card may hold a line for each country code")
    return parse_rates(_text_of(options.rates, "--rates"), options.rates.name)


def _at(text: str, zone: ZoneInfo | None, now: datetime) -> datetime:
    moment = times.read_time(text, zone, now)
    if isinstance(moment, Problem):
        raise UsageError(f"--at {text!r} {moment.reason}", moment.hint)
    return moment


def _body_source(options: CampaignOptions) -> str | None:
    if options.body is not None and options.body_file is not None:
        raise UsageError("--body and --body-file: give one of them")
    if options.body_file is None:
        if options.body is not None and not options.body.isascii():
            _check_text(options.body)
        return options.body
    return _text_of(options.body_file, "--body-file")


def _text_of(path: Path, option: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{option} {path} is not UTF-8 text", "save it as UTF-8 and try again") from None
    except OSError as error:
        raise UsageError(f"{option} {path} cannot be read ({error.strerror})") from None


def _check_text(body: str) -> None:
    try:
        body.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "--body holds bytes that are not UTF-8", "put the text into a UTF-8 file and give --body-file"
        ) from None
