"""How the work of reading is shared out, and how it is told."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from weightmark.adapters.files import guarded
from weightmark.adapters.files.guarded import BUFFER_SIZE, SMALL_FILE_SIZE, Pace, read_files
from weightmark.adapters.files.reading import identity_of
from weightmark.adapters.files.tree import Tree
from weightmark.errors import ArtifactChangedError, ArtifactError


class Lengths:
    """Reads files, and keeps which sizes it was told in which order."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.told: list[int] = []

    def read(self, path: str, descriptor: int, size: int) -> tuple[int, str]:
        self.told.append(size)
        buffer, length = memoryview(bytearray(BUFFER_SIZE)), 0
        while count := self.pace.read(descriptor, buffer):
            length += count
        return length, f"{size} bytes"


def a_tree(folder: Path, sizes: dict[str, int]) -> Tree:
    tree = Tree(os.fsencode(folder) + b"/")
    for name, size in sizes.items():
        with (folder / name).open("wb") as file:
            file.truncate(size)
        tree.identities[name] = identity_of((folder / name).stat())
    return tree


SIZES = {"s": SMALL_FILE_SIZE, "l": SMALL_FILE_SIZE + 1, "none": 0, "xl": 3 * BUFFER_SIZE}


def test_small_files_come_together_and_the_others_largest_first(tmp_path: Path) -> None:
    made: list[Lengths] = []
    told: list[int] = []

    def new_reader(pace: Pace) -> Lengths:
        made.append(Lengths(pace))
        return made[-1]

    tree = a_tree(tmp_path, SIZES)
    found = read_files(tree, SIZES, new_reader, told.append, 1)
    assert found.results == {name: f"{size} bytes" for name, size in SIZES.items()}
    assert [each.told for each in made] == [[SIZES[name] for name in ("s", "none", "xl", "l")]]
    assert sum(told) == sum(SIZES.values())
    assert all(count >= BUFFER_SIZE for count in told[:-1])
    made.clear()
    assert read_files(tree, SIZES, new_reader, told.append, 99) == found
    assert len(made) == 3  # no more workers than parts of the work: one for all small files


@pytest.mark.parametrize("workers", [0, 1, 4])
def test_nothing_to_read_is_nothing_found(tmp_path: Path, workers: int) -> None:
    told: list[int] = []
    found = read_files(a_tree(tmp_path, {}), (), Lengths, told.append, workers)
    assert (found.results, found.errors, told) == ({}, {}, [])


def test_whoever_is_told_to_stop_reads_nothing_and_reports_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    told: list[int] = []
    stopped = threading.Event()
    pace, buffer = Pace(told.append, stopped), memoryview(bytearray(2))
    with (tmp_path / "a").open("rb", buffering=0) as file:
        assert pace.read(file.fileno(), buffer) == 2
        assert told == []  # fewer than a buffer full: told at the end
        stopped.set()
        assert pace.read(file.fileno(), buffer) == 0
        assert file.read() == b"c"
    for _ in range(2):
        pace.report()
    assert told == [2]


def test_one_file_that_fails_leaves_the_others(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, SIZES)
    (tmp_path / "l").unlink()
    (tmp_path / "none").unlink()
    (tmp_path / "none").symlink_to("s")
    (tmp_path / "xl").rename(tmp_path / "moved")
    (tmp_path / "xl").mkdir()
    found = read_files(tree, SIZES, Lengths, lambda _: None, 2)
    assert found.results == {"s": f"{SMALL_FILE_SIZE} bytes"}
    assert {name: error.message for name, error in found.errors.items()} == {
        "l": "'l' was replaced since it was listed",
        "none": "'none' was replaced since it was listed",
        "xl": "'xl' changed since it was listed",
    }
    hints = {error.hint for error in found.errors.values()}
    assert hints == {"wait until nothing writes there, and try again"}


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pieces_join_to_the_file(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "none").touch()
    tree = Tree(os.fsencode(tmp_path) + b"/")
    for name in ("a", "none"):
        tree.identities[name] = identity_of((tmp_path / name).stat())
    pieces = list(guarded.read_pieces(tree, "a", size))
    assert b"".join(pieces) == b"abc"
    assert [len(piece) for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
    assert list(guarded.read_pieces(tree, "none", size)) == [b""]


def test_a_name_that_acts_on_a_terminal_does_not_act_in_a_message() -> None:
    error = guarded.changed("a\x1b[2K", "changed")
    assert isinstance(error, ArtifactChangedError)
    assert isinstance(error, ArtifactError)
    assert error.message == "'a\\x1b[2K' changed"


def test_workers_are_bounded_wherever_cores_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(99)), raising=False)
    assert guarded.default_workers() == guarded.MAX_WORKERS
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7}, raising=False)
    assert guarded.default_workers() == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    for cores, workers in ((None, 1), (3, 3), (99, guarded.MAX_WORKERS)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert guarded.default_workers() == workers
