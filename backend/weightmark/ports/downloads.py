"""Files that are fetched in pieces, and kept until they are complete."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from weightmark.ports.artifacts import Artifact


class Download(Protocol):
    """What is there of something that is being fetched; all of it stays after an interruption.

    Pieces may be written from several threads at once; everything else is for one.
    """

    @property
    def place(self) -> str:
        """Where it is kept, for whoever wants to remove it."""
        ...

    def kept(self, cid: bytes) -> bytes | None:
        """Return a block that was kept, or None; it is that block."""
        ...

    def keep(self, cid: bytes, block: bytes) -> None:
        """Keep a block that is no part of a file, or not known to be.

        Raises:
            StorageError: It cannot be written.
        """
        ...

    def begin(self, sizes: Mapping[str, int]) -> None:
        """Make the files that are not there yet, once there is room for what they lack.

        Args:
            sizes: The length of each file in bytes, by its path.

        Raises:
            StorageError: There is no room, or they cannot be made.
        """
        ...

    def holds(self, path: str, offset: int, length: int, cid: bytes) -> bool:
        """Whether a part of a file is the raw block with that CID; what is there is hashed.

        Raises:
            StorageError: The file cannot be read.
        """
        ...

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write a part of a file.

        Raises:
            StorageError: It cannot be written.
        """
        ...

    def artifact(self, single_file: str = "") -> Artifact:
        """Return what is there as an artifact: the whole directory, or the one file in it."""
        ...

    def finish(self) -> None:
        """Have the disk hold all files, and put their directory in its place.

        Raises:
            AlreadyExistsError: Something is in that place by now.
            StorageError: It cannot be written.
        """
        ...


class Downloads(Protocol):
    """A place where something is to be, whole or not at all."""

    def resumed(self, key: bytes) -> AbstractContextManager[Download]:
        """Go on with a download, or begin it; nobody else does meanwhile.

        Args:
            key: What is fetched; two things never have the same.

        Raises:
            AlreadyExistsError: Something is in that place.
            LockTimeoutError: Another process fetches the same to the same place.
            StorageError: Nothing can be written there.
        """
        ...
