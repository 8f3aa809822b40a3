"""An artifact in memory, which can be made to fail."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from blake3 import blake3

from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import Profile, Put
from weightmark.domain.manifest import FileEntry
from weightmark.domain.paths import check_paths
from weightmark.errors import (
    ArtifactChangedError,
    ArtifactError,
    MissingPathError,
    StorageError,
    WeightmarkError,
)
from weightmark.ports.artifacts import Advance, HashedFiles, Listing
from weightmark.ports.content import AddressedFiles, At


def digest_of(data: bytes, algorithm: DigestAlgorithm) -> Digest:
    """Return the digest of bytes in memory."""
    match algorithm:
        case DigestAlgorithm.SHA2_256:
            return Digest(algorithm, hashlib.sha256(data).digest())
        case DigestAlgorithm.BLAKE3:
            return Digest(algorithm, blake3(data).digest())


def entry_of(path: str, data: bytes, algorithm: DigestAlgorithm) -> FileEntry:
    """Return the entry of a file with that content."""
    return FileEntry(path, len(data), digest_of(data, algorithm).hex)


@dataclass
class FakeArtifact:
    """An artifact with the behaviour of `Artifact`.

    Attributes:
        files: The content of each file, by its path.
        sidecars: The content of each sidecar, by its canonical name.
        changing: Paths of files that change while they are read.
        unreadable: Paths of files that cannot be read.
        is_missing: Whether there is no artifact at all.
        is_read_only: Whether sidecars cannot be written.
        hashed: The paths that were hashed, in order.
        is_directory: Whether it is a directory, rather than one file.
        waiting: What others do before they let go of the sidecars.
    """

    files: dict[str, bytes]
    sidecars: dict[str, bytes] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    is_missing: bool = False
    is_read_only: bool = False
    hashed: list[str] = field(default_factory=list)
    is_directory: bool = True
    waiting: list[Callable[[], object]] = field(default_factory=list)

    @property
    def beside(self) -> FakeArtifact:
        """This artifact: its sidecars lie beside its files."""
        return self

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds."""
        if self.is_missing:
            raise MissingPathError("the artifact is not there")
        ignored = tuple(
            sorted(path for path in self.files if any(fnmatchcase(path, each) for each in ignores))
        )
        sizes = {path: len(data) for path, data in self.files.items() if path not in ignored}
        check_paths(sizes)
        return Listing(sizes, tuple(self.sidecars), ignored)

    def hash(
        self, paths: Collection[str], algorithm: DigestAlgorithm, advance: Advance
    ) -> HashedFiles:
        """Hash files."""
        return self.hash_together(paths, (algorithm,), advance)[algorithm]

    def hash_together(
        self, paths: Collection[str], algorithms: Collection[DigestAlgorithm], advance: Advance
    ) -> dict[DigestAlgorithm, HashedFiles]:
        """Hash files."""
        found = {algorithm: HashedFiles({}) for algorithm in algorithms}
        for path in paths if algorithms else ():
            error = self._error_of(path)
            if error is None:
                self.hashed.append(path)
                advance(len(self.files[path]))
            for algorithm, hashed in found.items():
                if error is not None:
                    hashed.errors[path] = error
                else:
                    hashed.entries[path] = entry_of(path, self.files[path], algorithm)
        return found

    def address(
        self,
        paths: Collection[str],
        profile: Profile,
        put: Put,
        advance: Advance,
        algorithms: Sequence[DigestAlgorithm] = (),
        at: At | None = None,
    ) -> AddressedFiles:
        """Address files."""
        first = DigestAlgorithm.SHA2_256
        hashed = self.hash_together(paths, algorithms or (first,), advance)
        read = hashed[algorithms[0] if algorithms else first]
        roots = {}
        for path in read.entries:
            tree = BalancedTree(profile, put)
            for index, piece in enumerate(self.pieces(path, profile.chunk_size)):
                tree.add(profile.leaf(piece))
                if at:
                    at(path, index * profile.chunk_size, profile.leaf(piece))
            roots[path] = tree.finish()
        return AddressedFiles(roots, hashed if algorithms else {}, read.errors)

    def place(self, path: str) -> bytes:
        """Return where a file would be."""
        return f"/memory/{path}".encode()

    def copy(self, paths: Collection[str], folder: bytes, advance: Advance) -> None:
        """Copy files to the disk."""
        for path in paths:
            error = self._error_of(path)
            if error is not None:
                raise error
            place = Path(os.fsdecode(folder)) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self.files[path])
            advance(len(self.files[path]))

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Give a file in pieces."""
        error = self._error_of(path)
        if error is not None:
            raise error
        data = self.files[path]
        for start in range(0, len(data) or 1, size):
            yield data[start : start + size]

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file."""
        if len(self.files[path]) > limit:
            raise ArtifactError(f"'{path}' is larger than {limit} bytes")
        return self.files[path]

    def authenticate(self, paths: Collection[str], key: bytes, advance: Advance) -> dict[str, str]:
        """Return the HMAC-SHA256 of files."""
        for path in paths:
            advance(len(self.files[path]))
        return {path: hmac.new(key, self.files[path], "sha256").hexdigest() for path in paths}

    def read_sidecar(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar."""
        if name not in self.sidecars:
            raise MissingPathError(f"'{name}' is not there")
        if len(self.sidecars[name]) > limit:
            raise ArtifactError(f"'{name}' is larger than {limit} bytes")
        return self.sidecars[name]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have those at work who came before."""
        while self.waiting:
            self.waiting.pop(0)()
        yield

    def make_room(self, name: str) -> None:
        """Nothing is ever half written here, or in a sidecar's place."""

    def write_sidecar(self, name: str, data: bytes) -> str:
        """Keep a sidecar."""
        if self.is_read_only:
            raise StorageError(f"'{name}' cannot be written")
        self.sidecars[name] = data
        return f"memory/{name}"

    def remove_sidecar(self, name: str) -> None:
        """Forget a sidecar."""
        if self.is_read_only:
            raise StorageError(f"'{name}' cannot be removed")
        self.sidecars.pop(name, None)

    def _error_of(self, path: str) -> WeightmarkError | None:
        if path not in self.files:
            return MissingPathError(f"'{path}' is not in the artifact")
        if path in self.changing:
            return ArtifactChangedError(f"'{path}' changed while it was read")
        if path in self.unreadable:
            return ArtifactError(f"'{path}' cannot be read")
        return None
