"""The CIDs of files and directories; npm's ipfs-unixfs-importer is the witness."""

from __future__ import annotations

import random

import pytest

from tests.unixfs_trees import Tree, random_tree, vectors, witnessed


@pytest.mark.parametrize(
    ("tree", "cid"), [pytest.param(*each, id=each[1][-8:]) for each in vectors()]
)
def test_what_the_witness_gave_once(tree: Tree, cid: str) -> None:
    assert tree.cid() == cid


def test_what_the_witness_gives() -> None:
    chance = random.Random(2025)
    trees = [random_tree(chance) for _ in range(20)]
    assert [tree.cid() for tree in trees] == witnessed(trees)
