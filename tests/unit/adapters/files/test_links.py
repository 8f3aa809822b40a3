"""Links stay inside the artifact, or lead into the blob store of its own cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.artifact import entry_of
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import ArtifactError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "sub/weights.bin").write_bytes(b"weights")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    return root


def test_links_inside_are_followed(root: Path) -> None:
    (root / "alias.bin").symlink_to("sub/weights.bin")
    (root / "absolute.bin").symlink_to(root / "sub/weights.bin")
    (root / "again").symlink_to("sub")
    artifact = LocalArtifact(root)
    paths = {"alias.bin", "absolute.bin", "again/weights.bin", "sub/weights.bin"}
    assert artifact.list().sizes == dict.fromkeys(paths, 7)
    hashed = artifact.hash(paths, DigestAlgorithm.SHA2_256, lambda _: None)
    expected = {path: entry_of(path, b"weights", DigestAlgorithm.SHA2_256) for path in paths}
    assert hashed.entries == expected


def test_a_root_that_is_a_link_is_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("model")
    assert LocalArtifact(tmp_path / "link").list().sizes == {"sub/weights.bin": 7}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../secret", "outside the artifact"),
        ("/etc/passwd", "outside the artifact"),
        ("../elsewhere", "outside the artifact"),
        ("..", "outside the artifact"),
        ("../model-two", "outside the artifact"),
        ("nothing", "cannot be followed"),
        ("link", "cannot be followed"),
        (".", "a directory above it"),
    ],
)
def test_other_links_are_refused_by_name(root: Path, target: str, reason: str) -> None:
    (root.parent / "model-two").mkdir()
    (root / "link").symlink_to(target)
    with pytest.raises(ArtifactError, match=reason) as caught:
        LocalArtifact(root).list()
    assert "'link'" in caught.value.message


def test_a_circle_through_two_directories_is_refused(root: Path) -> None:
    (root / "other").mkdir()
    (root / "other/back").symlink_to("../sub")
    (root / "sub/there").symlink_to("../other")
    with pytest.raises(ArtifactError, match="a directory above it"):
        LocalArtifact(root).list()


def test_the_target_is_escaped(root: Path) -> None:
    (root / "link").symlink_to("/tmp/\x1b[31m")
    with pytest.raises(ArtifactError, match=r"\\x1b") as caught:
        LocalArtifact(root).list()
    assert caught.value.message.isprintable()


def test_a_single_file_is_no_link(root: Path) -> None:
    (root / "alias.bin").symlink_to("sub/weights.bin")
    with pytest.raises(ArtifactError, match=r"'alias\.bin' leads to 'sub/weights\.bin'"):
        LocalArtifact(root / "alias.bin").list()


@pytest.fixture(params=["models--acme--digits", "datasets--acme--digits"])
def snapshot(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A revision in a cache, as huggingface_hub lays it out."""
    name: str = request.param
    repository = tmp_path / "hub" / name
    (repository / "blobs").mkdir(parents=True)
    (repository / "blobs/aa11").write_bytes(b"weights")
    (repository / "refs").mkdir()
    (repository / "refs/main").write_bytes(b"0123")
    snapshot = repository / "snapshots/0123"
    (snapshot / "onnx").mkdir(parents=True)
    (snapshot / "model.bin").symlink_to("../../blobs/aa11")
    (snapshot / "onnx/model.bin").symlink_to("../../../blobs/aa11")
    return snapshot


def test_a_cache_is_read(snapshot: Path) -> None:
    artifact = LocalArtifact(snapshot)
    listing = artifact.list()
    assert listing.sizes == {"model.bin": 7, "onnx/model.bin": 7}
    hashed = artifact.hash(listing.sizes, DigestAlgorithm.SHA2_256, lambda _: None)
    entry = entry_of("model.bin", b"weights", DigestAlgorithm.SHA2_256)
    assert hashed.entries["model.bin"] == entry
    assert hashed.errors == {}


@pytest.mark.parametrize("part", ["onnx", "model.bin", "onnx/model.bin"])
def test_a_part_of_a_cache_is_read(snapshot: Path, part: str) -> None:
    artifact = LocalArtifact(snapshot / part)
    assert artifact.list().sizes == {"model.bin": 7}
    assert artifact.hash(["model.bin"], DigestAlgorithm.SHA2_256, lambda _: None).errors == {}


def test_a_sidecar_in_a_cache_is_read(snapshot: Path) -> None:
    (snapshot / "../../blobs/bb22").resolve().write_bytes(b"{}")
    (snapshot / "weightmark.json").symlink_to("../../blobs/bb22")
    artifact = LocalArtifact(snapshot)
    assert artifact.list().sidecars == ("weightmark.json",)
    assert artifact.read_sidecar("weightmark.json", 2) == b"{}"
    artifact.write_sidecar("weightmark.json", b"new")
    assert (snapshot / "../../blobs/bb22").resolve().read_bytes() == b"{}"


@pytest.mark.parametrize(
    "target",
    [
        "../../refs/main",
        "../../blobs",
        "../../blobs/below/aa11",
        "../../blobs/below",
        "../../../models--other--model/blobs/aa11",
        "../9999/model.bin",
    ],
)
def test_a_cache_is_left_in_no_other_way(snapshot: Path, target: str) -> None:
    hub = snapshot.parents[2]
    (snapshot.parents[1] / "blobs/below").mkdir()
    (snapshot.parents[1] / "blobs/below/aa11").write_bytes(b"")
    (hub / "models--other--model/blobs").mkdir(parents=True)
    (hub / "models--other--model/blobs/aa11").write_bytes(b"")
    (snapshot.parent / "9999").mkdir()
    (snapshot.parent / "9999/model.bin").write_bytes(b"")
    (snapshot / "bad").symlink_to(target)
    with pytest.raises(ArtifactError, match=r"'bad' leads to .* outside the artifact"):
        LocalArtifact(snapshot).list()


def test_a_blob_store_needs_the_layout_of_a_cache(tmp_path: Path) -> None:
    (tmp_path / "repository/blobs").mkdir(parents=True)
    (tmp_path / "repository/blobs/aa11").write_bytes(b"")
    root = tmp_path / "repository/snapshots/0123"
    root.mkdir(parents=True)
    (root / "model.bin").symlink_to("../../blobs/aa11")
    with pytest.raises(ArtifactError, match="outside the artifact"):
        LocalArtifact(root).list()
