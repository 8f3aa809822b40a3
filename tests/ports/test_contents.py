"""What every `Contents` does, on disk and in memory."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from tests.earlier import FILES, write_files
from tests.fakes.artifact import FakeArtifact
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.errors import ArtifactError, MissingPathError

KEY = "ключ".encode()


@pytest.fixture(params=["disk", "memory"])
def contents(request: pytest.FixtureRequest, tmp_path: Path) -> LocalArtifact | FakeArtifact:
    """Return files that were listed."""
    files = FILES | {"weights/large.bin": bytes(range(251)) * 1000}
    on_disk = request.param == "disk"
    artifact = LocalArtifact(write_files(tmp_path, files)) if on_disk else FakeArtifact(files)
    assert artifact.list().sizes.keys() == files.keys()
    return artifact


def test_a_file_is_read(contents: LocalArtifact | FakeArtifact) -> None:
    for path, data in FILES.items():
        assert contents.read(path, 256) == data
    with pytest.raises(ArtifactError, match="larger than 255 bytes"):
        contents.read("weights/model.safetensors", 255)


def test_the_code_of_a_file(contents: LocalArtifact | FakeArtifact) -> None:
    told: list[int] = []
    codes = contents.authenticate(sorted(FILES), KEY, told.append)
    assert codes == {
        path: hmac.new(KEY, data, hashlib.sha256).hexdigest() for path, data in FILES.items()
    }
    assert sum(told) == sum(map(len, FILES.values()))


def test_a_file_that_is_gone_or_changed_since(tmp_path: Path) -> None:
    artifact = LocalArtifact(write_files(tmp_path, dict(FILES)))
    artifact.list()
    (tmp_path / "config.json").write_bytes(b"other")
    (tmp_path / "empty").unlink()
    with pytest.raises(ArtifactError, match=r"'config\.json' changed since it was listed"):
        artifact.authenticate(["config.json"], KEY, lambda _: None)
    with pytest.raises(MissingPathError, match="'empty' is not there any more"):
        artifact.read("empty", 1)
