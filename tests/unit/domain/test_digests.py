"""Digests as multihashes."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import digests
from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.errors import ValueFormatError

EMPTY = {
    DigestAlgorithm.SHA2_256: "1220" + hashlib.sha256(b"").hexdigest(),
    DigestAlgorithm.BLAKE3: "1e20" + blake3(b"").hexdigest(),
}


@given(digests)
def test_hex_and_parse_are_inverse(digest: Digest) -> None:
    assert Digest.parse(digest.hex) == digest
    assert digest.hex == digest.multihash.hex()
    assert len(digest.multihash) == 34


@given(digests, st.data())
def test_no_other_text_is_the_same_digest(digest: Digest, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(digest.hex) - 1))
    character = data.draw(st.characters().filter(lambda each: each != digest.hex[position]))
    other = digest.hex[:position] + character + digest.hex[position + 1 :]
    with suppress(ValueFormatError):
        assert Digest.parse(other) != digest


@pytest.mark.parametrize("algorithm", DigestAlgorithm)
def test_prefixes_are_those_of_the_multicodec_table(algorithm: DigestAlgorithm) -> None:
    assert Digest.parse(EMPTY[algorithm]).algorithm is algorithm


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1220",
        "1220" + "a" * 63,
        "1220" + "a" * 65,
        "1220" + "A" * 64,
        "1220" + "a" * 64 + "\n",
        " 1220" + "a" * 64,
        "0x1220" + "a" * 64,
        "1320" + "a" * 64,
        "a" * 64,
        "1220" + "٣" * 64,
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a digest"):
        Digest.parse(text)


def test_a_long_text_is_shown_in_part() -> None:
    with pytest.raises(ValueFormatError) as caught:
        Digest.parse("x" * 10_000)
    assert len(caught.value.message) < 120


def test_algorithms_are_found_by_their_names() -> None:
    assert [DigestAlgorithm.parse(each) for each in ("sha2-256", "blake3")] == list(DigestAlgorithm)


@pytest.mark.parametrize("name", ["", "sha256", "SHA2-256", "md5", "blake3 "])
def test_other_algorithms_are_refused(name: str) -> None:
    with pytest.raises(ValueFormatError, match="unknown digest") as caught:
        DigestAlgorithm.parse(name)
    assert "sha2-256, blake3" in caught.value.hint
