"""An artifact on the disks of this machine."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.files.guarded import SMALL_FILE_SIZE, default_workers, read_pieces
from weightmark.adapters.files.hashing import digest_files, hash_files
from weightmark.adapters.files.reading import read_at_most, size_in, unreadable
from weightmark.adapters.files.sidecars import Sidecars
from weightmark.adapters.files.tree import Tree, TreeWalk, single_file
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.domain.patterns import matcher
from weightmark.domain.text import printable
from weightmark.errors import MissingPathError
from weightmark.ports.artifacts import Advance, HashedFiles, Listing

if TYPE_CHECKING:
    from weightmark.adapters.files.digest_cache import DigestCache
    from weightmark.domain.ipfs.profiles import Profile, Put
    from weightmark.ports.content import AddressedFiles, At


class LocalArtifact:
    """The artifact at ``path``: a directory, or one file, whose path is its base name.

    Args:
        path: Where it is.
        cache: Digests of files that have not changed; for publishers, never for a verification.
            Small files (see `SMALL_FILE_SIZE`) are hashed anew: that costs no more than a look-up.
        locks: Where the locks of artifacts are kept; for publishers as well.
        workers: How many threads hash; by default one per core.
    """

    def __init__(
        self,
        path: Path,
        *,
        cache: DigestCache | None = None,
        locks: Path | None = None,
        workers: int | None = None,
    ) -> None:
        self._path = path
        self._cache = cache
        self._locks = locks
        self._workers = workers or default_workers()
        self._tree = Tree(b"")
        # Of the last listing: real directories by those that lead to its files.
        self._real: dict[bytes, bytes] = {}

    @property
    def beside(self) -> LocalArtifact:
        """This artifact: its sidecars lie beside its files."""
        return self

    @property
    def is_directory(self) -> bool:
        """Whether the artifact is a directory, rather than one file.

        Raises:
            MissingPathError: It is not there.
            ArtifactError: It cannot be looked at.
        """
        try:
            return stat.S_ISDIR(self._path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingPathError(f"'{printable(str(self._path))}' is not there") from None
        except OSError as error:
            raise unreadable(str(self._path), error) from None

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds; see `Artifact.list`.

        Patterns never match the one file of an artifact that is a file, nor a sidecar.
        """
        sidecars = self._sidecars()
        present = sidecars.present()
        self._tree = self._walk(sidecars, ignores)
        self._real.clear()
        sizes = {path: size_in(identity) for path, identity in self._tree.identities.items()}
        return Listing(sizes, present, tuple(sorted(self._tree.ignored)))

    def hash(
        self, paths: Collection[str], algorithm: DigestAlgorithm, advance: Advance
    ) -> HashedFiles:
        """Read and hash files of the last listing; see `Artifact.hash`.

        A file that is not the one that was listed, or that changes while it is read, is an error.
        """
        return self.hash_together(paths, (algorithm,), advance)[algorithm]

    def hash_together(
        self, paths: Collection[str], algorithms: Collection[DigestAlgorithm], advance: Advance
    ) -> dict[DigestAlgorithm, HashedFiles]:
        """Read files once for several hash functions; see `Artifact.hash_together`."""
        if not algorithms:
            return {}
        listed = [path for path in paths if path in self._tree.identities]
        known = self._known_together(listed, algorithms)
        started = time.time_ns()
        unknown = [path for path in listed if path not in known]
        found = hash_files(self._tree, unknown, tuple(algorithms), advance, self._workers)
        if known:
            advance(sum(size_in(self._tree.identities[path]) for path in known))
        for algorithm, hashed in found.items():
            self._remember(hashed.entries.values(), algorithm, started)
            hashed.entries.update({path: entries[algorithm] for path, entries in known.items()})
            for path in paths:
                if path not in self._tree.identities:
                    message = f"'{printable(path)}' is not in the artifact"
                    hashed.errors[path] = MissingPathError(message)
        return found

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file of the last listing; see `Contents.read`."""
        try:
            return read_at_most(self._tree.target(path), limit, path)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingPathError(f"'{printable(path)}' is not there any more") from None

    def authenticate(self, paths: Collection[str], key: bytes, advance: Advance) -> dict[str, str]:
        """Return the HMAC-SHA256 in hex of files of the last listing; see `Contents`."""
        from functools import partial
        from hmac import HMAC

        keyed = partial(HMAC, key, digestmod="sha256")
        found = digest_files(self._tree, paths, keyed, advance, self._workers)
        for _, error in sorted(found.errors.items()):
            raise error
        return found.results

    def address(
        self,
        paths: Collection[str],
        profile: Profile,
        put: Put,
        advance: Advance,
        algorithms: Sequence[DigestAlgorithm] = (),
        at: At | None = None,
    ) -> AddressedFiles:
        """Read files of the last listing, once, and address them; see `Addressable.address`."""
        from weightmark.adapters.files.addressing import address_files

        started = time.time_ns()
        found = address_files(
            self._tree, paths, profile, put, advance, self._workers, algorithms, at
        )
        for algorithm, hashed in found.hashed.items():
            self._remember(hashed.entries.values(), algorithm, started)
        return found

    def place(self, path: str) -> bytes:
        """Return where a file of the last listing is for whoever reads it later, with no links."""
        directory, _, name = self._tree.target(path).rpartition(b"/")
        if directory not in self._real:
            self._real[directory] = os.path.realpath(directory or b"/")
        return os.path.join(self._real[directory], name)  # noqa: PTH118

    def copy(self, paths: Collection[str], folder: bytes, advance: Advance) -> None:
        """Copy files of the last listing to the same paths below a folder; see `Addressable`."""
        from weightmark.adapters.files.copying import copy_files

        copy_files(self._tree, paths, folder, advance, self._workers)

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Give a file of the last listing in pieces; see `Addressable.pieces`."""
        return read_pieces(self._tree, path, size)

    def read_sidecar(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar; see `Artifact.read_sidecar`."""
        return self._sidecars().read(name, limit)

    def locked(self) -> AbstractContextManager[None]:
        """Keep others here from writing sidecars; who only verifies has no locks, and writes none.

        See `Artifact.locked`.
        """
        if self._locks is None:
            return nullcontext()
        from weightmark.adapters.state.locks import file_lock

        name = hashlib.sha256(os.path.realpath(os.fsencode(self._path))).hexdigest()
        return file_lock(self._locks / f"{name}.lock")

    def make_room(self, name: str) -> None:  # noqa: ARG002 - every sidecar's is the same
        """Remove what a killed process left half written; see `Artifact.make_room`."""
        self._sidecars().discard_partials()

    def write_sidecar(self, name: str, data: bytes) -> str:
        """Write a sidecar atomically, and return where it is; see `Artifact.write_sidecar`."""
        return self._sidecars().write(name, data)

    def remove_sidecar(self, name: str) -> None:
        """Remove a sidecar, if it is there; see `Artifact.remove_sidecar`."""
        self._sidecars().remove(name)

    def _sidecars(self) -> Sidecars:
        if self.is_directory:
            return Sidecars(self._path)
        return Sidecars(self._path.parent, f"{self._path.name}.")

    def _walk(self, sidecars: Sidecars, ignores: Collection[str]) -> Tree:
        directory = os.fsencode(sidecars.directory)
        if sidecars.prefix:
            return single_file(directory, os.fsencode(self._path.name))
        return TreeWalk(directory, sidecars.names, matcher(ignores)).run()

    def _known_together(
        self, paths: Collection[str], algorithms: Collection[DigestAlgorithm]
    ) -> dict[str, dict[DigestAlgorithm, FileEntry]]:
        """Return the files whose digests of all kinds are known."""
        known = {algorithm: self._known(paths, algorithm) for algorithm in algorithms}
        return {
            path: {algorithm: entries[path] for algorithm, entries in known.items()}
            for path in set.intersection(*map(set, known.values()))
        }

    def _known(self, paths: Iterable[str], algorithm: DigestAlgorithm) -> dict[str, FileEntry]:
        if self._cache is None:
            return {}
        identities = {
            path: identity
            for path in paths
            if size_in(identity := self._tree.identities[path]) > SMALL_FILE_SIZE
        }
        prefix = algorithm.multihash_prefix.hex()
        return {
            path: FileEntry(path, size_in(identities[path]), prefix + digest.hex())
            for path, digest in self._cache.find(identities, algorithm).items()
        }

    def _remember(
        self, entries: Iterable[FileEntry], algorithm: DigestAlgorithm, started: int
    ) -> None:
        if self._cache is None:
            return
        prefix_length = len(algorithm.multihash_prefix)
        digests = {
            self._tree.identities[entry.path]: bytes.fromhex(entry.digest)[prefix_length:]
            for entry in entries
            if entry.size > SMALL_FILE_SIZE
        }
        self._cache.store(digests, algorithm, started)
