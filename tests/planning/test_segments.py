"""How many parts a message has: what each costs is money, so the arithmetic is held to its properties."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.planning.segments import Count, Encoding, count, encoding_of, split

LATIN, UNICODE = Encoding.LATIN, Encoding.UNICODE
EXTENSION = r"^{}[]~\|"  # take an escape and a character

# --- The encoding ---


def test_an_encoding_prints_as_results_show_it() -> None:
    assert [str(encoding) for encoding in Encoding] == ["LATIN", "UNICODE"]


def test_latin_is_the_ascii_that_a_phone_has() -> None:
    assert encoding_of("\n\r" + "".join(map(chr, range(32, 127))).replace("`", "")) is LATIN


@pytest.mark.parametrize(
    "character",
    [
        "`",  # ASCII, and not in the GSM alphabet
        "\t",
        "\0",
        "\x0b",
        "\x0c",  # in the GSM alphabet's extension, and not surely in the gateway's
        "\x1b",
        "\x7f",
        "\u00a0",  # a no-break space looks like a space
        "é",  # in the GSM alphabet, and not ASCII: the gateway's rule makes it UNICODE
        "£",
        "€",
        "Ա",
        "ж",
        "’",  # what a phone's keyboard makes of an apostrophe
        "–",
        "…",
        "😀",
    ],
)
def test_one_such_character_makes_the_message_unicode(character: str) -> None:
    assert encoding_of("Hello" + character) is UNICODE
    assert count("x" * 70 + character).segments == 2


# --- The boundaries ---


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", Count(LATIN, 0, 0)),
        ("x", Count(LATIN, 1, 1)),
        # Latin: 160 alone, 153 a part.
        ("x" * 160, Count(LATIN, 160, 1)),
        ("x" * 161, Count(LATIN, 161, 2)),
        ("x" * 306, Count(LATIN, 306, 2)),
        ("x" * 307, Count(LATIN, 307, 3)),
        ("x" * 459, Count(LATIN, 459, 3)),
        # An extension character takes two places.
        ("[" * 80, Count(LATIN, 160, 1)),
        ("[" * 81, Count(LATIN, 162, 2)),
        ("x" * 159 + "[", Count(LATIN, 161, 2)),
        # 153 of them would be two parts by division, but only 76 fit a part.
        ("[" * 152, Count(LATIN, 304, 2)),
        ("[" * 153, Count(LATIN, 306, 3)),
        ("x" + "[" * 152, Count(LATIN, 305, 2)),  # one odd place in front, and 76 fill the rest of the part
        # A line end is one character; two when it comes as CR LF.
        ("\n" * 160, Count(LATIN, 160, 1)),
        ("\r\n" * 80, Count(LATIN, 160, 1)),
        # UNICODE: 70 alone, 67 a part.
        ("Ա" * 70, Count(UNICODE, 70, 1)),
        ("Ա" * 71, Count(UNICODE, 71, 2)),
        ("Ա" * 134, Count(UNICODE, 134, 2)),
        ("Ա" * 135, Count(UNICODE, 135, 3)),
        ("x" * 160 + "’", Count(UNICODE, 161, 3)),  # the dear apostrophe
        ("[" * 69 + "Ա", Count(UNICODE, 70, 1)),  # no escapes in UNICODE
        # An emoji is two units.
        ("😀" * 35, Count(UNICODE, 70, 1)),
        ("😀" * 36, Count(UNICODE, 72, 2)),
        ("😀" * 66, Count(UNICODE, 132, 2)),
        ("😀" * 67, Count(UNICODE, 134, 3)),  # division says 2, but 33 fit a part
        ("👨‍👩‍👧" * 8, Count(UNICODE, 64, 1)),  # a family is three emoji and two joiners
    ],
    ids=lambda value: f"{value[:3]}*{len(value)}" if isinstance(value, str) else f"{value.units}-{value.segments}",
)
def test_a_message_is_counted_as_phones_count(text: str, counted: Count) -> None:
    assert count(text) == counted


def test_a_real_greeting_costs_twice_as_much_in_armenian_letters() -> None:
    armenian = "Շնորհավոր Ձեր ծննդյան օրը։ Մաղթում ենք առողջություն և երջանկություն։ Այսօր Ձեզ սպասում է զեղչ։"
    latin = "Shnorhavor Dzer tsnndyan ory. Maghtum enq aroghjutyun ev yerjankutyun. Aysor Dzez spasum e zeghch."
    assert (count(armenian).segments, count(latin).segments) == (2, 1)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("x" * 160, ["x" * 160]),
        ("x" * 161, ["x" * 153, "x" * 8]),
        ("x" * 459, ["x" * 153, "x" * 153, "x" * 153]),
        ("x" * 152 + "[" + "y" * 10, ["x" * 152, "[" + "y" * 10]),  # the pair moves on whole, one place stays empty
        ("x" * 151 + "[" + "y" * 10, ["x" * 151 + "[", "y" * 10]),
        ("Ա" * 66 + "😀" + "Բ" * 5, ["Ա" * 66, "😀" + "Բ" * 5]),
        ("😀" * 67, ["😀" * 33, "😀" * 33, "😀"]),
    ],
    ids=["empty", "alone", "two", "three", "escape straddling", "escape fitting", "pair straddling", "67 emoji"],
)
def test_the_parts_of_a_message(text: str, parts: list[str]) -> None:
    assert split(text) == parts


# --- Properties, against an arithmetic of their own ---


def places(text: str, encoding: Encoding) -> int:
    if encoding is UNICODE:
        return len(text.encode("utf-16-be")) // 2
    return sum(2 if character in EXTENSION else 1 for character in text)


def runs(alphabet: str) -> st.SearchStrategy[str]:
    """Long messages: each character repeated some times."""
    run = st.tuples(st.sampled_from(alphabet), st.integers(1, 160))
    return st.lists(run, max_size=6).map(lambda found: "".join(character * times for character, times in found))


TEXT = st.one_of(
    runs("ax\n" + EXTENSION), runs("aԱ[`\té’😀👍𝕏"), st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
)
HARD = example(text="😀" * 67)
HARDER = example(text="[" * 153)


@settings(max_examples=200, deadline=None)
@given(text=TEXT)
@HARD
@HARDER
def test_parts_joined_are_the_text_and_none_is_over_its_limit(text: str) -> None:
    encoding, parts = encoding_of(text), split(text)
    alone, limit = {LATIN: (160, 153), UNICODE: (70, 67)}[encoding]
    assert "".join(parts) == text
    assert all(parts)
    # Python's characters are whole, so a part that ends between two of them never cuts an escape or surrogate pair.
    assert all(places(part, encoding) <= (alone if len(parts) == 1 else limit) for part in parts)


@settings(max_examples=200, deadline=None)
@given(text=TEXT)
@HARD
@HARDER
def test_there_are_never_fewer_parts_than_by_division_and_never_a_needless_one(text: str) -> None:
    encoding, parts = encoding_of(text), split(text)
    alone, limit = {LATIN: (160, 153), UNICODE: (70, 67)}[encoding]
    units = places(text, encoding)
    by_division = -(-units // (alone if units <= alone else limit))
    assert len(parts) >= by_division
    # A part is closed only when the next character has no room: at most one place of each stays empty.
    for part, following in pairwise(parts):
        assert places(part + following[0], encoding) > limit
    assert len(parts) <= 1 or -(-units // (limit - 1)) >= len(parts)


@settings(max_examples=200, deadline=None)
@given(text=TEXT)
@HARD
@HARDER
def test_the_count_is_that_of_the_parts(text: str) -> None:
    encoding = encoding_of(text)
    assert count(text) == Count(encoding, places(text, encoding), len(split(text)))


@settings(max_examples=200, deadline=None)
@given(text=TEXT, more=TEXT)
def test_more_text_is_never_cheaper(text: str, more: str) -> None:
    assert count(text + more).segments >= count(text).segments


# --- A second opinion ---

# Both rules agree on the characters that are ASCII and GSM, and on those that are neither. They differ in what lies
# between: `é`, `£`, `€`, Greek capitals, form feed and escape are GSM and not ASCII, or controls; the gateway's rule
# makes them UNICODE. A lone surrogate is no character. All else may occur.
DISPUTED = "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤ÄÖÑÜ§¿äöñüà¡\f\x1b€".replace("@", "").replace("$", "")
AGREED = st.one_of(
    runs("ax\n" + EXTENSION),
    runs("aԱ[`\t’😀👍𝕏"),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=DISPUTED), max_size=400),
)


@settings(max_examples=300, deadline=None)
@given(text=AGREED)
@HARD
@HARDER
def test_another_implementation_splits_alike_where_the_rules_agree(text: str) -> None:
    import smsutil

    parts = [part.content for part in smsutil.split(text).parts] if text else []
    assert split(text) == parts
    assert count(text).segments == len(parts)


@pytest.mark.parametrize("character", DISPUTED)
def test_where_the_rules_differ_the_estimate_errs_high(character: str) -> None:
    import smsutil

    text = "x" * 159 + character
    assert count(text).segments == 3
    assert len(smsutil.split(text).parts) in (1, 2)  # two where it takes an escape
