"""What every test gets: no network, no state of the machine's user, and the fixtures below."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

from tests.command import Weightmark
from tests.kubo import kubo
from tests.softhsm import token

__all__ = ["kubo", "token"]

# Read by the tests themselves; every other variable of this prefix is Weightmark's configuration.
TEST_SWITCHES = frozenset(
    {"WEIGHTMARK_REQUIRE_ANVIL", "WEIGHTMARK_REQUIRE_KUBO", "WEIGHTMARK_REQUIRE_PEERS"}
)
ALTERS_OUTPUT = frozenset({"COLUMNS", "FORCE_COLOR", "NO_COLOR"})
WITHOUT_SOCKETS = frozenset({"unit", "architecture"})
LOOPBACK = ["127.0.0.1"]

# What runs in the background may inherit that SIGINT is ignored, and so would what tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples each time: more of them would find no more. To look for others is to explore.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("explore", deadline=None, max_examples=100_000)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Close sockets in unit tests, and to everything but this machine in the others."""
    here = Path(__file__).parent
    for item in items:
        kind = item.path.relative_to(here).parts[0]
        closed = kind in WITHOUT_SOCKETS
        item.add_marker(pytest.mark.disable_socket if closed else pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(autouse=True)
def user_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home directory, which is the user's for this test; nothing is configured."""
    home = tmp_path_factory.mktemp("user")
    for name in list(os.environ):
        ours = name.startswith("WEIGHTMARK_") and name not in TEST_SWITCHES
        if ours or name.startswith("XDG_") or name in ALTERS_OUTPUT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Let every mode through, so that only what is asked for protects a file."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def weightmark_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return an empty data directory, which ``WEIGHTMARK_HOME`` names for this test."""
    home = tmp_path_factory.mktemp("weightmark")
    monkeypatch.setenv("WEIGHTMARK_HOME", str(home))
    return home


@pytest.fixture
def run_weightmark(
    request: pytest.FixtureRequest,
    user_home: Path,
    weightmark_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Weightmark:
    """Return the real command, with state of its own that its calls share.

    Coverage sees it in the tests that are marked ``covered``: those that run every command.
    """
    covered = request.node.get_closest_marker("covered") is not None
    return Weightmark(user_home, weightmark_home, tmp_path_factory.mktemp("work"), covered)


class ModelMaker(Protocol):
    """Writes a small model tree."""

    def __call__(self, path: Path) -> Path:
        """Write it at ``path``, which is made, and return the path."""


@pytest.fixture
def make_model() -> ModelMaker:
    """Return a function that writes a small model tree: weights, configuration, a subfolder."""

    def make(path: Path) -> Path:
        (path / "tokenizer").mkdir(parents=True)
        (path / "model.safetensors").write_bytes(bytes(range(256)) * 16)
        (path / "config.json").write_text('{"classes": 10}\n')
        (path / "tokenizer/vocabulary.txt").write_text("one\ntwo\n")
        return path

    return make
