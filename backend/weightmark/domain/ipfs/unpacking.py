"""Reading directories and files out of blocks that anybody may have made.

Whoever calls gives a function that returns the block of a CID, and has checked that it is that
block. Nothing here ends in a cycle, then; what could still be endless is bounded: how many files
there are, how deep they are nested, and how little of a file a block may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from weightmark.domain.content_address import cid_text, is_raw
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE, Link, Node, by_name
from weightmark.domain.ipfs.directories import MAX_SHARD_DEPTH, name_hash, slot_prefix, taken
from weightmark.domain.ipfs.unixfs import FANOUT, Kind, Unixfs
from weightmark.domain.manifest import MAX_FILES
from weightmark.domain.paths import check_path, check_paths
from weightmark.errors import ContentError

# A balanced tree of 2^53 bytes is less than ten deep; other layouts are deeper, but not by much.
MAX_FILE_DEPTH = 32
# The profiles have 174 and 1,024 links in a node of a file.
MAX_FILE_LINKS = 8192
# What a link leads to is at least so long, in bytes, but for the last: no chunker makes shorter
# ones, and a file whose links lead to almost nothing would take for ever.
MIN_CHUNK_SIZE = 256

_SLOTS = {slot_prefix(slot): slot for slot in range(FANOUT)}

# Returns the block of a CID; it is that block.
Get = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is still in its blocks: the root of its tree, and its length in bytes."""

    cid: bytes
    length: int


def list_files(root: bytes, get: Get) -> dict[str, StoredFile]:
    """Return the files below a root, by their paths; a root that is a file has the path "".

    Raises:
        ContentError: A block is no part of a file or directory, or a bound is exceeded.
        ArtifactError: A path breaks a rule of artifacts.
    """
    found = _stored_file(root, None, get)
    if found is not None:
        return {"": found}
    files: dict[str, StoredFile] = {}
    pending = [("", root)]
    seen = 0
    while pending:
        directory, cid = pending.pop()
        before = seen
        for link in _entries(cid, get):
            seen += 1
            if seen > MAX_FILES:
                raise ContentError(f"there are more than {MAX_FILES} files and directories")
            _check_name(link.name, cid)
            path = directory + link.name
            check_path(path)
            file = _stored_file(link.cid, link, get)
            if file is None:
                pending.append((f"{path}/", link.cid))
            else:
                files[path] = file
        if seen == before:
            raise _malformed(cid, "an empty directory, which no artifact has")
    check_paths(files)
    return files


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: a leaf that is still to be got, or bytes that a node holds.

    Attributes:
        offset: Where in the file it begins, in bytes.
        length: How many bytes it has.
        cid: The leaf, whose block is the piece.
        data: The bytes, where they came with a node; there is no leaf then.
    """

    offset: int
    length: int
    cid: bytes
    data: bytes | None = None

    def accept(self, block: bytes) -> bytes:
        """Return the bytes of the piece, if they are what its block holds.

        Raises:
            ContentError: The block is not as long as the node above it says.
        """
        if len(block) != self.length:
            raise _malformed(self.cid, f"not of {self.length} bytes, as it is said to be")
        return block


def read_file(file: StoredFile, get: Get) -> Iterator[bytes]:
    """Give the bytes of a file, leaf by leaf: never more than its length.

    Raises:
        ContentError: A block is no part of a file, or not as long as the one above it says.
    """
    for piece in file_pieces(file, get):
        yield piece.accept(get(piece.cid)) if piece.data is None else piece.data


def file_pieces(file: StoredFile, get: Get) -> Iterator[Piece]:
    """Give the pieces of a file in order: together they have its length, and none is got.

    Raises:
        ContentError: A node is no part of a file, or not as long as the one above it says.
    """
    pending = [(file.cid, file.length, 0)]
    offset = 0
    while pending:
        cid, length, depth = pending.pop()
        data, links = (None, ()) if is_raw(cid) else _node_of_file(cid, get(cid), length)
        if length > MAX_BLOCK_SIZE and not links:
            raise _malformed(cid, f"a leaf that is larger than {MAX_BLOCK_SIZE} bytes")
        if depth == MAX_FILE_DEPTH:
            raise _malformed(cid, f"a file that is deeper than {MAX_FILE_DEPTH} nodes")
        if not links:
            yield Piece(offset, length, cid, data)
            offset += length
        pending.extend((link, size, depth + 1) for link, size in reversed(links))


def _node_of_file(
    cid: bytes, block: bytes, length: int
) -> tuple[bytes, tuple[tuple[bytes, int], ...]]:
    """Return the bytes that a node of a file holds, or what it links to, with the lengths."""
    node = Node.decode(block)
    unixfs = _file_node(cid, node)
    if len(unixfs.data) + sum(unixfs.block_sizes) != length:
        raise _malformed(cid, f"not of {length} bytes, as it is said to be")
    targets = (link.cid for link in node.links)
    return unixfs.data, tuple(zip(targets, unixfs.block_sizes, strict=True))


def _stored_file(cid: bytes, link: Link | None, get: Get) -> StoredFile | None:
    """Return what a CID leads to if it is a file, or None if it is a directory."""
    if is_raw(cid):
        return StoredFile(cid, link.size if link else len(get(cid)))
    node = Node.decode(get(cid))
    unixfs = Unixfs.decode(node.data)
    if unixfs.kind in {Kind.DIRECTORY, Kind.SHARD}:
        return None
    return StoredFile(cid, _file_node(cid, node).file_size or 0)


def _file_node(cid: bytes, node: Node) -> Unixfs:
    """Return the data of a node of a file, once it agrees with itself."""
    unixfs = Unixfs.decode(node.data)
    sizes = unixfs.block_sizes
    if unixfs.kind not in {Kind.FILE, Kind.RAW}:
        raise _malformed(cid, "a directory inside a file")
    if len(sizes) > MAX_FILE_LINKS:
        raise _malformed(cid, f"a node of a file with more than {MAX_FILE_LINKS} links")
    if len(sizes) != len(node.links) or any(link.name for link in node.links):
        raise _malformed(cid, "a file whose links and lengths differ")
    _check_lengths(cid, unixfs)
    return unixfs


def _check_lengths(cid: bytes, unixfs: Unixfs) -> None:
    sizes = unixfs.block_sizes
    if (unixfs.data and sizes) or len(unixfs.data) + sum(sizes) != unixfs.file_size:
        raise _malformed(cid, "a file whose lengths do not add up")
    if any(size < MIN_CHUNK_SIZE for size in sizes[:-1]) or 0 in sizes:
        raise _malformed(cid, f"a file in pieces of less than {MIN_CHUNK_SIZE} bytes")


def _entries(cid: bytes, get: Get) -> Iterator[Link]:
    """Give the links of a directory, sharded or not."""
    node = Node.decode(get(cid))
    unixfs = Unixfs.decode(node.data)
    if unixfs.kind is Kind.SHARD:
        yield from _shard_entries(cid, b"", get)
        return
    if unixfs != Unixfs(Kind.DIRECTORY) or by_name(node.links) != node.links:
        raise _malformed(cid, "a directory that is not as dag-pb and UnixFS prescribe")
    if len({link.name for link in node.links}) != len(node.links):
        raise _malformed(cid, "a directory with two links of one name")
    yield from node.links


def _shard_entries(cid: bytes, above: bytes, get: Get) -> Iterator[Link]:
    """Give the links of a shard, and of those below it, each of them in its one place.

    Args:
        cid: The shard.
        above: The beginning of the hash of each name that belongs here.
        get: Returns blocks.
    """
    node = Node.decode(get(cid))
    unixfs = Unixfs.decode(node.data)
    slots = {_slot(cid, link): link for link in node.links}
    if unixfs.kind is not Kind.SHARD or unixfs.data != taken(slots) or len(above) > MAX_SHARD_DEPTH:
        raise _malformed(cid, "a sharded directory that is not as UnixFS prescribes")
    if len(slots) != len(node.links) or not slots:
        raise _malformed(cid, "a shard with no links, or two in one place")
    for slot, link in slots.items():
        place = above + bytes((slot,))
        name = link.name[2:]
        if not name:
            yield from _shard_entries(link.cid, place, get)
        elif name_hash(name).startswith(place):
            yield Link(link.cid, name, link.size)
        else:
            raise _malformed(cid, "a name in a shard where it does not belong")


def _slot(cid: bytes, link: Link) -> int:
    slot = _SLOTS.get(link.name[:2])
    if slot is None:
        raise _malformed(cid, "a name in a shard that does not begin with its place")
    return slot


def _check_name(name: str, cid: bytes) -> None:
    if "/" in name:
        raise _malformed(cid, "a directory with '/' in a name")


def _malformed(cid: bytes, what: str) -> ContentError:
    return ContentError(f"{cid_text(cid)} is {what}")
