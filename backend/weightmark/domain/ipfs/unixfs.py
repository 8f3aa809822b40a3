"""What UnixFS keeps in the data of a node: the kind of the node, and how its parts are joined.

Source: https://specs.ipfs.tech/unixfs. Modes and times, which a CID of ours never covers, are
refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from weightmark.domain.ipfs.protobuf import field, fields
from weightmark.errors import ContentError

# The hash function of sharded directories, from the multicodec table, and their width.
MURMUR3_X64_64 = 0x22
FANOUT = 256

_KIND, _DATA, _FILE_SIZE, _BLOCK_SIZES, _HASH_TYPE, _FANOUT = range(1, 7)


class Kind(IntEnum):
    """Kinds of nodes; the other two are symbolic links, and a kind that nobody uses."""

    RAW = 0
    DIRECTORY = 1
    FILE = 2
    SHARD = 5


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Unixfs:
    """The data of a node; ``Unixfs.decode(data.encode()) == data`` holds.

    Attributes:
        kind: What the node is.
        data: The bytes of a file's leaf, or the positions that are taken in a shard.
        file_size: The length of a file, or of this part of it, in bytes.
        block_sizes: How much of that each link leads to.
    """

    kind: Kind
    data: bytes = b""
    file_size: int | None = None
    block_sizes: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes of a node's data."""
        encoded = field(_KIND, self.kind)
        if self.data:
            encoded += field(_DATA, self.data)
        if self.file_size is not None:
            encoded += field(_FILE_SIZE, self.file_size)
        encoded += b"".join(field(_BLOCK_SIZES, size) for size in self.block_sizes)
        if self.kind is Kind.SHARD:
            encoded += field(_HASH_TYPE, MURMUR3_X64_64) + field(_FANOUT, FANOUT)
        return encoded

    @classmethod
    def decode(cls, data: bytes) -> Unixfs:
        """Read the data of a node.

        Raises:
            ContentError: It is malformed, or says something that no artifact has: a link, a mode,
                a time, or a shard of another width.
        """
        single: dict[int, int | bytes] = {}
        block_sizes: list[int] = []
        for number, value in fields(data):
            if number == _BLOCK_SIZES and isinstance(value, int):
                block_sizes.append(value)
            else:
                single[number] = value
        match single.get(_KIND), single.get(_DATA, b""), single.get(_FILE_SIZE):
            case int(kind), bytes(content), (int() | None) as size if kind in _KINDS:
                read = cls(Kind(kind), content, size, tuple(block_sizes))
                if read.encode() == data:
                    return read
        raise ContentError(
            "a node is neither a file nor a directory as an artifact has them",
            hint="links, modes and times of UnixFS are refused",
        )
