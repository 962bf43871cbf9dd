"""All the rules in turn: what would be sent, what is wrong, and an identity that no re-run may lose."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import Problem, UsageError
from campaigns.planning.fields import assign, parse_overrides
from campaigns.planning.judge import make_plan
from campaigns.planning.plan import Message, Plan, PlannedRow, Request, Totals, add_costs, count_segments
from campaigns.planning.segments import Count, Encoding
from campaigns.planning.templates import BodyTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
YEREVAN = ZoneInfo("Asia/Yerevan")
ANI, ARA = "37491000001", "37491000002"


def plan(headers: str, *rows: Sequence[str], column: Sequence[str] = (), first: int = 2, **asked: Any) -> Plan:
    """Make a plan of a file with these headers (written `a,b`) and rows, numbered from `first`."""
    names = headers.split(",")
    index = pd.RangeIndex(first, first + len(rows), name="row")
    table = pd.DataFrame([tuple(row) for row in rows], columns=names, index=index, dtype=str)
    if isinstance(template := asked.get("template"), str):
        asked["template"] = BodyTemplate(template, names)
    return make_plan(table, assign(names, parse_overrides(column)), Request(now=NOW, **asked))


def only(made: Plan) -> PlannedRow:
    (row,) = made.rows
    return row


def reasons(row: PlannedRow) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in row.problems]


# --- A row ---


def test_a_good_row_is_all_that_will_be_sent_and_what_it_costs() -> None:
    row = only(plan("phone,text", (ANI, "Բարև"), sender="Shop", price=Decimal("12.5"), first=7))
    message = Message(ANI, "Shop", "Բարև", wap_push=False, send_at=None, occurrence=1)
    assert row == PlannedRow(
        number=7,
        id=message.id,
        recipient=ANI,
        sender="Shop",
        body="Բարև",
        send_at=None,
        message=message,
        count=Count(Encoding.UNICODE, 4, 1),
        cost=Decimal("12.5"),
        problems=(),
        skipped="",
        risk="",
    )
    assert row.sendable


def test_a_bad_row_keeps_what_was_found_and_lists_every_problem() -> None:
    made = plan(
        "phone,text,sender,send_at,wap_push", ("091-00", " ", "", "tomorrow", "maybe"), zone=YEREVAN, price=Decimal(1)
    )
    row = only(made)
    assert reasons(row) == [
        ("recipient", "has characters that are not digits"),
        ("sender", "is missing"),
        ("body", "is empty"),
        ("wap_push", "is neither yes nor no"),
        ("send_at", "is not a time"),
    ]
    assert (row.recipient, row.sender, row.body, row.send_at) == ("091-00", "", "", None)
    assert (row.message, row.count, row.cost, row.sendable) == (None, None, None, False)


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    table = pd.DataFrame({"phone": [ANI, ARA], "text": ["a", "b"]}, index=[3, 9], dtype=str)
    made = make_plan(table, assign(["phone", "text"], {}), Request(now=NOW))
    assert [row.number for row in made.rows] == [3, 9]


# --- The body: from the column or from the option ---


@pytest.mark.parametrize(
    ("cell", "body"),
    [
        ("Hello {{ name }}", "Hello {{ name }}"),  # a cell is sent as it stands
        ("  Hello  \n", "  Hello  \n"),
        ("One\r\ntwo\rthree", "One\ntwo\nthree"),  # but a line end is one character
    ],
)
def test_a_body_cell_is_sent_as_it_stands(cell: str, body: str) -> None:
    assert only(plan("phone,text", (ANI, cell))).body == body


def test_a_template_makes_the_body_of_every_row() -> None:
    made = plan("phone,name", (ANI, "Ani"), (ARA, ""), template="Hello {{ name }}")
    assert [row.body for row in made.rows] == ["Hello Ani", ""]
    assert reasons(made.rows[1]) == [("body", "the column 'name' is empty, and the template prints it")]


def test_a_template_may_print_the_recipient_as_it_was_found() -> None:
    assert only(plan("phone", (f"{ANI}.0",), template="To {{ phone }}")).body == f"To {ANI}.0"


@pytest.mark.parametrize("cell", ["", "  ", "\n", "\r\n", "\u00a0"])
def test_a_body_without_a_word_is_a_problem(cell: str) -> None:
    row = only(plan("phone,text", (ANI, cell)))
    assert (reasons(row), row.message) == ([("body", "is empty")], None)


def test_a_template_that_says_nothing_in_a_row_is_a_problem_of_it() -> None:
    made = plan("phone,name", (ANI, ""), (ARA, "Ara"), template="{% if name %}Hello {{ name }}{% endif %}")
    assert [reasons(row) for row in made.rows] == [[("body", "is empty")], []]


def test_a_body_from_two_places_is_refused_and_the_way_out_is_offered() -> None:
    with pytest.raises(UsageError) as error:
        plan("phone,Text", (ANI, "Hello"), template="Hello")
    assert error.value.message == "two bodies: the column 'Text', and --body or --body-file"
    assert error.value.hint.endswith("--column body=")


def test_that_way_out_works_and_leaves_the_column_to_the_template() -> None:
    made = plan("phone,text", (ANI, "Ani"), template="Hello {{ text }}", column=["body="])
    assert only(made).body == "Hello Ani"


def test_a_body_from_nowhere_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to say"):
        plan("phone,name", (ANI, "Ani"))


# --- What wins: a cell over the option ---


@pytest.mark.parametrize(
    ("headers", "cells", "option", "sender"),
    [
        ("phone,text", (), "Shop", "Shop"),
        ("phone,text,sender", ("Desk",), "Shop", "Desk"),
        ("phone,text,sender", (" Desk ",), "Shop", "Desk"),
        ("phone,text,sender", (" ",), "Shop", "Shop"),  # the option fills empty cells
        ("phone,text", (), "", ""),  # a plan that is only looked at may lack a sender
    ],
)
def test_a_sender_cell_wins_over_the_option(headers: str, cells: tuple[str, ...], option: str, sender: str) -> None:
    row = only(plan(headers, (ANI, "Hello", *cells), sender=option))
    assert (row.sender, row.problems) == (sender, ())


def test_a_row_without_any_sender_is_a_problem_where_others_have_one() -> None:
    made = plan("phone,text,sender", (ANI, "Hello", ""), (ARA, "Hello", "Shop"))
    assert [reasons(row) for row in made.rows] == [[("sender", "is missing")], []]
    assert "--sender" in made.rows[0].problems[0].hint


@pytest.mark.parametrize(
    ("cell", "option", "wap_push"),
    [
        ("TRUE", False, True),  # what Excel makes of a tick
        ("yes", False, True),
        (" 1 ", False, True),
        ("FALSE", True, False),  # a cell wins
        ("No", True, False),
        ("0", True, False),
        ("", True, True),  # the option fills empty cells
        ("", False, False),
    ],
)
def test_a_wap_push_cell_wins_over_the_option(cell: str, option: bool, wap_push: bool) -> None:
    message = only(plan("phone,text,wap_push", (ANI, "Hello", cell), wap_push=option)).message
    assert message is not None
    assert message.wap_push is wap_push


@pytest.mark.parametrize("cell", ["maybe", "2", "1.5", "այո"])
def test_a_wap_push_cell_that_is_neither_yes_nor_no_is_a_problem(cell: str) -> None:
    row = only(plan("phone,text,wap_push", (ANI, "Hello", cell), wap_push=True))
    assert row.problems == (Problem("wap_push", "is neither yes nor no", cell),)


@pytest.mark.parametrize(
    ("cell", "option", "moment"),
    [
        ("2026-12-01 10:00", None, LATER),
        ("2026-12-01 10:00", LATER + timedelta(days=1), LATER),  # a cell wins
        (" ", LATER, LATER),  # the option fills empty cells
        ("", None, None),
    ],
)
def test_a_time_cell_wins_over_the_option(cell: str, option: datetime | None, moment: datetime | None) -> None:
    row = only(plan("phone,text,send_at", (ANI, "Hello", cell), send_at=option, zone=YEREVAN))
    assert (row.send_at, row.problems) == (moment, ())
    assert row.message is not None
    assert row.message.send_at == moment


def test_a_row_without_a_time_is_a_problem_where_times_are_needed() -> None:
    made = plan("phone,text,send_at", (ANI, "a", ""), (ARA, "a", "2026-12-01 10:00Z"), time_needed=True)
    assert [reasons(row) for row in made.rows] == [[("send_at", "is missing")], []]


def test_a_past_time_is_a_problem_and_still_part_of_the_message() -> None:
    # A re-run after that time must know the row for the message that it was.
    before = only(plan("phone,text,send_at", (ANI, "Hello", "2026-11-01 12:01Z")))
    after = only(plan("phone,text,send_at", (ANI, "Hello", "2026-11-01 12:00Z")))
    assert (before.sendable, after.sendable) == (True, False)
    assert reasons(after) == [("send_at", "is in the past")]
    assert after.message == Message(ANI, "", "Hello", send_at=NOW)
    assert after.id == after.message.id


def test_the_option_s_time_is_held_against_now_too() -> None:
    assert reasons(only(plan("phone,text", (ANI, "Hello"), send_at=NOW))) == [("send_at", "is in the past")]


# --- The identity ---

FULL = Message(ANI, "Shop", "Բարև", wap_push=True, send_at=LATER, occurrence=2)


def test_an_id_is_the_same_in_every_run_and_every_version() -> None:
    # Ledgers and results files out there hold these: if this fails, a re-run would send everything again.
    assert Message(ANI, "Shop", "Hello").id == "mjkvhwde6pevsiawl"
    assert FULL.id == "mi2b3gfvdszridbey"


def test_an_id_is_text_that_no_spreadsheet_takes_for_a_number() -> None:
    assert re.fullmatch(r"m[a-z2-7]{16}", FULL.id)


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, recipient=ARA),
        replace(FULL, sender="shop"),
        replace(FULL, body="Բարև "),
        replace(FULL, wap_push=False),
        replace(FULL, send_at=LATER + timedelta(seconds=1)),
        replace(FULL, send_at=None),
        replace(FULL, occurrence=1),
        # The same characters, cut in another place.
        replace(FULL, recipient=ANI + "S", sender="hop"),
        replace(FULL, sender="ShopԲ", body="արև"),
    ],
)
def test_each_part_of_a_message_changes_its_id(other: Message) -> None:
    assert other.id != FULL.id


MESSAGES = st.builds(
    Message,
    recipient=st.sampled_from([ANI, ARA]),
    sender=st.text("ab,\"'[]", max_size=3),
    body=st.text("ab,\"'[]\\\n", max_size=3),
    wap_push=st.booleans(),
    send_at=st.sampled_from([None, NOW, LATER]),
    occurrence=st.integers(1, 3),
)


@settings(max_examples=200, deadline=None)
@given(MESSAGES, MESSAGES)
def test_two_messages_share_an_id_only_if_they_are_the_same(one: Message, other: Message) -> None:
    assert (one.id == other.id) is (one == other)


def test_sorting_the_file_adding_columns_and_renaming_headers_change_no_id() -> None:
    before = plan("phone,text", (ANI, "Hello"), (ARA, "Bye"), sender="Shop")
    after = plan("Note,MESSAGE,Mobile", ("vip", "Bye", ARA), ("", "Hello", ANI), sender="Shop", first=5)
    assert [row.id for row in after.rows] == [row.id for row in reversed(before.rows)]


@pytest.mark.parametrize(
    ("headers", "one", "other"),
    [
        ("phone,text", (ANI, "Hello"), (f" {ANI}.0", "Hello")),
        ("phone,text", (ANI, "a\nb"), (ANI, "a\r\nb")),
        ("phone,text,sender", (ANI, "Hello", "Shop"), (ANI, "Hello", "")),  # the option says Shop
        ("phone,text,wap_push", (ANI, "Hello", "yes"), (ANI, "Hello", "TRUE")),
        ("phone,text,send_at", (ANI, "Hello", "2026-12-01 10:00"), (ANI, "Hello", "2026-12-01T06:00:00Z")),
    ],
)
def test_the_same_message_written_in_two_ways_is_one(
    headers: str, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    asked: dict[str, Any] = {"sender": "Shop", "zone": YEREVAN}
    assert only(plan(headers, one, **asked)).id == only(plan(headers, other, **asked)).id
    assert [row.skipped for row in plan(headers, one, other, **asked).rows] == ["", "duplicate of row 2"]


def test_a_bad_row_has_an_id_of_what_it_holds() -> None:
    ids = [only(plan("phone,text", (cell, "Hello"))).id for cell in ("bad", "bad", "worse", ANI)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


# --- Duplicates ---


def test_rows_that_ask_for_the_same_are_skipped_and_name_the_first() -> None:
    made = plan("phone,text", (ANI, "Hello"), (ARA, "Hello"), (ANI, "Hello"), (ANI, "Hello"))
    assert [row.skipped for row in made.rows] == ["", "", "duplicate of row 2", "duplicate of row 2"]
    assert [row.sendable for row in made.rows] == [True, True, False, False]


@pytest.mark.parametrize(
    "other",
    [
        (ARA, "Hello", "Shop", "no", "2026-12-01 10:00Z"),
        (ANI, "hello", "Shop", "no", "2026-12-01 10:00Z"),
        (ANI, "Hello", "Desk", "no", "2026-12-01 10:00Z"),
        (ANI, "Hello", "Shop", "yes", "2026-12-01 10:00Z"),
        (ANI, "Hello", "Shop", "no", "2026-12-01 10:01Z"),
    ],
)
def test_a_row_that_differs_in_one_of_the_five_is_no_duplicate(other: tuple[str, ...]) -> None:
    row = (ANI, "Hello", "Shop", "no", "2026-12-01 10:00Z")
    made = plan("phone,text,sender,wap_push,send_at", row, other)
    assert [one.sendable for one in made.rows] == [True, True]


def test_a_repaired_number_is_the_same_recipient_and_is_counted() -> None:
    made = plan("phone,text", (ANI, "Hello"), (f"'{ANI}", "Hello"), (f"{ANI}.0", "Bye"))
    assert [row.skipped for row in made.rows] == ["", "duplicate of row 2", ""]
    assert [row.normalised for row in made.rows] == [False, True, True]
    assert made.totals.normalised == 2


def test_another_message_to_the_same_recipient_is_sent_with_a_warning() -> None:
    made = plan("phone,text", (ANI, "Hello"), (ANI, "Bye"), (ANI, "Hello"), (ARA, "Bye"))
    warned = [(row.number, *(str(one) for one in row.warnings)) for row in made.rows if row.warnings]
    assert warned == [(3, "gets another message of this campaign as well: 'see row 2'")]
    assert made.rows[1].sendable


def test_who_opted_out_is_left_out_however_the_number_is_written() -> None:
    made = plan("phone,text", (ANI, "Hello"), (f"{ANI}.0", "Bye"), (ARA, "Hello"), opted_out=frozenset({ANI}))
    assert [row.skipped for row in made.rows] == ["opted out", "opted out", ""]
    assert made.totals.skipped == 2


def test_a_landline_is_a_warning_where_a_region_is_given() -> None:
    landline = ("37410000001", "Hello")
    assert [str(one) for one in only(plan("phone,text", landline, region="AM")).warnings] == [
        "is a landline: '37410000001'"
    ]
    assert only(plan("phone,text", landline)).warnings == ()


@pytest.mark.parametrize(
    ("headers", "cells", "field"),
    [
        ("phone,text", (ANI, "#N/A"), "body"),
        ("phone,text,sender", (ANI, "Hello", "#REF!"), "sender"),
        ("phone,text,wap_push", (ANI, "Hello", "#NOT CALCULATED!"), "wap_push"),
        ("phone,text,send_at", (ANI, "Hello", "#VALUE!"), "send_at"),
    ],
)
def test_a_spreadsheet_error_is_never_sent(headers: str, cells: tuple[str, ...], field: str) -> None:
    (problem,) = only(plan(headers, cells)).problems
    assert problem.field == field
    assert problem.reason in ("is a spreadsheet error", "is a formula whose value was not stored in the file")


def test_a_column_that_is_not_sent_makes_no_difference() -> None:
    made = plan("phone,text,name", (ANI, "Hello", "Ani"), (ANI, "Hello", "Anahit"))
    assert [row.skipped for row in made.rows] == ["", "duplicate of row 2"]


def test_kept_duplicates_are_all_sent_each_under_its_own_id() -> None:
    rows = [(ANI, "Hello")] * 3
    kept, dropped = plan("phone,text", *rows, keep_duplicates=True), plan("phone,text", *rows)
    assert [row.message for row in kept.rows] == [Message(ANI, "", "Hello", occurrence=n) for n in (1, 2, 3)]
    assert kept.totals.sendable == len({row.id for row in kept.rows}) == 3
    # Another decision about duplicates is not another campaign.
    assert [row.id for row in kept.rows] == [row.id for row in dropped.rows]


def test_duplicates_of_a_bad_row_are_bad_rows_not_skipped_ones() -> None:
    made = plan("phone,text", ("bad", "Hello"), ("bad", "Hello"))
    assert made.totals == Totals(
        rows=2, sendable=0, invalid=2, skipped=0, normalised=0, segments=0, cost=made.totals.cost
    )
    assert len({row.id for row in made.rows}) == 2


# --- Totals ---


def test_totals_count_every_row_once_and_money_of_what_would_be_sent() -> None:
    made = plan(
        "phone,text",
        (ANI, "Hello"),
        (ARA, "x" * 161),  # two parts
        (ANI, "Hello"),  # a duplicate
        ("bad", "x" * 500),
        (ARA + "\u200b", ""),
        (ARA, "’" * 70),
        price=Decimal("0.1"),
    )
    assert made.totals == Totals(
        rows=6, sendable=3, invalid=2, skipped=1, normalised=1, segments=4, cost=Decimal("0.4")
    )
    assert [row.number for row in made.sendable] == [2, 3, 7]
    assert [row.number for row in made.invalid] == [5, 6]


def test_without_a_price_no_cost_is_named() -> None:
    made = plan("phone,text", (ANI, "Hello"))
    assert (only(made).cost, made.totals.cost, made.totals.segments) == (None, None, 1)


def test_costs_are_added_only_if_all_are_known() -> None:
    priced = only(plan("phone,text", (ANI, "Hello"), price=Decimal("0.1")))
    unpriced = replace(priced, cost=None)
    assert add_costs([priced] * 3) == Decimal("0.3")
    assert add_costs([priced, unpriced]) is None
    assert count_segments([priced, replace(priced, count=None)]) == 1


CELLS = st.tuples(
    st.sampled_from([ANI, ARA, f"{ANI}.0", "bad", ""]),
    st.sampled_from(["Hello", "x" * 161, "Բարև " * 20, "😀" * 67, ""]),
    st.sampled_from(["", "Desk"]),
    st.sampled_from(["", "2026-12-01 10:00", "2020-01-01 10:00", "tomorrow"]),
)
TABLES = st.lists(CELLS, min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(TABLES, st.booleans())
def test_totals_add_up_and_no_two_rows_share_an_id(rows: list[tuple[str, ...]], keep: bool) -> None:
    made = plan(
        "phone,text,sender,send_at", *rows, sender="Shop", zone=YEREVAN, price=Decimal("0.1"), keep_duplicates=keep
    )
    totals = made.totals
    assert totals.rows == len(rows) == totals.sendable + totals.invalid + totals.skipped
    assert totals.cost == Decimal("0.1") * totals.segments
    assert len({row.id for row in made.rows}) == len(rows)
    assert all(row.message and row.message.id == row.id for row in made.sendable)
    assert not (keep and totals.skipped)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_order_of_rows_changes_nothing_that_would_be_sent(data: st.DataObject) -> None:
    rows = data.draw(TABLES)
    shuffled = data.draw(st.permutations(rows))
    one, other = (plan("phone,text,sender,send_at", *some, zone=YEREVAN) for some in (rows, shuffled))
    assert {row.id for row in one.rows} == {row.id for row in other.rows}
    assert {row.id for row in one.sendable} == {row.id for row in other.sendable}
    assert one.totals == other.totals


# --- What the gateway's web server may refuse ---


@pytest.mark.parametrize("body", ["<b>Sale</b>", "a <br", "</p>", "<!--", "<?", "<Ani", "&#1330;"])
def test_markup_is_a_risk(body: str) -> None:
    assert "web server may refuse" in only(plan("phone,text", (ANI, body))).risk


@pytest.mark.parametrize("body", ["1 < 2", "<3", "a<", "<<", "a & b", "& #", "&amp;", "Sale #1 > 50%", "<Սեր"])
def test_a_sign_that_opens_no_markup_is_none(body: str) -> None:
    assert only(plan("phone,text", (ANI, body))).risk == ""


def test_markup_in_a_sender_is_a_risk_too() -> None:
    assert only(plan("phone,text", (ANI, "Hello"), sender="<Shop")).risk


BARE = len("function=send&username=shop&password=shop&sender=Shop&recipient=37491000001&body=")
ROOM = 2048 - BARE  # bytes for the body


@pytest.mark.parametrize(
    ("character", "size"),
    [
        ("x", 1),
        (" ", 3),
        ("Ա", 6),  # about 320 letters fit
        ("’", 9),
        ("😀", 12),
    ],
)
def test_a_query_over_2048_bytes_is_a_risk(character: str, size: int) -> None:
    body = "x" * (ROOM % size + 1) + character * (ROOM // size - 1)
    fitting, too_long = body + "x" * (size - 1), body + "x" * size
    risks = [only(plan("phone,text", (ANI, text), sender="Shop", login_length=8)).risk for text in (fitting, too_long)]
    assert risks == [
        "",
        "its body makes a request over 2,048 bytes: the gateway's web server may refuse it (2,049 bytes)",
    ]


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        (len("schedule") - len("send") + len("&sendingdate=2026-12-01T06%3A00%3A00"), {"send_at": LATER}),
        (len("&wap_push=true"), {"wap_push": True}),
        (2, {"login_length": 10}),  # user name and password, as they are encoded
    ],
)
def test_everything_in_the_query_counts(more: int, asked: dict[str, Any]) -> None:
    for length, risky in ((ROOM - more, False), (ROOM - more + 1, True)):
        row = only(plan("phone,text", (ANI, "x" * length), **{"sender": "Shop", "login_length": 8, **asked}))
        assert bool(row.risk) is risky


def test_a_row_that_cannot_be_sent_has_no_such_risk() -> None:
    assert only(plan("phone,text", ("bad", "<b>" + "Ա" * 500))).risk == ""


def test_a_long_sender_counts_in_the_query() -> None:
    assert only(plan("phone,text", (ANI, "Hello"), sender="S" * 3000)).risk


def test_a_body_that_nobody_can_see_is_a_problem() -> None:
    assert reasons(only(plan("phone,text", (ANI, "\u200b")))) == [("body", "is empty")]


def test_what_is_no_character_is_never_sent() -> None:
    assert reasons(only(plan("phone,text", (ANI, "A\udce9")))) == [("body", "holds something that is no character")]
    row = only(plan("phone,text", (ANI, "Hello"), sender="A\udce9"))
    assert reasons(row) == [("sender", "holds something that is no character")]
