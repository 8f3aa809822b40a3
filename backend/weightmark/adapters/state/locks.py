"""Locks between the processes of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weightmark.adapters.state.atomic import PRIVATE_FILE, private_folder, storage_error
from weightmark.errors import LockTimeoutError

# Longer than a publish on a public chain takes to be in a block.
TIMEOUT_SECONDS = 300.0


@contextmanager
def file_lock(path: Path, timeout: float = TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the lock of a file.

    Raises:
        LockTimeoutError: Another process held it for longer than ``timeout`` seconds.
        StorageError: The lock file cannot be made.
    """
    import filelock

    private_folder(path.parent)
    lock = filelock.FileLock(path, timeout=timeout, mode=PRIVATE_FILE)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise LockTimeoutError(
            f"another process has held {path} for more than {timeout:g} seconds",
            hint="wait for it, or end it; the lock goes with its process",
        ) from None
    except OSError as error:
        raise storage_error(path, error) from None
    try:
        yield
    finally:
        lock.release()
