"""What is replaced to save money is only typography, never a link, never for nothing; the rest is only named."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.planning.segments import Encoding, count, encoding_of, forcing
from campaigns.planning.wording import LOOK_ALIKES, describe, disguises, smarten

# --- Named ---


@pytest.mark.parametrize(
    ("character", "described"),
    [
        ("’", "’ RIGHT SINGLE QUOTATION MARK (U+2019)"),
        ("ա", "ա ARMENIAN SMALL LETTER AYB (U+0561)"),
        ("😀", "😀 GRINNING FACE (U+1F600)"),
        # What cannot be seen is not shown, or it would do to the line what it does to the text.
        ("\u00a0", "NO-BREAK SPACE (U+00A0)"),
        ("\u200b", "ZERO WIDTH SPACE (U+200B)"),
        ("\u202e", "RIGHT-TO-LEFT OVERRIDE (U+202E)"),
        ("\u0301", "COMBINING ACUTE ACCENT (U+0301)"),
        ("\t", "TAB (U+0009)"),
        ("\x07", "a control character (U+0007)"),
    ],
)
def test_a_character_is_named_with_its_code_point(character: str, described: str) -> None:
    assert describe(character) == described


def test_what_forces_unicode_is_named_once_in_its_order() -> None:
    assert forcing("Dear O’Neil – it’s `on`") == ["’", "–", "`"]
    assert forcing("Plain text,\r\n100% {ASCII} [~]") == []


# --- Replaced ---


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("O’Neil", "O'Neil"),
        ("‘one’ ‚two‛ ‹three›", "'one' 'two' 'three'"),
        ("“one” „two‟ «three»", '"one" "two" "three"'),
        ("5′ 6″ `code` ´s", "5' 6\" 'code' 's"),
        ("Hakob՚s, Hakobʼs", "Hakob's, Hakob's"),
        ("10–12 — soon ‑ ‐ − ―", "10-12 - soon - - - -"),
        ("wait…", "wait..."),
        # Spaces of every width: no-break, thin, ideographic, a tab.
        ("1\u00a0000\u202f000 a\u2009b\u3000c\td", "1 000 000 a b c d"),
        ("one\vtwo\u2028three\u0085four", "one\ntwo\nthree\nfour"),
        # What nobody sees: zero-width characters, soft hyphen, byte-order mark, marks of direction.
        ("a\u200bb\u200dc\u2060d\ufeffe\u00adf\u200eg\u202ah\u202c", "abcdefgh"),
    ],
)
def test_typography_becomes_what_a_7_bit_phone_has(text: str, plain: str) -> None:
    assert smarten(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain 'ASCII' - \"as\" it is...",
        "Բարև – “Անի”",  # Armenian stays UNICODE whatever is replaced: nothing is gained
        "Привет – «Аня»",
        "Café – “open”",  # é is a letter, and another letter would be another word
        "Order № 5 – today",  # № has no equal: `No` says something else
        "• one – two",
        "Good – 😀",
        "…" * 60,  # 180 dots take two parts, 60 ellipses one
    ],
)
def test_a_text_that_would_gain_nothing_is_left_as_it_is(text: str) -> None:
    assert smarten(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It’s at https://shop.am/sale", "It's at https://shop.am/sale"),
        ("«https://shop.am/sale»", '"https://shop.am/sale"'),  # a link ends at a double quotation mark
        ("“shop.am/a”, “www.shop.am”", '"shop.am/a", "www.shop.am"'),
        ("shop.am’s sale", "shop.am's sale"),  # a name, and nothing that leads anywhere
    ],
)
def test_the_text_around_a_link_is_replaced(text: str, plain: str) -> None:
    assert smarten(text) == plain


@pytest.mark.parametrize(
    "link",
    [
        "https://shop.am/it’s",
        "HTTP://shop.am/10–12",
        "tg://resolve?domain=a–b",
        "www.shop.am/wait…",
        "shop.am/10–12",
        "bit.ly/a’b",
        "shop.am?q=a–b",
        "shop.am:8080/–",
        "shop.am/a\u200bb",
    ],
)
def test_a_link_is_never_changed(link: str) -> None:
    assert smarten(f"See {link} now – “today”") == f"See {link} now – “today”"  # nor anything else: it stays UNICODE


PIECES = st.sampled_from(["a", "Z", " ", "{", "\n", ".", "/", "é", "ա", "😀", "https://", *LOOK_ALIKES])
TYPED = st.lists(PIECES, max_size=200).map("".join)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_what_is_replaced_is_latin_never_dearer_and_stays(text: str) -> None:
    plain = smarten(text)
    assert smarten(plain) == plain
    assert count(plain).segments <= count(text).segments
    assert plain == text or encoding_of(plain) is Encoding.LATIN


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_nothing_but_look_alikes_is_touched(text: str) -> None:
    plain = smarten(text)
    assert plain in (text, "".join(LOOK_ALIKES.get(character, character) for character in text))


def test_every_replacement_is_plain_and_every_look_alike_forces_unicode() -> None:
    assert all(encoding_of(plain) is Encoding.LATIN for plain in LOOK_ALIKES.values())
    assert all(encoding_of(character) is Encoding.UNICODE for character in LOOK_ALIKES)
    assert len(LOOK_ALIKES) > 80


def test_long_words_take_no_time() -> None:
    begun = time.perf_counter()
    for text in ("a-" * 20_000, "a." * 20_000, "a" * 40_000, "www." * 10_000, "a:/" * 10_000):
        assert smarten(f"{text} ’") == f"{text} '"
    assert time.perf_counter() - begun < 5  # a search that starts anew at every letter takes minutes


# --- Letters in disguise ---


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Pаul", [("Pаul", "а")]),  # Cyrillic а
        ("Оrder соde", [("Оrder", "О"), ("соde", "с"), ("соde", "о")]),
        ("cօde", [("cօde", "օ")]),  # Armenian օ
        ("Αlpha", [("Αlpha", "Α")]),  # Greek capital alpha
        ("Mосква", [("Mосква", "M")]),  # a Latin M in a Russian word
        ("Pаul and Pаul", [("Pаul", "а")]),  # each word once
        # Words of one alphabet, and two alphabets that nobody takes for one.
        ("Paul Москва Անի Ω", []),
        ("SMSки iPhoneով Wi-Fiի USBն", []),
        ("naïve café", []),
        ("мир2go", []),
    ],
)
def test_a_letter_that_only_looks_like_its_neighbours_is_named(text: str, named: list[tuple[str, str]]) -> None:
    assert [(one.word, one.character) for one in disguises(text)] == named


def test_letters_are_named_and_not_replaced() -> None:
    assert smarten("Pаul’s") == "Pаul’s"
