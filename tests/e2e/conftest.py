"""Releases that are published once for all tests of a process, and copied for each one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anvil import anvil_url
from tests.command import SEARCH_PATH, Weightmark
from tests.e2e.fetching import FILES
from tests.e2e.nodes import Node, started_node
from tests.e2e.pinned import Pinned, Registrar
from tests.e2e.releases import Release, assert_ends, new_weightmark, publish, write_model
from tests.reference import reference
from tests.shell import forking_weightmark

__all__ = ["anvil_url", "reference"]


@pytest.fixture(scope="session")
def forks() -> Iterator[dict[str, str]]:
    """Variables for a shell: they have it find a ``weightmark`` that is a fork."""
    with forking_weightmark() as folder:
        yield {"PATH": os.pathsep.join([str(folder), SEARCH_PATH])}


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Release 1.0.0 on the embedded chain. Tests take `release`, and leave this one alone."""
    folder = tmp_path_factory.mktemp("first")
    return publish(new_weightmark(folder), write_model(folder / "model"), "1.0.0")


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
    covered = request.node.get_closest_marker("covered") is not None
    return first_release.copy(tmp_path, covered=covered)


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
    return node.first_release(tmp_path_factory.mktemp("foreign"))


@pytest.fixture
def foreign_release(first_foreign_release: Release, tmp_path: Path) -> Release:
    """Release 1.0.0 on that chain, with files and state of this test alone."""
    return first_foreign_release.copy(tmp_path)


@pytest.fixture(scope="session")
def publisher_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a publisher, who has nothing but a chain."""
    return tmp_path_factory.mktemp("publisher")


@pytest.fixture(scope="session")
def registrar(publisher_home: Path) -> Registrar:
    return Registrar(publisher_home)


@pytest.fixture(scope="session")
def pinned(registrar: Registrar) -> Pinned:
    return registrar.pinned("1.0.0", FILES)


@pytest.fixture
def owner(publisher_home: Path, request: pytest.FixtureRequest) -> Weightmark:
    """The command of that publisher, who has registered the releases of these tests."""
    covered = request.node.get_closest_marker("covered") is not None
    return Weightmark(publisher_home, publisher_home, publisher_home, covered)


@pytest.fixture
def reader(run_weightmark: Weightmark, pinned: Pinned, publisher_home: Path) -> Weightmark:
    """The command of somebody who has the chain, and nothing else."""
    shutil.copytree(publisher_home / "chain", run_weightmark.home / "chain")
    return run_weightmark


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where nothing is yet, in a folder of its own."""
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads" / "model"
