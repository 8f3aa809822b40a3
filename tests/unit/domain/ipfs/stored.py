"""Blocks in memory, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from weightmark.domain.content_address import check_block, node_cid, raw_block_cid
from weightmark.domain.ipfs.dag_pb import Link, Node, by_name
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import Part, Profile
from weightmark.domain.ipfs.unixfs import Kind, Unixfs


class Stored:
    """Blocks by their CIDs."""

    def __init__(self) -> None:
        self.blocks: dict[bytes, bytes] = {}

    def get(self, cid: bytes) -> bytes:
        """Return a block, which is checked as any other's would be."""
        check_block(cid, self.blocks[cid])
        return self.blocks[cid]

    def put(self, cid: bytes, block: bytes) -> None:
        """Keep a block."""
        self.blocks[cid] = block

    def add_file(self, data: bytes, profile: Profile) -> Part:
        """Keep the blocks of a file."""
        tree = BalancedTree(profile, self.put)
        for start in range(0, len(data) or 1, profile.chunk_size):
            chunk = data[start : start + profile.chunk_size]
            leaf = profile.leaf(chunk)
            self.put(leaf.cid, bytes(profile.leaf_block(chunk)))
            tree.add(leaf)
        return tree.finish()

    def add_files(self, files: Mapping[str, bytes], profile: Profile) -> bytes:
        """Keep the blocks of files, and return the CID of their directory."""
        parts = {path: self.add_file(data, profile) for path, data in files.items()}
        return directory_tree(parts, profile, self.put).cid

    def raw(self, data: bytes) -> bytes:
        """Keep a raw block."""
        cid = raw_block_cid(sha256(data).digest())
        self.put(cid, data)
        return cid

    def node(self, data: bytes, links: Iterable[Link] = ()) -> bytes:
        """Keep a node, whatever is in it."""
        block = Node(data, tuple(links)).encode()
        cid = node_cid(sha256(block).digest(), 1)
        self.put(cid, block)
        return cid

    def directory(self, links: Mapping[str, bytes]) -> bytes:
        """Keep a directory of blocks of one byte, whatever its names are."""
        entries = by_name(Link(cid, name, 1) for name, cid in links.items())
        return self.node(Unixfs(Kind.DIRECTORY).encode(), entries)

    def file(self, sizes: Iterable[int], links: Iterable[bytes], length: int) -> bytes:
        """Keep a node of a file, whatever it says."""
        data = Unixfs(Kind.FILE, file_size=length, block_sizes=tuple(sizes))
        return self.node(data.encode(), (Link(cid, "", 1) for cid in links))
