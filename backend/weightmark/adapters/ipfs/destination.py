"""Files and directories that are in their place whole, or not at all, and replace nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from weightmark.adapters.ipfs.places import (
    HIDDEN_PREFIX,
    absolute,
    check_room,
    place_directory,
    refuse_existing,
    unwritable,
)


class LocalStaging:
    """Files below ``root``, which is not there yet, in a directory that is nobody else's."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def reserve(self, size: int) -> None:
        """Make sure that there is room for so many bytes.

        Raises:
            StorageError: There is not.
        """
        check_room(self._root.parent, size)

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
            raise unwritable(place, error) from None


class LocalDestination:
    """The place ``path``, where nothing may be yet."""

    def __init__(self, path: Path) -> None:
        self._path = absolute(path)

    @contextmanager
    def staged(self) -> Iterator[LocalStaging]:
        """Take what is written in the context, and put it in its place at the end.

        Raises:
            AlreadyExistsError: Something is in that place.
            StorageError: It cannot be written.
        """
        refuse_existing(self._path)
        try:
            folder = Path(mkdtemp(dir=self._path.parent, prefix=HIDDEN_PREFIX))
        except OSError as error:
            raise unwritable(self._path, error) from None
        try:
            staged = folder / self._path.name
            yield LocalStaging(staged)
            self._place(staged)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _place(self, staged: Path) -> None:
        """Move what is complete; renaming a directory replaces no file, a hard link nothing."""
        try:
            if staged.is_dir():
                place_directory(staged, self._path)
            else:
                self._path.hardlink_to(staged)
        except FileExistsError:
            refuse_existing(self._path)
        except OSError as error:
            raise unwritable(self._path, error) from None
