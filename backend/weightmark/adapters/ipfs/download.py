"""Releases that are being fetched, in a hidden folder beside the place where they will be.

There is no journal: what is on the disk is hashed, and what has the right hash is there.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.files.reading import irregular, open_file
from weightmark.adapters.ipfs.places import (
    HIDDEN_PREFIX,
    absolute,
    check_room,
    place_directory,
    refuse_existing,
    unwritable,
)
from weightmark.domain.content_address import cid_text, raw_block_cid
from weightmark.domain.text import printable
from weightmark.errors import LockTimeoutError, StorageError

_FILE_MODE = 0o644
_FOLDER_MODE = 0o700
_OPEN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# As much of the name as tells downloads apart, in bytes of their keys.
_KEY_BYTES = 16
_SYNCS_AT_ONCE = 16
_SYNCS_AHEAD = 1024
# What `st_blocks` counts in, whatever the file system (POSIX, sys/stat.h).
_BLOCK_BYTES = 512


class LocalDownload:
    """A release that is fetched into ``folder``, and will be at ``out``."""

    def __init__(self, folder: Path, out: Path) -> None:
        self._folder = folder
        self._out = out
        self._blocks = folder / "blocks"
        self._root = folder / "files"

    @property
    def place(self) -> str:
        """Where it is kept."""
        return str(self._folder)

    def kept(self, cid: bytes) -> bytes | None:
        """Return a block that was kept, or None; it is that block."""
        try:
            block = (self._blocks / cid_text(cid)).read_bytes()
        except OSError:
            return None
        return block if sha256(block).digest() == cid[-32:] else None

    def keep(self, cid: bytes, block: bytes) -> None:
        """Keep a block that is no part of a file, or not known to be.

        Raises:
            StorageError: It cannot be written.
        """
        try:
            self._blocks.mkdir(exist_ok=True)
            (self._blocks / cid_text(cid)).write_bytes(block)
        except OSError as error:
            raise unwritable(self._folder, error) from None

    def begin(self, sizes: Mapping[str, int]) -> None:
        """Make the files that are not there yet, once there is room for what they lack.

        Raises:
            StorageError: There is no room, or they cannot be made.
        """
        there = sum(self._allocated(path) for path in sizes)
        check_room(self._folder, max(0, sum(sizes.values()) - there))
        for path, size in sizes.items():
            self._make(path, size)

    def holds(self, path: str, offset: int, length: int, cid: bytes) -> bool:
        """Whether a part of a file is the raw block with that CID; what is there is hashed.

        Raises:
            StorageError: The file cannot be read.
        """
        with self._opened(path, os.O_RDONLY) as descriptor:
            if _is_hole(descriptor, offset, length):
                return _zeros(length) == cid
            piece = os.pread(descriptor, length, offset)
        return raw_block_cid(sha256(piece).digest()) == cid

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write a part of a file.

        Raises:
            StorageError: It cannot be written.
        """
        with self._opened(path, os.O_WRONLY) as descriptor:
            rest = memoryview(data)
            while rest:
                count = os.pwrite(descriptor, rest, offset)
                rest, offset = rest[count:], offset + count

    def artifact(self, single_file: str = "") -> LocalArtifact:
        """Return what is there as an artifact: the whole directory, or the one file in it."""
        return LocalArtifact(self._root / single_file if single_file else self._root)

    def finish(self) -> None:
        """Have the disk hold all files, and put their directory in its place.

        Raises:
            AlreadyExistsError: Something is in that place by now.
            StorageError: It cannot be written.
        """
        try:
            _sync_all(self._root)
            place_directory(self._root, self._out)
            _sync(self._out.parent)
        except OSError as error:
            raise unwritable(self._out, error) from None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _allocated(self, path: str) -> int:
        """Return how many bytes of the disk a file has, or would have to begin with."""
        try:
            return (self._root / path).lstat().st_blocks * _BLOCK_BYTES
        except OSError:
            return 0

    def _make(self, path: str, size: int) -> None:
        try:
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self._root / path, error) from None
        with self._opened(path, os.O_RDWR | os.O_CREAT) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise irregular(path, status.st_mode)
            if status.st_size != size:
                # What is not written stays a hole, which takes no room.
                os.ftruncate(descriptor, size)

    @contextmanager
    def _opened(self, path: str, flags: int) -> Iterator[int]:
        place = self._root / path
        try:
            descriptor = os.open(place, flags | _OPEN, _FILE_MODE)
            try:
                yield descriptor
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _interrupted(place, error) from None


class LocalDownloads:
    """The place ``path``, where nothing may be yet."""

    def __init__(self, path: Path) -> None:
        self._out = absolute(path)

    @contextmanager
    def resumed(self, key: bytes) -> Iterator[LocalDownload]:
        """Go on with a download, or begin it; nobody else does meanwhile.

        Raises:
            AlreadyExistsError: Something is in that place.
            LockTimeoutError: Another process fetches the same to the same place.
            StorageError: Nothing can be written there.
        """
        refuse_existing(self._out)
        folder = self._out.parent / f"{HIDDEN_PREFIX}{key[:_KEY_BYTES].hex()}"
        with _locked(folder):
            refuse_existing(self._out)
            try:
                yield LocalDownload(folder, self._out)
            finally:
                with suppress(OSError):
                    folder.rmdir()  # where nothing was fetched, there is nothing to go on with


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make a folder that nobody else can enter, and keep other processes of ours out of it."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=_FOLDER_MODE)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _OPEN)
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid():
        raise StorageError(
            f"'{printable(str(folder))}' belongs to somebody else",
            hint="name another place with --out",
        )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = os.path.samestat(status, folder.stat())
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    except OSError as error:
        raise unwritable(folder, error) from None
    if not is_there:
        raise LockTimeoutError(
            f"another process fetches the same release into '{printable(str(folder.parent))}'",
            hint="wait for it, or end it: what it fetched is kept for the next one",
        )


def _is_hole(descriptor: int, offset: int, length: int) -> bool:
    """Whether nothing was ever written to a part of a file, so that zeros are read there."""
    try:
        return os.lseek(descriptor, offset, os.SEEK_DATA) >= offset + length
    except OSError as error:
        if error.errno == errno.ENXIO:
            return True
        raise


@lru_cache(maxsize=16)
def _zeros(length: int) -> bytes:
    return raw_block_cid(sha256(bytes(length)).digest())


def _sync_all(root: Path) -> None:
    """Have the disk hold all below a folder: many files at once, which take as long as one."""
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in (*names, "."))
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        while batch := list(islice(paths, _SYNCS_AHEAD)):
            for _ in pool.map(_sync, batch):
                pass


def _sync(path: Path) -> None:
    descriptor = open_file(os.fsencode(path))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _interrupted(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"'{printable(str(path))}' cannot be written: {error.strerror}",
        hint="free space if there is none: the same command then goes on where it stopped",
    )
