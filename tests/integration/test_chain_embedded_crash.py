"""Processes that write the embedded chain at once, or are killed while they do."""

from __future__ import annotations

import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests import embedded_chain_driver, forked
from tests.command import PATIENCE
from tests.embedded_chain_driver import statement_of
from tests.forked import Running
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.embedded import EmbeddedChainReader, EmbeddedChainWriter
from weightmark.domain.actions import Register
from weightmark.errors import NotDeployedError, VersionExistsError
from weightmark.ports.chain import BlockTag, RegistrationFilter

KEY = bytes(31) + b"\x2a"
REGISTRY = packaged_registry()


def started(path: Path, *arguments: str) -> AbstractContextManager[Running]:
    return forked.started(
        Path(embedded_chain_driver.__file__),
        [str(path), KEY.hex(), *arguments],
        directory=path.parent,
        environment={},
    )


def kill(path: Path, version: str, statement: str, count: int, moment: str) -> None:
    with started(path, version, "--kill", statement, str(count), moment) as running:
        assert running.finish(PATIENCE).returncode == -signal.SIGKILL


def versions(path: Path) -> list[str]:
    reader = EmbeddedChainReader(path)
    block = reader.block(BlockTag.LATEST)
    assert reader.code_hash(REGISTRY.address, block) == REGISTRY.code_hash
    found = reader.registrations(REGISTRY.address, RegistrationFilter(), block)
    assert [each.sequence for each in found] == list(range(1, len(found) + 1))
    return [each.version for each in found]


def register(path: Path, version: str) -> None:
    writer = EmbeddedChainWriter(path, KEY)
    writer.send(Register(statement_of(writer.account, version), 0))


@pytest.mark.parametrize(
    ("statement", "count", "moment"),
    [
        ("CREATE TABLE nodes", 1, "after"),
        ("INSERT INTO faucet", 1, "after"),
        ("INSERT OR REPLACE INTO nodes", 40, "after"),
        ("COMMIT", 1, "before"),
    ],
)
def test_a_chain_is_created_whole_or_not_at_all(
    tmp_path: Path, statement: str, count: int, moment: str
) -> None:
    path = tmp_path / "local.sqlite3"
    kill(path, "1", statement, count, moment)
    with pytest.raises(NotDeployedError, match="nothing has been published on 'local' yet"):
        EmbeddedChainReader(path).block(BlockTag.LATEST)
    register(path, "1")
    assert versions(path) == ["1"]


@pytest.mark.parametrize(
    ("statement", "count", "moment"),
    [
        ("BEGIN", 1, "after"),
        ("INSERT OR REPLACE INTO nodes", 1, "after"),
        ("INSERT OR REPLACE INTO nodes", 10, "after"),
        ("INSERT INTO logs", 1, "after"),
        ("COMMIT", 1, "before"),
    ],
)
def test_a_killed_writer_leaves_no_trace(
    tmp_path: Path, statement: str, count: int, moment: str
) -> None:
    path = tmp_path / "local.sqlite3"
    register(path, "1")
    before = EmbeddedChainReader(path).block(BlockTag.LATEST)
    kill(path, "2", statement, count, moment)
    assert EmbeddedChainReader(path).block(BlockTag.LATEST) == before
    assert versions(path) == ["1"]
    register(path, "2")
    assert versions(path) == ["1", "2"]


def test_what_was_committed_stays(tmp_path: Path) -> None:
    path = tmp_path / "local.sqlite3"
    register(path, "1")
    kill(path, "2", "COMMIT", 1, "after")
    assert versions(path) == ["1", "2"]
    with pytest.raises(VersionExistsError):
        register(path, "2")


def test_changes_reach_the_file_before_they_are_committed(tmp_path: Path) -> None:
    # Otherwise the tests above would not show that they are undone.
    path = tmp_path / "local.sqlite3"
    register(path, "1")
    before = path.read_bytes()
    kill(path, "2", "COMMIT", 1, "before")
    assert path.read_bytes() != before
    assert Path(f"{path}-journal").stat().st_size > 0
    assert versions(path) == ["1"]
    assert not Path(f"{path}-journal").exists()


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "local.sqlite3"
    with started(path, "1", "2", "3") as one, started(path, "4", "5", "6") as other:
        assert [each.finish(PATIENCE).returncode for each in (one, other)] == [0, 0]
    assert sorted(versions(path)) == ["1", "2", "3", "4", "5", "6"]
