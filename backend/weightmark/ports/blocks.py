"""Blocks of content, wherever they are, and those who keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from weightmark.ports.artifacts import Advance


class BlockSource(Protocol):
    """A place that gives blocks by their CIDs: a store, a node, a gateway, a CAR file."""

    def get(self, cid: bytes) -> bytes:
        """Return a block, once it was checked against its CID; from any thread.

        Raises:
            ContentUnavailableError: It is not there.
            IpfsServiceError: The place is out of reach, or answers nonsense.
            ContentError: What is there is another block, or larger than any.
        """
        ...


class Provider(BlockSource, Protocol):
    """A source that may be one of several, and of which people are told."""

    @property
    def name(self) -> str:
        """What it is called in messages, without anything secret."""
        ...


@runtime_checkable
class Streamer(Provider, Protocol):
    """A source that sends many blocks in one go."""

    def stream(self, root: bytes, limit: int) -> Iterator[tuple[bytes, bytes]]:
        """Give the CIDs and blocks below a root, each once it was checked against its CID.

        Args:
            root: The CID of the root.
            limit: How many bytes all of it may have.

        Raises:
            UnavailableError: It is not there, or not in one go.
            ContentError: What comes is something else.
        """
        ...


class PinTarget(Protocol):
    """Somebody who keeps content, and serves it to others."""

    @property
    def name(self) -> str:
        """What it is called in messages, without anything secret."""
        ...

    def pin(self, root: bytes, label: str, blocks: BlockSource, advance: Advance) -> None:
        """Have a root kept with all that is below it, and return once it is.

        Blocks that are there are not sent again, so that what was interrupted is resumed.

        Args:
            root: The CID of the root.
            label: What the target calls it in its lists.
            blocks: Where its blocks are, for targets that take them from us.
            advance: Called with the lengths in bytes of blocks, as they are there.

        Raises:
            IpfsServiceError: The target is out of reach, refuses, or failed to get the content.
            ContentUnavailableError: A block is not where it was.
            ContentError: A block has changed since it was addressed.
        """
        ...
