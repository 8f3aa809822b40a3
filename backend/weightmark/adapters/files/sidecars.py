"""The files that Weightmark keeps beside an artifact: their names, reading and writing them."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from weightmark.adapters.files.links import LinkRules
from weightmark.adapters.files.reading import read_at_most
from weightmark.domain.text import printable
from weightmark.errors import ArtifactError, MissingPathError, StorageError
from weightmark.ports.artifacts import SIDECAR_NAMES

_PARTIAL = ".weightmark-{}.partial"
_TOKEN_BYTES = 4
_SHIPPED = "it comes with the files, from their publisher; --manifest names one that is elsewhere"


@dataclass(frozen=True, slots=True)
class Sidecars:
    """The sidecars of one artifact.

    Attributes:
        directory: Where they are.
        prefix: What stands before each canonical name: nothing in an artifact that is a directory;
            the file's name and a dot beside a single file.
    """

    directory: Path
    prefix: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Their names on disk."""
        return frozenset(self.prefix + name for name in SIDECAR_NAMES)

    def present(self) -> tuple[str, ...]:
        """Return the canonical names of those that are there.

        Raises:
            ArtifactError: One of them is a directory: what is in it would be in no tree.
        """
        return tuple(name for name in SIDECAR_NAMES if self._is_present(name))

    def read(self, name: str, limit: int) -> bytes:
        """Return the bytes of a sidecar.

        A link is followed into the blob store of a Hugging Face cache, and nowhere else.

        Raises:
            MissingPathError: It is not there.
            ArtifactError: It is not a regular file, or larger than ``limit`` bytes.
        """
        path = self._path(name)
        if not os.path.islink(path):  # noqa: PTH114 - as above
            return _read(path, limit, _SHIPPED)
        rules = LinkRules.for_single_file(os.path.realpath(os.fsencode(self.directory)))
        return _read(Path(os.fsdecode(rules.resolve(os.fsencode(path), path.name))), limit)

    def write(self, name: str, data: bytes) -> str:
        """Write a sidecar atomically, and return where it is.

        Raises:
            StorageError: It cannot be written.
        """
        return write_atomically(self._path(name), data)

    def remove(self, name: str) -> None:
        """Remove a sidecar, if it is there.

        Raises:
            StorageError: It cannot be removed.
        """
        _unlink(self._path(name), "it is of a release that was not registered")

    def discard_partials(self) -> None:
        """Remove what a process that was killed while it wrote a sidecar has left behind.

        Raises:
            StorageError: It cannot be removed.
        """
        for path in self.directory.glob(_PARTIAL.format("[0-9a-f]" * 2 * _TOKEN_BYTES)):
            _unlink(path, "it is half of a file that Weightmark was writing")

    def _is_present(self, name: str) -> bool:
        path = self._path(name)
        if os.path.isdir(path):  # noqa: PTH112 - False where a name is too long to exist
            raise ArtifactError(f"'{printable(path.name)}' is a directory")
        return os.path.lexists(path)

    def _path(self, name: str) -> Path:
        return self.directory / (self.prefix + name)


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the bytes of a file that the user names, through links if need be.

    Args:
        path: Where it is.
        limit: The largest size that is accepted, in bytes.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, is larger, or cannot be read.
    """
    return _read(Path(os.path.realpath(path)), limit)


def write_atomically(path: Path, data: bytes) -> str:
    """Write a file so that its old or its new content is there at any time, and say where it is.

    Raises:
        StorageError: It cannot be written.
    """
    try:
        try:
            _replace(path, data)
        except FileNotFoundError:
            # Another process took our partial file for one that was left behind.
            _replace(path, data)
    except OSError as error:
        raise StorageError(
            f"'{printable(str(path))}' cannot be written: {error.strerror}",
            hint="name another place with --out",
        ) from None
    return str(path)


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(_PARTIAL.format(secrets.token_hex(_TOKEN_BYTES)))
    try:
        _write_new(partial, data)
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
    _sync_directory(path.parent)


def _read(path: Path, limit: int, hint: str = "") -> bytes:
    try:
        return read_at_most(os.fsencode(path), limit, path.name)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingPathError(f"'{printable(str(path))}' is not there", hint=hint) from None


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unlink(path: Path, what: str) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"'{printable(str(path))}' cannot be removed: {error.strerror}",
            hint=f"remove it: {what}",
        ) from None


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
