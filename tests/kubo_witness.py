"""The CIDs that Kubo gives to trees of generated files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.kubo import environment_of, new_repository, require_kubo
from tests.unixfs_trees import Tree


def witnessed_by_kubo(trees: Sequence[Tree], folder: Path) -> list[str]:
    """Return the CIDs that Kubo gives, by the profile of each tree.

    Args:
        trees: What is addressed.
        folder: Where they are written, and a repository for each profile is made.
    """
    program = require_kubo()
    found: dict[str, str] = {}
    for profile in {tree.profile for tree in trees}:
        environment = environment_of(new_repository(folder / profile, profile))
        names = [str(number) for number, tree in enumerate(trees) if tree.profile == profile]
        for name in names:
            write_tree(trees[int(name)], folder / name)
        done = subprocess.run(
            [program, "add", "--only-hash", "--recursive", "--hidden", "--progress=false", *names],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        added = (line.split(" ", 2) for line in done.stdout.splitlines())
        found |= {path: cid for _, cid, path in added}
    return [found[str(number)] for number in range(len(trees))]


def write_tree(tree: Tree, place: Path) -> None:
    """Write a tree of files; its only file at the place itself, if its path is ""."""
    for path, (text, size) in tree.files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        with file.open("wb") as opened:
            piece = data * (2**20 // len(data) + 1)
            for offset in range(0, size, len(piece)):
                opened.write(piece[: size - offset])
