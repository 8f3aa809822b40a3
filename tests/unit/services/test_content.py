"""Addressing, exporting and importing an artifact, with everything in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes.artifact import FakeArtifact
from tests.fakes.blocks import FakeDestination, Stored
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.profiles import PROFILES, UNIXFS_V1_2025, Profile
from weightmark.errors import ArtifactChangedError, ArtifactError, ContentError, StorageError
from weightmark.ports.artifacts import Advance, no_progress
from weightmark.services.content import address, export_car, import_car

LARGE = bytes(range(256)) * 4096 * 2 + b"end"
FILES = {"a": b"x", "b/large": LARGE, "b/same": LARGE, "c": b"", "d": bytes(3 * 2**20)}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: str(each.name))
def test_a_car_file_holds_each_block_once_and_the_root_first(profile: Profile) -> None:
    stored, out = Stored(), FakeDestination()
    stored.root = stored.add_files(FILES, profile)
    addressed = export_car(FakeArtifact(FILES), profile, out, no_progress)
    assert addressed.cid == stored.root
    assert addressed.size == sum(map(len, FILES.values()))
    assert out.files is not None
    (data,) = out.files.values()
    start = header(stored.root) + section_head(stored.root, len(stored.blocks[stored.root]))
    assert data.startswith(start)
    assert len(data) == len(stored.car())
    for cid, block in stored.blocks.items():
        assert section_head(cid, len(block)) + block in data


def test_what_is_imported_is_told() -> None:
    stored, out, told = Stored(), FakeDestination(), list[int]()
    stored.root = stored.add_files(FILES, UNIXFS_V1_2025)

    def start(total: int) -> Advance:
        told.append(-total)
        return told.append

    imported = import_car(stored, out, start)
    assert out.files == FILES
    assert (imported.cid, imported.files) == (stored.root, len(FILES))
    assert told[0] == -imported.size
    assert sum(told) == 0


def test_nothing_is_in_its_place_before_every_block_was_checked() -> None:
    stored, out = Stored(), FakeDestination()
    stored.root = stored.add_files({"a": b"x", "z": b"y"}, UNIXFS_V1_2025)
    stored.put(stored.raw(b"y"), b"?")
    with pytest.raises(ContentError, match="not what its CID says"):
        import_car(stored, out, no_progress)
    assert out.files is None


def test_an_artifact_without_files_has_no_address() -> None:
    with pytest.raises(ArtifactError, match="holds no files"):
        address(FakeArtifact({}), UNIXFS_V1_2025, no_progress)


def test_a_file_that_changes_while_it_is_read_is_named() -> None:
    artifact = FakeArtifact(FILES, changing={"b/large"})
    with pytest.raises(ArtifactChangedError, match="b/large"):
        address(artifact, UNIXFS_V1_2025, no_progress)


@pytest.mark.parametrize("change", [bytes.upper, lambda data: data[:-1]])
def test_a_file_that_changes_after_it_was_addressed_is_named(
    change: Callable[[bytes], bytes],
) -> None:
    artifact, out = FakeArtifact({"a": b"one", "b": b"two"}), FakeDestination()
    starts: list[int] = []

    def start(total: int) -> Advance:
        starts.append(total)
        if len(starts) == 2:
            artifact.files["b"] = change(artifact.files["b"])
        return lambda _: None

    with pytest.raises(ArtifactChangedError, match="'b' changed since it was addressed"):
        export_car(artifact, UNIXFS_V1_2025, out, start)
    assert out.files is None


def test_what_there_is_no_room_for_is_not_begun() -> None:
    stored, out = Stored(), FakeDestination(room=3)
    stored.root = stored.add_files({"a": b"four"}, UNIXFS_V1_2025)
    with pytest.raises(StorageError, match="4 bytes are needed, and 3 are free"):
        import_car(stored, out, no_progress)
    with pytest.raises(StorageError, match="4 bytes are needed, and 3 are free"):
        export_car(FakeArtifact({"a": b"four"}), UNIXFS_V1_2025, out, no_progress)
    assert out.files is None
