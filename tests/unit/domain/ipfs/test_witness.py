"""The CIDs of files and directories; npm's ipfs-unixfs-importer is the witness."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.unixfs_trees import Tree, random_tree, witnessed

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[3] / "vectors/unixfs.json").read_text()
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["cid"])[-8:])
def test_what_the_witness_gave_once(case: dict[str, Any]) -> None:
    """Sizes around one chunk and around what one node links to: up to three levels."""
    assert Tree(case["profile"], case["files"]).cid() == case["cid"]


@pytest.mark.parametrize("case", VECTORS["wide"], ids=lambda case: str(case["cid"])[-8:])
def test_what_the_witness_gave_for_wide_directories(case: dict[str, Any]) -> None:
    """The largest that is one block, and the smallest that is sharded, of each profile."""
    files = {f"{number:0200}": ("x", number % 3) for number in range(case["count"])}
    assert Tree(case["profile"], files).cid() == case["cid"]


def test_what_the_witness_gives() -> None:
    chance = random.Random(2025)
    trees = [random_tree(chance) for _ in range(20)]
    assert [tree.cid() for tree in trees] == witnessed(trees)
