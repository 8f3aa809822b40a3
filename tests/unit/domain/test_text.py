"""Text from outside, made safe to show."""

from __future__ import annotations

import ast
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.text import printable

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TEXTS = st.one_of(
    st.text(), st.text(st.characters()), st.text("\\xu0n1b\x1b" + BIDIRECTIONAL + "\udc80")
)


@given(TEXTS)
def test_nothing_in_it_acts_on_a_terminal_or_reorders_a_line(text: str) -> None:
    shown = printable(text)
    assert not set(BIDIRECTIONAL) & set(shown)
    forbidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not {unicodedata.category(character) for character in shown} & forbidden
    shown.encode()


def test_every_character_is_shown_or_escaped_by_its_category() -> None:
    escaped = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    for character in map(chr, range(sys.maxunicode + 1)):
        is_escaped = unicodedata.category(character) in escaped or character == "\\"
        assert (printable(character) != character) == is_escaped, ascii(character)


@given(TEXTS)
def test_the_text_can_be_read_back_so_that_no_two_look_the_same(text: str) -> None:
    quoted = printable(text).replace("'", "\\'")
    assert ast.literal_eval(f"'{quoted}'") == text


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\\")))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain", "plain"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb", "a\\nb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("\\x1b", "\\\\x1b"),
        ("\u2028", "\\u2028"),
        ("é", "é"),
    ],
)
def test_known_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown
