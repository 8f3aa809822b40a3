"""The local node, by the real command."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.anvil import require_anvil
from tests.command import Weightmark
from tests.e2e.releases import assert_ends, document, write_model

pytestmark = pytest.mark.covered

NAMED = ("--name", "acme/digits", "--version", "1.0.0")


class LocalNode:
    """`weightmark devnet` with a state and a port of its own."""

    def __init__(self, weightmark: Weightmark) -> None:
        self.weightmark = weightmark
        self.environment = {"ANVIL": require_anvil()}
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = str(server.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.chain = ("--network", "anvil", "--rpc-url", self.url)

    def __call__(self, *arguments: str, status: int = 0) -> Any:
        """Run a command of the group, and return its document."""
        finished = self.weightmark("devnet", *arguments, "--json", env=self.environment)
        assert finished.returncode == status, finished
        return document(finished)

    def kill(self) -> None:
        """End the process as nothing but the system does, if it runs."""
        record = self.weightmark.home / "devnet/node.json"
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)


@pytest.fixture
def local_node(run_weightmark: Weightmark) -> Iterator[LocalNode]:
    node = LocalNode(run_weightmark)
    yield node
    node.kill()


def test_a_newcomer_publishes_on_it_without_a_key_or_coins(
    run_weightmark: Weightmark, local_node: LocalNode, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model")
    started = local_node("up", "--port", local_node.port)
    assert (started["started"], started["chain_id"]) == (True, 31337)
    assert started["endpoint"] == local_node.url
    assert [each["deployed"] for each in started["contracts"]] == [True, True, True]

    again = local_node("up", "--port", local_node.port)
    assert (again["started"], again["pid"]) == (False, started["pid"])
    assert again["block_number"] == started["block_number"]

    assert_ends(run_weightmark("publish", model, *NAMED, *local_node.chain), 0, "published")
    verify = ("verify", model, *local_node.chain)
    assert_ends(run_weightmark(*verify), 0, "verified", "proves nothing to others")
    shown = local_node("status")
    assert shown["running"]
    assert shown["block_number"] > started["block_number"]

    assert local_node("down")["ended"]
    assert not local_node("down")["ended"]
    assert local_node("status", status=3)["running"] is False
    assert_ends(run_weightmark(*verify), 3, local_node.url)

    assert local_node("up", "--port", local_node.port)["block_number"] == shown["block_number"]
    assert_ends(run_weightmark(*verify), 0, "verified")


def test_a_generated_key_is_given_coins(
    run_weightmark: Weightmark, local_node: LocalNode, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model")
    password = {"WEIGHTMARK_KEY_PASSWORD": "a password that is long enough"}
    local_node("up", "--port", local_node.port)
    assert_ends(run_weightmark("keys", "generate", "release", env=password), 0)
    publish = ("publish", model, *NAMED, *local_node.chain, "--key", "release")
    assert_ends(run_weightmark(*publish, env=password), 0, "published")


def test_what_people_read(run_weightmark: Weightmark, local_node: LocalNode) -> None:
    environment = local_node.environment
    status = run_weightmark("devnet", "status", env=environment)
    assert_ends(status, 3, "does not run", "weightmark devnet up")
    up = run_weightmark("devnet", "up", "--port", local_node.port, env=environment)
    next_step = f"--network anvil --rpc-url {local_node.url}"
    assert_ends(up, 0, f"is up, at {local_node.url}", "ModelRegistry", next_step)
    again = run_weightmark("devnet", "up", env=environment)
    assert_ends(again, 0, f"runs already, at {local_node.url}")
    # No key is needed to look at it, nor is one that cannot be used in the way.
    broken = {**environment, "WEIGHTMARK_PRIVATE_KEY": "broken"}
    assert_ends(run_weightmark("devnet", "status", env=broken), 0, "runs, at", "ModelRegistry")
    local_node.kill()
    assert_ends(run_weightmark("devnet", "down", env=environment), 0, "nothing to do")


def test_without_anvil_it_says_how_to_get_it(run_weightmark: Weightmark) -> None:
    finished = run_weightmark("devnet", "up", env={"ANVIL": "/nowhere/anvil"})
    assert_ends(finished, 3, "/nowhere/anvil", "npm install --global @foundry-rs/anvil")
    assert (
        document(run_weightmark("devnet", "up", "--json", env={"ANVIL": "/nowhere/anvil"}))[
            "error"
        ]["code"]
        == "missing-extra"
    )
