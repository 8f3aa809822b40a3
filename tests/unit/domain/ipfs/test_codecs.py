"""Varints, nodes and what UnixFS keeps in them: there is one form of each."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import hashes
from weightmark.domain.content_address import raw_block_cid
from weightmark.domain.ipfs.dag_pb import Link, Node
from weightmark.domain.ipfs.protobuf import field, fields, read_varint, varint
from weightmark.domain.ipfs.unixfs import Kind, Unixfs
from weightmark.errors import ContentError

numbers = st.integers(0, 2**63 - 1)
links = st.builds(Link, hashes.map(raw_block_cid), st.text(max_size=5), numbers)
nodes = st.builds(Node, st.binary(max_size=20), st.lists(links, max_size=3).map(tuple))
CID = raw_block_cid(bytes(32))
DIRECTORY = Unixfs(Kind.DIRECTORY).encode()


@given(numbers)
def test_a_varint_is_read_back(number: int) -> None:
    assert read_varint(b"x" + varint(number) + b"y", 1) == (number, 1 + len(varint(number)))


@pytest.mark.parametrize("data", ["", "80", "8000", "ff00", "ff" * 9 + "01", "80" * 100_000])
def test_a_varint_that_is_none(data: str) -> None:
    with pytest.raises(ContentError, match="a number in a block"):
        read_varint(bytes.fromhex(data))


@given(nodes)
def test_a_node_is_read_back(node: Node) -> None:
    assert Node.decode(node.encode()) == node


@given(nodes, st.data())
def test_a_node_that_was_changed_is_another_or_none(node: Node, data: st.DataObject) -> None:
    block = bytearray(node.encode())
    if not block:
        return
    block[data.draw(st.integers(0, len(block) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(ContentError):
        assert Node.decode(bytes(block)) != node


def _link(*parts: bytes) -> bytes:
    return field(2, b"".join(parts)) + field(1, DIRECTORY)


HASH, NAME, SIZE = field(1, CID), field(2, b"a"), field(3, 1)


@pytest.mark.parametrize(
    "block",
    [
        b"\x12\xff\x01",
        b"\x0d" + bytes(4),
        field(1, DIRECTORY) + field(2, HASH + NAME + SIZE),
        field(1, DIRECTORY) * 2,
        field(1, DIRECTORY) + field(3, 1),
        field(1, 5),
        b"\x0a\x84\x00" + DIRECTORY,
        _link(NAME, HASH, SIZE),
        _link(HASH, SIZE),
        _link(HASH, NAME),
        _link(HASH, NAME, SIZE, SIZE),
        _link(field(1, CID[:-1]), NAME, SIZE),
        _link(field(1, CID + b"\0"), NAME, SIZE),
        _link(field(1, b"\x01\x55\x00\x01x"), NAME, SIZE),
        _link(HASH, field(2, b"\xff"), SIZE),
    ],
    ids=lambda block: block[:12].hex(),
)
def test_a_node_in_another_form_is_refused(block: bytes) -> None:
    Node.decode(_link(HASH, NAME, SIZE))
    with pytest.raises(ContentError):
        Node.decode(block)


@given(
    st.builds(
        Unixfs,
        st.sampled_from(Kind),
        st.binary(max_size=9),
        st.none() | numbers,
        st.lists(numbers, max_size=3).map(tuple),
    )
)
def test_unixfs_is_read_back(data: Unixfs) -> None:
    assert Unixfs.decode(data.encode()) == data


KIND = field(1, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        field(2, b"data"),
        field(1, 4) + field(2, b"../target"),
        field(1, 3),
        field(1, 6),
        KIND + field(3, 1) + field(3, 1),
        KIND + field(3, b"\x01"),
        KIND + field(2, b""),
        KIND + field(4, b"\x01\x02"),
        KIND + field(7, 0o755),
        KIND + field(8, field(1, 1)),
        field(3, 1) + KIND,
        field(1, 5) + field(2, b"\x01") + field(5, 0x22) + field(6, 16),
        field(1, 5) + field(2, b"\x01") + field(5, 0x12) + field(6, 256),
        field(1, 5) + field(2, b"\x01"),
    ],
    ids=lambda data: data.hex() or "empty",
)
def test_links_modes_times_and_other_forms_are_refused(data: bytes) -> None:
    with pytest.raises(ContentError, match="neither a file nor a directory"):
        Unixfs.decode(data)


def test_fields_are_numbers_and_bytes() -> None:
    assert list(fields(field(1, 300) + field(2, b"ab"))) == [(1, 300), (2, b"ab")]
