"""Sidecars are read only where they are regular files, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.files.manifest_elsewhere import ManifestElsewhere
from weightmark.adapters.files.sidecars import read_bounded, write_atomically
from weightmark.adapters.state.locks import file_lock
from weightmark.errors import ArtifactError, LockTimeoutError, MissingPathError, StorageError
from weightmark.services.sidecars import MANIFEST


def test_a_fifo_is_refused_when_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "weightmark.json")
    artifact = LocalArtifact(tmp_path)
    assert artifact.list().sidecars == ("weightmark.json",)
    with pytest.raises(ArtifactError, match=r"'weightmark\.json' is a FIFO"):
        artifact.read_sidecar("weightmark.json", 100)


@pytest.mark.parametrize("target", ["inside", "/etc/passwd", "nothing"])
def test_a_link_is_refused_when_read(tmp_path: Path, target: str) -> None:
    (tmp_path / "inside").write_bytes(b"{}")
    (tmp_path / "weightmark.json").symlink_to(target)
    artifact = LocalArtifact(tmp_path)
    assert artifact.list().sidecars == ("weightmark.json",)
    with pytest.raises(ArtifactError, match=r"the link 'weightmark\.json' leads to"):
        artifact.read_sidecar("weightmark.json", 100)


def test_writing_replaces_a_link_and_not_its_target(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    root = tmp_path / "model"
    root.mkdir()
    (root / "model.sig").symlink_to(outside)
    LocalArtifact(root).write_sidecar("model.sig", b"new")
    assert outside.read_bytes() == b"kept"
    assert not (root / "model.sig").is_symlink()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = LocalArtifact(tmp_path)
    artifact.write_sidecar("weightmark.json", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        artifact.write_sidecar("weightmark.json", b"new")
    assert artifact.read_sidecar("weightmark.json", 10) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["weightmark.json"]


def test_a_file_name_of_full_length_has_no_room_for_sidecars(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    file.write_bytes(b"x")
    artifact = LocalArtifact(file)
    assert artifact.list().sidecars == ()
    with pytest.raises(StorageError, match="too long"):
        artifact.write_sidecar("weightmark.json", b"{}")


def test_a_file_that_the_user_names_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    assert write_atomically(path, b"12345") == str(path)
    (tmp_path / "link").symlink_to(path)
    assert read_bounded(tmp_path / "link", 5) == b"12345"
    with pytest.raises(ArtifactError, match="larger than 4 bytes"):
        read_bounded(path, 4)
    with pytest.raises(ArtifactError, match="Is a directory"):
        read_bounded(tmp_path, 4)
    with pytest.raises(MissingPathError, match="gone"):
        read_bounded(tmp_path / "gone", 4)
    with pytest.raises(StorageError, match="gone"):
        write_atomically(tmp_path / "gone/manifest.json", b"")


OTHER_NAMES = (
    ".weightmark-.partial",
    ".weightmark-0BADCAFE.partial",
    ".weightmark-0badcaf.partial",
    ".weightmark-0badcafe.partial.md",
    ".weightmark-0badcafe1.partial",
    ".weightmark-notes!!!.partial",
    "weightmark-0badcafe.partial",
)


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".weightmark-0badcafe.partial", *OTHER_NAMES):
        (tmp_path / name).write_bytes(b"{")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.weightmark-0badcafe.partial").write_bytes(b"{")
    (tmp_path / "weights").write_bytes(b"1")
    artifact = LocalArtifact(tmp_path)
    artifact.make_room("weightmark.json")
    kept = (*OTHER_NAMES, "sub/.weightmark-0badcafe.partial", "weights")
    assert sorted(artifact.list().sizes) == sorted(kept)


def test_a_partial_file_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / ".weightmark-0badcafe.partial").mkdir()
    with pytest.raises(StorageError, match="0badcafe"):
        LocalArtifact(tmp_path).make_room("weightmark.json")


def test_a_writer_whose_partial_file_was_removed_writes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace
    removed: list[Path] = []

    def replace_after_removal(partial: Path, target: Path) -> Path:
        if not removed:
            partial.unlink()
            removed.append(partial)
        return replace(partial, target)

    monkeypatch.setattr(Path, "replace", replace_after_removal)
    write_atomically(tmp_path / "weightmark.json", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["weightmark.json"]


def test_one_lock_for_whatever_leads_to_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "model")
    locks = tmp_path / "locks"
    linked = LocalArtifact(tmp_path / "link", locks=locks)
    held = ManifestElsewhere(linked, MANIFEST, tmp_path / "out")
    with held.locked():
        (name,) = locks.iterdir()
        with pytest.raises(LockTimeoutError), file_lock(name, 0):
            pass
    with LocalArtifact(tmp_path / "model", locks=locks).locked():
        assert list(locks.iterdir()) == [name]
