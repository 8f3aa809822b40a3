"""Nodes in dag-pb: data, and links to other blocks.

Source: https://ipld.io/specs/codecs/dag-pb/spec.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from weightmark.domain.content_address import leading_cid
from weightmark.domain.ipfs.protobuf import field, fields
from weightmark.errors import ContentError

# Bitswap's bound, and Kubo's: what is larger cannot be had from other nodes.
MAX_BLOCK_SIZE: Final = 2 * 2**20

_DATA, _LINKS = 1, 2
_HASH, _NAME, _SIZE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Attributes:
        cid: The block that it leads to.
        name: Its name in a directory; in a file there is none.
        size: The length in bytes of that block and of all below it, each time it is linked to.
    """

    cid: bytes
    name: str
    size: int

    def encode(self) -> bytes:
        """Return the link as a part of a node."""
        name = self.name.encode()
        message = field(_HASH, self.cid) + field(_NAME, name) + field(_SIZE, self.size)
        return field(_LINKS, message)


@dataclass(frozen=True, slots=True)
class Node:
    """A node; ``Node.decode(node.encode()) == node`` holds, and the other way round."""

    data: bytes
    links: tuple[Link, ...] = ()

    def encode(self) -> bytes:
        """Return the block."""
        return b"".join(link.encode() for link in self.links) + field(_DATA, self.data)

    @classmethod
    def decode(cls, block: bytes) -> Node:
        """Read a block.

        Raises:
            ContentError: It is malformed, or not in the one form that a node has.
        """
        data = b""
        links: list[Link] = []
        for number, value in fields(block):
            if number == _LINKS and isinstance(value, bytes):
                links.append(_decode_link(value))
            elif number == _DATA and isinstance(value, bytes):
                data = value
        node = cls(data, tuple(links))
        if node.encode() != block:
            raise ContentError("a node is not in the form that dag-pb prescribes")
        return node


def by_name(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return links in the order that dag-pb prescribes: that of the bytes of their names."""
    return tuple(sorted(links, key=lambda link: link.name.encode()))


def _decode_link(message: bytes) -> Link:
    match tuple(fields(message)):
        case ((1, bytes(cid)), (2, bytes(name)), (3, int(size))) if leading_cid(cid) == cid:
            return Link(cid, _text(name), size)
        case _:
            raise ContentError("a link in a node is malformed")


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise ContentError(f"a link's name is not UTF-8: {name[:200]!r}") from None
