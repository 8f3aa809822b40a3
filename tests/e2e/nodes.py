"""A node of its own chain, and endpoints that lie about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

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
        return forwarded(self.url, json.dumps(body).encode())["result"]

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


def forwarded(url: str, body: bytes) -> Any:
    """Return what a node answers."""
    request = Request(url, body, {"content-type": "application/json"})
    with urlopen(request, timeout=30) as response:
        return json.load(response)


@contextmanager
def lying_endpoint(node: Node, lie: Lie) -> Iterator[str]:
    """Serve what a node says, but for what ``lie`` makes of it, and yield the URL."""

    def answer(body: bytes) -> bytes:
        calls, answers = json.loads(body), forwarded(node.url, body)
        batch = isinstance(calls, list)
        truths = {each["id"]: each for each in (answers if batch else [answers])}
        for call in calls if batch else [calls]:
            truth = truths[call["id"]]
            if "result" in truth:
                truth["result"] = lie(call["method"], call["params"], truth["result"])
        return json.dumps(answers).encode()

    with _serving(200, answer) as url:
        yield url


@contextmanager
def broken_endpoint(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Serve the same answer to everything, and yield the URL."""
    with _serving(status, lambda _: body, headers) as url:
        yield url


@contextmanager
def _serving(
    status: int, answer: Callable[[bytes], bytes], headers: dict[str, str] | None = None
) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
