"""Hashing the files of a tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

from weightmark.adapters.files.guarded import BUFFER_SIZE, Found, Pace, read_files
from weightmark.adapters.files.reading import size_in
from weightmark.adapters.files.tree import Tree
from weightmark.domain.digests import DIGEST_SIZE, DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.ports.artifacts import Advance, HashedFiles

_HEX_LENGTH = 2 * DIGEST_SIZE


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


class _Together:
    """Several hash functions over the same bytes; the digests are one after the other."""

    def __init__(self, hashes: Collection[Hash]) -> None:
        self._hashes = hashes

    def update(self, data: memoryview, /) -> None:
        """Take more bytes."""
        for each in self._hashes:
            each.update(data)

    def hexdigest(self) -> str:
        """Return the digests of all bytes, in hex."""
        return "".join(each.hexdigest() for each in self._hashes)


def hash_files(
    tree: Tree,
    paths: Iterable[str],
    algorithms: Sequence[DigestAlgorithm],
    advance: Advance,
    workers: int,
) -> dict[DigestAlgorithm, HashedFiles]:
    """Read and hash files of a tree, and describe them; see `read_files`.

    Each file is read once, however many functions there are.
    """
    found = digest_files(tree, paths, hash_together(algorithms), advance, workers)
    return described(tree, found, algorithms)


def hash_together(algorithms: Sequence[DigestAlgorithm]) -> Callable[[], Hash]:
    """Return what makes a new, empty hash of several functions: see `described`."""
    functions = [hash_function(each) for each in algorithms]
    return functions[0] if len(functions) == 1 else partial(_new_hashes, functions)


def described(
    tree: Tree, found: Found[str], algorithms: Sequence[DigestAlgorithm]
) -> dict[DigestAlgorithm, HashedFiles]:
    """Return the entries of files by each of several functions, which hashed them together."""
    files = {}
    for index, algorithm in enumerate(algorithms):
        part = slice(index * _HEX_LENGTH, (index + 1) * _HEX_LENGTH)
        digests = {path: digest[part] for path, digest in found.results.items()}
        files[algorithm] = HashedFiles(_entries(tree, digests, algorithm), dict(found.errors))
    return files


def _new_hashes(functions: Collection[Callable[[], Hash]]) -> Hash:
    return _Together([function() for function in functions])


def _entries(
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
