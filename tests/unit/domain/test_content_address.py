"""CIDs of raw blocks."""

from __future__ import annotations

import hashlib
from base64 import b32decode

from hypothesis import given

from tests.unit.domain.strategies import hashes
from weightmark.domain.content_address import cid_text, raw_block_cid


def test_the_cid_that_kubo_gives_to_hello_world() -> None:
    """What ``printf 'hello world' | ipfs add --raw-leaves --cid-version 1`` prints."""
    cid = raw_block_cid(hashlib.sha256(b"hello world").digest())
    assert cid_text(cid) == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


@given(hashes)
def test_the_hash_can_be_read_back(sha256: bytes) -> None:
    text = cid_text(raw_block_cid(sha256))
    padded = text[1:].upper() + "=" * (-len(text[1:]) % 8)
    assert b32decode(padded) == bytes.fromhex("01551220") + sha256
    assert text == text.lower()


def test_no_cid_is_no_text() -> None:
    assert cid_text(b"") == ""
