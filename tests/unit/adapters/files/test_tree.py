"""Which trees are listed, and which are refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from weightmark.adapters.files import tree
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import ArtifactError, MissingPathError


def _socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


@pytest.mark.parametrize("artifact", ["", "weights.bin"], ids=["in it", "in place of it"])
@pytest.mark.parametrize(
    ("make", "kind"), [(os.mkfifo, "a FIFO"), (_socket, "a socket")], ids=["FIFO", "socket"]
)
def test_what_is_no_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None], kind: str, artifact: str
) -> None:
    make(tmp_path / "weights.bin")
    with pytest.raises(ArtifactError, match=rf"'weights\.bin' is {kind}"):
        LocalArtifact(tmp_path / artifact).list()


def test_a_device_is_refused() -> None:
    with pytest.raises(ArtifactError, match="'null' is a device"):
        LocalArtifact(Path("/dev/null")).list()


@pytest.mark.parametrize("path", ["gone", "file/below", "dangling"])
def test_a_missing_artifact_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "dangling").symlink_to("gone")
    with pytest.raises(MissingPathError, match=path):
        LocalArtifact(tmp_path / path).list()


def test_an_artifact_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(ArtifactError, match="circle"):
        LocalArtifact(tmp_path / "circle").list()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"caf\xe9", "not UTF-8"),
        ("cafe\u0301".encode(), "normal form C"),
        (b"a\\b", "backslash"),
        (b"a\x1b[2J", "control character"),
    ],
)
def test_a_name_that_breaks_the_rules_is_refused(tmp_path: Path, name: bytes, reason: str) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    with pytest.raises(ArtifactError, match=reason) as caught:
        LocalArtifact(tmp_path).list()
    assert caught.value.message.isprintable()
    with pytest.raises(ArtifactError, match=reason):
        LocalArtifact(tmp_path).list(["*"])
    with pytest.raises(ArtifactError, match=reason):
        LocalArtifact(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).list()


def test_a_file_that_could_pass_for_a_sidecar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Weightmark.JSON").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"collides with weightmark\.json"):
        LocalArtifact(tmp_path).list()


def test_a_directory_under_the_name_of_a_sidecar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.sig").mkdir()
    (tmp_path / "model.sig/hidden.bin").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"'model\.sig' is a directory"):
        LocalArtifact(tmp_path).list()


def test_names_of_sidecars_mean_nothing_below_the_top_level(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/weightmark.json").write_bytes(b"{}")
    assert LocalArtifact(tmp_path).list().sizes == {"sub/weightmark.json": 2}


def test_deep_directories_and_long_names_are_read(tmp_path: Path) -> None:
    path = "/".join(["d"] * 500 + ["n" * 255])
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(b"x")
    artifact = LocalArtifact(tmp_path)
    assert artifact.list().sizes == {path: 1}
    assert set(artifact.hash([path], DigestAlgorithm.SHA2_256, lambda _: None).entries) == {path}


def test_a_directory_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ArtifactError, match=r"'\.' cannot be read: Permission denied"):
        LocalArtifact(tmp_path).list()


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_FILES", 3)
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"")
    assert len(LocalArtifact(tmp_path).list().sizes) == 2
    (tmp_path / "c").mkdir()
    with pytest.raises(ArtifactError, match="more than 3"):
        LocalArtifact(tmp_path).list()


def test_what_links_to_directories_lead_to_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of ten directories links twice to the next one: no circle, and two thousand paths."""
    monkeypatch.setattr(tree, "MAX_LINKED", 50)
    for number in range(10):
        directory = tmp_path / str(number)
        directory.mkdir()
        for name in ("one", "other"):
            (directory / name).symlink_to(f"../{number + 1}")
    (tmp_path / "10").mkdir()
    read: list[bytes] = []
    entering = os.open

    def watched(location: bytes, flags: int) -> int:
        read.append(location)
        return entering(location, flags)

    monkeypatch.setattr(os, "open", watched)
    with pytest.raises(ArtifactError, match="lead to more than 50 entries") as caught:
        LocalArtifact(tmp_path).list()
    assert "replace a link" in caught.value.hint
    assert len(read) < 100


def test_what_is_reached_by_no_link_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MAX_LINKED", 3)
    (tmp_path / "real/below").mkdir(parents=True)
    for name in ("a", "b", "c", "below/d"):
        (tmp_path / "real" / name).write_bytes(b"")
        (tmp_path / f"{Path(name).name}.link").symlink_to(f"real/{name}")
    (tmp_path / "link").symlink_to("real/below")
    assert len(LocalArtifact(tmp_path).list().sizes) == 9


def test_a_file_that_cannot_be_looked_at_is_named() -> None:
    with pytest.raises(ArtifactError, match="too long"):
        tree.single_file(b"/tmp", b"n" * 300)


def test_what_is_ignored_is_neither_followed_nor_opened(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/python").symlink_to("/usr/bin/env")
    os.mkfifo(tmp_path / ".venv/pipe")
    (tmp_path / "model.bin").write_bytes(b"x")
    listing = LocalArtifact(tmp_path).list([".venv/**"])
    assert listing.sizes == {"model.bin": 1}
    assert listing.ignored == (".venv/pipe", ".venv/python")


def test_a_single_file_goes_by_its_base_name_with_its_own_sidecars(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"weights")
    (tmp_path / "weightmark.json").write_bytes(b"of something else")
    artifact = LocalArtifact(file)
    assert artifact.list(["*"]).sizes == {"model.gguf": 7}
    assert artifact.list().sidecars == ()
    where = artifact.write_sidecar("weightmark.json", b"{}")
    assert where == str(tmp_path / "model.gguf.weightmark.json")
    assert artifact.list().sidecars == ("weightmark.json",)
    assert artifact.read_sidecar("weightmark.json", 10) == b"{}"


def test_paths_from_the_working_directory_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.gguf").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)
    for path in (".", "model.gguf"):
        artifact = LocalArtifact(Path(path))
        assert set(artifact.list().sizes) == {"model.gguf"}
        assert artifact.hash(["model.gguf"], DigestAlgorithm.BLAKE3, lambda _: None).errors == {}
