"""CIDs, as bytes and as text."""

from __future__ import annotations

import hashlib
from base64 import b32decode
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import hashes
from weightmark.domain.content_address import (
    check_block,
    cid_text,
    leading_cid,
    node_cid,
    parse_cid,
    raw_block_cid,
)
from weightmark.errors import ContentError


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


def test_the_cid_of_an_empty_file_in_version_0() -> None:
    """What ``ipfs add`` of an empty file prints."""
    block = bytes.fromhex("0a0408021800")
    cid = node_cid(hashlib.sha256(block).digest(), 0)
    assert cid_text(cid) == "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
    check_block(cid, block)
    with pytest.raises(ContentError, match="not what its CID says: QmbFMke"):
        check_block(cid, block + b"\0")


@given(
    hashes,
    st.sampled_from([raw_block_cid, partial(node_cid, version=0), partial(node_cid, version=1)]),
)
def test_every_cid_is_read_back(sha256: bytes, cid_of: Callable[[bytes], bytes]) -> None:
    cid = cid_of(sha256)
    assert parse_cid(cid_text(cid)) == cid
    assert leading_cid(cid + b"more") == cid
    with pytest.raises(ContentError, match="no CID"):
        leading_cid(cid[:-1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "bafy",
        "Qm",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5E",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f",
        "zafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
        "bafkqaaa",  # identity
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQ0",
        "Qm" + "1" * 1000,
        "bafé",
    ],
)
def test_other_texts_are_no_cid(text: str) -> None:
    with pytest.raises(ContentError):
        parse_cid(text)
