"""Profiles: what has to be agreed on for the same bytes to have the same CID everywhere.

Source: IPIP-499, https://specs.ipfs.tech/ipips/ipip-0499. The hash function is sha2-256, files are
balanced, and directories that are larger than 256 KiB are sharded 256 ways, in both of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from weightmark.domain.content_address import node_cid, raw_block_cid
from weightmark.domain.ipfs.dag_pb import Link, Node
from weightmark.domain.ipfs.unixfs import Kind, Unixfs
from weightmark.errors import UsageError

# From this size on, in bytes, a directory is sharded.
SHARDING_THRESHOLD = 256 * 2**10

# Called with the CID and the bytes of each node, as soon as it is complete; from any thread.
Put = Callable[[bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A block and all below it.

    Attributes:
        cid: The block.
        length: How many bytes of a file it holds; of a directory, none.
        size: The length in bytes of all blocks.
    """

    cid: bytes
    length: int
    size: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile.

    Attributes:
        name: What everybody calls it.
        cid_version: Of the CIDs of nodes.
        chunk_size: The length of a file's leaves, in bytes; the last one may be shorter.
        max_links: How many links a node of a file has at most.
    """

    name: str
    cid_version: int
    chunk_size: int
    max_links: int

    def leaf_block(self, chunk: bytes | memoryview) -> bytes | memoryview:
        """Return the block of a piece of a file: with version 1, the piece itself."""
        if self.cid_version:
            return chunk
        return Node(Unixfs(Kind.FILE, bytes(chunk), len(chunk)).encode()).encode()

    def leaf(self, chunk: bytes | memoryview) -> Part:
        """Return the leaf that a piece of a file is."""
        block = self.leaf_block(chunk)
        digest = sha256(block).digest()
        cid = raw_block_cid(digest) if self.cid_version else node_cid(digest, 0)
        return Part(cid, len(chunk), len(block))

    def node(self, data: Unixfs, links: Sequence[Link], put: Put) -> Part:
        """Return a node, and hand over its block."""
        block = Node(data.encode(), tuple(links)).encode()
        cid = node_cid(sha256(block).digest(), self.cid_version)
        put(cid, block)
        return Part(cid, data.file_size or 0, len(block) + sum(link.size for link in links))

    def is_sharded(self, links: Sequence[Link]) -> bool:
        """Whether a directory with those links is sharded.

        What counts is the length of its block; with version 0, that of names and CIDs.
        """
        if self.cid_version:
            block = Node(Unixfs(Kind.DIRECTORY).encode(), tuple(links)).encode()
            return len(block) > SHARDING_THRESHOLD
        return sum(len(link.name.encode()) + len(link.cid) for link in links) > SHARDING_THRESHOLD


UNIXFS_V1_2025 = Profile("unixfs-v1-2025", 1, 2**20, 1024)
UNIXFS_V0_2015 = Profile("unixfs-v0-2015", 0, 2**18, 174)
PROFILES = {profile.name: profile for profile in (UNIXFS_V1_2025, UNIXFS_V0_2015)}


def parse_profile(name: str) -> Profile:
    """Return the profile of that name.

    Raises:
        UsageError: There is none.
    """
    if name not in PROFILES:
        raise UsageError(f"unknown profile {name!r}", hint=f"choose from {', '.join(PROFILES)}")
    return PROFILES[name]
