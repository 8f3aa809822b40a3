"""Files and directories that are in their place whole, or not at all, and replace nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from weightmark.domain.text import printable
from weightmark.errors import AlreadyExistsError, StorageError

# Of what a process that was killed leaves behind, beside the place that it wrote for.
_PREFIX = ".weightmark-"


class LocalStaging:
    """Files below ``root``, which is not there yet, in a directory that is nobody else's."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def reserve(self, size: int) -> None:
        """Make sure that there is room for so many bytes.

        Raises:
            StorageError: There is not.
        """
        free = shutil.disk_usage(self._root.parent).free
        if size > free:
            raise StorageError(f"{size} bytes are needed, and {free} are free", hint="free some")

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file; the path "" makes it the only one, with no directory.

        Raises:
            StorageError: It cannot be written.
        """
        place = self._root / path if path else self._root
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(place, error) from None


class LocalDestination:
    """The place ``path``, where nothing may be yet."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.abspath(path))  # noqa: PTH100 - "..", but no links, resolved

    @contextmanager
    def staged(self) -> Iterator[LocalStaging]:
        """Take what is written in the context, and put it in its place at the end.

        Raises:
            AlreadyExistsError: Something is in that place.
            StorageError: It cannot be written.
        """
        self._refuse_existing()
        try:
            folder = Path(mkdtemp(dir=self._path.parent, prefix=_PREFIX))
        except OSError as error:
            raise _unwritable(self._path, error) from None
        try:
            staged = folder / self._path.name
            yield LocalStaging(staged)
            self._place(staged)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _refuse_existing(self) -> None:
        if os.path.lexists(self._path):
            raise AlreadyExistsError(
                f"'{printable(str(self._path))}' exists, and is left as it is",
                hint="name another place with --out",
            )

    def _place(self, staged: Path) -> None:
        """Move what is complete; renaming a directory replaces no file, a hard link nothing."""
        try:
            if staged.is_dir():
                self._refuse_existing()
                staged.rename(self._path)
            else:
                self._path.hardlink_to(staged)
        except FileExistsError:
            self._refuse_existing()
        except OSError as error:
            raise _unwritable(self._path, error) from None


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"'{printable(str(path))}' cannot be written: {error.strerror}",
        hint="name another place with --out",
    )
