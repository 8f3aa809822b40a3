"""An artifact whose manifest is kept elsewhere than beside its files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.files.reading import read_at_most
from weightmark.adapters.files.sidecars import Sidecars, read_bounded, write_atomically
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import MAX_MANIFEST_SIZE, decode
from weightmark.domain.text import printable
from weightmark.errors import InputError, ManifestError
from weightmark.ports.artifacts import Advance, HashedFiles, Listing

if TYPE_CHECKING:
    from weightmark.domain.ipfs.profiles import Profile, Put
    from weightmark.ports.content import AddressedFiles, At, Publishable


class ManifestElsewhere:
    """An artifact that reads and writes every sidecar but the manifest where the files are."""

    def __init__(self, artifact: Publishable, manifest: str, path: Path) -> None:
        self._artifact = artifact
        self._manifest = manifest
        self._path = path

    @property
    def beside(self) -> Publishable:
        """The same files, with the manifest that may lie beside them."""
        return self._artifact

    @property
    def is_directory(self) -> bool:
        """Whether the artifact is a directory, rather than one file."""
        return self._artifact.is_directory

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds."""
        return self._artifact.list(ignores)

    def hash(
        self, paths: Collection[str], algorithm: DigestAlgorithm, advance: Advance
    ) -> HashedFiles:
        """Read and hash files of the last listing."""
        return self._artifact.hash(paths, algorithm, advance)

    def hash_together(
        self, paths: Collection[str], algorithms: Collection[DigestAlgorithm], advance: Advance
    ) -> dict[DigestAlgorithm, HashedFiles]:
        """Read files of the last listing once, and hash them with several functions."""
        return self._artifact.hash_together(paths, algorithms, advance)

    def address(
        self,
        paths: Collection[str],
        profile: Profile,
        put: Put,
        advance: Advance,
        algorithms: Sequence[DigestAlgorithm] = (),
        at: At | None = None,
    ) -> AddressedFiles:
        """Read files of the last listing, once, and address them."""
        return self._artifact.address(paths, profile, put, advance, algorithms, at)

    def place(self, path: str) -> bytes:
        """Return where a file of the last listing is."""
        return self._artifact.place(path)

    def copy(self, paths: Collection[str], folder: bytes, advance: Advance) -> None:
        """Copy files of the last listing."""
        self._artifact.copy(paths, folder, advance)

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Give a file of the last listing in pieces."""
        return self._artifact.pieces(path, size)

    def read_sidecar(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar."""
        if name == self._manifest:
            return read_bounded(self._path, limit)
        return self._artifact.read_sidecar(name, limit)

    def locked(self) -> AbstractContextManager[None]:
        """Keep others here from writing sidecars of the same files."""
        return self._artifact.locked()

    def make_room(self, name: str) -> None:
        """Prepare for a sidecar; see `write_sidecar`."""
        if name == self._manifest:
            _refuse_to_replace(self._path)
            Sidecars(self._path.parent).discard_partials()
        self._artifact.make_room(name)

    def write_sidecar(self, name: str, data: bytes) -> str:
        """Write a sidecar atomically, and return where it is.

        Beside the files its name says whose it is. A place that the user names may be anybody's:
        there a manifest only is replaced.
        """
        if name == self._manifest:
            _refuse_to_replace(self._path)
            return write_atomically(self._path, data)
        return self._artifact.write_sidecar(name, data)

    def remove_sidecar(self, name: str) -> None:
        """Remove a sidecar beside the files; the manifest's place is the user's."""
        self._artifact.remove_sidecar(name)


def _refuse_to_replace(path: Path) -> None:
    try:
        decode(read_at_most(os.fsencode(path), MAX_MANIFEST_SIZE, path.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    except InputError as error:
        raise ManifestError(
            f"'{printable(str(path))}' is there, and is no manifest: {error.message}",
            hint="it is left as it is: name another place with --out, or move it away",
        ) from None
