"""Locks between the processes of this machine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from weightmark.adapters.state.atomic import PRIVATE_FILE, private_folder, storage_error
from weightmark.errors import LockTimeoutError

# Longer than a publish on a public chain takes to be in a block.
TIMEOUT_SECONDS = 300.0

# Threads of this process queue here, and the first of them alone waits for other processes: who
# does asks twenty times a second, and hundreds of them leave no time for anything else.
_QUEUES: WeakValueDictionary[Path, threading.Lock] = WeakValueDictionary()


@contextmanager
def file_lock(path: Path, timeout: float = TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the lock of a file, which no other thread or process holds then.

    Raises:
        LockTimeoutError: Somebody else held it for longer than ``timeout`` seconds.
        StorageError: The lock file cannot be made.
    """
    import filelock

    private_folder(path.parent)
    end = time.monotonic() + timeout
    queue = _QUEUES.setdefault(path, threading.Lock())
    if not queue.acquire(timeout=timeout):
        raise _held(path, timeout)
    try:
        lock = filelock.FileLock(path, mode=PRIVATE_FILE)
        try:
            lock.acquire(timeout=max(0.0, end - time.monotonic()))
        except filelock.Timeout:
            raise _held(path, timeout) from None
        except OSError as error:
            raise storage_error(path, error) from None
        try:
            yield
        finally:
            lock.release()
    finally:
        queue.release()


def _held(path: Path, timeout: float) -> LockTimeoutError:
    return LockTimeoutError(
        f"somebody else has held {path} for more than {timeout:g} seconds",
        hint="wait for it, or end it; the lock goes with its process",
    )


@contextmanager
def shared_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file together with others, once nobody holds it alone.

    Raises:
        StorageError: The lock file cannot be made.
    """
    import fcntl

    with _lock_file(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        except OSError as error:
            raise storage_error(path, error) from None
        yield


@contextmanager
def sole_lock(path: Path, busy: str) -> Iterator[None]:
    """Hold the lock of a file alone, if nobody else holds it.

    Args:
        path: The file.
        busy: What somebody else does who holds it.

    Raises:
        LockTimeoutError: Somebody does.
        StorageError: The lock file cannot be made.
    """
    import fcntl

    with _lock_file(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockTimeoutError(
                f"another process {busy}", hint="try again once it has ended"
            ) from None
        except OSError as error:
            raise storage_error(path, error) from None
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    private_folder(path.parent)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, PRIVATE_FILE)
    except OSError as error:
        raise storage_error(path, error) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)
