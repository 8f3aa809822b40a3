"""Files that are there whole, or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from weightmark.errors import AlreadyExistsError, ConfigurationError, StorageError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
SHARED_FILE = 0o644
MAX_SMALL_FILE = 2**20


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, and those above it, where they are not there.

    That is the mode which the XDG Base Directory Specification asks for. A folder that is there
    keeps its own: it may be shared, and what we put into it is private by itself.

    Returns:
        The folder.

    Raises:
        StorageError: It cannot be made.
    """
    try:
        missing = [each for each in path.parents if not each.exists()]
        for each in (*reversed(missing), path):
            each.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    except OSError as error:
        raise storage_error(path, error) from None
    return path


def private_file(path: Path) -> Path:
    """Make an empty file that only its owner can read, where there is none, and its folder.

    For files that others fill: SQLite gives its journals the mode of the database. One that is
    there is not opened, as closing it would take SQLite's locks on it from all threads
    (https://sqlite.org/howtocorrupt.html, 2.2).

    Returns:
        The file.

    Raises:
        StorageError: It cannot be made.
    """
    if not os.path.lexists(path):
        with suppress(AlreadyExistsError):
            write_private(path, b"", replace=False)
    return path


def write_private(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a file that only its owner can read, from its first byte on, in one step.

    Args:
        path: Where.
        data: What.
        replace: Whether a file that is there is replaced.

    Raises:
        AlreadyExistsError: The file is there, and is not to be replaced.
        StorageError: It cannot be written.
    """
    _write(path, data, PRIVATE_FILE, replace=replace)


def write_shared(path: Path, data: bytes) -> None:
    """Write a file that everybody can read, in one step.

    Raises:
        AlreadyExistsError: The file is there.
        StorageError: It cannot be written.
    """
    _write(path, data, SHARED_FILE, replace=False)


def _write(path: Path, data: bytes, mode: int, *, replace: bool) -> None:
    from tempfile import mkstemp

    private_folder(path.parent)
    temporary = ""
    try:
        # mkstemp creates with mode 0600.
        descriptor, temporary = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        if replace:
            Path(temporary).replace(path)
        else:
            path.hardlink_to(temporary)
        _sync_folder(path.parent)
    except FileExistsError:
        raise AlreadyExistsError(
            f"{path} exists, and is left as it is", hint="choose another name"
        ) from None
    except OSError as error:
        raise storage_error(path, error) from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def read_regular(path: Path, limit: int) -> bytes:
    """Return the first ``limit`` bytes of a regular file, without waiting for a pipe's writer.

    Raises:
        ConfigurationError: It is a pipe, a device or a socket.
        OSError: It cannot be read.
    """
    with open(path, "rb", opener=_open_at_once) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise ConfigurationError(f"{path} is not a regular file", hint="name a regular file")
        return stream.read(limit)


def read_small(path: Path) -> bytes | None:
    """Return the bytes of a small regular file, or None where no file is.

    Raises:
        ConfigurationError: It is no regular file, cannot be read, or is larger than
            `MAX_SMALL_FILE` bytes.
    """
    try:
        data = read_regular(path, MAX_SMALL_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", hint="correct its permissions, or its place"
        ) from None
    if len(data) > MAX_SMALL_FILE:
        raise ConfigurationError(f"{path} is larger than {MAX_SMALL_FILE} bytes")
    return data


def storage_error(path: Path, error: OSError) -> StorageError:
    """Return our error for a file of ours that cannot be used."""
    return StorageError(
        f"{path} cannot be used: {error.strerror or error}",
        hint="free space, or correct its permissions; --data-dir moves all state elsewhere",
    )


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
