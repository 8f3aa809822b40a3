"""Places for files that replace nothing, and where other files are until they are complete."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from weightmark.domain.text import printable
from weightmark.errors import AlreadyExistsError, StorageError

# How names begin of what is not complete, beside the place where it will be.
HIDDEN_PREFIX = ".weightmark-"


def absolute(path: Path) -> Path:
    """Return a place by its whole path, with ".." but no links resolved."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - as said


def refuse_existing(path: Path) -> None:
    """Make sure that nothing is in a place.

    Raises:
        AlreadyExistsError: Something is.
        StorageError: Nothing can be there.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from None
    raise AlreadyExistsError(
        f"'{printable(str(path))}' exists, and is left as it is",
        hint="name another place with --out",
    )


def check_room(folder: Path, size: int) -> None:
    """Make sure that there is room for so many bytes in a folder.

    Raises:
        StorageError: There is not.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise unwritable(folder, error) from None
    if size > free:
        raise StorageError(f"{size} bytes are needed, and {free} are free", hint="free some")


def place_directory(staged: Path, path: Path) -> None:
    """Move a directory that is complete; renaming it replaces no file.

    Raises:
        AlreadyExistsError: Something is in that place.
        StorageError: Nothing can be there.
        OSError: It cannot be moved.
    """
    refuse_existing(path)
    staged.rename(path)


def unwritable(path: Path, error: OSError) -> StorageError:
    """Return our error for a place where nothing can be written."""
    hint = "name another place with --out"
    if error.errno == errno.ENOENT:
        hint = f"make '{printable(str(path.parent))}' first, or {hint}"
    return StorageError(f"'{printable(str(path))}' cannot be written: {error.strerror}", hint=hint)
