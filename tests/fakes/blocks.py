"""Blocks and directories in memory: those that we make, and those that nobody should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

from weightmark.domain.content_address import check_block, cid_text, node_cid, raw_block_cid
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.dag_pb import Link, Node, by_name
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import Part, Profile
from weightmark.domain.ipfs.unixfs import Kind, Unixfs
from weightmark.errors import AlreadyExistsError, ContentError, StorageError


class Stored:
    """Blocks by their CIDs, with the behaviour of `Blocks`.

    Attributes:
        root: The CID of what is stored.
        blocks: All blocks.
    """

    def __init__(self) -> None:
        self.root = b""
        self.blocks: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def get(self, cid: bytes) -> bytes:
        """Return a block, which is checked as any other's would be."""
        if cid not in self.blocks:
            raise ContentError(f"there is no block {cid_text(cid)}")
        check_block(cid, self.blocks[cid])
        self._used.add(cid)
        return self.blocks[cid]

    def refuse_unused(self) -> None:
        """Accept the blocks if each of them was needed."""
        unused = self.blocks.keys() - self._used
        if unused:
            raise ContentError(f"there are blocks that the root does not lead to: {len(unused)}")

    def car(self) -> bytes:
        """Return the blocks as a CAR file, whatever they are."""
        sections = (section_head(cid, len(block)) + block for cid, block in self.blocks.items())
        return header(self.root) + b"".join(sections)

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


class FakeDestination:
    """A place in memory, with the behaviour of `Destination`.

    Attributes:
        files: What is in that place, by path; or None.
        room: How many bytes there is room for.
    """

    def __init__(self, room: int = 2**40) -> None:
        self.files: dict[str, bytes] | None = None
        self.room = room
        self._staged: dict[str, bytes] = {}

    @contextmanager
    def staged(self) -> Iterator[FakeDestination]:
        """Take what is written in the context."""
        if self.files is not None:
            raise AlreadyExistsError("something is there")
        self._staged = {}
        yield self
        self.files = self._staged

    def reserve(self, size: int) -> None:
        """Make sure that there is room."""
        if size > self.room:
            raise StorageError(f"{size} bytes are needed, and {self.room} are free")

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Keep a file."""
        self._staged[path] = b"".join(pieces)
