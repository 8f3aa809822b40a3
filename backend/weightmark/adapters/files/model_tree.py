"""Finding the models in a tree of them."""

from __future__ import annotations

import os
from pathlib import Path

from weightmark.adapters.files.reading import unreadable
from weightmark.domain.manifest import MAX_FILES
from weightmark.domain.models import Models, Selection, is_model_file, is_model_folder
from weightmark.domain.patterns import matcher
from weightmark.domain.text import printable
from weightmark.errors import ArtifactError, MissingPathError


def find_models(directory: Path, selection: Selection) -> Models:
    """Return the models in a tree, in the order of their paths.

    A link to a folder is never followed: one within the tree is found where it leads.

    Raises:
        MissingPathError: There is no such directory.
        ArtifactError: A folder cannot be read, a link leads to a folder outside, or there are too
            many files.
    """
    if not os.path.isdir(directory):  # noqa: PTH112 - Path's own raises where a name is too long
        raise MissingPathError(
            f"there is no directory '{printable(str(directory))}'",
            hint="one model is signed and verified without --each",
        )
    return _Walk(directory, selection).run()


class _Walk:
    """One walk over a tree."""

    def __init__(self, directory: Path, selection: Selection) -> None:
        self._base = os.path.realpath(directory)
        self._selection = selection
        self._is_included = matcher(selection.include) if selection.include else None
        self._is_excluded = matcher(selection.exclude)
        self._found: list[str] = []
        self._excluded: list[str] = []
        self._seen = 0

    def run(self) -> Models:
        """Walk, and return what was found."""
        pending = [""]
        while pending:
            pending.extend(self._read(pending.pop()))
        return Models(tuple(sorted(self._found)), tuple(sorted(self._excluded)))

    def _read(self, folder: str) -> list[str]:
        """Take the models of a folder, and return the folders in it that are to be read."""
        files, folders = self._entries(folder)
        if self._is_included is None and is_model_folder(files):
            self._found.append(folder or ".")
            return []
        is_deeper = bool(folder) and not self._selection.is_recursive
        if is_deeper:
            return []
        prefix = f"{folder}/" if folder else ""
        self._found.extend(
            prefix + name for name in self._kept(prefix, files) if self._is_model(prefix + name)
        )
        return [
            prefix + name for name in self._kept(prefix, folders) if not self._taken(prefix + name)
        ]

    def _is_model(self, path: str) -> bool:
        return is_model_file(path) if self._is_included is None else self._is_included(path)

    def _taken(self, folder: str) -> bool:
        """Take a folder that a pattern calls a model."""
        is_model = self._is_included is not None and self._is_included(folder)
        if is_model:
            self._found.append(folder)
        return is_model

    def _kept(self, prefix: str, names: list[str]) -> list[str]:
        left_out = [name for name in names if self._is_excluded(prefix + name)]
        self._excluded.extend(prefix + name for name in left_out)
        return [name for name in names if name not in left_out]

    def _entries(self, folder: str) -> tuple[list[str], list[str]]:
        files: list[str] = []
        folders: list[str] = []
        try:
            with os.scandir(os.path.join(self._base, folder)) as entries:  # noqa: PTH118
                for entry in entries:
                    self._count()
                    if not entry.is_dir():
                        files.append(entry.name)
                    elif not entry.is_symlink():
                        folders.append(entry.name)
                    else:
                        self._check_link(folder, entry)
        except OSError as error:
            raise unreadable(folder or ".", error) from None
        return files, folders

    def _check_link(self, folder: str, link: os.DirEntry[str]) -> None:
        path = f"{folder}/{link.name}" if folder else link.name
        target = os.path.realpath(link.path)
        if self._is_excluded(path):
            self._excluded.append(path)
        elif not Path(target).is_relative_to(self._base):
            raise ArtifactError(
                f"the link '{printable(path)}' leads to a folder outside of the tree",
                hint="verify that folder by itself, and leave the link out: --exclude PATH",
            )

    def _count(self) -> None:
        self._seen += 1
        if self._seen > MAX_FILES:
            raise ArtifactError(f"the tree holds more than {MAX_FILES} files and folders")
