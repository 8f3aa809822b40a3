"""REF: ``[<chain>:]<publisher>/<name>[@<version>]``."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import addresses, names, versions
from weightmark.domain.reference import Reference, check_nickname, parse_reference
from weightmark.errors import ValueFormatError

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=64)
nicknames = words.filter(lambda word: not word.startswith("0x"))
references = st.builds(
    Reference,
    chain=st.one_of(st.just(""), words),
    publisher=st.one_of(addresses, nicknames),
    name=names,
    version=st.one_of(st.just(""), versions),
)


@given(references)
def test_a_reference_reads_as_it_is_written(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference


@given(st.one_of(st.text(), st.text("0xab:/@.-1", max_size=40)))
def test_what_is_read_is_written_the_same(text: str) -> None:
    with suppress(ValueFormatError):
        assert str(parse_reference(text)).lower() == text.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("me/digits", Reference("", "me", "digits", "")),
        ("me/acme/digits@1.0", Reference("", "me", "acme/digits", "1.0")),
        ("sepolia:me/digits@1:2", Reference("sepolia", "me", "digits", "1:2")),
        (f"1:{ADDRESS}/a@1", Reference("1", ADDRESS, "a", "1")),
        (f"{ADDRESS.lower()}/a", Reference("", ADDRESS, "a", "")),
    ],
)
def test_examples(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "me", "me/", "/a", "me/a@", "me/a@1@2", "me/a@1/2", "Me/a", "1:2:me/a", ":me/a", "me/A",
     "me/a b", "Sepolia:me/a", "0x12/a", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD/a",
     "me/a\n", "me/../a@\u202e"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueFormatError) as caught:
        parse_reference(text)
    assert caught.value.message.isprintable()


def test_a_text_is_never_read_in_part() -> None:
    """Cut off at a limit, a long text could name another version than it says."""
    head = "me/digits@1.0"
    long = f"{'a' * (4096 - len(head) - 1)}:{head}"
    with pytest.raises(ValueFormatError):
        parse_reference(f"{long}-beta")


def test_an_address_decides_trust_and_a_nickname_does_not() -> None:
    assert parse_reference(f"{ADDRESS}/a").has_address
    assert not parse_reference("me/a").has_address


@pytest.mark.parametrize("nickname", ["a", "acme-2", "0", "x0x", "a" * 64])
def test_nicknames(nickname: str) -> None:
    assert check_nickname(nickname) == nickname


@pytest.mark.parametrize(
    "nickname", ["", "A", "a.b", "a/b", "a:b", "a@b", "é", "a" * 65, "a\n", "0xab", ADDRESS.lower()]
)
def test_what_is_no_nickname_is_refused(nickname: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a nickname"):
        check_nickname(nickname)
