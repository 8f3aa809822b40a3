"""What every `Artifact` does, the one on disk and the one in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.artifact import FakeArtifact, entry_of
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import ArtifactError, MissingPathError, StorageError
from weightmark.ports.artifacts import SIDECAR_NAMES, Artifact

FILES = {
    "config.json": b"{}",
    "empty": b"",
    "layers/0/weights.bin": bytes(range(256)) * 1000,
    "layers/1/weights.bin": b"\x00" * 70_000,
}
MakeArtifact = Callable[[dict[str, bytes]], Artifact]


@pytest.fixture(params=["disk", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> MakeArtifact:
    def on_disk(files: dict[str, bytes]) -> Artifact:
        root = tmp_path / "model"
        root.mkdir()
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        return LocalArtifact(root)

    return on_disk if request.param == "disk" else FakeArtifact


@pytest.fixture(params=["disk", "memory"])
def missing(request: pytest.FixtureRequest, tmp_path: Path) -> Artifact:
    if request.param == "disk":
        return LocalArtifact(tmp_path / "nothing")
    return FakeArtifact({}, is_missing=True)


def test_lists_each_file_with_its_size(make: MakeArtifact) -> None:
    listing = make(FILES).list()
    assert listing.sizes == {path: len(data) for path, data in FILES.items()}
    assert listing.total_size == sum(map(len, FILES.values()))
    assert listing.sidecars == ()
    assert listing.ignored == ()


def test_leaves_out_what_patterns_ask_for(make: MakeArtifact) -> None:
    listing = make(FILES).list(["layers/*", "nothing"])
    assert set(listing.sizes) == {"config.json", "empty"}
    assert listing.ignored == ("layers/0/weights.bin", "layers/1/weights.bin")


@pytest.mark.parametrize("algorithm", DigestAlgorithm)
def test_hashes_to_entries(make: MakeArtifact, algorithm: DigestAlgorithm) -> None:
    artifact = make(FILES)
    hashed = artifact.hash(artifact.list().sizes, algorithm, lambda _: None)
    assert hashed.errors == {}
    assert hashed.entries == {path: entry_of(path, FILES[path], algorithm) for path in FILES}


def test_hashes_with_several_functions_in_one_reading(make: MakeArtifact) -> None:
    artifact = make(FILES)
    counts: list[int] = []
    paths = artifact.list().sizes
    together = artifact.hash_together([*paths, "other"], tuple(DigestAlgorithm), counts.append)
    for algorithm in DigestAlgorithm:
        assert together[algorithm].entries == artifact.hash(paths, algorithm, unseen).entries
        assert set(together[algorithm].errors) == {"other"}
    assert sum(counts) == sum(map(len, FILES.values()))
    assert artifact.hash_together(paths, (), counts.append) == {}


def unseen(_: int) -> None:
    """Show nothing."""


def test_hashes_only_what_is_asked_for(make: MakeArtifact) -> None:
    artifact = make(FILES)
    artifact.list()
    hashed = artifact.hash(["empty"], DigestAlgorithm.SHA2_256, lambda _: None)
    assert set(hashed.entries) == {"empty"}


def test_reports_every_byte(make: MakeArtifact) -> None:
    artifact = make(FILES)
    counts: list[int] = []
    artifact.hash(artifact.list().sizes, DigestAlgorithm.SHA2_256, counts.append)
    assert sum(counts) == sum(map(len, FILES.values()))


def test_an_unlisted_file_is_an_error_of_its_own(make: MakeArtifact) -> None:
    artifact = make(FILES)
    artifact.list()
    hashed = artifact.hash(["empty", "other"], DigestAlgorithm.SHA2_256, lambda _: None)
    assert set(hashed.entries) == {"empty"}
    assert isinstance(hashed.errors["other"], MissingPathError)


@pytest.mark.parametrize("name", SIDECAR_NAMES)
def test_a_sidecar_that_was_written_is_read_and_is_no_file(make: MakeArtifact, name: str) -> None:
    artifact = make(FILES)
    artifact.write_sidecar(name, b"first")
    artifact.write_sidecar(name, b"second")
    assert artifact.read_sidecar(name, 6) == b"second"
    listing = artifact.list(["*.json"])
    assert listing.sidecars == (name,)
    assert name not in listing.sizes
    assert name not in listing.ignored


def test_a_sidecar_is_removed_and_removed_again(make: MakeArtifact) -> None:
    artifact = make(FILES)
    artifact.write_sidecar("model.sig", b"data")
    for _ in range(2):
        artifact.remove_sidecar("model.sig")
        assert artifact.list().sidecars == ()


def test_a_missing_sidecar_is_named(make: MakeArtifact) -> None:
    with pytest.raises(MissingPathError, match=r"model\.sig"):
        make(FILES).read_sidecar("model.sig", 100)


def test_a_large_sidecar_is_refused(make: MakeArtifact) -> None:
    artifact = make(FILES)
    artifact.write_sidecar("model.sig", b"12345")
    with pytest.raises(ArtifactError, match="larger than 4 bytes"):
        artifact.read_sidecar("model.sig", 4)


def test_colliding_names_are_refused(make: MakeArtifact) -> None:
    with pytest.raises(ArtifactError, match="collides"):
        make({"a": b"", "A": b""}).list()


def test_a_missing_artifact_is_an_error(missing: Artifact) -> None:
    with pytest.raises(MissingPathError):
        missing.list()


def test_a_sidecar_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "weightmark.json").mkdir()
    for artifact in (LocalArtifact(tmp_path), FakeArtifact({}, is_read_only=True)):
        with pytest.raises(StorageError, match=r"weightmark\.json"):
            artifact.write_sidecar("weightmark.json", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["weightmark.json"]
