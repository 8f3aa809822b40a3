"""The trees that are hashed: made once, kept where ``--data`` says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
FILES_PER_DIRECTORY = 1000


@dataclass(frozen=True, slots=True)
class Scale:
    """How much data a benchmark makes.

    Attributes:
        weights_size: Length of each of the four weight files, in bytes.
        extra_files: How many files of 50 KiB lie beside them.
        many: How many small files the smaller and the larger tree of such hold.
    """

    weights_size: int
    extra_files: int
    many: tuple[int, int]


FULL = Scale(512 * MIB, 200, (10_000, 100_000))
QUICK = Scale(16 * MIB, 20, (500, 2_000))


@dataclass(frozen=True, slots=True)
class Trees:
    """Where the trees are: a large model, a small one, and many small files twice."""

    large: Path
    small: Path
    fewer: Path
    more: Path


def make_trees(base: Path, scale: Scale) -> Trees:
    """Make what is not there yet, and return where it is."""
    fewer, more = scale.many
    large = base / f"large-{scale.weights_size // MIB}"
    trees = Trees(large, base / "small", base / f"many-{fewer}", base / f"many-{more}")
    files = [(f"model-{index}.safetensors", scale.weights_size) for index in range(4)]
    files += [(f"extra/{index}.bin", 50 * 1024) for index in range(scale.extra_files)]
    _make(trees.large, [*files, ("config.json", 495)])
    _make(trees.small, [("model.safetensors", 300_000), ("config.json", 495)])
    _make(trees.fewer, _many(fewer))
    _make(trees.more, _many(more))
    return trees


def size_of(tree: Path) -> int:
    """Return the length of all files of a tree, in bytes."""
    return sum(
        os.path.getsize(f"{where}/{name}")  # noqa: PTH202 - a Path each would show in the peaks
        for where, _, names in os.walk(tree)
        for name in names
    )


def _many(count: int) -> Iterator[tuple[str, int]]:
    for index in range(count):
        yield f"{index // FILES_PER_DIRECTORY}/{index}.bin", 1000 + index % 1000


def _make(tree: Path, files: Iterable[tuple[str, int]]) -> None:
    if tree.exists():
        return
    partial = tree.with_name(f"{tree.name}.partial")
    for path, size in files:
        file = partial / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as handle:
            for start in range(0, size, MIB):
                handle.write(os.urandom(min(MIB, size - start)))
    partial.rename(tree)
