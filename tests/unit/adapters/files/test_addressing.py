"""Content addresses of files on the disk, and their pieces, while somebody changes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.blocks import Stored
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025, Part
from weightmark.errors import ArtifactChangedError, ArtifactError, StorageError

MIB = 2**20


def _rewrite(file: Path) -> None:
    file.write_bytes(b"other")
    os.utime(file, ns=(1, 1))


def _swap_for_link(file: Path) -> None:
    file.rename(file.with_name("moved"))
    file.symlink_to("moved")


CHANGES: list[Callable[[Path], None]] = [_rewrite, _swap_for_link, Path.unlink]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 4])
def test_any_number_of_workers_gives_the_same(tmp_path: Path, workers: int, count: int) -> None:
    files = {f"{n}": bytes([n]) * (7 * MIB + n) for n in range(count)}
    for path, data in files.items():
        (tmp_path / path).write_bytes(data)
    artifact, stored, nodes = LocalArtifact(tmp_path, workers=workers), Stored(), Stored()
    found = artifact.address(artifact.list().sizes, UNIXFS_V1_2025, nodes.put, lambda _: None)
    assert found.roots == {path: stored.add_file(files[path], UNIXFS_V1_2025) for path in files}
    assert len(nodes.blocks) == count


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_listing_is_an_error_of_that_file(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    artifact = LocalArtifact(tmp_path)
    paths = artifact.list().sizes
    change(tmp_path / "a")
    found = artifact.address(paths, UNIXFS_V1_2025, Stored().put, lambda _: None)
    assert found.roots.keys() == {"b"}
    assert isinstance(found.errors["a"], ArtifactChangedError)
    with pytest.raises(ArtifactChangedError, match="'a'"):
        list(artifact.pieces("a", MIB))


def test_a_change_between_two_pieces_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2 * MIB))
    artifact = LocalArtifact(tmp_path)
    artifact.list()
    pieces = artifact.pieces("a", MIB)
    assert next(pieces) == bytes(MIB)
    (tmp_path / "a").write_bytes(bytes(3 * MIB))
    with pytest.raises(ArtifactChangedError, match="'a' changed while it was read"):
        list(pieces)


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"x")
    artifact = LocalArtifact(tmp_path)
    artifact.list()

    def refuse(_: int, __: int, ___: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", refuse)
    with pytest.raises(ArtifactError, match="'a' cannot be read: Input/output error"):
        list(artifact.pieces("a", MIB))


def test_an_interrupt_ends_addressing(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1000 * MIB)
    artifact = LocalArtifact(tmp_path, workers=2)
    reports: list[int] = []

    def advance(count: int) -> None:
        reports.append(count)
        if len(reports) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artifact.address(artifact.list().sizes, UNIXFS_V1_2025, Stored().put, advance)
    assert len(reports) == 5


def test_a_place_of_ours_that_is_full_ends_the_reading(tmp_path: Path) -> None:
    for name in range(9):
        (tmp_path / f"{name}").write_bytes(b"x")
    artifact = LocalArtifact(tmp_path, workers=1)
    told: list[str] = []

    def at(path: str, _: int, __: Part) -> None:
        told.append(path)
        raise StorageError("no room")

    with pytest.raises(StorageError, match="no room"):
        artifact.address(
            artifact.list().sizes, UNIXFS_V1_2025, Stored().put, lambda _: None, (), at
        )
    assert len(told) == 1
