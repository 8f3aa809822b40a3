"""Releases that are published once for all tests of a process, and copied for each one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anvil import anvil_url
from tests.command import Weightmark
from tests.e2e.nodes import FOREIGN_NETWORK, Node, started_node
from tests.e2e.releases import Release, assert_ends, publish, write_model

__all__ = ["anvil_url"]


def _new_weightmark(folder: Path) -> Weightmark:
    for name in ("user", "home", "work"):
        (folder / name).mkdir()
    return Weightmark(folder / "user", folder / "home", folder / "work")


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.0.0 on the embedded chain. Tests take `release`, and leave this one alone."""
    folder = tmp_path_factory.mktemp("first")
    return publish(_new_weightmark(folder), write_model(folder / "model"), "1.0.0")


@pytest.fixture(scope="session")
def second_release(first_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.1.0 after it, with other weights, and verified once."""
    copied = first_release.copy(tmp_path_factory.mktemp("second"))
    copied.manifest.unlink()
    (copied.model / "model.safetensors").write_bytes(bytes(range(255, -1, -1)) * 16)
    following = publish(copied.weightmark, copied.model, "1.1.0")
    assert_ends(following.verify(), 0)
    return following


@pytest.fixture
def release(first_release: Release, tmp_path: Path, request: pytest.FixtureRequest) -> Release:
    """Release 1.0.0, with files and state of this test alone."""
    measured = request.node.get_closest_marker("measured") is not None
    return first_release.copy(tmp_path, measured=measured)


@pytest.fixture
def following(second_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.1.0, which follows 1.0.0, with files and state of this test alone."""
    return second_release.copy(tmp_path_factory.mktemp("following"))


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A node of a chain that is none of this machine's: finality and age of blocks count."""
    with started_node() as node:
        yield node


@pytest.fixture(scope="session")
def first_foreign_release(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.0.0 on that chain, and final."""
    folder = tmp_path_factory.mktemp("foreign")
    weightmark = _new_weightmark(folder)
    added = ("--chain-id", str(node.chain_id), "--rpc-url", node.url)
    assert_ends(weightmark("network", "add", FOREIGN_NETWORK, *added), 0)
    assert_ends(node.send(weightmark, "network", "deploy", FOREIGN_NETWORK), 0)
    model = write_model(folder / "model")
    release = node.publish(weightmark, model, "1.0.0")
    node.finalize()
    return release


@pytest.fixture
def foreign_release(first_foreign_release: Release, tmp_path: Path) -> Release:
    """Release 1.0.0 on that chain, with files and state of this test alone."""
    return first_foreign_release.copy(tmp_path)
