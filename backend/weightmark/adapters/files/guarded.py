"""Reading files on several threads, each file guarded against change while it is read."""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from weightmark.adapters.files.reading import identity_of, open_file, size_in, unreadable
from weightmark.adapters.files.tree import Tree
from weightmark.domain.text import printable
from weightmark.errors import ArtifactChangedError, ArtifactError, InputError, WeightmarkError
from weightmark.ports.artifacts import Advance

BUFFER_SIZE = 2**20
# Up to this size, what Python does around a file takes longer than hashing it, and two threads
# that wait for each other's turn are slower than one: measured at 16 to 256 KiB on two cores.
SMALL_FILE_SIZE = 64 * 2**10
MAX_WORKERS = 16

# What opening answers where a listed file has gone, or a link or socket has taken its place.
_REPLACED = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO))

_Result = TypeVar("_Result")
_Given_co = TypeVar("_Given_co", covariant=True)


def default_workers() -> int:
    """Return the number of cores that this process may use, at most `MAX_WORKERS`."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_WORKERS)
    return min(os.cpu_count() or 1, MAX_WORKERS)


class Pace:
    """How one worker reads: it reports what it has read, and ends early when told to stop."""

    def __init__(self, advance: Advance, stopped: threading.Event) -> None:
        self._advance = advance
        self._stopped = stopped
        self._unreported = 0

    def read(self, descriptor: int, buffer: memoryview) -> int:
        """Read into a buffer, and return the number of bytes: 0 at the end of the file."""
        if self._stopped.is_set():
            return 0
        count = os.readv(descriptor, (buffer,))
        self._unreported += count
        if self._unreported >= BUFFER_SIZE:
            self.report()
        return count

    def goes_on(self, count: int) -> bool:
        """Count bytes that were read without `read`, and say whether there may be more."""
        self._unreported += count
        if self._unreported >= BUFFER_SIZE:
            self.report()
        return not self._stopped.is_set()

    def report(self) -> None:
        """Tell how many bytes were read since the last report."""
        if self._unreported:
            count, self._unreported = self._unreported, 0
            self._advance(count)


class Reader(Protocol[_Given_co]):
    """What one worker reads files with, one after the other."""

    def read(self, path: str, descriptor: int, size: int) -> tuple[int, _Given_co]:
        """Read the file of a path to its end, or at least ``size`` bytes of it.

        An empty file is read as well: one that only claims to be empty gives something.

        Returns:
            The number of bytes, and what the reader makes of them.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found(Generic[_Result]):
    """What the reader made of each file that could be read, an error for each other one."""

    results: dict[str, _Result] = field(default_factory=dict)
    errors: dict[str, WeightmarkError] = field(default_factory=dict)


def read_files(
    tree: Tree,
    paths: Iterable[str],
    new_reader: Callable[[Pace], Reader[_Result]],
    advance: Advance,
    workers: int,
) -> Found[_Result]:
    """Read files of a tree.

    The workers take the larger files one by one, the largest first; the small ones all go to one
    of them.

    Args:
        tree: What a walk found.
        paths: Which of its files.
        new_reader: Makes what one worker reads with.
        advance: Called as bytes are read, from any worker.
        workers: How many threads, at most.
    """
    jobs = _jobs(tree, paths)
    reading = _Reading(tree, new_reader, advance, jobs)
    workers = min(workers, len(jobs))
    if workers <= 1:
        reading.work()
        return reading.found
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(workers) as pool:
        try:
            running = [pool.submit(reading.work) for _ in range(workers)]
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            reading.stop()
        for each in running:
            each.result()
    return reading.found


def read_pieces(tree: Tree, path: str, size: int) -> Iterator[bytes]:
    """Give a file of a tree in pieces of ``size`` bytes, of an empty one b"".

    That it is still the file that was listed is asked before and after.

    Raises:
        ArtifactError: It cannot be read, or is not that file.
    """
    identity = tree.identities[path]
    try:
        descriptor = open_file(tree.target(path))
        try:
            if identity_of(os.fstat(descriptor)) != identity:
                raise changed(path, "changed since it was listed")
            for offset in range(0, size_in(identity) or 1, size):
                yield os.pread(descriptor, size, offset)
            if identity_of(os.fstat(descriptor)) != identity:
                raise changed(path, "changed while it was read")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _error_of(path, error) from None


def _error_of(path: str, error: OSError) -> ArtifactError:
    if error.errno in _REPLACED:
        return changed(path, "was replaced since it was listed")
    return unreadable(path, error)


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


class _Reading(Generic[_Result]):
    """The state that the workers share: what is to be done, and what was found."""

    def __init__(
        self,
        tree: Tree,
        new_reader: Callable[[Pace], Reader[_Result]],
        advance: Advance,
        jobs: deque[Collection[str]],
    ) -> None:
        self.found: Found[_Result] = Found()
        self._tree = tree
        self._new_reader = new_reader
        self._advance = advance
        self._jobs = jobs
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let the workers end after the bytes that they are at."""
        self._stopped.set()

    def work(self) -> None:
        """Do jobs until there are none, or until told to stop."""
        pace = Pace(self._advance, self._stopped)
        reader = self._new_reader(pace)
        while self._jobs and not self._stopped.is_set():
            try:
                job = self._jobs.popleft()
            except IndexError:
                break
            for path in job:
                if self._stopped.is_set():
                    break
                self._take(path, reader)
        pace.report()

    def _take(self, path: str, reader: Reader[_Result]) -> None:
        identity = self._tree.identities[path]
        try:
            self.found.results[path] = self._read(path, identity, reader)
        except InputError as error:  # of the file; a place of ours that is full ends the reading
            self.found.errors[path] = error
        except OSError as error:
            self.found.errors[path] = _error_of(path, error)

    def _read(self, path: str, identity: bytes, reader: Reader[_Result]) -> _Result:
        descriptor = open_file(self._tree.target(path))
        try:
            if identity_of(os.fstat(descriptor)) != identity:
                raise changed(path, "changed since it was listed")
            length, result = reader.read(path, descriptor, size_in(identity))
            if length != size_in(identity) or identity_of(os.fstat(descriptor)) != identity:
                raise changed(path, "changed while it was read")
        finally:
            os.close(descriptor)
        if identity_of(os.stat(self._tree.location(path))) != identity:  # noqa: PTH116
            raise changed(path, "was replaced while it was read")
        return result


def changed(path: str, what: str) -> ArtifactChangedError:
    """Return the error for a file that is not, or not any more, the one that was listed."""
    return ArtifactChangedError(
        f"'{printable(path)}' {what}", hint="wait until nothing writes there, and try again"
    )
