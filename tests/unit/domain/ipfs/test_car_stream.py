"""CAR files that come in pieces: what is true is given at once, and what is not ends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.blocks import Stored
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.car_stream import read_blocks
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.errors import ContentError


@pytest.fixture(scope="module")
def stored() -> Stored:
    stored = Stored()
    files = {"a": b"a", "empty": b"", "large": bytes(range(256)) * 9000}
    stored.root = stored.add_files(files, UNIXFS_V1_2025)
    return stored


def pieces_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [7, 100, 2**16, 2**30])
def test_blocks_come_however_they_are_cut(stored: Stored, size: int) -> None:
    found = list(read_blocks(stored.root, pieces_of(stored.car(), size)))
    assert found == list(stored.blocks.items())


def test_a_block_is_given_before_the_next_one_comes(stored: Stored) -> None:
    first, block = max(stored.blocks.items(), key=lambda each: len(each[1]))

    def pieces() -> Iterator[bytes]:
        yield header(stored.root) + section_head(first, len(block)) + block
        raise AssertionError

    assert next(iter(read_blocks(stored.root, pieces()))) == (first, block)


def test_every_beginning_is_told_from_the_whole(stored: Stored) -> None:
    car = stored.car()
    ends = {len(header(stored.root))}
    for cid, block in stored.blocks.items():
        ends.add(max(ends) + len(section_head(cid, len(block))) + len(block))
    for length in {*range(len(header(stored.root)) + 120), len(car) - 1, len(car) - 2} - ends:
        with pytest.raises(ContentError):
            list(read_blocks(stored.root, [car[:length]]))


def test_another_root_is_refused(stored: Stored) -> None:
    other = next(cid for cid in stored.blocks if cid != stored.root)
    with pytest.raises(ContentError, match="the CAR file is of"):
        list(read_blocks(other, [stored.car()]))


def test_another_block_is_refused(stored: Stored) -> None:
    cid = next(iter(stored.blocks))
    car = header(stored.root) + section_head(cid, 5) + b"other"
    with pytest.raises(ContentError, match="not what its CID says"):
        list(read_blocks(stored.root, [car]))


def test_a_block_that_is_too_large_is_not_waited_for(stored: Stored) -> None:
    def pieces() -> Iterator[bytes]:
        yield header(stored.root) + section_head(stored.root, MAX_BLOCK_SIZE + 1)
        yield bytes(100)
        raise AssertionError

    with pytest.raises(ContentError, match="larger than"):
        list(read_blocks(stored.root, pieces()))
