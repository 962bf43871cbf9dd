"""Which encoding a text file has: found, checked against what it says, never guessed into a message."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import UsageError
from campaigns.spreadsheets.encodings import check_encoding, find_encoding, named_encoding

RUSSIAN = "телефон;имя;город\n37491000001;Анна;Гюмри\n37491000002;Пётр № 5 — «Весна»;Ереван\n"
FRENCH = "phone;name\n37491000001;Zoé Lefèvre\n37491000002;François Ångström\n37491000003;Jürgen\n"


def known(text: str) -> bool:
    return any(word in text.split("\n", maxsplit=1)[0].split(";") for word in ("телефон", "phone"))


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "utf-8", "UTF-8"),
        (RUSSIAN, "utf-8-sig", "UTF-8"),
        (RUSSIAN, "utf-16", "UTF-16"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (FRENCH, "cp1252", "Windows-1252"),
        ("phone;name\n37491000001;Анна Петровна\n", "cp1251", "Windows-1251"),  # a header that tells nothing
        ("phone;text\n37491000001;СКИДКИ 20% — «Весна»\n", "cp1251", "Windows-1251"),
        ("phone;text\n37491000001;Ціна: 5 грн, Київ\n", "cp1251", "Windows-1251"),
        ("телефон;text\n37491000001;Zara\n", "cp1251", "Windows-1251"),  # nothing but the header tells
        ("phone;name\n37491000001;Éva\n", "cp1252", "Windows-1252"),
        ("phone;name\n37491000001;Ana\n37491000002;Müller & Söhne\n", "cp1252", "Windows-1252"),
        ("phone;text\n37491000001;It’s “spring” – really…\n", "cp1252", "Windows-1252"),  # the same in both pages
        ("phone;text\n37491000001;№ 5\n", "cp1251", "Windows-1251"),
        ("phone,text\n37491000001,Total 10€, thank you\n", "cp1252", "Windows-1252"),
        ("phone;text\n37491000001;Hello\n", "cp1251", "UTF-8"),  # ASCII is all of them
        ("phone;text\n37491000001;Բարև\n", "utf-8", "UTF-8"),
    ],
)
def test_the_encoding_is_found(text: str, codec: str, name: str) -> None:
    content = text.encode(codec)
    found = find_encoding("a.csv", content, known)
    assert found.name == name
    assert check_encoding("a.csv", content, found) == text
    assert found.encode(text) in (content, content.replace(codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        # UTF-8 with a bad byte stays UTF-8: nobody gets Armenian as Windows-1252
        (b"phone\n" + "Բարև Ձեզ".encode() + b"\xff\n", "line 2 is not UTF-8"),
        (b"phone\r\r" + "Բարև Ձեզ".encode()[:-1] + b"\r", "line 3 is not UTF-8"),
        # neither page makes words of it
        (b"phone\n\xc0\xe0a\xc1b\xe2c \xc4d\xe5e \x81\x98\n", "line 2 is not UTF-8, and no other encoding fits"),
        ("phone\n".encode("utf-16") + b"\x41", "line 2 is not UTF-16"),
        # other pages for the same bytes
        ("phone,text\n1,Привет Анна\n".encode("koi8-r"), "line 2 is not UTF-8, and no other encoding fits"),
        ("phone,text\n1,Привет Анна\n".encode("cp866"), "line 2 is not UTF-8, and no other encoding fits"),
        ("phone,text\n1,Привет Анна\n".encode("iso8859-5"), "line 2 is not UTF-8, and no other encoding fits"),
        ("phone,text\n1,Łukasz Wałęsa\n".encode("cp1250"), "line 2 is not UTF-8, and no other encoding fits"),
        (b"phone,text\n1,\xb4\xb3\xf1\xbb\xf5 \xb2\xdd\xc7\n", "line 2 is not UTF-8, and no other encoding fits"),
        # a word of one letter is a word in both
        (
            "phone,text\n1,Bienvenue à Paris\n".encode("cp1252"),
            "can be Windows-1251 or Windows-1252, which are different letters",
        ),
        (
            "phone,text\n1,è bello\n".encode("cp1252"),
            "can be Windows-1251 or Windows-1252, which are different letters",
        ),
    ],
)
def test_what_fits_no_encoding_is_refused_with_the_line(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_encoding("a.csv", content, known)
    assert refused.value.message in (f"a.csv: {message}", f"a.csv {message}")
    assert "--encoding" in refused.value.hint


@pytest.mark.parametrize("name", ["windows-1251", "CP1251", "utf-8", "utf-16-le", "koi8-r"])
def test_a_named_encoding_is_taken(name: str) -> None:
    content = RUSSIAN.replace("—", "-").replace("№", "N").replace("«", '"').replace("»", '"').encode(name)
    assert check_encoding("a.csv", content, named_encoding(name, content)).startswith("телефон;имя")


@pytest.mark.parametrize("name", ["klingon", "base64", "", "rot13", "utf-8\0"])
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--encoding"):
        named_encoding(name, b"")


def test_a_named_encoding_that_does_not_fit_names_the_line() -> None:
    content = RUSSIAN.encode("cp1251")
    with pytest.raises(UsageError, match="line 1 is not UTF-8"):
        check_encoding("a.csv", content, named_encoding("utf-8", content))


@settings(max_examples=150)
@given(
    st.lists(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГД", min_size=2, max_size=12), min_size=3, max_size=12),
    st.sampled_from(["cp1251", "utf-8", "utf-16"]),
)
def test_russian_words_are_read_as_they_were_written(words: list[str], codec: str) -> None:
    text = "телефон;имя\n" + "\n".join(words)
    content = text.encode(codec)
    assert check_encoding("a.csv", content, find_encoding("a.csv", content, known)) == text
