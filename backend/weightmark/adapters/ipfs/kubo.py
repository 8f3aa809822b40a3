"""A Kubo node: it keeps what it is sent, and gives what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from weightmark.adapters.ipfs.kubo_rpc import KuboRpc
from weightmark.domain.content_address import check_block, cid_text
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import ContentUnavailableError
from weightmark.ports.artifacts import Advance
from weightmark.ports.blocks import BlockSource

# From so many bytes on, blocks are sent: an interruption loses no more than one chunk, and a
# hundred thousand small files are some hundred requests.
BATCH_BYTES: Final = 2**20


class Kubo:
    """A Kubo node, as those who keep content are, and as those who give blocks."""

    def __init__(self, rpc: KuboRpc) -> None:
        self._rpc = rpc

    @property
    def name(self) -> str:
        """Scheme, host and port of its RPC's URL."""
        return self._rpc.name

    def get(self, cid: bytes) -> bytes:
        """Return a block that the node holds itself, once it was checked against its CID.

        For what it would have to look for on the network, it has a gateway.

        Raises:
            ContentUnavailableError: It does not hold the block.
            IpfsServiceError: The node is out of reach, or refuses.
            ContentError: What it holds is another block.
        """
        block = self._rpc.block(cid)
        if block is None:
            raise ContentUnavailableError(f"{self.name} does not hold {cid_text(cid)}")
        check_block(cid, block)
        return block

    def pin(self, root: bytes, label: str, blocks: BlockSource, advance: Advance) -> None:
        """Have a root kept with all that is below it, and return once the node says that it is.

        Raises:
            IpfsServiceError: The node is out of reach, too old, or refuses.
            ContentUnavailableError: A block is not where it was.
            ContentError: A block has changed since it was addressed.
        """
        self._rpc.version()
        if self._rpc.is_pinned(root):
            return
        for batch in self._missing(root, blocks, advance):
            self._rpc.store(_car(root, batch), len(batch))
            for block in batch.values():
                advance(len(block))
        self._rpc.pin(root, label)

    def _missing(
        self, root: bytes, blocks: BlockSource, advance: Advance
    ) -> Iterator[dict[bytes, bytes]]:
        """Give what the node does not hold, some blocks at a time."""
        batch: dict[bytes, bytes] = {}
        size = 0
        for cid in reachable(root, blocks.get):
            held = self._rpc.size(cid)
            if held is not None:
                advance(held)
                continue
            batch[cid] = blocks.get(cid)
            size += len(batch[cid])
            if size >= BATCH_BYTES:
                yield batch
                batch, size = {}, 0
        if batch:
            yield batch


def _car(root: bytes, blocks: dict[bytes, bytes]) -> bytes:
    sections = (section_head(cid, len(block)) + block for cid, block in blocks.items())
    return header(root) + b"".join(sections)
