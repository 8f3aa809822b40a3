"""The embedded store: content that this machine keeps, for itself and for others."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from weightmark.domain.ipfs.profiles import Part
from weightmark.ports.blocks import BlockSource


class PinKind(StrEnum):
    """What is kept."""

    ARTIFACT = "artifact"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Pin:
    """Content that is kept, with all blocks below its root.

    Attributes:
        root: The CID of the root.
        label: Whose it is: the release's reference.
        kind: What it is.
        time: Since when, in seconds since 1970.
        files: How many files that are.
        size: Their length in bytes.
        folder: Where the copies of its files are; empty where there are none.
    """

    root: bytes
    label: str
    kind: PinKind
    time: int
    files: int
    size: int
    folder: bytes = b""


@dataclass(frozen=True, slots=True)
class Freed:
    """What was removed: blocks, copied files, and how many bytes they took."""

    blocks: int
    files: int
    size: int


class Additions(Protocol):
    """What is being added, and is removed with time unless it is pinned.

    Every method raises `StorageError` where the store cannot be written.
    """

    def put(self, cid: bytes, block: bytes) -> None:
        """Keep a block; from any thread."""
        ...

    def refer(self, file: bytes, offset: int, leaf: Part) -> None:
        """Keep where a leaf is, which is not copied; from any thread.

        Args:
            file: The real path of the file.
            offset: Where in it the leaf begins.
            leaf: The leaf, whose block is the bytes of the file.
        """
        ...

    def folder(self) -> bytes:
        """Make a folder for copies of files, and return its path."""
        ...

    def pin(self, pin: Pin) -> None:
        """Keep for good what was added below a root; the same pin again changes its folder only."""
        ...


class ContentStore(BlockSource, Protocol):
    """Blocks by their CIDs, of which files are not copied unless that is asked for."""

    def adding(self) -> AbstractContextManager[Additions]:
        """Add to the store; several may at once, and nothing is removed meanwhile.

        Raises:
            StorageError: The store cannot be used.
        """
        ...

    def pins(self) -> tuple[Pin, ...]:
        """Return what is kept, the oldest first.

        Raises:
            StorageError: The store cannot be read.
        """
        ...

    def unpin(self, root: bytes) -> tuple[Pin, ...]:
        """Keep a root no longer, under no label, and return what was kept.

        Raises:
            StorageError: The store cannot be written.
        """
        ...

    def collect(self) -> Freed:
        """Remove what no pin leads to.

        Raises:
            LockTimeoutError: Somebody adds to the store.
            ContentError: A node below a pin is damaged; nothing is removed then.
            ContentUnavailableError: It is gone; nothing is removed then either.
            StorageError: The store cannot be written.
        """
        ...
