"""Opening files so that nothing else than a regular file is ever read, and no call ever hangs."""

from __future__ import annotations

import os
import stat
import struct

from weightmark.domain.text import printable
from weightmark.errors import ArtifactError

# O_NOFOLLOW: a file swapped for a link is not opened. O_NONBLOCK: a FIFO does not hang.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_IDENTITY = struct.Struct("<QQQqq")
_SIZE = slice(16, 24)
_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a link"),
)


def identity_of(status: os.stat_result) -> bytes:
    """Return what tells one content of one file from another: 40 bytes.

    They are device, inode, size in bytes, and mtime and ctime in nanoseconds.
    """
    return _IDENTITY.pack(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def size_in(identity: bytes) -> int:
    """Return the size that an identity holds, in bytes."""
    return int.from_bytes(identity[_SIZE], "little")


def last_change_in(identity: bytes) -> int:
    """Return the later of the two times that an identity holds, in nanoseconds since 1970."""
    modified: int
    changed: int
    *_, modified, changed = _IDENTITY.unpack(identity)
    return max(modified, changed)


def open_file(location: bytes) -> int:
    """Return a descriptor for reading; of a link, a FIFO or a device nothing can be read by it."""
    return os.open(location, _READ)


def read_at_most(location: bytes, limit: int, path: str) -> bytes:
    """Return the bytes of a small regular file.

    Args:
        location: Where it is.
        limit: The largest size that is accepted, in bytes.
        path: How an error names it.

    Raises:
        FileNotFoundError, NotADirectoryError: It is not there.
        ArtifactError: It is not a regular file, is larger, or cannot be read.
    """
    try:
        with open(open_file(location), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise irregular(path, status.st_mode)
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise unreadable(path, error) from None
    if len(data) > limit:
        raise ArtifactError(f"'{printable(path)}' is larger than {limit} bytes")
    return data


def irregular(path: str, mode: int) -> ArtifactError:
    """Return the error for something that is not a file with bytes of its own."""
    kind = next((name for matches, name in _KINDS if matches(mode)), "not a file")
    return ArtifactError(
        f"'{printable(path)}' is {kind}", hint="an artifact holds regular files and directories"
    )


def unreadable(path: str, error: OSError) -> ArtifactError:
    """Return the error for something that the operating system does not let us read."""
    return ArtifactError(f"'{printable(path)}' cannot be read: {error.strerror}")
