"""Walking an artifact: which files it holds, where their bytes are, and what is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from weightmark.adapters.files.hub_leftovers import is_leftover
from weightmark.adapters.files.links import LinkRules
from weightmark.adapters.files.reading import identity_of, irregular, unreadable
from weightmark.domain.manifest import MAX_FILES
from weightmark.domain.paths import check_path, check_paths
from weightmark.domain.text import printable
from weightmark.errors import ArtifactError, MissingPathError

# A directory that was swapped for a link since it was seen is not entered.
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


# One directory may be reached by many links, and by links in what links lead to: a few of them make
# more paths than there are files in the world. Real artifacts link to some directories, once.
MAX_LINKED = 100_000

_Inode = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tree:
    """What a walk found.

    Attributes:
        base: The directory from which the paths lead, as it was given, up to its last ``/``.
        identities: Each file's identity (see `identity_of`), by its path.
        targets: Where the bytes of those files are that are reached through a link.
        ignored: The paths that were left out because a pattern asked for it.
    """

    base: bytes
    identities: dict[str, bytes] = field(default_factory=dict)
    targets: dict[str, bytes] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def location(self, path: str) -> bytes:
        """Return where a file is, as the artifact presents it."""
        return self.base + path.encode()

    def target(self, path: str) -> bytes:
        """Return where a file's bytes are: not a link, at the time of the walk."""
        return self.targets.get(path) or self.location(path)


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory that is still to be read; those above it by device and inode."""

    prefix: str
    location: bytes
    is_linked: bool = False
    above: frozenset[_Inode] = frozenset()

    def location_of(self, name: str) -> bytes:
        return self.location + b"/" + os.fsencode(name)


class TreeWalk:
    """One walk over the directory of an artifact.

    Args:
        base: The directory.
        sidecars: Names at its top level that are not part of the artifact.
        is_ignored: Says of a path whether it is left out.
    """

    def __init__(
        self, base: bytes, sidecars: Collection[str], is_ignored: Callable[[str], bool]
    ) -> None:
        root = os.path.realpath(base)
        self._tree = Tree(_with_slash(base))
        self._sidecars = sidecars
        self._is_ignored = is_ignored
        self._links = LinkRules.for_directory(root)
        self._pending = [_Directory("", root)]
        self._directories = 0
        self._linked = 0

    def run(self) -> Tree:
        """Walk, and check the names of all files together.

        Raises:
            ArtifactError: Something in the directory cannot be accepted.
        """
        while self._pending:
            self._read(self._pending.pop())
            self._check_bound()
        for path in self._tree.ignored:
            check_path(path)
        check_paths((*self._sidecars, *self._tree.identities))
        return self._tree

    def _read(self, directory: _Directory) -> None:
        self._directories += 1
        try:
            descriptor = os.open(directory.location, _DIRECTORY)
            try:
                entered = replace(
                    directory, above=directory.above | {_inode_of(os.fstat(descriptor))}
                )
                with os.scandir(descriptor) as entries:
                    for entry in entries:
                        self._take(entered, entry)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise unreadable(directory.prefix or ".", error) from None

    def _take(self, directory: _Directory, entry: os.DirEntry[str]) -> None:
        path = directory.prefix + entry.name
        if path in self._sidecars:
            return
        if directory.is_linked:
            self._count_linked()
        location = directory.location_of(entry.name)
        try:
            if entry.is_dir(follow_symlinks=False):
                self._descend(directory, path, location, is_linked=directory.is_linked)
            elif is_leftover(path, location):
                pass
            elif self._is_ignored(path):
                self._tree.ignored.append(path)
            elif entry.is_symlink():
                self._follow(directory, path, location)
            else:
                status = entry.stat(follow_symlinks=False)
                self._add(path, location, status, is_linked=directory.is_linked)
        except OSError as error:
            raise unreadable(path, error) from None

    def _follow(self, directory: _Directory, path: str, link: bytes) -> None:
        target = self._links.resolve(link, path)
        status = os.lstat(target)
        if not stat.S_ISDIR(status.st_mode):
            self._add(path, target, status, is_linked=True)
            return
        if _inode_of(status) in directory.above:
            raise ArtifactError(f"the link '{printable(path)}' leads to a directory above it")
        self._descend(directory, path, target, is_linked=True)

    def _descend(self, parent: _Directory, path: str, location: bytes, *, is_linked: bool) -> None:
        self._pending.append(_Directory(f"{path}/", location, is_linked, parent.above))

    def _add(self, path: str, location: bytes, status: os.stat_result, *, is_linked: bool) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise irregular(path, status.st_mode)
        self._tree.identities[path] = identity_of(status)
        if is_linked:
            self._tree.targets[path] = location

    def _count_linked(self) -> None:
        self._linked += 1
        if self._linked > MAX_LINKED:
            raise ArtifactError(
                f"the artifact's links to directories lead to more than {MAX_LINKED} entries",
                hint="replace a link by the directory itself",
            )

    def _check_bound(self) -> None:
        found = len(self._tree.identities) + len(self._tree.ignored) + self._directories
        if found > MAX_FILES:
            raise ArtifactError(f"the artifact holds more than {MAX_FILES} files and directories")


def single_file(base: bytes, name: bytes) -> Tree:
    """Return the tree of an artifact that is one file.

    Args:
        base: The directory in which it is.
        name: Its base name.

    Raises:
        MissingPathError: It is not there.
        ArtifactError: It is not a regular file, or its name is refused.
    """
    path = name.decode("utf-8", "surrogateescape")
    check_paths((path,))
    tree = Tree(_with_slash(base))
    location = tree.location(path)
    try:
        status = os.lstat(location)
        if stat.S_ISLNK(status.st_mode):
            rules = LinkRules.for_single_file(os.path.realpath(base))
            tree.targets[path] = rules.resolve(location, path)
            status = os.lstat(tree.targets[path])
    except FileNotFoundError:
        raise MissingPathError(f"'{printable(path)}' is not there") from None
    except OSError as error:
        raise unreadable(path, error) from None
    if not stat.S_ISREG(status.st_mode):
        raise irregular(path, status.st_mode)
    tree.identities[path] = identity_of(status)
    return tree


def _inode_of(status: os.stat_result) -> _Inode:
    return status.st_dev, status.st_ino


def _with_slash(directory: bytes) -> bytes:
    return os.path.join(directory, b"")  # noqa: PTH118
