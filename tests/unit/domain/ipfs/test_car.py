"""The header and the sections of a CAR file."""

from __future__ import annotations

import pytest

from weightmark.domain.content_address import node_cid, raw_block_cid
from weightmark.domain.ipfs.car import (
    MAX_HEADER_SIZE,
    MAX_SECTION_HEAD,
    Section,
    header,
    read_header,
    read_section,
    section_head,
)
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.protobuf import varint
from weightmark.errors import ContentError

ROOTS = [raw_block_cid(bytes(32)), node_cid(bytes(32), 0), node_cid(bytes(32), 1)]
# From https://ipld.io/specs/transport/car/fixture/carv1-basic.
TWO_ROOTS = bytes.fromhex(
    "63a265726f6f747382d82a58250001711220f88bc853804cf294fe417e4fa83028689fcdb1b1592c5102e1474dbc"
    "200fab8bd82a5825000171122069ea0740f9807a28f4d932c62e7c1c83be055e55072c90266ab3e79df63a365b67"
    "76657273696f6e01"
)


@pytest.mark.parametrize("root", ROOTS, ids=["raw", "version 0", "version 1"])
def test_a_header_is_read_back(root: bytes) -> None:
    assert len(header(root)) <= MAX_HEADER_SIZE
    assert read_header(header(root) + b"more") == root


def test_a_header_with_anything_else_is_refused() -> None:
    good = header(ROOTS[0])
    spoiled = [good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :] for place in range(16)]
    second_version = bytes.fromhex("0aa16776657273696f6e02")
    for data in (
        b"",
        b"<html>",
        good[:-1],
        good[:-1] + b"\x02",
        TWO_ROOTS,
        second_version,
        *spoiled,
    ):
        with pytest.raises(ContentError):
            read_header(data)


@pytest.mark.parametrize("length", [0, 1, 127, 2**20, MAX_BLOCK_SIZE])
def test_a_section_is_read_back(length: int) -> None:
    head = section_head(ROOTS[1], length)
    assert len(head) <= MAX_SECTION_HEAD
    assert read_section(head + b"block") == Section(ROOTS[1], len(head), length)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a number"),
        (varint(2**62) + ROOTS[0], "larger than 2097152"),
        (section_head(ROOTS[0], MAX_BLOCK_SIZE + 1), "larger than 2097152"),
        (varint(35) + ROOTS[0], "ends within its CID"),
        (varint(40) + bytes(40), "no CID"),
        (varint(40) + ROOTS[0][:-1], "no CID"),
    ],
    ids=["nothing", "endless", "large", "short", "other", "cut"],
)
def test_a_section_out_of_bounds_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        read_section(data)
