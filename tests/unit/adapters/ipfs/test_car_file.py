"""CAR files that are damaged, endless or no files at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes.blocks import Stored
from weightmark.adapters.ipfs import car_file
from weightmark.adapters.ipfs.car_file import open_car
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.car import header
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.errors import ArtifactError, ContentError, MissingPathError, WeightmarkError


@pytest.fixture
def stored() -> Stored:
    stored = Stored()
    stored.root = stored.add_files({"a": b"x" * 100, "b": b"y" * 100}, UNIXFS_V1_2025)
    return stored


def _read_all(path: Path, stored: Stored) -> None:
    with open_car(path) as opened:
        for cid in (opened.root, *stored.blocks):
            opened.get(cid)
        opened.refuse_unused()


def test_a_file_with_any_byte_changed_is_refused(stored: Stored, tmp_path: Path) -> None:
    path, data = tmp_path / "file.car", stored.car()
    path.write_bytes(data)
    _read_all(path, stored)
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :])
        with pytest.raises(ContentError):
            _read_all(path, stored)


def test_a_file_that_ends_early_is_refused(stored: Stored, tmp_path: Path) -> None:
    path, data = tmp_path / "file.car", stored.car()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(ContentError):
            _read_all(path, stored)


def test_a_block_that_changes_between_two_readings_is_refused(
    stored: Stored, tmp_path: Path
) -> None:
    path = tmp_path / "file.car"
    path.write_bytes(stored.car())
    with open_car(path) as opened:
        opened.get(stored.root)
        path.write_bytes(stored.car()[:-1] + b"!")
        with pytest.raises(ContentError, match="not what its CID says"):
            opened.get(stored.root)


def test_a_block_may_be_there_twice(stored: Stored, tmp_path: Path) -> None:
    path, car = tmp_path / "file.car", stored.car()
    path.write_bytes(car + car[len(header(stored.root)) :])
    _read_all(path, stored)


def test_blocks_beyond_the_bound_are_refused(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(car_file, "MAX_BLOCKS", len(stored.blocks) - 1)
    (tmp_path / "file.car").write_bytes(stored.car())
    with pytest.raises(ContentError, match="more than 2 blocks"):
        _read_all(tmp_path / "file.car", stored)


def test_blocks_that_belong_to_nothing_are_named(stored: Stored, tmp_path: Path) -> None:
    extra = stored.raw(b"extra")
    (tmp_path / "file.car").write_bytes(stored.car())
    del stored.blocks[extra]
    with pytest.raises(ContentError, match=rf"1, {cid_text(extra)} among them"):
        _read_all(tmp_path / "file.car", stored)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    expected: dict[Path, type[WeightmarkError]] = {
        tmp_path: ArtifactError,
        tmp_path / "fifo": ArtifactError,
        tmp_path / "none": MissingPathError,
        tmp_path / ("x" * 300): ArtifactError,
    }
    for path, error in expected.items():
        with pytest.raises(error), open_car(path):
            pass
