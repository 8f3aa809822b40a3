"""The embedded chain's file: who may read it, and what happens when it is not as it should be."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.embedded_chain_driver import statement_of
from tests.modes import mode_of
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.embedded import EmbeddedChainReader, EmbeddedChainWriter
from weightmark.domain.actions import Register
from weightmark.domain.registry import release_slots
from weightmark.errors import (
    LockTimeoutError,
    NotDeployedError,
    StorageError,
    VersionExistsError,
)
from weightmark.ports.chain import Block, BlockTag, ChainReader, RegistrationFilter

KEY = bytes(31) + b"\x2a"
REGISTRY = packaged_registry()
NO_BLOCK = Block(1, bytes(32), 0)
GENESIS_KEY = b"block-number-to-hash:0"

READ_EVERYTHING = """
import os, sys
from pathlib import Path
import rlp, trie.hexary
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.embedded.reader import EmbeddedChainReader
from weightmark.ports.chain import BlockTag, RegistrationFilter
reader, registry = EmbeddedChainReader(Path(sys.argv[1])), packaged_registry()
if "--unprivileged" in sys.argv and os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
block = reader.block(BlockTag.LATEST)
assert reader.code_hash(registry.address, block) == registry.code_hash
assert reader.words(registry.address, [0], block) == (0,)
(found,) = reader.registrations(registry.address, RegistrationFilter(), block)
reader.genesis_hash()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a chain that carries one release."""
    path = tmp_path / "state" / "local.sqlite3"
    register(path, "1")
    return path


def register(path: Path, version: str) -> None:
    writer = EmbeddedChainWriter(path, KEY)
    writer.send(Register(statement_of(writer.account, version), 0))


def register_many(path: Path) -> None:
    for version in range(2, 50):
        register(path, str(version))


def read_everything(reader: ChainReader) -> None:
    writer = EmbeddedChainWriter(Path("unused"), KEY)
    slots = release_slots(statement_of(writer.account, "1").release_id)
    block = reader.block(BlockTag.LATEST)
    reader.genesis_hash()
    reader.code_hash(REGISTRY.address, block)
    assert all(reader.words(REGISTRY.address, slots, block))


def change(path: Path, sql: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        assert connection.execute(sql, values).rowcount != 0
    connection.close()


READS: list[Callable[[ChainReader], object]] = [
    lambda reader: reader.chain_id(),
    lambda reader: reader.genesis_hash(),
    lambda reader: reader.block(BlockTag.LATEST),
    lambda reader: reader.block(BlockTag.FINALIZED),
    lambda reader: reader.code_hash(REGISTRY.address, NO_BLOCK),
    lambda reader: reader.words(REGISTRY.address, [0], NO_BLOCK),
    lambda reader: reader.registrations(REGISTRY.address, RegistrationFilter(), NO_BLOCK),
]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("empty_file", [False, True])
def test_before_the_first_publication_there_is_nothing_to_read(
    tmp_path: Path, read: Callable[[ChainReader], object], empty_file: bool
) -> None:
    path = tmp_path / "local.sqlite3"
    if empty_file:
        path.touch()
    with pytest.raises(NotDeployedError, match="nothing has been published on 'local'") as caught:
        read(EmbeddedChainReader(path))
    assert "weightmark publish" in caught.value.hint
    assert path.exists() is empty_file


def test_only_the_user_may_read_the_files(tmp_path: Path, no_umask: None) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    register(folder / "local.sqlite3", "1")
    modes = {each.name: mode_of(each) for each in folder.iterdir()}
    assert modes == {"local.sqlite3": 0o600, "local.sqlite3.lock": 0o600}


def test_a_path_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% #1 ü \udcff" / "local.sqlite3"
    register(path, "1")
    read_everything(EmbeddedChainReader(path))


def test_every_chain_has_a_faucet_of_its_own(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    register(other, "1")
    assert EmbeddedChainReader(path).genesis_hash() != EmbeddedChainReader(other).genesis_hash()


def test_reading_needs_no_evm(path: Path) -> None:
    heavy = "set(sys.modules) & {'eth', 'web3', 'eth_account', 'eth_abi', 'eth_keys', 'httpx2'}"
    script = f"{READ_EVERYTHING}\nassert not {heavy}, {heavy}"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)


def test_a_chain_is_read_where_nothing_can_be_written(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    for parent in path.parents:
        if parent.owner() == path.owner() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    command = [sys.executable, "-c", READ_EVERYTHING, str(path), "--unprivileged"]
    # Without coverage, whose file that user could not write.
    subprocess.run(command, check=True, env={})


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: Path) -> None:
    # A file in the way, as permissions do not stop an administrator.
    (tmp_path / "state").write_text("")
    with pytest.raises(StorageError, match="cannot be used") as caught:
        register(tmp_path / "state" / "local.sqlite3", "1")
    assert str(tmp_path / "state") in caught.value.message
    assert "--data-dir" in caught.value.hint


def test_where_nothing_can_be_read_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StorageError, match="cannot be read"):
        EmbeddedChainReader(tmp_path / "state" / "local.sqlite3").chain_id()
    with pytest.raises(StorageError, match="cannot be used"):
        EmbeddedChainReader(tmp_path).chain_id()


def test_a_lock_that_is_held_is_named(path: Path) -> None:
    writer = EmbeddedChainWriter(path, KEY, lock_seconds=0)
    with FileLock(f"{path}.lock"), pytest.raises(LockTimeoutError, match=f"{path}.lock"):
        writer.send(Register(statement_of(writer.account, "2"), 0))
    writer.send(Register(statement_of(writer.account, "2"), 0))


def test_readers_need_no_lock(path: Path) -> None:
    with FileLock(f"{path}.lock"):
        read_everything(EmbeddedChainReader(path))


def test_a_full_disk_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = EmbeddedChainReader(path).block(BlockTag.LATEST)
    connect = sqlite3.connect

    def connect_full(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 1")  # no more pages than there are
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", connect_full)
        with pytest.raises(StorageError, match="full") as caught:
            register_many(path)
    assert str(path) in caught.value.message
    assert "free some space" in caught.value.hint
    after = EmbeddedChainReader(path).block(BlockTag.LATEST)
    register(path, "99")
    assert EmbeddedChainReader(path).block(BlockTag.LATEST).number == after.number + 1
    assert after.number >= before.number
    read_everything(EmbeddedChainReader(path))


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def altered_node(path: Path) -> None:
    change(path, "UPDATE nodes SET value = CAST(value || x'00' AS BLOB) WHERE length(key) = 32")


def missing_node(path: Path) -> None:
    change(path, "DELETE FROM nodes WHERE length(key) = 32")


def missing_head(path: Path) -> None:
    change(path, "DELETE FROM nodes WHERE key = ?", b"v1:canonical_head_hash")


def missing_genesis(path: Path) -> None:
    change(path, "DELETE FROM nodes WHERE key = ?", GENESIS_KEY)


def spoiled_genesis(path: Path) -> None:
    """What is left of the pointer is no RLP: it claims to be longer than it is."""
    change(path, "UPDATE nodes SET value = CAST(x'a0ff' AS BLOB) WHERE key = ?", GENESIS_KEY)


@pytest.mark.parametrize(
    "damage",
    [
        garbage,
        truncated,
        altered_node,
        missing_node,
        missing_head,
        missing_genesis,
        spoiled_genesis,
    ],
)
def test_a_damaged_file_is_named(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    with pytest.raises(StorageError, match="is damaged") as caught:
        read_everything(EmbeddedChainReader(path))
    assert str(path) in caught.value.message
    assert "restore" in caught.value.hint


def missing_faucet(path: Path) -> None:
    change(path, "DELETE FROM faucet")


@pytest.mark.parametrize("damage", [garbage, truncated, missing_node, missing_head, missing_faucet])
def test_a_damaged_file_is_not_written(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="is damaged"):
        register(path, "2")
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    change(path, "PRAGMA user_version = 2")
    reader = EmbeddedChainReader(path)
    for use in (lambda: reader.block(BlockTag.LATEST), lambda: register(path, "2")):
        with pytest.raises(StorageError, match=r"has format 2; .* knows format 1") as caught:
            use()
        assert str(path) in caught.value.message


def test_keys_are_not_shown(path: Path) -> None:
    writer = EmbeddedChainWriter(path, KEY)
    with pytest.raises(VersionExistsError) as caught:
        writer.send(Register(statement_of(writer.account, "1"), 0))
    for text in (repr(writer), repr(caught.value), caught.value.hint):
        assert KEY.hex() not in text
        assert repr(KEY) not in text
