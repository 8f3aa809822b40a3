"""Fingerprints and algorithms of signing keys."""

from __future__ import annotations

import pytest

from weightmark.domain.registry import FOREVER, SigningKeyWord
from weightmark.domain.signing_keys import (
    ALGORITHMS_BY_LABEL,
    algorithm_label,
    parse_fingerprint,
)
from weightmark.errors import ValueFormatError


def test_algorithms_have_the_labels_of_manifests_and_the_numbers_of_the_registry() -> None:
    assert {label: int(each) for label, each in ALGORITHMS_BY_LABEL.items()} == {
        "ecdsa-p256-sha256": 1,
        "ecdsa-p384-sha384": 2,
        "ecdsa-p521-sha512": 3,
        "ed25519": 4,
        "rsa-pss-sha256": 5,
        "ethereum": 6,
    }
    assert (algorithm_label(4), algorithm_label(99)) == ("ed25519", "99")


@pytest.mark.parametrize("text", ["ab" * 32, "0x" + "AB" * 32])
def test_a_fingerprint_is_read(text: str) -> None:
    assert parse_fingerprint(text) == b"\xab" * 32


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "0x", "g" * 64, "ab" * 32 + "\n"])
def test_what_is_no_fingerprint(text: str) -> None:
    with pytest.raises(ValueFormatError):
        parse_fingerprint(text)


def test_a_word_is_read_as_the_contract_packs_it() -> None:
    word = 4 << 240 | FOREVER << 200 | 1_000 << 160
    key = SigningKeyWord.unpack(word)
    assert key == SigningKeyWord(4, 1_000, FOREVER)
    assert (key.is_valid_at(999), key.is_valid_at(1_000)) == (False, True)
    assert SigningKeyWord.unpack(0) is None
