"""The words of the document (HTTP API 2.0), and every way in which a gateway may spell them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.gateway.protocol import (
    Balance,
    Err,
    ErrorCode,
    Function,
    Status,
    StatusReply,
    Unreadable,
    Value,
    encode_query,
    message_parameters,
    read_balance,
    read_ref,
    read_status,
    sortable,
)

budget = settings(max_examples=200, deadline=None)

# --- The document's tables ---

ERROR_CODES = {  # section 8.2
    700: ("IncorrectParameters", "Incorrect parameters in user's request"),
    701: ("AuthenticationFailed", "Incorrect username or password"),
    702: ("OutOfBalance", "Not enough balance to send SMS message"),
    703: ("IncorrectMessageRef", "Incorrect message references"),
    705: ("IncorrectDateTimeFormat", "The format of the date/time is incorrect"),
    706: ("OperationSucceed", "The operation (activate, register) has been processed successfully"),
    707: ("IncorrectActivationCode", "The activation code is incorrect"),
    708: ("OutOfDateTime", "The specified date/time (for function 'schedule') is out of date"),
    709: ("IncorrectCurrency", "The specified currency is incorrect"),
    710: ("IncorrectEmailFormat", "The format of the specified email is incorrect"),
    711: ("UserIsAlreadyRegistered", "User account with specified username is already registered"),
    712: ("OperationTimeOut", "The message send operation timed out"),
    713: ("UnknownError", "Indicates an error occurred in the system"),
    714: ("EmailIsAlreadyUsed", "Indicates that user account with the specified email is already registered"),
}

STATUSES = {  # section 8.1; "final" is the contract's word: the gateway will say nothing else later
    0: ("Pending", "open", "The status of the SMS message is unknown, SMS is in queue."),
    1: ("Sent", "final", "The SMS message is sent and delivered."),
    2: ("DeliveredToNetwork", "open", "The SMS message is delivered to operator."),
    3: ("TimeOut", "final", "The connection is interrupted, operator may be overloaded."),
    4: ("OutOfBalance", "final", "Out of balance, SMS is not delivered."),
    5: ("Scheduled", "open", "The SMS message will be sent at the scheduled time."),
    6: ("DeliveryToGateway", "open", "The SMS message is delivered to gateway but status unknown."),
    7: ("IncorrectRecipient", "final", "The format of the recipient is incorrect."),
    8: ("NotSent", "final", "Wrong destination or internal error."),
    9: ("Unknown", "open", "Incorrect message reference (ID)"),
}


def test_the_error_codes_are_the_documents() -> None:
    assert {code.value: (code.name, code.meaning) for code in ErrorCode} == ERROR_CODES


def test_the_statuses_are_the_documents() -> None:
    found = {status.value: (status.name, "final" if status.final else "open", status.meaning) for status in Status}
    assert found == STATUSES


def test_the_functions_are_the_documents() -> None:
    assert [function.value for function in Function] == ["send", "schedule", "querybalance", "querymessage"]


# --- Requests ---


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2009, 6, 15, 13, 45, 30, tzinfo=UTC), "2009-06-15T13:45:30"),  # the document's example
        (datetime(2026, 12, 1, 10, 0, tzinfo=timezone(timedelta(hours=4))), "2026-12-01T06:00:00"),  # Yerevan
        (datetime(2027, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=4))), "2026-12-31T21:00:00"),  # the year before
        (datetime(2026, 3, 4, 5, 6, 7, 999_999, tzinfo=UTC), "2026-03-04T05:06:07"),  # no fractions
    ],
)
def test_a_time_is_sent_in_utc_to_the_second(moment: datetime, written: str) -> None:
    assert sortable(moment) == written


def test_an_ordinary_sms_has_three_parameters_and_no_wap_push() -> None:
    assert message_parameters("MyShop", "37491000001", "Hi") == {
        "sender": "MyShop",
        "recipient": "37491000001",
        "body": "Hi",
    }


def test_a_scheduled_wap_push_message_has_all_the_parameters_of_section_6() -> None:
    moment = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    assert message_parameters("MyShop", "37491000001", "Hi", wap_push=True, send_at=moment) == {
        "sender": "MyShop",
        "recipient": "37491000001",
        "body": "Hi",
        "wap_push": "true",
        "sendingdate": "2026-12-01T06:00:00",
    }


@pytest.mark.parametrize(
    ("body", "encoded"),
    [
        ("a b", "a%20b"),  # a plus would arrive as a plus where the server is strict
        ("1+1=2", "1%2B1%3D2"),
        ("Tom & Ann?", "Tom%20%26%20Ann%3F"),
        ("Բարև", "%D4%B2%D5%A1%D6%80%D6%87"),  # UTF-8, two bytes a letter, six characters each
        ("ё’😀", "%D1%91%E2%80%99%F0%9F%98%80"),
        ("100%", "100%25"),
        ("%2B", "%252B"),  # text that looks encoded is text, and is encoded once
        ("a/b;c#d", "a%2Fb%3Bc%23d"),
        ("line\nline\ttab", "line%0Aline%09tab"),
        ("-_.~", "-_.~"),  # the unreserved ones stay
        ("", ""),
    ],
)
def test_a_value_is_utf8_percent_encoded_once(body: str, encoded: str) -> None:
    assert (
        encode_query(Function.SEND, "u", "p", {"body": body}) == f"function=send&username=u&password=p&body={encoded}"
    )


def test_every_value_is_encoded_not_the_body_alone() -> None:
    query = encode_query(Function.SEND, "Անի & Co", "p&a=s+s", {"sender": "My Shop", "recipient": "37491000001"})
    assert query == (
        "function=send&username=%D4%B1%D5%B6%D5%AB%20%26%20Co&password=p%26a%3Ds%2Bs"
        "&sender=My%20Shop&recipient=37491000001"
    )


@budget
@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_is_asked_arrives_as_it_was(username: str, password: str, sender: str, body: str) -> None:
    query = encode_query(Function.SEND, username, password, {"sender": sender, "body": body})
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~&=-]|%[0-9A-F]{2})*", query)
    assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == [
        ("function", "send"),
        ("username", username),
        ("password", password),
        ("sender", sender),
        ("body", body),
    ]


# --- Replies: the spellings ---

HTML = "<!DOCTYPE html>\r\n<html><body>ID: 999</body></html>"


@pytest.mark.parametrize(
    ("text", "value", "info"),
    [
        ("ID: 42", "42", ""),
        ("ID: 42 : accepted", "42", "accepted"),
        ("ID:42", "42", ""),
        ("ID:42:accepted", "42", "accepted"),  # without any space a colon can only separate
        ("ID : 42 : accepted", "42", "accepted"),
        ("ID   :\t 42\t:\taccepted", "42", "accepted"),
        ("ID: 42: accepted", "42", "accepted"),
        ("ID: 42 :accepted", "42", "accepted"),
        ("ID: 42 :", "42", ""),
        ("ID:42:", "42", ""),
        ("Id: 42", "42", ""),
        ("id: 42", "42", ""),
        ("\ufeffID: 42", "42", ""),
        ("\ufeff\ufeff ID: 42", "42", ""),
        ("  ID: 42  ", "42", ""),
        ("\r\n\r\nID: 42\r\n", "42", ""),
        ("ID: 42\n", "42", ""),
        ("ID: 42\r", "42", ""),
        ("ID: 42 : at 10:30 : today", "42", "at 10:30 : today"),  # the text may hold colons
        ("ID:42:at 10:30", "42", "at 10:30"),
        (f"ID: 42\r\n{HTML}", "42", ""),  # the page's own markup behind the first line
        (f"ID: 42 : accepted\n\n{HTML}", "42", "accepted"),
        ("ID: 42\nID: 43", "42", ""),
        ("ID:\u00a042\u00a0:\u00a0accepted", "42", "accepted"),  # no-break spaces
    ],
)
def test_a_success_in_any_spelling_is_read(text: str, value: str, info: str) -> None:
    assert read_ref(text) == Value(value, info)


@pytest.mark.parametrize(
    ("text", "code", "info"),
    [
        ("Err: 700 : Incorrect parameters", 700, "Incorrect parameters"),  # section 4
        ("Er: 700 : Incorrect parameters", 700, "Incorrect parameters"),  # section 6, `send`
        ("ERR: 700", 700, ""),
        ("er:700", 700, ""),
        ("eRR : 700 :", 700, ""),
        ("Err:700:Incorrect parameters", 700, "Incorrect parameters"),
        ("Err: 700: Incorrect", 700, "Incorrect"),
        ("Err: 700 :Incorrect", 700, "Incorrect"),
        ("\ufeff Er :\t700\t: x \r\n", 700, "x"),
        ("Err: 713 : Unable to connect to router: 10.0.0.1:80", 713, "Unable to connect to router: 10.0.0.1:80"),
        (f"Err: 702 : Out of balance\r\n{HTML}", 702, "Out of balance"),
        ("Err: 702 : <b>Out</b>", 702, "<b>Out</b>"),
        ("Err: 704 : no such code", 704, "no such code"),  # codes that the document does not list stay as they came
        ("Err: 1", 1, ""),
        ("Err: 799999", 799_999, ""),
    ],
)
def test_an_error_in_any_spelling_is_read_the_same_by_every_function(text: str, code: int, info: str) -> None:
    assert read_ref(text) == read_status(text) == read_balance(text) == Err(code, info)


@pytest.mark.parametrize("code", ERROR_CODES)
@pytest.mark.parametrize("form", ["Err: {} : some text", "Er: {} : some text", "Err: {}", "er:{}:x"])
def test_every_listed_code_is_known_by_its_name(code: int, form: str) -> None:
    reply = read_ref(form.format(code))
    assert isinstance(reply, Err)
    assert reply.known is ErrorCode(code)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Err(702, "no money"), "702 no money"),  # the gateway's own words first
        (Err(702), "702 Not enough balance to send SMS message"),  # then the document's
        (Err(704), "704 a code that the document does not list"),
        (Err(704, "new"), "704 new"),
    ],
)
def test_an_error_tells_a_person_what_it_means(reply: Err, shown: str) -> None:
    assert str(reply) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n ",
        "\ufeff",
        "OK",
        "42",
        "ID",
        "ID:",
        "ID: ",
        "ID: : accepted",  # info, but no value
        "ID:\n42",  # the value is not on the first line
        "ID 42",
        "IDs: 42",
        "MyID: 42",
        "ID; 42",
        "Err",
        "Err:",
        "Err: : text",
        "Err 702",
        "Error: 702 : text",
        "Err: x702 : text",
        "Err: -702 : text",
        "Err: 70 2 : text",
        "Err: 7.02 : text",
        "Err: ٧٠٢ : text",  # digits, but not the gateway's
        "Err: 7020000 : text",  # longer than any code
        "The answer is ID: 42",
        "<html><body>ID: 42</body></html>",
        "<string>ID: 42</string>",
        '"ID: 42"',
        f"{HTML}\nID: 42",  # a page first is a page
        "Server Error in '/' Application.",
    ],
)
def test_what_is_neither_id_nor_err_is_unreadable_and_kept_whole(text: str) -> None:
    assert read_ref(text) == read_status(text) == read_balance(text) == Unreadable(text)


@budget
@given(st.text() | st.text(alphabet="ID Er:702\n\r\t\ufeff,.-<>").map(lambda tail: f"ID:{tail}"))
def test_no_answer_crashes_a_reader_and_none_is_lost(text: str) -> None:
    for read in (read_ref, read_status, read_balance):
        reply = read(text)
        assert not isinstance(reply, Unreadable) or reply.text == text


# --- Refs ---


@pytest.mark.parametrize(
    "ref",
    [
        "1",
        "00123",  # text, never a number
        "123456789012345678901234567890",  # more digits than any number type keeps
        "1e5",
        "-7",
        "+374",
        "0x1F",
        "550E8400-e29b-41d4-a716-446655440000",
        "{550e8400-e29b-41d4-a716-446655440000}",
        "a=b&c%20d+e/f==",
        "12:30:45",  # a colon without spaces belongs to the ref
        "urn:sms:1",
        "'quoted'",
        "=1+1",
        "Հղում-1",
        "Err",
        "x" * 200,
    ],
)
@pytest.mark.parametrize("form", ["ID: {}", "id : {} ", "ID: {} : info: text", "\ufeffID:\t{}\r\n<html>"])
def test_a_ref_is_kept_byte_for_byte(ref: str, form: str) -> None:
    reply = read_ref(form.format(ref))
    assert isinstance(reply, Value)
    assert reply.value == ref


@pytest.mark.parametrize(
    "value",
    [
        "your message was accepted",  # words
        "4 2",
        "<b>42</b>",  # markup
        "42<br/>",
        "42<!DOCTYPE html>",
        "42\x00",
        "4\x1b[2J2",  # controls
        "x" * 201,  # no ref is that long
    ],
)
def test_what_cannot_be_a_ref_is_not_taken_for_one(value: str) -> None:
    text = f"ID: {value}"
    assert read_ref(text) == Unreadable(text)


_VISIBLE = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>")
refs = st.text(_VISIBLE, min_size=1, max_size=200).filter(lambda ref: ref[0] != ":" and ref[-1] != ":")
gaps = st.text(alphabet=" \t", min_size=1, max_size=3)


@budget
@given(refs, st.sampled_from(["ID", "Id", "id", "iD"]), gaps, gaps, st.text(_VISIBLE | st.just(" ")))
def test_any_visible_ref_comes_back_as_it_was(ref: str, word: str, gap: str, other: str, info: str) -> None:
    reply = read_ref(f"{word}{gap}:{gap}{ref}{other}:{other}{info}\r\n")
    assert reply == Value(ref, info.strip())


# --- Statuses ---


@pytest.mark.parametrize(
    ("text", "code", "info"),
    [
        ("ID: 1 : The SMS message is sent and delivered.", 1, "The SMS message is sent and delivered."),
        ("ID:5:Scheduled", 5, "Scheduled"),
        ("id : 0", 0, ""),
        ("ID: 2: at 10:30", 2, "at 10:30"),
        (f"\ufeffID: 9 : Incorrect message reference (ID)\r\n{HTML}", 9, "Incorrect message reference (ID)"),
    ],
)
def test_a_status_is_a_number_and_a_text(text: str, code: int, info: str) -> None:
    assert read_status(text) == StatusReply(code, info)


@pytest.mark.parametrize("code", STATUSES)
def test_every_listed_status_is_known(code: int) -> None:
    reply = read_status(f"ID: {code} : text")
    assert isinstance(reply, StatusReply)
    assert reply.status is Status(code)


@pytest.mark.parametrize("code", [10, 42, 999_999])
def test_a_number_that_is_not_listed_is_kept_without_a_name(code: int) -> None:
    reply = read_status(f"ID: {code} : new")
    assert reply == StatusReply(code, "new")
    assert isinstance(reply, StatusReply)
    assert reply.status is None


@pytest.mark.parametrize("value", ["Sent", "1.0", "-1", "+1", "1 2", "١", "1234567", "SB42"])
def test_what_is_no_status_number_is_unreadable(value: str) -> None:
    text = f"ID: {value} : text"
    assert read_status(text) == Unreadable(text)


# --- Balances ---


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("0", "0"),
        ("1500", "1500"),
        ("1500.50", "1500.50"),
        ("1500,50", "1500.50"),
        ("1500.5", "1500.5"),
        ("0.00", "0.00"),
        ("+12", "12"),
        ("-12.5", "-12.5"),  # on credit
        ("- 12.5", "-12.5"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,89", "1234567.89"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),  # two marks can only group
        ("1.234.567", "1234567"),
        ("1 234", "1234"),  # a space never stands before decimals
        ("1234.567", "1234.567"),  # nobody groups like that
        ("1.2345", "1.2345"),
        ("12345678901234567890.01", "12345678901234567890.01"),  # money has no rounding
        # Two readings: the lower one counts.
        ("1,234", "1.234"),
        ("1.234", "1.234"),
        ("0,500", "0.500"),
        ("12.500", "12.500"),
        ("-1,234", "-1234"),
        ("-1.234", "-1234"),
    ],
)
def test_an_amount_is_read_and_of_two_readings_the_lower(value: str, amount: str) -> None:
    assert read_balance(f"ID: {value}") == Balance(value, Decimal(amount))


@pytest.mark.parametrize(
    ("text", "amount", "currency", "raw"),
    [
        ("ID: 1500 : AMD", "1500", "AMD", "1500 : AMD"),
        ("ID:1500:AMD", "1500", "AMD", "1500 : AMD"),
        ("ID: 1500 AMD", "1500", "AMD", "1500 AMD"),
        ("ID: AMD 1,500.00", "1500.00", "AMD", "AMD 1,500.00"),
        ("ID: $-3.10", "-3.10", "$", "$-3.10"),
        ("ID: 1500֏", "1500", "֏", "1500֏"),
        ("ID: 1500 դր.", "1500", "դր.", "1500 դր."),
        ("ID: 1500 : ֏", "1500", "֏", "1500 : ֏"),
        ("ID: 1500 AMD : as of 10:30", "1500", "AMD", "1500 AMD : as of 10:30"),
        ("ID: 1500 AMD : USD", "1500", "AMD", "1500 AMD : USD"),  # what stands at the number counts
        ("ID: 1500 : your balance", "1500", "", "1500 : your balance"),  # a sentence is no currency
        (f"ID: 1500\r\n{HTML}", "1500", "", "1500"),
    ],
)
def test_a_currency_stands_beside_the_number_or_behind_it(text: str, amount: str, currency: str, raw: str) -> None:
    assert read_balance(text) == Balance(raw, Decimal(amount), currency)


@pytest.mark.parametrize(
    "value",
    [
        "unlimited",
        "about 500",
        "1,23,456",  # neither groups nor decimals
        "12.34.56",
        "1,234,56",
        "1.5,5.5",
        "1 23",
        "12.",
        ".50",
        "1e5",
        "--5",
        "(5)",
        "AMD 5 USD",
        "5/6",
        "0x10",
        "NaN",
        "Infinity",
        "5 < 6",
    ],
)
def test_an_amount_that_cannot_be_read_is_none_and_shown_as_it_came(value: str) -> None:
    balance = read_balance(f"ID: {value} : AMD")
    assert isinstance(balance, Balance)
    assert balance.amount is None
    assert balance.raw == str(balance) == f"{value} : AMD"


@pytest.mark.parametrize(
    ("balance", "shown"),
    [
        (Balance("1234567.5 : AMD", Decimal("1234567.5"), "AMD"), "1,234,567.5 AMD"),
        (Balance("-3", Decimal(-3)), "-3"),
        (Balance("?", None), "?"),
    ],
)
def test_a_balance_is_shown_with_thousands(balance: Balance, shown: str) -> None:
    assert str(balance) == shown


def _grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


signs = st.sampled_from(["", "-"])
amounts = st.integers(min_value=0, max_value=10**15)


@budget
@given(amounts, st.integers(min_value=0, max_value=99), signs, st.sampled_from(["", " ", "'", "\u00a0", ".", ","]))
def test_an_amount_with_two_decimals_has_one_reading_in_any_grouping(
    whole: int, cents: int, sign: str, mark: str
) -> None:
    point = "," if mark == "." else "."
    balance = read_balance(f"ID: {sign}{_grouped(whole, mark)}{point}{cents:02} : AMD")
    assert isinstance(balance, Balance)
    assert balance.amount == Decimal(f"{sign}{whole}.{cents:02}")


@budget
@given(amounts, signs, st.sampled_from([",", "."]))
def test_a_grouped_whole_amount_is_never_read_as_more_than_it_is(number: int, sign: str, mark: str) -> None:
    balance = read_balance(f"ID: {sign}{_grouped(number, mark)}")
    assert isinstance(balance, Balance)
    assert balance.amount is not None
    assert balance.amount <= Decimal(f"{sign}{number}")


@budget
@given(st.integers(min_value=0, max_value=999), st.integers(min_value=0, max_value=999), signs)
def test_three_digits_behind_one_mark_count_as_the_lower_of_both_readings(first: int, last: int, sign: str) -> None:
    balance = read_balance(f"ID: {sign}{first},{last:03}")
    assert isinstance(balance, Balance)
    readings = Decimal(f"{sign}{first}{last:03}"), Decimal(f"{sign}{first}.{last:03}")
    assert balance.amount == min(readings)


# --- Where spaces are missing, and what looks like something else ---


@pytest.mark.parametrize(
    ("text", "code"),
    [("Err: 701:Incorrect username", 701), ("Er: 702:no money", 702), ("Err: 712:timed out: router", 712)],
)
def test_a_code_ends_at_its_first_colon(text: str, code: int) -> None:
    reply = read_ref(text)
    assert isinstance(reply, Err)
    assert reply.code == code


def test_a_status_and_a_balance_end_at_their_first_colon() -> None:
    assert read_status("ID: 1:Sent") == StatusReply(1, "Sent")
    balance = read_balance("ID: 1500:AMD")
    assert isinstance(balance, Balance)
    assert (balance.amount, balance.currency) == (Decimal(1500), "AMD")


@pytest.mark.parametrize("value", ["-5", "−5", "–5", "—5", "－5", "﹣5", "5–", "5-", "-$5", "$-5", "(5)", "(5", "--5"])
def test_a_minus_of_any_kind_is_never_read_as_more(value: str) -> None:
    balance = read_balance(f"ID: {value}")
    assert isinstance(balance, Balance)
    assert balance.amount is None or balance.amount == Decimal(-5)


def test_digits_of_other_scripts_are_not_half_read() -> None:
    balance = read_balance("ID: -١٢.٥")
    assert isinstance(balance, Balance)
    assert balance.amount is None


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_line_end_ends_a_line(mark: str) -> None:
    text = f"ID: abc{mark}def"
    assert read_ref(text) == Unreadable(text)
