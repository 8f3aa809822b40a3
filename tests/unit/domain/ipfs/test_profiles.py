"""Where a profile's bounds are: the shape of a file's tree, and when a directory is sharded."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.blocks import Stored
from tests.unit.domain.strategies import path_lists
from weightmark.domain.content_address import is_raw, raw_block_cid
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE, Link, Node
from weightmark.domain.ipfs.directories import directory_tree, slot_prefix, taken
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import (
    PROFILES,
    SHARDING_THRESHOLD,
    UNIXFS_V0_2015,
    UNIXFS_V1_2025,
    Part,
    Profile,
    parse_profile,
)
from weightmark.domain.ipfs.unixfs import FANOUT, Kind, Unixfs
from weightmark.domain.ipfs.unpacking import MAX_FILE_LINKS, list_files, read_file
from weightmark.errors import UsageError

CID = raw_block_cid(bytes(32))
LEAF = Part(CID, 256, 256)
profiles = st.sampled_from(list(PROFILES.values()))


def depths(cid: bytes, stored: Stored) -> set[int]:
    """Return how deep the leaves of a file are."""
    if cid not in stored.blocks:
        return {0}
    links = Node.decode(stored.blocks[cid]).links
    return {1 + depth for link in links for depth in depths(link.cid, stored)}


@given(st.integers(1, 70), st.integers(2, 4))
def test_a_file_is_as_deep_as_it_has_to_be_and_no_deeper(leaves: int, width: int) -> None:
    stored = Stored()
    tree = BalancedTree(replace(UNIXFS_V1_2025, max_links=width), stored.put)
    for number in range(leaves):
        tree.add(replace(LEAF, cid=raw_block_cid(number.to_bytes(32))))
    root = tree.finish()
    (depth,) = depths(root.cid, stored)
    assert width**depth >= leaves
    assert depth == 0 or width ** (depth - 1) < leaves
    assert root.length == 256 * leaves
    assert root.size == root.length + sum(map(len, stored.blocks.values()))


@given(st.dictionaries(st.integers(0, FANOUT - 1), st.none()))
def test_the_places_of_a_shard_can_be_counted(slots: dict[int, None]) -> None:
    data = taken(slots)
    assert {slot for slot in range(FANOUT) if int.from_bytes(data) >> slot & 1} == set(slots)
    assert not data.startswith(b"\0")
    assert len(data) <= FANOUT // 8


def test_every_place_has_two_digits_and_one_order() -> None:
    prefixes = [slot_prefix(slot) for slot in range(FANOUT)]
    assert {len(prefix) for prefix in prefixes} == {2}
    assert all(one < other for one, other in pairwise(prefixes))


def _links_of_length(profile: Profile, excess: int) -> tuple[Link, ...]:
    """Return links that make a directory so much longer than what is sharded from."""
    links = [Link(CID, f"{number:0100}", 1) for number in range(1000)]
    rest = Link(CID, "", 1)
    for _ in range(2):  # a longer name may have a longer length
        if profile.cid_version:
            node = Node(Unixfs(Kind.DIRECTORY).encode(), (*links, rest))
            length = len(node.encode())
        else:
            length = sum(len(link.name) + len(CID) for link in (*links, rest))
        rest = replace(rest, name="x" * (len(rest.name) + SHARDING_THRESHOLD + excess - length))
    return (*links, rest)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_a_directory_is_sharded_from_one_byte_on(profile: Profile, excess: int) -> None:
    links = _links_of_length(profile, excess)
    assert profile.is_sharded(links) == (excess > 0)
    stored = Stored()
    parts = {link.name: Part(link.cid, 1, link.size) for link in links}
    root = directory_tree(parts, profile, stored.put).cid
    kind = Unixfs.decode(Node.decode(stored.blocks[root]).data).kind
    assert kind is (Kind.SHARD if excess > 0 else Kind.DIRECTORY)


def test_names_count_in_bytes() -> None:
    count = SHARDING_THRESHOLD // (len(CID) + 200) + 1
    short = [Link(CID, "e" * 100, 1)] * count
    assert not UNIXFS_V0_2015.is_sharded(short)
    assert UNIXFS_V0_2015.is_sharded([replace(link, name="é" * 100) for link in short])


@given(path_lists, profiles)
def test_the_order_of_files_does_not_matter(paths: list[str], profile: Profile) -> None:
    stored, again = Stored(), Stored()
    files = {path: path.encode() for path in paths}
    root = stored.add_files(files, profile)
    assert again.add_files(dict(reversed(files.items())), profile) == root
    assert again.blocks == stored.blocks
    found = list_files(root, stored.get)
    assert {path: b"".join(read_file(found[path], stored.get)) for path in found} == files
    stored.refuse_unused()


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_what_a_profile_makes_is_within_what_is_read(profile: Profile) -> None:
    nodes = Stored()
    assert len(profile.leaf_block(bytes(profile.chunk_size))) <= MAX_BLOCK_SIZE
    assert profile.max_links <= MAX_FILE_LINKS
    leaf = profile.leaf(b"x")
    assert is_raw(leaf.cid) == bool(profile.cid_version)
    largest = tuple([2**62] * profile.max_links)
    node = Unixfs(Kind.FILE, file_size=2**62, block_sizes=largest)
    profile.node(node, [Link(CID, "", 2**62)] * profile.max_links, nodes.put)
    assert all(len(block) <= MAX_BLOCK_SIZE for block in nodes.blocks.values())


@pytest.mark.parametrize("name", ["", "unixfs", "UNIXFS-V1-2025", " unixfs-v0-2015"])
def test_a_profile_goes_by_its_whole_name(name: str) -> None:
    assert [parse_profile(each) for each in PROFILES] == list(PROFILES.values())
    with pytest.raises(UsageError, match="unknown profile") as caught:
        parse_profile(name)
    assert caught.value.hint == "choose from unixfs-v1-2025, unixfs-v0-2015"
