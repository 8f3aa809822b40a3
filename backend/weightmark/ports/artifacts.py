"""Reading the files of an artifact, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry, sorted_entries
from weightmark.errors import WeightmarkError

# The files that Weightmark keeps beside an artifact, outside its tree, by their canonical names.
SIDECAR_NAMES: Final = (
    "weightmark.json",
    "weightmark.sig",
    "model.sig",
    "weightmark.receipt.json",
    "weightmark.certificate.json",
)

# Called with the number of bytes that were read since the last call, from any thread.
Advance = Callable[[int], None]

# Called once with the number of bytes that will be read; gives what to call as they are.
Start = Callable[[int], Advance]


def no_progress(_: int) -> Advance:
    """Start without showing progress."""
    return lambda _: None


@dataclass(frozen=True, slots=True)
class Listing:
    """What an artifact holds, before anything is read.

    Attributes:
        sizes: Each file's length in bytes, by its path.
        sidecars: Weightmark's own files beside the artifact's, by their names.
        ignored: The paths that were left out because a pattern asked for it.
    """

    sizes: dict[str, int]
    sidecars: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def total_size(self) -> int:
        """The length of all files together, in bytes."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class HashedFiles:
    """What hashing gave: an entry for each file that could be read, an error for each other one."""

    entries: dict[str, FileEntry]
    errors: dict[str, WeightmarkError] = field(default_factory=dict)

    def complete(self) -> tuple[FileEntry, ...]:
        """Return the entries in the order of a manifest, where there is one for each file.

        Raises:
            WeightmarkError: A file could not be read.
        """
        for _, error in sorted(self.errors.items()):
            raise error
        return sorted_entries(self.entries.values())


class Artifact(Protocol):
    """A directory of files, or one file, that makes up a model."""

    @property
    def beside(self) -> Artifact:
        """The same files, with the sidecars that lie beside them, wherever this one's are."""
        ...

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds, without reading it.

        Args:
            ignores: Patterns of paths to leave out; ``*`` stands for any characters, ``/``
                included, and ``?`` for one.

        Raises:
            MissingPathError: The artifact is not there.
            ArtifactError: It holds something that cannot be accepted.
        """
        ...

    def hash(
        self, paths: Collection[str], algorithm: DigestAlgorithm, advance: Advance
    ) -> HashedFiles:
        """Read and hash files of the last listing.

        An error of one file does not keep the others from being hashed.

        Args:
            paths: Which files, by their paths in the listing.
            algorithm: The hash function.
            advance: Called as bytes are read.
        """
        ...

    def hash_together(
        self, paths: Collection[str], algorithms: Collection[DigestAlgorithm], advance: Advance
    ) -> dict[DigestAlgorithm, HashedFiles]:
        """Read files of the last listing once, and hash them with several functions; see `hash`.

        Args:
            paths: Which files, by their paths in the listing.
            algorithms: The hash functions; with none, nothing is read.
            advance: Called as bytes are read: once, however many functions there are.
        """
        ...

    def read_sidecar(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar.

        Raises:
            MissingPathError: It is not there.
            ArtifactError: It is not a regular file, or larger than ``limit`` bytes.
        """
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Keep others here from writing sidecars: what is read meanwhile stays as it is.

        Raises:
            LockTimeoutError: Another process does not let go of them.
            StorageError: They cannot be locked.
        """
        ...

    def make_room(self, name: str) -> None:
        """Prepare for a sidecar: what a killed process left half written is removed.

        Raises:
            MissingPathError: The artifact is not there.
            ManifestError: Another file, which is not ours to replace, is in the sidecar's place.
            StorageError: Something cannot be removed.
        """
        ...

    def write_sidecar(self, name: str, data: bytes) -> str:
        """Write a sidecar atomically, and return where it is.

        Raises:
            ManifestError: Another file, which is not ours to replace, is in its place.
            StorageError: It cannot be written.
        """
        ...

    def remove_sidecar(self, name: str) -> None:
        """Remove a sidecar, if it is there.

        Raises:
            StorageError: It cannot be removed.
        """
        ...
