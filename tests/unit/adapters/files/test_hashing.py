"""Every file is hashed as it was listed, or is an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.artifact import entry_of
from weightmark.adapters.files import guarded
from weightmark.adapters.files.guarded import BUFFER_SIZE, SMALL_FILE_SIZE
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.files.reading import open_file
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import ArtifactChangedError, ArtifactError
from weightmark.ports.artifacts import HashedFiles

SHA2_256 = DigestAlgorithm.SHA2_256
# FIPS 180-2, appendix B.1, and the BLAKE3 team's test vectors (input of 3 bytes: 00 01 02).
VECTORS = [
    (SHA2_256, b"abc", "1220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        DigestAlgorithm.BLAKE3,
        b"\x00\x01\x02",
        "1e20e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f",
    ),
]
# Its size is said to be 0, whatever is in it.
PSEUDO_FILE = Path("/proc/version")


def _ignore(_: int) -> None:
    """Take a report of progress."""


def _hash_after(root: Path, change: Callable[[], object]) -> HashedFiles:
    artifact = LocalArtifact(root)
    paths = artifact.list().sizes
    change()
    return artifact.hash(paths, SHA2_256, _ignore)


@pytest.mark.parametrize(("algorithm", "data", "digest"), VECTORS)
def test_published_vectors(
    tmp_path: Path, algorithm: DigestAlgorithm, data: bytes, digest: str
) -> None:
    (tmp_path / "file").write_bytes(data)
    artifact = LocalArtifact(tmp_path)
    hashed = artifact.hash(artifact.list().sizes, algorithm, _ignore)
    assert hashed.entries["file"].digest == digest


@pytest.mark.parametrize("algorithm", DigestAlgorithm)
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_workers_gives_the_same(
    tmp_path: Path, algorithm: DigestAlgorithm, workers: int
) -> None:
    lengths = (0, 1, SMALL_FILE_SIZE, SMALL_FILE_SIZE + 1, BUFFER_SIZE, 3 * BUFFER_SIZE + 7)
    files = {f"{length}-{n}": bytes([n]) * length for length in lengths for n in range(3)}
    for path, data in files.items():
        (tmp_path / path).write_bytes(data)
    artifact = LocalArtifact(tmp_path, workers=workers)
    hashed = artifact.hash(artifact.list().sizes, algorithm, _ignore)
    assert hashed.errors == {}
    assert hashed.entries == {path: entry_of(path, files[path], algorithm) for path in files}


def test_a_sparse_file_is_hashed_with_its_holes(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(5 * BUFFER_SIZE)
        file.write(b"x")
    artifact = LocalArtifact(tmp_path)
    hashed = artifact.hash(artifact.list().sizes, SHA2_256, _ignore)
    assert hashed.entries["sparse"] == entry_of("sparse", bytes(5 * BUFFER_SIZE) + b"x", SHA2_256)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "sub/weights.bin").write_bytes(b"weights")
    (root / "other.bin").write_bytes(b"other")
    os.utime(root / "sub/weights.bin", ns=(1, 1))
    return root


def _rewrite(file: Path) -> None:
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(1, 1))


def _replace(file: Path) -> None:
    (file.parents[1] / "other.bin").rename(file)


def _swap_for_link(file: Path) -> None:
    moved = file.parents[2] / "moved"
    file.rename(moved)
    file.symlink_to(moved)


def _swap_for_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _swap_parent_for_link(file: Path) -> None:
    evil = file.parents[2] / "evil"
    evil.mkdir()
    (evil / file.name).write_bytes(b"weights")
    file.parent.rename(file.parents[2] / "moved")
    file.parent.symlink_to(evil)


def _grow(file: Path) -> None:
    with file.open("ab") as handle:
        handle.write(b"!")


@pytest.mark.parametrize(
    "change",
    [
        _rewrite,
        _replace,
        _swap_for_link,
        _swap_for_fifo,
        _swap_parent_for_link,
        _grow,
        Path.unlink,
    ],
)
def test_a_change_after_the_listing_is_an_error_of_that_file(
    root: Path, change: Callable[[Path], None]
) -> None:
    file = root / "sub/weights.bin"
    hashed = _hash_after(root, lambda: change(file))
    error = hashed.errors["sub/weights.bin"]
    assert isinstance(error, ArtifactChangedError)
    assert "'sub/weights.bin'" in error.message
    assert "sub/weights.bin" not in hashed.entries
    if change is not _replace:
        assert hashed.entries["other.bin"] == entry_of("other.bin", b"other", SHA2_256)


def _overwrite_start(file: Path) -> None:
    with file.open("r+b") as handle:
        handle.write(b"changed")


def _truncate(file: Path) -> None:
    os.truncate(file, BUFFER_SIZE + 1)


def _replace_by_copy(file: Path) -> None:
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    copy.rename(file)


@pytest.mark.parametrize("change", [_overwrite_start, _truncate, _grow, _replace_by_copy])
def test_a_change_while_reading_is_an_error(tmp_path: Path, change: Callable[[Path], None]) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(3 * BUFFER_SIZE))
    artifact = LocalArtifact(tmp_path)
    paths = artifact.list().sizes
    reports: list[int] = []

    def advance(count: int) -> None:
        if not reports:
            change(file)
        reports.append(count)

    hashed = artifact.hash(paths, SHA2_256, advance)
    error = hashed.errors["large.bin"]
    assert isinstance(error, ArtifactChangedError)
    assert error.message == "'large.bin' changed while it was read"
    assert hashed.entries == {}


@pytest.mark.skipif(not PSEUDO_FILE.exists(), reason="only Linux has a file like this")
def test_more_bytes_than_were_listed_are_an_error() -> None:
    artifact = LocalArtifact(PSEUDO_FILE)
    assert artifact.list().sizes == {PSEUDO_FILE.name: 0}
    hashed = artifact.hash([PSEUDO_FILE.name], SHA2_256, _ignore)
    assert isinstance(hashed.errors[PSEUDO_FILE.name], ArtifactChangedError)


def test_a_file_that_changed_after_the_listing_is_not_read(root: Path) -> None:
    artifact = LocalArtifact(root)
    artifact.list()
    _rewrite(root / "sub/weights.bin")
    reports: list[int] = []
    hashed = artifact.hash(["sub/weights.bin"], SHA2_256, reports.append)
    error = hashed.errors["sub/weights.bin"]
    assert error.message == "'sub/weights.bin' changed since it was listed"
    assert reports == []


def test_a_link_that_is_turned_while_reading_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(bytes(3 * BUFFER_SIZE))
    (tmp_path / "two").write_bytes(bytes(3 * BUFFER_SIZE))
    (tmp_path / "link").symlink_to("one")
    artifact = LocalArtifact(tmp_path)
    artifact.list()

    def advance(_: int) -> None:
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to("two")

    hashed = artifact.hash(["link"], SHA2_256, advance)
    assert isinstance(hashed.errors["link"], ArtifactChangedError)


def test_a_file_that_may_not_be_read_is_an_error_of_that_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_file

    def refuse(location: bytes) -> int:
        if location.endswith(b"other.bin"):
            raise PermissionError(13, "Permission denied")
        return opened(location)

    monkeypatch.setattr(guarded, "open_file", refuse)
    hashed = _hash_after(root, lambda: None)
    assert type(hashed.errors["other.bin"]) is ArtifactError
    assert hashed.errors["other.bin"].message == "'other.bin' cannot be read: Permission denied"
    assert set(hashed.entries) == {"sub/weights.bin"}


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interrupt_stops_all_workers(tmp_path: Path, workers: int) -> None:
    for name in ("a", "b", "c"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(1000 * BUFFER_SIZE)
    artifact = LocalArtifact(tmp_path, workers=workers)
    reports: list[int] = []

    def advance(count: int) -> None:
        reports.append(count)
        if len(reports) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artifact.hash(artifact.list().sizes, SHA2_256, advance)
    assert len(reports) < 1000


def test_no_more_workers_than_cores_by_default() -> None:
    assert 1 <= guarded.default_workers() <= guarded.MAX_WORKERS
