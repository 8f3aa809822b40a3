"""The models of a tree, and what is left out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.earlier import write_files
from weightmark.adapters.files.model_tree import find_models
from weightmark.domain.models import Models, Selection
from weightmark.errors import ArtifactError, MissingPathError

FILES = {
    "a.PTH": b"",
    "notes.txt": b"",
    "bert/config.json": b"",
    "bert/pytorch_model.bin": b"",
    "bert/onnx/model.onnx": b"",
    "deep/er/b.gguf": b"",
    "deep/er/c/config.json": b"",
    "deep/d.pkl": b"",
}
EVERYTHING = ("a.PTH", "bert", "deep/d.pkl", "deep/er/b.gguf", "deep/er/c")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_files(tmp_path / "models", FILES)


def test_files_by_suffix_and_folders_by_content(tree: Path) -> None:
    assert find_models(tree, Selection()) == Models(EVERYTHING)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(is_recursive=False), Models(("a.PTH", "bert"))),
        (Selection(include=("*.bin", "*.txt")), Models(("bert/pytorch_model.bin", "notes.txt"))),
        (Selection(include=("deep/er",)), Models(("deep/er",))),
        (Selection(exclude=("deep",)), Models(("a.PTH", "bert"), ("deep",))),
        (
            Selection(exclude=("*.PTH", "deep/er/*")),
            Models(("bert", "deep/d.pkl"), ("a.PTH", "deep/er/b.gguf", "deep/er/c")),
        ),
        (
            Selection(include=("*",), exclude=("*",)),
            Models((), ("a.PTH", "bert", "deep", "notes.txt")),
        ),
        (Selection(include=("*.nothing",)), Models(())),
    ],
)
def test_a_selection(tree: Path, selection: Selection, expected: Models) -> None:
    assert find_models(tree, selection) == expected


def test_a_folder_that_is_itself_one_model(tree: Path) -> None:
    assert find_models(tree / "bert", Selection()) == Models((".",))


def test_hole_4_links_are_not_passed_over_in_silence(tree: Path, tmp_path: Path) -> None:
    outside = write_files(tmp_path / "outside", {"evil.bin": b""})
    (tree / "inside").symlink_to("deep")
    (tree / "loop").symlink_to(".")
    (tree / "file.bin").symlink_to("a.PTH")
    assert find_models(tree, Selection()).paths == ("a.PTH", *EVERYTHING[1:], "file.bin")
    (tree / "link").symlink_to(outside)
    with pytest.raises(ArtifactError, match="'link' leads to a folder outside"):
        find_models(tree, Selection())
    assert find_models(tree, Selection(exclude=("link",))).excluded == ("link",)


def test_names_that_are_no_text_and_things_that_are_no_files_are_found(tree: Path) -> None:
    (tree / os.fsdecode(b"\xff.bin")).write_bytes(b"")
    os.mkfifo(tree / "pipe.bin")
    found = set(find_models(tree, Selection()).paths) - set(EVERYTHING)
    assert found == {"\udcff.bin", "pipe.bin"}


def test_a_folder_that_cannot_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ArtifactError, match="cannot be read: Permission denied"):
        find_models(tree, Selection())


def test_what_is_no_tree(tree: Path) -> None:
    for path in (tree / "nothing", tree / "a.PTH"):
        with pytest.raises(MissingPathError, match="no directory"):
            find_models(path, Selection())
