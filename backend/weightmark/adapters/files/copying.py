"""Copying the files of a tree, with the guards of reading."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from weightmark.adapters.files.guarded import Pace, read_files
from weightmark.adapters.files.tree import Tree
from weightmark.domain.text import printable
from weightmark.errors import StorageError
from weightmark.ports.artifacts import Advance

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# At a time: between two of them a copy can be told to stop.
_PIECE_SIZE = 16 * 2**20
# What the system answers where it cannot copy by itself from one file to the other.
_UNABLE = frozenset((errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM))


def copy_files(
    tree: Tree, paths: Collection[str], folder: bytes, advance: Advance, workers: int
) -> None:
    """Copy files of a tree to the same paths below a folder; see `Addressable.copy`."""
    found = read_files(tree, paths, lambda pace: _Copier(folder, pace), advance, workers)
    for _, error in sorted(found.errors.items()):
        raise error


class _Copier:
    """Copies files as the system does it best: by sharing their blocks, where it can."""

    def __init__(self, folder: bytes, pace: Pace) -> None:
        self._folder = Path(os.fsdecode(folder))
        self._pace = pace

    def read(self, path: str, descriptor: int, size: int) -> tuple[int, None]:
        """Copy a file, and return the number of its bytes."""
        place = self._folder / path
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy = os.open(place, _WRITE, 0o600)
            try:
                length = self._copied(descriptor, copy, size)
                os.fsync(copy)
            finally:
                os.close(copy)
        except OSError as error:
            raise StorageError(
                f"'{printable(path)}' cannot be copied to {self._folder}: {error.strerror}",
                hint="free space, or leave out --copy: then the files stay where they are",
            ) from None
        return length, None

    def _copied(self, source: int, copy: int, size: int) -> int:
        """Copy what holds data, and leave holes as they are."""
        os.ftruncate(copy, size)
        for start, end in _data(source, size):
            position = start
            while position < end:
                count = _copy_piece(source, copy, position, min(end - position, _PIECE_SIZE))
                if not count or not self._pace.goes_on(count):
                    return position
                position += count
        return size


def _data(source: int, size: int) -> Iterator[tuple[int, int]]:
    """Give where a file holds data: first and last offset, the latter exclusive."""
    end = 0
    while end < size:
        try:
            start = os.lseek(source, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # there is none any more
                return
            raise
        end = min(size, os.lseek(source, start, os.SEEK_HOLE))
        yield start, end


def _copy_piece(source: int, copy: int, offset: int, size: int) -> int:
    """Copy some bytes to the same place, and return their number."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(source, copy, size, offset, offset)
        except OSError as error:
            if error.errno not in _UNABLE:
                raise
    return os.pwrite(copy, os.pread(source, min(size, 2**20), offset), offset)
