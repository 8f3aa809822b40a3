"""All blocks below a root, however they hang together."""

from __future__ import annotations

import pytest

from tests.fakes.blocks import Stored
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import ContentError

MIB = 2**20


def test_every_block_once_depth_first_and_no_leaf_is_got() -> None:
    stored, got = Stored(), list[bytes]()
    twice = b"a" * MIB
    root = stored.add_files({"a": twice + twice + b"b", "c/d": twice, "c/e": b""}, UNIXFS_V1_2025)

    def get(cid: bytes) -> bytes:
        got.append(cid)
        return stored.get(cid)

    found = list(reachable(root, get))
    assert (found[0], set(found), len(found)) == (root, set(stored.blocks), len(stored.blocks))
    file = stored.add_file(twice + twice + b"b", UNIXFS_V1_2025)
    leaves = [UNIXFS_V1_2025.leaf(piece).cid for piece in (twice, b"b")]
    assert found[1:4] == [file.cid, *leaves]
    # The root, the file of three leaves, and the other directory.
    assert len(got) == len(set(got)) == 3


def test_a_block_is_given_where_it_is_first_needed() -> None:
    stored = Stored()
    first, second = stored.raw(b"first"), stored.raw(b"second")
    above = stored.directory({"a": first, "b": second})
    root = stored.directory({"a": above, "b": first})
    assert list(reachable(root, stored.get)) == [root, above, first, second]


def test_a_leaf_is_all_there_is_below_itself() -> None:
    root = UNIXFS_V1_2025.leaf(b"x").cid
    assert list(reachable(root, Stored().get)) == [root]


def test_what_is_missing_or_malformed_is_an_error() -> None:
    stored = Stored()
    missing = stored.node(b"")
    root = stored.directory({"a": stored.raw(b"x"), "b": missing})
    del stored.blocks[missing]
    with pytest.raises(ContentError, match="there is no block"):
        list(reachable(root, stored.get))
    with pytest.raises(ContentError):
        list(reachable(root, lambda _: b"garbage"))
