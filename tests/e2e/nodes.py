"""A node of its own chain, and endpoints that lie about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.answering import answering, posted
from tests.anvil import running_anvil
from tests.command import Weightmark
from tests.e2e.releases import (
    Finished,
    Release,
    assert_ends,
    document,
    new_weightmark,
    write_model,
)

CHAIN_ID = 424242
FOREIGN_NETWORK = "elsewhere"
# The first of anvil's accounts, which hold money from its first block on.
PRIVATE_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
# anvil calls a block final that has this many on top of it: two epochs of 32 slots.
FINAL_AFTER = 65

# What a lying endpoint makes of a method, its parameters and the true result.
Lie = Callable[[str, list[Any], Any], Any]


@dataclass(frozen=True)
class Node:
    """A node of a chain with an id that is none of the local ones."""

    url: str
    chain_id: int = CHAIN_ID

    def call(self, method: str, *parameters: object) -> Any:
        """Return the result of one call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return json.loads(posted(self.url, json.dumps(body).encode()))["result"]

    def finalize(self) -> None:
        """Make every block that is there now final."""
        self.call("anvil_mine", hex(FINAL_AFTER), "0x0")

    def send(self, weightmark: Weightmark, *arguments: str | Path) -> Finished:
        """Run a command that signs with an account of this chain, and pays."""
        return weightmark(*arguments, "--yes", env={"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY})

    def first_release(self, folder: Path) -> Release:
        """Deploy the contracts, and publish release 1.0.0 from a new folder; it is final."""
        weightmark = new_weightmark(folder)
        added = ("--chain-id", str(self.chain_id), "--rpc-url", self.url)
        assert_ends(weightmark("network", "add", FOREIGN_NETWORK, *added), 0)
        assert_ends(self.send(weightmark, "network", "deploy", FOREIGN_NETWORK), 0)
        release = self.publish(weightmark, write_model(folder / "model"), "1.0.0")
        self.finalize()
        return release

    def publish(self, weightmark: Weightmark, model: Path, version: str) -> Release:
        """Publish a model on this chain."""
        named = ("--name", "acme/digits", "--version", version, "--network", FOREIGN_NETWORK)
        finished = self.send(weightmark, "publish", model, *named, "--json")
        assert_ends(finished, 0)
        return Release(weightmark, model, document(finished)["reference"])


@contextmanager
def started_node() -> Iterator[Node]:
    """Run a node."""
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        yield Node(url)


@contextmanager
def lying_endpoint(node: Node, lie: Lie) -> Iterator[str]:
    """Serve what a node says, but for what ``lie`` makes of it, and yield the URL."""

    def answer(body: bytes) -> bytes:
        calls, answers = json.loads(body), json.loads(posted(node.url, body))
        batch = isinstance(calls, list)
        truths = {each["id"]: each for each in (answers if batch else [answers])}
        for call in calls if batch else [calls]:
            truth = truths[call["id"]]
            if "result" in truth:
                truth["result"] = lie(call["method"], call["params"], truth["result"])
        return json.dumps(answers).encode()

    with answering(lambda _, body: (200, answer(body))) as url:
        yield url


@contextmanager
def broken_endpoint(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Serve the same answer to everything, and yield the URL."""
    with answering(lambda *_: (status, body), headers) as url:
        yield url
