"""Copies of files: what the system shares, what it leaves out, and what is not copied."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.earlier import write_files
from weightmark.adapters.files.copying import copy_files
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.files.reading import identity_of
from weightmark.adapters.files.tree import Tree
from weightmark.errors import ArtifactChangedError, StorageError

MIB = 2**20
FILES = {"a/b": b"x" * (MIB + 1), "empty": b"", "small": b"y"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_files(tmp_path / "model", FILES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies"


def copied(model: Path, folder: Path) -> int:
    """Copy all files, and return how many bytes were told."""
    artifact, told = LocalArtifact(model, workers=2), list[int]()
    artifact.copy(artifact.list().sizes, os.fsencode(folder), told.append)
    return sum(told)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("code", [0, errno.EXDEV, errno.ENOSYS])
def test_the_bytes_are_the_same_whoever_copies(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def unable(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    if code:
        monkeypatch.setattr(os, "copy_file_range", unable)
    assert copied(model, folder) == sum(map(len, FILES.values()))
    assert contents(folder) == FILES


def test_holes_stay_holes(model: Path, folder: Path) -> None:
    with (model / "sparse").open("wb") as file:
        file.truncate(64 * MIB)
        file.seek(32 * MIB)
        file.write(b"middle")
    assert copied(model, folder) < 2 * MIB
    copy = folder / "sparse"
    assert copy.read_bytes() == (model / "sparse").read_bytes()
    assert copy.stat().st_blocks * 512 < 2 * MIB


def test_what_was_listed_is_what_is_copied(model: Path, folder: Path) -> None:
    artifact = LocalArtifact(model, workers=1)
    paths = artifact.list().sizes
    (model / "small").unlink()
    (model / "small").symlink_to("/etc/passwd")
    with pytest.raises(ArtifactChangedError, match="'small'"):
        artifact.copy(paths, os.fsencode(folder), lambda _: None)
    assert not (folder / "small").exists()


def test_a_file_that_changes_while_it_is_copied_is_an_error(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: Callable[..., int] = os.copy_file_range
    artifact = LocalArtifact(model, workers=1)
    paths = artifact.list().sizes

    def changing(*arguments: int) -> int:
        if os.fstat(arguments[0]).st_size > MIB:
            with (model / "a/b").open("ab") as file:
                file.write(b"more")
        return found(*arguments)

    monkeypatch.setattr(os, "copy_file_range", changing)
    with pytest.raises(ArtifactChangedError, match="'a/b' changed while it was read"):
        artifact.copy(paths, os.fsencode(folder), lambda _: None)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_is_full_is_told(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "copy_file_range", full)
    with pytest.raises(StorageError, match=f"'(a/b|small)' cannot be copied .*{os.strerror(code)}"):
        copied(model, folder)


def test_nothing_that_is_there_is_overwritten(model: Path, folder: Path) -> None:
    (folder / "small").symlink_to(folder / "elsewhere")
    with pytest.raises(StorageError, match="'small' cannot be copied"):
        copied(model, folder)
    assert not (folder / "elsewhere").exists()


def test_a_file_that_is_shorter_than_listed_is_an_error(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    tree = Tree(os.fsencode(tmp_path) + b"/", {"file": identity_of((tmp_path / "file").stat())})
    os.truncate(tmp_path / "file", 10)
    with pytest.raises(ArtifactChangedError, match="changed since it was listed"):
        copy_files(tree, ["file"], os.fsencode(folder), lambda _: None, 1)
