"""Hashing the files of a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from weightmark.adapters.files.guarded import BUFFER_SIZE, Found, Pace, read_files
from weightmark.adapters.files.reading import size_in
from weightmark.adapters.files.tree import Tree
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.ports.artifacts import Advance, HashedFiles


class Hash(Protocol):
    """The part of `hashlib`'s objects that is used here."""

    def update(self, data: memoryview, /) -> object:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """Return the digest of all bytes, in hex."""
        ...


def hash_function(algorithm: DigestAlgorithm) -> Callable[[], Hash]:
    """Return what makes a new, empty hash."""
    match algorithm:
        case DigestAlgorithm.SHA2_256:
            from hashlib import sha256

            return sha256
        case DigestAlgorithm.BLAKE3:
            from blake3 import blake3

            return blake3


def hash_files(
    tree: Tree,
    paths: Iterable[str],
    algorithm: DigestAlgorithm,
    advance: Advance,
    workers: int,
) -> HashedFiles:
    """Read and hash files of a tree, and describe them; see `read_files`."""
    found = digest_files(tree, paths, hash_function(algorithm), advance, workers)
    return HashedFiles(entries_of(tree, found.results, algorithm), found.errors)


def entries_of(
    tree: Tree, digests: Mapping[str, str], algorithm: DigestAlgorithm
) -> dict[str, FileEntry]:
    """Return the entries of files in a manifest, from their digests in hex."""
    prefix = algorithm.multihash_prefix.hex()
    return {
        path: FileEntry(path, size_in(tree.identities[path]), prefix + hexadecimal)
        for path, hexadecimal in digests.items()
    }


def digest_files(
    tree: Tree,
    paths: Iterable[str],
    new_hash: Callable[[], Hash],
    advance: Advance,
    workers: int,
) -> Found[str]:
    """Read files of a tree, and return the digest in hex of each; see `read_files`."""
    return read_files(tree, paths, lambda pace: _HashReader(new_hash, pace), advance, workers)


class _HashReader:
    """Reads every file into one buffer."""

    def __init__(self, new_hash: Callable[[], Hash], pace: Pace) -> None:
        self._new_hash = new_hash
        self._pace = pace
        self._buffer = memoryview(bytearray(BUFFER_SIZE))

    def read(self, path: str, descriptor: int, size: int) -> tuple[int, str]:  # noqa: ARG002
        """Return the number of bytes, and their digest in hex."""
        digest = self._new_hash()
        length = 0
        while length < size or not length:
            count = self._pace.read(descriptor, self._buffer)
            if not count:
                break
            digest.update(self._buffer[:count])
            length += count
        return length, digest.hexdigest()
