"""What every `Addressable`, `Blocks` and `Destination` does, on disk and in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.earlier import write_files
from tests.fakes.artifact import FakeArtifact, entry_of
from tests.fakes.blocks import FakeDestination, Stored
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.ipfs.car_file import open_car
from weightmark.adapters.ipfs.destination import LocalDestination
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.profiles import PROFILES, UNIXFS_V1_2025, Part, Profile
from weightmark.errors import AlreadyExistsError, ContentError, MissingPathError, StorageError
from weightmark.ports.content import Addressable, Blocks, Destination

SIZES = (0, 1, 70_000, 2**18, 2**20 - 1, 2**20, 2**20 + 1, 5 * 2**20 + 3)
FILES = {f"{size}.bin": (bytes(range(251)) * (size // 251 + 1))[:size] for size in SIZES}
KINDS = ("disk", "memory")
BOTH = tuple(DigestAlgorithm)


@pytest.fixture(params=KINDS)
def artifact(request: pytest.FixtureRequest, tmp_path: Path) -> Addressable:
    if request.param == "memory":
        return FakeArtifact(FILES)
    return LocalArtifact(write_files(tmp_path, FILES), workers=2)


@pytest.mark.parametrize("algorithms", [(), *((each,) for each in DigestAlgorithm), BOTH])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: str(each.name))
def test_one_reading_gives_addresses_and_digests(
    artifact: Addressable, profile: Profile, algorithms: Sequence[DigestAlgorithm]
) -> None:
    stored, nodes, told = Stored(), Stored(), list[int]()
    found = artifact.address(artifact.list().sizes, profile, nodes.put, told.append, algorithms)
    assert found.roots == {path: stored.add_file(data, profile) for path, data in FILES.items()}
    assert sum(told) == sum(SIZES)
    assert found.errors == {}
    assert nodes.blocks.items() <= stored.blocks.items()
    assert {path for path, root in found.roots.items() if root.cid in nodes.blocks} == {
        f"{size}.bin" for size in SIZES if size > profile.chunk_size
    }
    assert {algorithm: hashed.entries for algorithm, hashed in found.hashed.items()} == {
        algorithm: {path: entry_of(path, data, algorithm) for path, data in FILES.items()}
        for algorithm in algorithms
    }


def test_it_is_told_where_each_leaf_is(artifact: Addressable) -> None:
    nodes, leaves = Stored(), dict[tuple[str, int], bytes]()

    def at(path: str, offset: int, leaf: Part) -> None:
        leaves[path, offset] = leaf.cid
        assert UNIXFS_V1_2025.leaf(FILES[path][offset : offset + leaf.length]) == leaf

    artifact.address(artifact.list().sizes, UNIXFS_V1_2025, nodes.put, lambda _: None, (), at)
    assert leaves.keys() == {
        (path, offset) for path, data in FILES.items() for offset in range(0, len(data) or 1, 2**20)
    }


def test_the_place_of_a_file_has_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "model", {"a": b"x", "b/c": b"y"})
    (tmp_path / "linked").symlink_to("model")
    (tmp_path / "model/d").symlink_to("b")
    monkeypatch.chdir(tmp_path)
    for given in ("linked", str(tmp_path / "linked"), "model"):
        artifact = LocalArtifact(Path(given))
        places = {path: Path(os.fsdecode(artifact.place(path))) for path in artifact.list().sizes}
        inner = tmp_path.resolve() / "model"
        assert places == {"a": inner / "a", "b/c": inner / "b/c", "d/c": inner / "b/c"}
    single = LocalArtifact(Path("linked/a"))
    single.list()
    assert single.place("a") == os.fsencode(tmp_path.resolve() / "model/a")


def test_files_are_copied(artifact: Addressable, tmp_path: Path) -> None:
    folder, told = tmp_path / "copies", list[int]()
    folder.mkdir()
    artifact.copy(artifact.list().sizes, os.fsencode(folder), told.append)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert sum(told) == sum(SIZES)


def test_files_come_in_pieces(artifact: Addressable) -> None:
    artifact.list()
    for path, data in FILES.items():
        pieces = list(artifact.pieces(path, 2**20))
        assert b"".join(pieces) == data
        assert {len(piece) for piece in pieces[:-1]} <= {2**20}
        assert len(pieces) == max(1, -(-len(data) // 2**20))


def test_a_directory_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert LocalArtifact(tmp_path).is_directory
    assert FakeArtifact({}).is_directory
    assert not LocalArtifact(tmp_path / "file").is_directory
    with pytest.raises(MissingPathError):
        _ = LocalArtifact(tmp_path / "other").is_directory


@pytest.fixture
def stored() -> Stored:
    stored = Stored()
    stored.root = stored.add_files({"a": b"x", "b/c": b"y"}, UNIXFS_V1_2025)
    return stored


@pytest.fixture(params=KINDS)
def blocks(request: pytest.FixtureRequest, stored: Stored, tmp_path: Path) -> Iterator[Blocks]:
    with ExitStack() as opened:
        if request.param == "memory":
            yield stored
        else:
            (tmp_path / "file.car").write_bytes(stored.car())
            yield opened.enter_context(open_car(tmp_path / "file.car"))


def test_every_block_is_given(blocks: Blocks, stored: Stored) -> None:
    assert blocks.root == stored.root
    for cid, block in stored.blocks.items():
        with pytest.raises(ContentError, match="does not lead to"):
            blocks.refuse_unused()
        assert blocks.get(cid) == block
    blocks.refuse_unused()


def test_a_block_that_is_not_there(blocks: Blocks) -> None:
    with pytest.raises(ContentError, match="block bafkrei"):
        blocks.get(Stored().raw(b"other"))


@pytest.fixture(params=KINDS)
def destination(request: pytest.FixtureRequest, tmp_path: Path) -> Destination:
    return (
        FakeDestination(10**6) if request.param == "memory" else LocalDestination(tmp_path / "out")
    )


def _content(destination: Destination, tmp_path: Path) -> dict[str, bytes] | None:
    if isinstance(destination, FakeDestination):
        return destination.files
    out = tmp_path / "out"
    if out.is_file():
        return {"": out.read_bytes()}
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): path.read_bytes() for path in files} or None


@pytest.mark.parametrize("files", [{"": b"one file"}, {"a": b"x", "b/c/d": b"y", "empty": b""}])
def test_what_was_staged_is_there_at_the_end(
    destination: Destination, tmp_path: Path, files: dict[str, bytes]
) -> None:
    with destination.staged() as staging:
        staging.reserve(1000)
        for path, data in files.items():
            staging.write(path, (data[:1], data[1:]))
        if isinstance(destination, LocalDestination):
            assert not (tmp_path / "out").exists()
    assert _content(destination, tmp_path) == files
    with pytest.raises(AlreadyExistsError), destination.staged():
        pass
    assert _content(destination, tmp_path) == files


def test_what_failed_leaves_nothing(destination: Destination, tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x"
        raise ContentError("bad")

    with pytest.raises(ContentError, match="bad"), destination.staged() as staging:
        staging.write("a", failing())
    assert _content(destination, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_more_than_there_is_room_for_is_refused(destination: Destination) -> None:
    with pytest.raises(StorageError, match="bytes are needed"), destination.staged() as staging:
        staging.reserve(2**62)
