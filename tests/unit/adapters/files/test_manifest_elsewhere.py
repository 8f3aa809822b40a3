"""A place for a manifest that the user names: nothing but a manifest is replaced there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.artifact import FakeArtifact
from tests.unit.domain.test_manifest import PLAIN
from weightmark.adapters.files.manifest_elsewhere import ManifestElsewhere
from weightmark.domain.manifest import encode
from weightmark.errors import ManifestError

NAME = "weightmark.json"
DATA = encode(PLAIN)


def make_file(path: Path) -> None:
    path.write_bytes(b"somebody's thesis")


def make_reformatted_manifest(path: Path) -> None:
    path.write_bytes(DATA + b"\n")


def make_link_to_a_manifest(path: Path) -> None:
    path.with_name("target").write_bytes(DATA)
    path.symlink_to("target")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


OTHERS: dict[str, Callable[[Path], None]] = {
    "a file": make_file,
    "a manifest that was edited": make_reformatted_manifest,
    "a link to a manifest": make_link_to_a_manifest,
    "a link to nothing": make_dangling_link,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
}


def elsewhere(path: Path) -> ManifestElsewhere:
    return ManifestElsewhere(FakeArtifact({}), NAME, path)


def looks(folder: Path) -> dict[str, object]:
    """Return what is in a folder: links, files and their inodes."""
    return {each.name: (each.is_symlink(), each.lstat().st_ino) for each in folder.iterdir()}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_manifest_is_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "out"
    OTHERS[kind](path)
    before = looks(tmp_path)
    for use in (
        lambda: elsewhere(path).make_room(NAME),
        lambda: elsewhere(path).write_sidecar(NAME, DATA),
    ):
        with pytest.raises(ManifestError, match="out' is there, and is no manifest") as caught:
            use()
        assert "--out" in caught.value.hint
        assert looks(tmp_path) == before


def test_a_manifest_is_replaced_and_half_of_one_removed(tmp_path: Path) -> None:
    path = tmp_path / "out"
    (tmp_path / ".weightmark-0badcafe.partial").write_bytes(b"{")
    artifact = elsewhere(path)
    for data in (DATA, DATA.replace(b"1.0.0", b"1.1.0")):
        artifact.make_room(NAME)
        assert artifact.write_sidecar(NAME, data) == str(path)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_other_sidecars_stay_beside_the_files(tmp_path: Path) -> None:
    beside = FakeArtifact({})
    artifact = ManifestElsewhere(beside, NAME, tmp_path / "out")
    artifact.make_room("model.sig")
    artifact.write_sidecar("model.sig", b"signature")
    assert beside.sidecars == {"model.sig": b"signature"}
    assert list(tmp_path.iterdir()) == []
