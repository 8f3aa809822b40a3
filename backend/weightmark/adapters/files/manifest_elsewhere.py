"""An artifact whose manifest is kept elsewhere than beside its files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from weightmark.adapters.files.sidecars import read_bounded, write_atomically
from weightmark.domain.digests import DigestAlgorithm
from weightmark.ports.artifacts import Advance, Artifact, HashedFiles, Listing


class ManifestElsewhere:
    """`Artifact` that reads and writes every sidecar but the manifest where the files are."""

    def __init__(self, artifact: Artifact, manifest: str, path: Path) -> None:
        self._artifact = artifact
        self._manifest = manifest
        self._path = path

    def list(self, ignores: Collection[str] = ()) -> Listing:
        """Return what the artifact holds."""
        return self._artifact.list(ignores)

    def hash(
        self, paths: Collection[str], algorithm: DigestAlgorithm, advance: Advance
    ) -> HashedFiles:
        """Read and hash files of the last listing."""
        return self._artifact.hash(paths, algorithm, advance)

    def read_sidecar(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar."""
        if name == self._manifest:
            return read_bounded(self._path, limit)
        return self._artifact.read_sidecar(name, limit)

    def discard_partials(self) -> None:
        """Remove what a process that was killed while it wrote a sidecar has left behind."""
        self._artifact.discard_partials()

    def write_sidecar(self, name: str, data: bytes) -> str:
        """Write a sidecar atomically, and return where it is."""
        if name == self._manifest:
            return write_atomically(self._path, data)
        return self._artifact.write_sidecar(name, data)
