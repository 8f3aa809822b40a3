"""Hashing files on several threads, each file guarded against change while it is read."""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from weightmark.adapters.files.reading import identity_of, open_file, size_in, unreadable
from weightmark.adapters.files.tree import Tree
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.domain.text import printable
from weightmark.errors import ArtifactChangedError, WeightmarkError
from weightmark.ports.artifacts import Advance, HashedFiles

BUFFER_SIZE = 2**20
# Up to this size, what Python does around a file takes longer than hashing it, and two threads
# that wait for each other's turn are slower than one: measured at 16 to 256 KiB on two cores.
SMALL_FILE_SIZE = 64 * 2**10
MAX_WORKERS = 16

# What opening answers where a listed file has gone, or a link or socket has taken its place.
_REPLACED = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO))


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


def default_workers() -> int:
    """Return the number of cores that this process may use, at most `MAX_WORKERS`."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_WORKERS)
    return min(os.cpu_count() or 1, MAX_WORKERS)


@dataclass(frozen=True, slots=True)
class Digests:
    """A digest in hex of each file that could be read, an error for each other one."""

    digests: dict[str, str] = field(default_factory=dict)
    errors: dict[str, WeightmarkError] = field(default_factory=dict)


def hash_files(
    tree: Tree,
    paths: Iterable[str],
    algorithm: DigestAlgorithm,
    advance: Advance,
    workers: int,
) -> HashedFiles:
    """Read and hash files of a tree, and describe them; see `digest_files`."""
    found = digest_files(tree, paths, hash_function(algorithm), advance, workers)
    prefix = algorithm.multihash_prefix.hex()
    entries = {
        path: FileEntry(path, size_in(tree.identities[path]), prefix + hexadecimal)
        for path, hexadecimal in found.digests.items()
    }
    return HashedFiles(entries, found.errors)


def digest_files(
    tree: Tree,
    paths: Iterable[str],
    new_hash: Callable[[], Hash],
    advance: Advance,
    workers: int,
) -> Digests:
    """Read and hash files of a tree.

    The workers take the larger files one by one, the largest first; the small ones all go to one
    of them.

    Args:
        tree: What a walk found.
        paths: Which of its files.
        new_hash: Makes a new, empty hash.
        advance: Called as bytes are read, from any worker.
        workers: How many threads, at most.
    """
    jobs = _jobs(tree, paths)
    hashing = _Hashing(tree, new_hash, advance, jobs)
    workers = min(workers, len(jobs))
    if workers <= 1:
        hashing.work()
        return hashing.found
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(workers) as pool:
        try:
            running = [pool.submit(hashing.work) for _ in range(workers)]
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            hashing.stop()
        for each in running:
            each.result()
    return hashing.found


def _jobs(tree: Tree, paths: Iterable[str]) -> deque[Collection[str]]:
    small: list[str] = []
    large: list[tuple[int, str]] = []
    for path in paths:
        size = size_in(tree.identities[path])
        if size <= SMALL_FILE_SIZE:
            small.append(path)
        else:
            large.append((size, path))
    jobs: deque[Collection[str]] = deque((path,) for _, path in sorted(large, reverse=True))
    if small:
        jobs.appendleft(small)
    return jobs


class _Hashing:
    """The state that the workers share: what is to be done, and what was found."""

    def __init__(
        self,
        tree: Tree,
        new_hash: Callable[[], Hash],
        advance: Advance,
        jobs: deque[Collection[str]],
    ) -> None:
        self.found = Digests()
        self._tree = tree
        self._new_hash = new_hash
        self._advance = advance
        self._jobs = jobs
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let the workers end after the bytes that they are at."""
        self._stopped.set()

    def work(self) -> None:
        """Do jobs until there are none, or until told to stop."""
        reader = _Reader(self._advance, self._stopped)
        while self._jobs and not self._stopped.is_set():
            try:
                job = self._jobs.popleft()
            except IndexError:
                break
            for path in job:
                if self._stopped.is_set():
                    break
                self._hash(path, reader)
        reader.report()

    def _hash(self, path: str, reader: _Reader) -> None:
        identity = self._tree.identities[path]
        try:
            self.found.digests[path] = self._digest(path, identity, size_in(identity), reader)
        except WeightmarkError as error:
            self.found.errors[path] = error
        except OSError as error:
            self.found.errors[path] = (
                _changed(path, "was replaced since it was listed")
                if error.errno in _REPLACED
                else unreadable(path, error)
            )

    def _digest(self, path: str, identity: bytes, size: int, reader: _Reader) -> str:
        digest = self._new_hash()
        descriptor = open_file(self._tree.target(path))
        try:
            if identity_of(os.fstat(descriptor)) != identity:
                raise _changed(path, "changed since it was listed")
            length = reader.read_into(digest, descriptor, size)
            if length != size or identity_of(os.fstat(descriptor)) != identity:
                raise _changed(path, "changed while it was read")
        finally:
            os.close(descriptor)
        if identity_of(os.stat(self._tree.location(path))) != identity:  # noqa: PTH116
            raise _changed(path, "was replaced while it was read")
        return digest.hexdigest()


class _Reader:
    """One worker's buffer, and the bytes that it has not reported yet."""

    def __init__(self, advance: Advance, stopped: threading.Event) -> None:
        self._advance = advance
        self._stopped = stopped
        self._buffer = memoryview(bytearray(BUFFER_SIZE))
        self._unreported = 0

    def read_into(self, digest: Hash, descriptor: int, size: int) -> int:
        """Hash what a descriptor gives, up to its end or to at least ``size`` bytes.

        Returns:
            The number of bytes.
        """
        length = 0
        # An empty file is read as well: one that only claims to be empty gives something.
        while (length < size or not length) and not self._stopped.is_set():
            count = os.readv(descriptor, (self._buffer,))
            if not count:
                break
            digest.update(self._buffer[:count])
            length += count
            self._unreported += count
            if self._unreported >= BUFFER_SIZE:
                self.report()
        return length

    def report(self) -> None:
        """Tell how many bytes were read since the last report."""
        if self._unreported:
            count, self._unreported = self._unreported, 0
            self._advance(count)


def _changed(path: str, what: str) -> ArtifactChangedError:
    return ArtifactChangedError(
        f"'{printable(path)}' {what}", hint="wait until nothing writes there, and try again"
    )
