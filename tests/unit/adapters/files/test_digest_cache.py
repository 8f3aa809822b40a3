"""The cache gives a digest only for a file that cannot have changed since."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

from tests.fakes.artifact import entry_of
from tests.modes import mode_of
from weightmark.adapters.files.digest_cache import SAFETY_MARGIN, DigestCache
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.files.reading import identity_of
from weightmark.domain.digests import DigestAlgorithm
from weightmark.ports.artifacts import HashedFiles

SHA2_256 = DigestAlgorithm.SHA2_256
FILES = {"a.bin": b"first" * 20_000, "b.bin": b"second" * 20_000}


class Bench:
    """An artifact with a cache, at a time of which the test decides."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = base / "model"
        self.cache_file = base / "state/digests.sqlite3"
        self.root.mkdir()
        for path, data in FILES.items():
            (self.root / path).write_bytes(data)
        self.ahead = 10 * SAFETY_MARGIN
        clock = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: clock() + self.ahead)

    def hash(self, algorithm: DigestAlgorithm = SHA2_256) -> HashedFiles:
        artifact = LocalArtifact(self.root, cache=DigestCache(self.cache_file))
        return artifact.hash(artifact.list().sizes, algorithm, lambda _: None)

    def rows(self) -> int:
        with sqlite3.connect(self.cache_file) as database:
            count: int = database.execute("SELECT count(*) FROM digests_v1").fetchone()[0]
        database.close()
        return count

    def plant(self, path: str, digest: bytes) -> None:
        """Let the cache say something false, so that it shows when it is used."""
        identity = identity_of((self.root / path).lstat())
        DigestCache(self.cache_file).store({identity: digest}, SHA2_256, time.time_ns())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def _expected(algorithm: DigestAlgorithm = SHA2_256) -> HashedFiles:
    return HashedFiles({path: entry_of(path, data, algorithm) for path, data in FILES.items()})


def test_a_second_time_gives_the_same_without_reading(bench: Bench) -> None:
    assert bench.hash() == _expected()
    assert bench.rows() == 2
    assert bench.hash() == _expected()
    bench.plant("a.bin", b"\x01" * 32)
    assert bench.hash().entries["a.bin"].digest == "1220" + "01" * 32
    assert bench.hash().entries["b.bin"] == _expected().entries["b.bin"]


def test_progress_counts_what_is_known(bench: Bench) -> None:
    bench.hash()
    artifact = LocalArtifact(bench.root, cache=DigestCache(bench.cache_file))
    counts: list[int] = []
    artifact.hash(artifact.list().sizes, SHA2_256, counts.append)
    assert sum(counts) == 220_000


def test_small_files_are_hashed_anew(bench: Bench) -> None:
    (bench.root / "a.bin").write_bytes(b"small")
    bench.plant("a.bin", b"\x01" * 32)
    assert bench.hash().entries["a.bin"] == entry_of("a.bin", b"small", SHA2_256)
    assert bench.rows() == 2


def test_without_a_cache_nothing_is_taken_from_it(bench: Bench) -> None:
    bench.plant("a.bin", b"\x01" * 32)
    artifact = LocalArtifact(bench.root)
    assert artifact.hash(artifact.list().sizes, SHA2_256, lambda _: None) == _expected()


def test_algorithms_are_kept_apart(bench: Bench) -> None:
    bench.hash()
    assert bench.hash(DigestAlgorithm.BLAKE3) == _expected(DigestAlgorithm.BLAKE3)
    assert bench.rows() == 4


def test_what_is_known_of_one_algorithm_alone_is_read_for_both(bench: Bench) -> None:
    bench.hash()
    bench.plant("a.bin", b"\x01" * 32)
    artifact = LocalArtifact(bench.root, cache=DigestCache(bench.cache_file))
    for _ in range(2):
        found = artifact.hash_together(
            artifact.list().sizes, tuple(DigestAlgorithm), lambda _: None
        )
        assert found == {each: _expected(each) for each in DigestAlgorithm}
    assert bench.rows() == 4


@pytest.mark.parametrize("change", ["content", "times", "replacement"])
def test_a_file_that_changed_is_read_again(bench: Bench, change: str) -> None:
    bench.hash()
    bench.plant("a.bin", b"\x01" * 32)
    file = bench.root / "a.bin"
    before = file.stat()
    if change == "replacement":
        file.rename(bench.root.parent / "kept")
    data = FILES["a.bin"] if change == "times" else b"FIRST" * 20_000
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert bench.hash().entries["a.bin"] == entry_of("a.bin", data, SHA2_256)


@pytest.mark.parametrize("ahead", [0, SAFETY_MARGIN // 2])
def test_a_file_that_changed_a_moment_ago_is_not_stored(bench: Bench, ahead: int) -> None:
    bench.ahead = ahead
    assert bench.hash() == _expected()
    assert not bench.cache_file.exists() or bench.rows() == 0


def test_a_time_in_the_future_is_not_stored(bench: Bench) -> None:
    future = time.time_ns() + 100 * SAFETY_MARGIN
    os.utime(bench.root / "a.bin", ns=(future, future))
    bench.hash()
    assert bench.rows() == 1


@pytest.mark.parametrize("damage", [b"this is not a database" * 100, b"SQLite format 3\x00" * 300])
def test_a_corrupt_cache_is_ignored_and_made_anew(bench: Bench, damage: bytes) -> None:
    bench.cache_file.parent.mkdir()
    bench.cache_file.write_bytes(damage)
    assert bench.hash() == _expected()
    assert bench.hash() == _expected()
    assert bench.rows() == 2


def test_a_cache_that_cannot_be_used_is_ignored(bench: Bench) -> None:
    bench.cache_file.mkdir(parents=True)
    assert bench.hash() == _expected()
    bench.cache_file.rmdir()
    bench.cache_file.parent.rmdir()
    bench.cache_file.parent.write_bytes(b"in the way")
    assert bench.hash() == _expected()


def test_the_cache_is_private(bench: Bench, no_umask: None) -> None:
    bench.cache_file.parent.mkdir(mode=0o755)
    bench.hash()
    assert {each.name: mode_of(each) for each in bench.cache_file.parent.iterdir()} == {
        "digests.sqlite3": 0o600
    }


def test_a_cache_that_another_process_holds_is_ignored(bench: Bench) -> None:
    bench.hash()
    other = sqlite3.connect(bench.cache_file)
    other.execute("BEGIN EXCLUSIVE")
    assert bench.hash() == _expected()
    other.close()


def test_the_oldest_go_first(tmp_path: Path) -> None:
    cache = DigestCache(tmp_path / "cache", max_rows=3)
    identities = {str(number): bytes([number]) * 24 + bytes(16) for number in range(5)}
    for identity in identities.values():
        cache.store({identity: identity[:1] * 32}, SHA2_256, 2 * SAFETY_MARGIN)
    assert cache.find(identities, SHA2_256) == {
        str(number): bytes([number]) * 32 for number in (2, 3, 4)
    }
