"""Which artifacts are opened, and what may not come with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ModelMaker
from weightmark.bootstrap.artifacts import Artifacts
from weightmark.bootstrap.settings import Settings
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import ArtifactError, ConfigurationError

MANIFEST = "weightmark.json"


@pytest.fixture
def model(tmp_path: Path, make_model: ModelMaker) -> Path:
    return make_model(tmp_path / "model")


def artifacts(folder: Path, *files: Path) -> Artifacts:
    return Artifacts(Settings(folder / "home", folder / "home", files=files))


@pytest.mark.parametrize("role", ["source", "download"])
def test_a_configuration_inside_the_artifact_is_refused(
    tmp_path: Path, model: Path, role: str
) -> None:
    opened = getattr(artifacts(tmp_path, tmp_path / "weightmark.toml"), role)(model)
    assert opened.list().sizes
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        getattr(artifacts(tmp_path, model / "weightmark.toml"), role)(model)


def test_what_lies_beside_a_single_file_may_have_come_with_a_download(
    tmp_path: Path, model: Path
) -> None:
    beside = artifacts(tmp_path, model / "weightmark.toml")
    assert beside.source(model / "config.json").list().sizes
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        beside.download(model / "config.json")


def test_only_digests_of_ones_own_files_are_remembered(tmp_path: Path, model: Path) -> None:
    found = artifacts(tmp_path)
    for opened, is_remembered in ((found.download(model), False), (found.source(model), True)):
        paths = opened.list().sizes
        opened.hash(paths, DigestAlgorithm.SHA2_256, lambda _: None)
        assert (tmp_path / "home/digests.sqlite3").exists() == is_remembered


def test_whoever_writes_beside_files_has_their_one_lock(tmp_path: Path, model: Path) -> None:
    found = artifacts(tmp_path)
    imported, _ = found.download_with_contents(model)
    held = [each.locked() for each in (found.source(model), imported)]
    for each in held:
        with each:
            assert len(list((tmp_path / "home/locks").iterdir())) == 1
    with found.download(model).locked(), imported.locked():
        """Whoever only verifies waits for nobody."""


def test_a_manifest_elsewhere(tmp_path: Path, model: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(b"{}")
    (model / MANIFEST).write_bytes(b"[]")
    artifact = artifacts(tmp_path).download(model, manifest)
    assert artifact.read_sidecar(MANIFEST, 10) == b"{}"
    assert artifact.beside.read_sidecar(MANIFEST, 10) == b"[]"
    assert artifact.beside.beside.read_sidecar(MANIFEST, 10) == b"[]"
    assert artifacts(tmp_path).manifest_alone(manifest).read_sidecar(MANIFEST, 9) == b"{}"
    assert artifacts(tmp_path).download(model, model / MANIFEST).list().sizes


@pytest.mark.parametrize("place", ["config.json", "tokenizer/weightmark.json"])
def test_a_manifest_among_the_files_is_refused(tmp_path: Path, model: Path, place: str) -> None:
    with pytest.raises(ArtifactError, match="lies inside the artifact"):
        artifacts(tmp_path).source(model, model / place)
