"""Artifacts as IPFS addresses them, and blocks and directories outside of Weightmark."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.profiles import Part, Profile, Put
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Advance, Artifact, HashedFiles, Listing
from weightmark.ports.blocks import BlockSource

# Called with a file's path, and where in it a leaf begins; from any thread.
At = Callable[[str, int, Part], None]


@dataclass(frozen=True, slots=True)
class AddressedFiles:
    """What one reading of files gave.

    Attributes:
        roots: The root of each file that could be read, by its path.
        hashed: The files by each hash function of the digests that were asked for.
        errors: An error for each other one.
    """

    roots: dict[str, Part]
    hashed: dict[DigestAlgorithm, HashedFiles]
    errors: dict[str, WeightmarkError]


class Addressable(Protocol):
    """An artifact whose files have content addresses."""

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory, rather than one file.

        Raises:
            MissingPathError: It is not there.
        """
        ...

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds, without reading it: see `Artifact.list`."""
        ...

    def address(
        self,
        paths: Collection[str],
        profile: Profile,
        put: Put,
        advance: Advance,
        algorithms: Sequence[DigestAlgorithm] = (),
        at: At | None = None,
    ) -> AddressedFiles:
        """Read files of the last listing, once, and address them.

        Args:
            paths: Which files, by their paths in the listing.
            profile: How they are addressed.
            put: Called with each node that is no leaf, from any thread.
            advance: Called as bytes are read, from any thread.
            algorithms: The hash functions of digests that are wanted as well.
            at: Called with each leaf, from any thread.
        """
        ...

    def place(self, path: str) -> bytes:
        """Return where a file of the last listing is for whoever reads it later, with no links."""
        ...

    def copy(self, paths: Collection[str], folder: bytes, advance: Advance) -> None:
        """Copy files of the last listing to the same paths below a folder, and sync them.

        Args:
            paths: Which files.
            folder: Where to; nothing is there.
            advance: Called as bytes are copied.

        Raises:
            ArtifactError: A file cannot be read, or is not the one that was listed.
            StorageError: A copy cannot be written.
        """
        ...

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Give a file of the last listing in pieces of ``size`` bytes, of an empty one b"".

        Raises:
            ArtifactError: It cannot be read, or is not the file that was listed.
        """
        ...


class Publishable(Artifact, Addressable, Protocol):
    """An artifact that can be described in a manifest, and addressed in the same reading."""


class Blocks(BlockSource, Protocol):
    """Blocks that somebody sent, below one root."""

    @property
    def root(self) -> bytes:
        """The CID of what was sent."""
        ...

    def refuse_unused(self) -> None:
        """Accept the blocks if each of them was needed.

        Raises:
            ContentError: There are some that nobody asked for, and nobody checked.
        """
        ...


class Staging(Protocol):
    """Files that are being written, where nobody looks for them yet."""

    def reserve(self, size: int) -> None:
        """Make sure that there is room for so many bytes.

        Raises:
            StorageError: There is not.
        """
        ...

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file; the path "" makes it the only one, with no directory.

        Raises:
            StorageError: It cannot be written.
        """
        ...


class Destination(Protocol):
    """A place where something is to be, whole or not at all."""

    def staged(self) -> AbstractContextManager[Staging]:
        """Take what is written in the context, and put it in its place at the end.

        Raises:
            AlreadyExistsError: Something is in that place.
            StorageError: It cannot be written.
        """
        ...
