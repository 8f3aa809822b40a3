"""A real anvil in the background."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.anvil import require_anvil
from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.devnet.node import Devnet, Node
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.errors import ChainUnreachableError, DevnetError, MissingExtraError, StorageError
from weightmark.ports.chain import BlockTag


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a node, which ends with the test."""
    folder = tmp_path / "devnet"
    yield folder
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(recorded(folder).pid, signal.SIGKILL)


@pytest.fixture
def devnet(folder: Path) -> Devnet:
    return Devnet(folder, {"ANVIL": require_anvil(), "WEIGHTMARK_PRIVATE_KEY": "planted"})


def recorded(folder: Path) -> Node:
    return msgspec.json.decode((folder / "node.json").read_bytes(), type=Node)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def call(node: Node, method: str, *parameters: object) -> object:
    return HttpTransport(node.endpoint).request([(method, parameters)])[0]


def kill(devnet: Devnet, node: Node) -> None:
    os.kill(node.pid, signal.SIGKILL)
    devnet._wait(lambda: not devnet._is_locked(), "it does not end")


def test_a_node_is_started_once_and_keeps_its_chain(devnet: Devnet) -> None:
    node, started = devnet.up(free_port())
    assert started
    assert devnet.up(free_port()) == (node, False)
    assert devnet.running() == node
    reader = RpcChainReader(HttpTransport(node.endpoint), is_local=True)
    assert reader.chain_id() == ANVIL_CHAIN_ID
    genesis = reader.genesis_hash()
    call(node, "anvil_mine", "0x3")
    assert devnet.down() == node
    assert devnet.running() is None
    with pytest.raises(ChainUnreachableError):
        reader.chain_id()
    again, started = devnet.up(node.port)
    assert started
    assert again.pid != node.pid
    assert reader.genesis_hash() == genesis
    assert reader.block(BlockTag.LATEST).number == 3


def test_a_new_chain_is_not_the_old_one_rolled_back(devnet: Devnet) -> None:
    node, _ = devnet.up(free_port())
    reader = RpcChainReader(HttpTransport(node.endpoint), is_local=True)
    assert reader.genesis_hash() != bytes.fromhex(
        "dda79691dffa22069c5afdd4d9020170e93ac12063d1bf1ba99226e08564ff90"
    )
    assert reader.block(BlockTag.LATEST).timestamp > 1_700_000_000


def test_what_does_not_run_is_not_ended(devnet: Devnet) -> None:
    assert devnet.down() is None
    assert devnet.running() is None


def test_a_node_that_was_killed_is_started_again(devnet: Devnet) -> None:
    node, _ = devnet.up(free_port())
    kill(devnet, node)
    assert devnet.running() is None
    assert devnet.down() is None
    again, started = devnet.up(node.port)
    assert started
    assert again.pid != node.pid


def test_a_process_that_took_over_the_id_is_left_alone(devnet: Devnet, folder: Path) -> None:
    node, _ = devnet.up(free_port())
    kill(devnet, node)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (folder / "node.json").write_bytes(msgspec.json.encode(Node(stranger.pid, node.port)))
        assert devnet.running() is None
        assert devnet.down() is None
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("damage", ["", "{", '{"pid": "x"}'])
def test_a_node_whose_record_is_lost_is_named(devnet: Devnet, folder: Path, damage: str) -> None:
    node, _ = devnet.up(free_port())
    (folder / "node.json").write_text(damage)
    for act in (devnet.running, devnet.down, lambda: devnet.up(node.port)):
        with pytest.raises(StorageError, match="does not say which process") as caught:
            act()
        assert str(folder / "node.lock") in caught.value.hint
    (folder / "node.json").write_bytes(msgspec.json.encode(node))


def test_a_record_of_an_earlier_node_is_not_taken_for_the_next_one(
    devnet: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts a node may be killed before it writes which process that is."""
    node, _ = devnet.up(free_port())
    devnet.down()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    started: list[int] = []
    spawn = subprocess.Popen

    def watched(*arguments: Any, **options: Any) -> Any:
        process = spawn(*arguments, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", watched)
    monkeypatch.setattr("weightmark.adapters.devnet.node.write_private", killed)
    with pytest.raises(KeyboardInterrupt):
        devnet.up(node.port)
    try:
        with pytest.raises(StorageError, match="does not say which process"):
            devnet.down()
    finally:
        os.kill(started[0], signal.SIGKILL)


def test_a_node_that_ends_while_it_is_ended(
    devnet: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, _ = devnet.up(free_port())

    def too_late(pid: int, _: int) -> None:
        monkeypatch.undo()
        kill(devnet, node)
        raise ProcessLookupError(pid)

    monkeypatch.setattr(os, "kill", too_late)
    assert devnet.down() == node


@pytest.mark.parametrize("name", ["node.lock", "anvil.log"])
def test_a_folder_in_place_of_a_file_is_named(devnet: Devnet, folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    with pytest.raises(StorageError, match=name):
        devnet.up(free_port())


def test_a_port_in_use_is_refused(devnet: Devnet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(DevnetError, match=f"port {port} cannot be used") as caught:
            devnet.up(port)
    assert "--port" in caught.value.hint
    assert devnet.running() is None


def test_a_chain_that_cannot_be_read_is_named(devnet: Devnet, folder: Path) -> None:
    folder.mkdir()
    (folder / "state.json").write_text('{"block":')
    with pytest.raises(DevnetError, match=r"state\.json") as caught:
        devnet.up(free_port())
    assert str(folder / "state.json") in caught.value.hint
    assert devnet.running() is None
    (folder / "state.json").unlink()
    assert devnet.up(free_port())[1]


def test_a_node_that_never_answers_is_not_waited_for_for_ever(folder: Path) -> None:
    silent = Path("/bin/sleep")
    script = folder.parent / "silent"
    script.write_text(f"#!/bin/sh\nexec {silent} 60\n")
    script.chmod(0o755)
    devnet = Devnet(folder, {"ANVIL": str(script)}, patience=0.2)
    with pytest.raises(DevnetError, match=r"does not answer, after 0\.2 seconds"):
        devnet.up(free_port())
    assert devnet.down() == recorded(folder)


def test_a_node_that_does_not_end_is_named(folder: Path) -> None:
    devnet = Devnet(folder, {"ANVIL": require_anvil()}, patience=0.2)
    node, _ = Devnet(folder, {"ANVIL": require_anvil()}).up(free_port())
    os.kill(node.pid, signal.SIGSTOP)
    with pytest.raises(DevnetError, match=f"process {node.pid} does not end"):
        devnet.down()


def test_a_program_that_cannot_run_is_named(folder: Path) -> None:
    program = folder.parent / "anvil"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    with pytest.raises(DevnetError, match="cannot be started"):
        Devnet(folder, {"ANVIL": str(program)}).up(free_port())


def test_without_anvil_nothing_is_started(folder: Path) -> None:
    with pytest.raises(MissingExtraError):
        Devnet(folder, {"ANVIL": "/nowhere/anvil"}).up(free_port())
    assert not (folder / "node.json").exists()


def test_the_node_gets_no_secret_of_ours(devnet: Devnet) -> None:
    node, _ = devnet.up(free_port())
    environment = Path(f"/proc/{node.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not show what a process got")
    assert b"planted" not in environment.read_bytes()
