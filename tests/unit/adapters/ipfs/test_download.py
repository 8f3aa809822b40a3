"""Downloads that are kept until they are complete: what is on the disk is hashed, not believed."""

from __future__ import annotations

import errno
import fcntl
import os
from hashlib import sha256
from pathlib import Path

import pytest

from weightmark.adapters.ipfs.download import LocalDownload, LocalDownloads
from weightmark.domain.content_address import raw_block_cid
from weightmark.errors import (
    AlreadyExistsError,
    ArtifactError,
    LockTimeoutError,
    StorageError,
    WeightmarkError,
)

KEY = bytes(range(32))
FOLDER = ".weightmark-000102030405060708090a0b0c0d0e0f"
DATA = b"content" * 100


def cid_of(data: bytes) -> bytes:
    return raw_block_cid(sha256(data).digest())


def begun(tmp_path: Path, sizes: dict[str, int]) -> LocalDownload:
    """Return a download that nobody holds a lock on."""
    with LocalDownloads(tmp_path / "out").resumed(KEY) as download:
        download.begin(sizes)
        return download


def test_what_was_written_is_there_also_later(tmp_path: Path) -> None:
    download = begun(tmp_path, {"a/b": 2 * len(DATA), "empty": 0})
    second = ("a/b", len(DATA), len(DATA), cid_of(DATA))
    assert not download.holds(*second)
    download.write("a/b", len(DATA), DATA)
    for each in (download, begun(tmp_path, {"a/b": 2 * len(DATA), "empty": 0})):
        assert each.holds(*second)
        assert not each.holds("a/b", 0, len(DATA), cid_of(DATA))
        assert each.holds("empty", 0, 0, cid_of(b""))
    (Path(download.place) / "files/a/b").write_bytes(b"!" * 2 * len(DATA))
    assert not download.holds(*second)


def test_holes_stay_holes_and_are_known(tmp_path: Path) -> None:
    size = 10 * 2**30
    download = begun(tmp_path, {"sparse": size})
    assert download.holds("sparse", size - 2**20, 2**20, cid_of(bytes(2**20)))
    assert not download.holds("sparse", 0, 2**20, cid_of(b"!" * 2**20))
    download.write("sparse", 2**30, DATA)
    assert download.holds("sparse", 2**30, len(DATA), cid_of(DATA))
    status = (Path(download.place) / "files/sparse").stat()
    assert (status.st_size, status.st_blocks * 512 < 2**20) == (size, True)


def test_a_file_of_another_length_gets_its_own(tmp_path: Path) -> None:
    begun(tmp_path, {"a": 3}).write("a", 0, b"abc")
    for size in (5, 2):
        place = Path(begun(tmp_path, {"a": size}).place)
        assert (place / "files/a").stat().st_size == size


def test_blocks_are_kept_and_believed_only_if_they_are_true(tmp_path: Path) -> None:
    download = begun(tmp_path, {"a": 1})
    assert download.kept(cid_of(DATA)) is None
    download.keep(cid_of(DATA), DATA)
    assert download.kept(cid_of(DATA)) == DATA
    (kept,) = (Path(download.place) / "blocks").iterdir()
    kept.write_bytes(DATA[1:])
    assert download.kept(cid_of(DATA)) is None


def test_there_has_to_be_room(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="bytes are needed"):
        begun(tmp_path, {"a": 2**62})
    assert not list(tmp_path.iterdir())


def test_where_nothing_was_fetched_nothing_is_left(tmp_path: Path) -> None:
    with LocalDownloads(tmp_path / "out").resumed(KEY):
        assert [path.name for path in tmp_path.iterdir()] == [FOLDER]
    assert not list(tmp_path.iterdir())


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with (
        LocalDownloads(tmp_path / "out").resumed(KEY) as download,
        LocalDownloads(tmp_path / "out").resumed(KEY[::-1]),
    ):
        download.begin({"a": 1})
        with (
            pytest.raises(LockTimeoutError, match="another process fetches the same release"),
            LocalDownloads(tmp_path / "other").resumed(KEY),
        ):
            pass


def test_where_no_locks_are_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(StorageError, match="No locks available"):
        begun(tmp_path, {"a": 1})


def test_what_is_whole_gets_to_its_place(tmp_path: Path) -> None:
    with LocalDownloads(tmp_path / "out").resumed(KEY) as download:
        download.begin({"a/b": 1, "c": 0})
        download.keep(cid_of(DATA), DATA)
        download.write("a/b", 0, b"!")
        download.finish()
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert (tmp_path / "out/a/b").read_bytes() == b"!"
    assert (tmp_path / "out/c").read_bytes() == b""
    with (
        pytest.raises(AlreadyExistsError),
        LocalDownloads(tmp_path / "out").resumed(KEY),
    ):
        pass


def test_what_appears_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    with LocalDownloads(tmp_path / "out").resumed(KEY) as download:
        download.begin({"a": 1})
        (tmp_path / "out").write_bytes(b"theirs")
        with pytest.raises(AlreadyExistsError):
            download.finish()
    assert (tmp_path / "out").read_bytes() == b"theirs"
    assert (tmp_path / FOLDER / "files/a").exists()


def test_the_folder_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path, {"a": 1})
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(StorageError, match="belongs to somebody else"):
        begun(tmp_path, {"a": 1})


def test_a_link_in_the_folders_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="cannot be written"):
        begun(tmp_path, {"a": 1})
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_what_took_a_files_place_is_not_written_to(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    place = Path(begun(tmp_path, {"a": 6}).place) / "files/a"
    place.unlink()
    match kind:
        case "link":
            place.symlink_to(target)
        case "fifo":
            os.mkfifo(place)
        case _:
            place.mkdir()
    with LocalDownloads(tmp_path / "out").resumed(KEY) as download:
        with pytest.raises(WeightmarkError) as caught:
            download.begin({"a": 6})
        assert isinstance(caught.value, StorageError | ArtifactError)
        with pytest.raises(StorageError):
            download.write("a", 0, b"ours!!")
    assert target.read_bytes() == b"theirs"


def test_a_name_that_no_place_can_have_is_refused_before_anything_is_fetched(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    for name in ("n" * 300, "file/out"):
        with (
            pytest.raises(StorageError, match="cannot be written"),
            LocalDownloads(tmp_path / name).resumed(KEY),
        ):
            pytest.fail("it was begun")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file") as caught:
        begun(tmp_path / "none", {"a": 1})
    assert caught.value.hint.startswith(f"make '{tmp_path / 'none'}' first")
    download = begun(tmp_path, {"a": 1})
    with pytest.raises(StorageError, match="cannot be written"):
        download.begin({"a/b": 1})
