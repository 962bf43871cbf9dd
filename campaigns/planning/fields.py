"""Which header is which field."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from campaigns.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Field(StrEnum):
    """What a column can mean to the program."""

    RECIPIENT = "recipient"
    BODY = "body"
    SENDER = "sender"
    SEND_AT = "send_at"
    WAP_PUSH = "wap_push"


ALIASES: dict[Field, tuple[str, ...]] = {
    Field.RECIPIENT: (
        *("recipient", "phone", "phone number", "mobile", "msisdn", "tel"),
        *("հեռախոս", "հեռախոսահամար", "телефон", "номер телефона"),
    ),
    Field.BODY: (*("body", "message", "text", "sms", "տեքստ", "հաղորդագրություն", "текст", "сообщение"),),
    Field.SENDER: ("sender", "sender name"),
    Field.SEND_AT: ("send_at", "sendingdate", "send at"),
    Field.WAP_PUSH: ("wap_push", "wap push"),
}

_A_NUMBER = 7  # digits; no header is one
_MOST_SHOWN = 20  # headers named in an error
_NOISE = re.compile(r"[\s_\u00a0\u200b\u200c\u200d\u2060\ufeff]+")


def fold(header: str) -> str:
    """Return the header without case, spaces, underscores and invisible characters, for comparing."""
    return _NOISE.sub("", unicodedata.normalize("NFC", header)).casefold()


_FIELD_OF = {fold(alias): field for field, aliases in ALIASES.items() for alias in aliases}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in the table.

    Attributes:
        of: The column's position (0 is the first) by field; a field that the file has not is absent.
    """

    of: Mapping[Field, int]

    def position(self, field: Field) -> int | None:
        """Return the position of the field's column, or None."""
        return self.of.get(field)


def parse_overrides(choices: Sequence[str]) -> dict[Field, str]:
    """Read `--column FIELD=HEADER` options; an empty header means that the file has no such field.

    Raises:
        UsageError: Not of that form, an unknown field, or one field twice.
    """
    overrides: dict[Field, str] = {}
    for choice in choices:
        name, equals, header = choice.partition("=")
        if not equals:
            raise UsageError(f"--column {choice!r} is not FIELD=HEADER", f"the fields are {', '.join(Field)}")
        try:
            field = Field(name.strip().casefold())
        except ValueError:
            raise UsageError(
                f"--column: no field is called {name!r}{nearest(name, list(Field))}",
                f"the fields are {', '.join(Field)}",
            ) from None
        if field in overrides:
            raise UsageError(f"--column gives {field} twice")
        overrides[field] = header.strip()
    return overrides


def names_recipient(cells: Sequence[str], overrides: Mapping[Field, str]) -> bool:
    """Tell whether a row of cells can be the header row: one of them is a recipient header.

    Args:
        cells: A row's cells.
        overrides: Header by field, from `parse_overrides`.
    """
    wanted = overrides.get(Field.RECIPIENT)
    if wanted:
        return any(fold(cell) == fold(wanted) for cell in cells)
    return any(_FIELD_OF.get(fold(cell)) is Field.RECIPIENT for cell in cells)


def assign(
    headers: Sequence[str],
    overrides: Mapping[Field, str],
    holds_numbers: Callable[[int], bool] = lambda _: False,
) -> Columns:
    """Find each field's column: what was said first, then the known aliases.

    Args:
        headers: The header cells, as found.
        overrides: Header by field, from `parse_overrides`; a field in it is not looked for among the aliases,
            so the headers that it overrules are free to be ordinary columns.
        holds_numbers: Tells of a column's position whether it holds only recipients; asked where no header says so.

    Raises:
        UsageError: A header that is not there, two headers for one field, or no recipient column.
    """
    of = {field: _find(headers, field, header) for field, header in overrides.items() if header}
    _refuse_shared(headers, of)
    found: dict[Field, list[int]] = {}
    for position, header in enumerate(headers):
        field = _FIELD_OF.get(fold(header))
        if field is not None and field not in overrides and position not in of.values():
            found.setdefault(field, []).append(position)
    for field, positions in found.items():
        if len(positions) > 1:
            names = " and ".join(repr(headers[position]) for position in positions)
            alike = len({fold(headers[position]) for position in positions}) == 1
            hint = f"say which one: --column {field}={headers[positions[0]]!r}"
            raise UsageError(f"two headers for {field}: {names}", "rename one of them in the file" if alike else hint)
        of[field] = positions[0]
    if Field.RECIPIENT not in of:
        raise _no_recipient(headers, holds_numbers)
    return Columns(of)


def _no_recipient(headers: Sequence[str], holds_numbers: Callable[[int], bool]) -> UsageError:
    numeric = [header for position, header in enumerate(headers) if holds_numbers(position)]
    if any(header.strip().isdigit() and len(header.strip()) >= _A_NUMBER for header in headers):
        return UsageError(
            "no recipient column: the first row holds a number where a header should be",
            "put a header row above it, for example recipient",
        )
    shown = ", ".join(repr(header) for header in headers[:_MOST_SHOWN] if header) or "none"
    more = f" and {len(headers) - _MOST_SHOWN:,} more" if len(headers) > _MOST_SHOWN else ""
    hint = "name it: --column recipient=HEADER"
    if len(numeric) == 1:
        hint = f"{numeric[0]!r} holds only numbers; if it is the one: --column recipient={numeric[0]!r}"
    return UsageError(f"no recipient column; the headers found are {shown}{more}", hint)


def _find(headers: Sequence[str], field: Field, wanted: str) -> int:
    exact = [position for position, header in enumerate(headers) if header.strip() == wanted]
    near = exact or [position for position, header in enumerate(headers) if fold(header) == fold(wanted)]
    if not near:
        raise UsageError(f"--column {field}={wanted}: the file has no such header{nearest(wanted, list(headers))}")
    if len(near) > 1:
        raise UsageError(f"--column {field}={wanted}: the file has that header {len(near)} times")
    return near[0]


def _refuse_shared(headers: Sequence[str], of: Mapping[Field, int]) -> None:
    for position, times in Counter(of.values()).items():
        if times > 1:
            fields = " and ".join(field for field, taken in of.items() if taken == position)
            raise UsageError(f"--column gives {headers[position]!r} to {fields}: one header serves one field")
