"""CAR files that come in pieces: each block is given as soon as it is there, and was checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from weightmark.domain.content_address import check_block, cid_text
from weightmark.domain.ipfs.car import (
    MAX_HEADER_SIZE,
    MAX_SECTION_HEAD,
    header,
    read_header,
    read_section,
)
from weightmark.errors import ContentError


def read_blocks(root: bytes, pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Give the CIDs and blocks of a CAR file, in its order.

    Args:
        root: What it has to name as its root.
        pieces: The file, as it comes in.

    Raises:
        ContentError: It is malformed, has another root, ends within a block, or a block is not what
            its CID says.
    """
    incoming = _Incoming(pieces)
    found = read_header(incoming.peek(MAX_HEADER_SIZE))
    if found != root:
        raise ContentError(f"the CAR file is of {cid_text(found)}, and not of {cid_text(root)}")
    incoming.take(len(header(root)))
    while head := incoming.peek(MAX_SECTION_HEAD):
        section = read_section(head)
        incoming.take(section.head)
        block = incoming.take(section.length)
        if len(block) != section.length:
            raise ContentError("the CAR file ends within a block")
        check_block(section.cid, block)
        yield section.cid, block


class _Incoming:
    """Bytes that come in pieces; no more of them are held than somebody asked for, and a piece."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = bytearray()

    def peek(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end, and keep them."""
        while len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        return bytes(self._held[:size])

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        taken = self.peek(size)
        del self._held[:size]
        return taken
