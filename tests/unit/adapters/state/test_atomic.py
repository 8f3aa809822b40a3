"""Files that are there whole, or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.modes import mode_of
from weightmark.adapters.state import atomic as module
from weightmark.adapters.state.atomic import (
    private_file,
    private_folder,
    read_small,
    write_private,
)
from weightmark.errors import AlreadyExistsError, ConfigurationError, StorageError


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_is_private_before_its_first_byte(
    tmp_path: Path, no_umask: None, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    seen: list[tuple[int, int]] = []
    make = tempfile.mkstemp

    def watched(**arguments: object) -> tuple[int, str]:
        descriptor, name = make(**arguments)  # type: ignore[call-overload]
        found = os.fstat(descriptor)
        seen.append((stat.S_IMODE(found.st_mode), found.st_size))
        return descriptor, name

    monkeypatch.setattr(tempfile, "mkstemp", watched)
    write_private(tmp_path / "secret", b"data", replace=replace)
    assert seen == [(0o600, 0)]
    assert mode_of(tmp_path / "secret") == 0o600


def test_a_replaced_file_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o666)
    write_private(path, b"new", replace=True)
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o600)


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(AlreadyExistsError, match="left as it is"):
        write_private(path, b"new", replace=False)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("replace", [True, False])
def test_a_link_is_not_written_through(tmp_path: Path, replace: bool) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    if replace:
        write_private(link, b"new", replace=True)
        assert link.read_bytes() == b"new"
    else:
        with pytest.raises(AlreadyExistsError):
            write_private(link, b"new", replace=False)
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("failing", ["fsync", "fdopen"])
@pytest.mark.parametrize("replace", [True, False])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool, failing: str
) -> None:
    path = tmp_path / "file"
    if replace:
        path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(StorageError, match="No space left on device"):
        write_private(path, b"new", replace=replace)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([b"old"] if replace else [])


def test_folders_are_made_private(tmp_path: Path, no_umask: None) -> None:
    folder = private_folder(tmp_path / "one/two")
    assert (mode_of(folder), mode_of(folder.parent)) == (0o700, 0o700)
    folder.chmod(0o755)
    assert private_folder(folder) == folder
    assert mode_of(folder) == 0o755


def test_a_file_that_others_fill_is_private_and_kept(tmp_path: Path, no_umask: None) -> None:
    path = private_file(tmp_path / "folder/file")
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)
    path.write_bytes(b"filled")
    assert private_file(path).read_bytes() == b"filled"


def test_the_locks_of_others_on_a_file_stay(tmp_path: Path) -> None:
    """A process loses all of its locks on a file that it closes; SQLite's are of that kind."""
    path = private_file(tmp_path / "file")
    attempt = (
        "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    )
    with path.open("r+") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        private_file(path)
        command = [sys.executable, "-c", attempt, str(path)]
        other = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert b"BlockingIOError" in other.stderr


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be used"):
        private_folder(tmp_path / "file/folder")
    with pytest.raises(StorageError):
        write_private(tmp_path / "file/one", b"", replace=True)
    with pytest.raises(StorageError):
        private_file(tmp_path / "file/one")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError):
        write_private(tmp_path / "folder", b"", replace=True)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_files_are_read_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SMALL_FILE", 4)
    (tmp_path / "file").write_bytes(b"1234")
    assert read_small(tmp_path / "file") == b"1234"
    assert read_small(tmp_path / "file/none") is None
    (tmp_path / "file").write_bytes(b"12345")
    with pytest.raises(ConfigurationError, match="larger than 4 bytes"):
        read_small(tmp_path / "file")
