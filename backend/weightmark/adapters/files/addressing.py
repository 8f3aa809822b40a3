"""Content addresses of files, with the hashing on all cores, and their digests in the same reading.

One thread reads a file and takes its digest, which has to go from the beginning to the end; the
leaves are hashed by others meanwhile, each from a buffer that is not read into until that is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from weightmark.adapters.files.guarded import SMALL_FILE_SIZE, Found, Pace, read_files
from weightmark.adapters.files.hashing import Hash, described, hash_together
from weightmark.adapters.files.reading import size_in
from weightmark.adapters.files.tree import Tree
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import Part, Profile, Put
from weightmark.ports.artifacts import Advance
from weightmark.ports.content import AddressedFiles, At

# A file's root, and its digests in hex.
_Addressed: TypeAlias = tuple[Part, str]
# What waits for a leaf, and the buffer that it is hashed from.
_Hashed: TypeAlias = tuple[Callable[[], Part], memoryview]


def address_files(
    tree: Tree,
    paths: Collection[str],
    profile: Profile,
    put: Put,
    advance: Advance,
    workers: int,
    algorithms: Sequence[DigestAlgorithm] = (),
    at: At | None = None,
) -> AddressedFiles:
    """Read files of a tree once, and address them; see `Addressable.address`.

    Args:
        tree: What a walk found.
        paths: Which of its files.
        profile: How they are addressed.
        put: Called with each node that is no leaf, from any thread.
        advance: Called as bytes are read, from any thread.
        workers: How many threads read, at most, and how many hash.
        algorithms: The hash functions of digests that are wanted as well.
        at: Called with each leaf, from any thread.
    """
    new_hash = hash_together(algorithms)
    large = sum(size_in(tree.identities[path]) > profile.chunk_size for path in paths)
    with ThreadPoolExecutor(workers) as pool:
        leaves = _Leaves(profile, put, at, pool, 1 + max(1, workers // max(1, large)))
        found = read_files(
            tree, paths, lambda pace: _Reader(leaves, new_hash, pace), advance, workers
        )
    roots = {path: root for path, (root, _) in found.results.items()}
    digests = Found({path: digest for path, (_, digest) in found.results.items()}, found.errors)
    return AddressedFiles(roots, described(tree, digests, algorithms), found.errors)


class _Tree:
    """The tree of one file, which tells where each of its leaves is."""

    def __init__(self, path: str, tree: BalancedTree, at: At | None) -> None:
        self._path = path
        self._tree = tree
        self._at = at
        self._offset = 0

    def add(self, leaf: Part) -> None:
        """Add the next leaf."""
        self._tree.add(leaf)
        if self._at:
            self._at(self._path, self._offset, leaf)
        self._offset += leaf.length

    def finish(self) -> Part:
        """Return the root."""
        return self._tree.finish()


class _Leaves:
    """Hashes the leaves of files, small ones at once and larger ones on other threads."""

    def __init__(
        self, profile: Profile, put: Put, at: At | None, pool: ThreadPoolExecutor, buffers: int
    ) -> None:
        self.profile = profile
        self.buffers = buffers
        self._put = put
        self._at = at
        self._pool = pool

    def tree(self, path: str) -> _Tree:
        """Return what the leaves of a file are added to."""
        return _Tree(path, BalancedTree(self.profile, self._put), self._at)

    def hash(self, chunk: memoryview) -> Callable[[], Part]:
        """Begin with a leaf, and return what waits for it."""
        if len(chunk) > SMALL_FILE_SIZE:
            return self._pool.submit(self.profile.leaf, chunk).result
        part = self.profile.leaf(chunk)
        return lambda: part


class _Reader:
    """One worker's buffers, of which some are read into while others are hashed."""

    def __init__(self, leaves: _Leaves, new_hash: Callable[[], Hash], pace: Pace) -> None:
        self._leaves = leaves
        self._new_hash = new_hash
        self._pace = pace
        self._idle: list[memoryview] = []
        self._buffers = 0

    def read(self, path: str, descriptor: int, size: int) -> tuple[int, _Addressed]:
        """Return the number of bytes, and what they are addressed by."""
        tree = self._leaves.tree(path)
        digest = self._new_hash()
        hashed: deque[_Hashed] = deque()
        length = 0
        while not length or length < size:
            buffer = self._buffer(hashed, tree)
            count = self._fill(descriptor, buffer)
            hashed.append((self._leaves.hash(buffer[:count]), buffer))
            digest.update(buffer[:count])
            length += count
            if count < len(buffer):
                break
        while hashed:
            self._add_oldest(hashed, tree)
        return length, (tree.finish(), digest.hexdigest())

    def _buffer(self, hashed: deque[_Hashed], tree: _Tree) -> memoryview:
        """Return a buffer that is free: a new one, if none is and there may be more."""
        if not self._idle and self._buffers < self._leaves.buffers:
            self._buffers += 1
            return memoryview(bytearray(self._leaves.profile.chunk_size))
        if not self._idle:
            self._add_oldest(hashed, tree)
        return self._idle.pop()

    def _fill(self, descriptor: int, buffer: memoryview) -> int:
        """Read until a buffer is full or the file ends, and return the number of bytes."""
        length = 0
        while length < len(buffer):
            count = self._pace.read(descriptor, buffer[length:])
            if not count:
                break
            length += count
        return length

    def _add_oldest(self, hashed: deque[_Hashed], tree: _Tree) -> None:
        leaf, buffer = hashed.popleft()
        tree.add(leaf())
        self._idle.append(buffer)
