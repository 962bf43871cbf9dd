"""Which header is which field: the known names in any spelling, `--column` first, and never a guess between two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import UsageError
from campaigns.planning.fields import Field, assign, fold, parse_overrides

PROMISED = [
    # (field, header) as the contract lists them
    *[(Field.RECIPIENT, header) for header in ("recipient", "phone", "phone number", "mobile", "msisdn", "tel")],
    *[(Field.RECIPIENT, header) for header in ("հեռախոս", "հեռախոսահամար", "телефон", "номер телефона")],
    *[(Field.BODY, header) for header in ("body", "message", "text", "sms")],
    *[(Field.BODY, header) for header in ("տեքստ", "հաղորդագրություն", "текст", "сообщение")],
    *[(Field.SENDER, header) for header in ("sender", "sender name")],
    *[(Field.SEND_AT, header) for header in ("send_at", "sendingdate", "send at")],
    *[(Field.WAP_PUSH, header) for header in ("wap_push", "wap push")],
]


@pytest.mark.parametrize(("field", "header"), PROMISED)
def test_a_known_header_is_its_field_in_any_case(field: Field, header: str) -> None:
    others = ["name"] if field is Field.RECIPIENT else ["name", "phone"]
    for spelling in (header, header.upper(), header.title()):
        assert assign([*others, spelling], {}).position(field) == len(others)


@pytest.mark.parametrize(
    "header",
    [
        " Phone Number ",
        "phone_number",
        "PHONENUMBER",
        "phone\u00a0number",  # a no-break space, from a web page
        "\ufeffphone",  # a byte-order mark that an editor left
        "ph\u200bone",  # a zero-width space
        "Номер  телефона",
    ],
)
def test_spaces_underscores_and_invisible_characters_do_not_hide_a_header(header: str) -> None:
    assert dict(assign(["name", header], {}).of) == {Field.RECIPIENT: 1}


@pytest.mark.parametrize("header", ["phone2", "phone (home)", "telephone", "bodytext", "senders", ""])
def test_a_header_that_is_only_like_a_known_one_is_an_ordinary_column(header: str) -> None:
    assert dict(assign(["tel", header], {}).of) == {Field.RECIPIENT: 0}


def test_a_field_that_the_file_has_not_has_no_position() -> None:
    assert assign(["phone"], {}).position(Field.BODY) is None


def test_two_headers_for_one_field_are_named_and_the_way_out_is_offered() -> None:
    with pytest.raises(UsageError) as error:
        assign(["Mobile", "name", "Phone number"], {})
    assert error.value.message == "two headers for recipient: 'Mobile' and 'Phone number'"
    assert error.value.hint == "say which one: --column recipient='Mobile'"


def test_without_a_recipient_column_the_headers_found_are_shown() -> None:
    with pytest.raises(UsageError) as error:
        assign(["name", "", "text"], {})
    assert error.value.message == "no recipient column; the headers found are 'name', 'text'"
    assert "--column recipient=" in error.value.hint


@pytest.mark.parametrize("headers", [[], ["", ""]])
def test_a_file_without_headers_says_so(headers: list[str]) -> None:
    with pytest.raises(UsageError, match="the headers found are none"):
        assign(headers, {})


# --- --column FIELD=HEADER ---


def test_the_fields_have_the_names_that_people_type() -> None:
    assert list(Field) == ["recipient", "body", "sender", "send_at", "wap_push"]


def test_overrides_are_read_as_field_and_header() -> None:
    assert parse_overrides(["recipient=Home phone", " BODY = a=b ", "sender="]) == {
        Field.RECIPIENT: "Home phone",
        Field.BODY: "a=b",  # a header may hold an equals sign
        Field.SENDER: "",
    }


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (["recipient"], "--column 'recipient' is not FIELD=HEADER"),
        ([""], "--column '' is not FIELD=HEADER"),
        (["colour=Phone"], "--column: no field is called 'colour'"),
        (["=Phone"], "--column: no field is called ''"),
        (["recipent=Phone"], "--column: no field is called 'recipent' (did you mean 'recipient'?)"),
        (["body=a", "body=b"], "--column gives body twice"),
        (["body=", "body=b"], "--column gives body twice"),
    ],
)
def test_an_override_that_cannot_be_meant_is_refused(choices: list[str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_overrides(choices)
    assert error.value.message == message
    assert error.value.hint in ("the fields are recipient, body, sender, send_at, wap_push", "")


def test_an_override_decides_between_two_headers() -> None:
    headers = ["Mobile", "Phone"]
    assert dict(assign(headers, {Field.RECIPIENT: "Phone"}).of) == {Field.RECIPIENT: 1}


def test_an_override_frees_the_header_that_it_overrules() -> None:
    # `text` is an ordinary column now: the template may print it.
    assert dict(assign(["phone", "text", "letter"], {Field.BODY: "letter"}).of) == {Field.RECIPIENT: 0, Field.BODY: 2}


def test_an_empty_header_says_that_the_file_has_no_such_field() -> None:
    assert dict(assign(["phone", "text"], {Field.BODY: ""}).of) == {Field.RECIPIENT: 0}


def test_a_header_given_to_one_field_no_longer_counts_for_another() -> None:
    columns = assign(["phone", "mobile"], {Field.SENDER: "phone"})
    assert dict(columns.of) == {Field.SENDER: 0, Field.RECIPIENT: 1}


@pytest.mark.parametrize(
    ("headers", "wanted", "position"),
    [
        (["Tel", "tel"], "tel", 1),  # the very spelling wins
        (["name", " Home Phone "], "Home Phone", 1),
        (["TEL", " tel "], "tel", 1),
        (["name", "HOME_PHONE"], "home phone", 1),  # else any spelling
    ],
)
def test_an_override_finds_its_header(headers: list[str], wanted: str, position: int) -> None:
    assert assign(headers, {Field.RECIPIENT: wanted}).position(Field.RECIPIENT) == position


@pytest.mark.parametrize(
    ("headers", "overrides", "message"),
    [
        (["phone"], {Field.BODY: "letter"}, "--column body=letter: the file has no such header"),
        (
            ["phone", "Letter"],
            {Field.BODY: "leter"},
            "--column body=leter: the file has no such header (did you mean 'Letter'?)",
        ),
        (["x", "x"], {Field.RECIPIENT: "x"}, "--column recipient=x: the file has that header 2 times"),
        (["TEL", "Tel"], {Field.RECIPIENT: "tel"}, "--column recipient=tel: the file has that header 2 times"),
        (
            ["phone", "x"],
            {Field.BODY: "x", Field.SENDER: "X"},
            "--column gives 'x' to body and sender: one header serves one field",
        ),
        (["phone"], {Field.RECIPIENT: ""}, "no recipient column; the headers found are 'phone'"),
    ],
)
def test_an_override_that_does_not_fit_the_file_is_refused(
    headers: list[str], overrides: dict[Field, str], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        assign(headers, overrides)
    assert error.value.message == message


# --- Properties ---

HEADERS = st.lists(st.sampled_from(["phone", "Mobile", "text", "SMS", "sender", "send at", "wap_push", "name", ""]))
OVERRIDES = st.dictionaries(st.sampled_from(Field), st.sampled_from(["", "phone", "text", "name", "sender"]))


@settings(max_examples=200, deadline=None)
@given(HEADERS, OVERRIDES)
def test_each_field_has_one_column_of_its_own_or_the_file_is_refused(
    headers: list[str], overrides: dict[Field, str]
) -> None:
    try:
        columns = assign(headers, overrides)
    except UsageError:
        return
    positions = list(columns.of.values())
    assert len(set(positions)) == len(positions)
    assert Field.RECIPIENT in columns.of
    for field, wanted in overrides.items():
        position = columns.position(field)
        assert (position is None) if not wanted else (position is not None and fold(headers[position]) == fold(wanted))
