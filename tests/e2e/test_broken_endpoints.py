"""Endpoints that do not work: each ends in bounded time, with one message."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.dripping import dripping
from tests.e2e.nodes import FOREIGN_NETWORK, Node, broken_endpoint
from tests.e2e.releases import Finished, Release, assert_ends

NOBODY_LISTENS = "http://127.0.0.1:1"
PATIENCE = 60.0


def ask(weightmark: Weightmark, url: str) -> Finished:
    return weightmark("network", "check", "sepolia", "--rpc-url", url, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("status", "body", "named"),
    [
        (500, b"", "HTTP status 500"),
        (429, b"", "HTTP status 429"),
        (404, b"", "HTTP status 404"),
        (200, b"<html><b>\x1b[31mLog in</b>", "is not JSON"),
        (200, b'{"jsonrpc":"2.0","id":1,"resu', "is not JSON"),
        (200, b"[" * 100_000, "is not JSON"),
        (200, b'{"jsonrpc":"2.0","id":1}', "neither a result nor an error"),
        (200, b'{"jsonrpc":"2.0","id":999,"result":"0x1"}', "other calls"),
        (200, b'{"id":1,"error":{"message":"no \\u001b[2J \\u202e"}}', "refused eth_"),
        (200, b" " * (33 * 2**20), "more than 33554432 bytes"),
    ],
    ids=["500", "429", "404", "HTML", "cut off", "deep", "empty", "other id", "escapes", "huge"],
)
def test_an_endpoint_that_does_not_work(
    run_weightmark: Weightmark, status: int, body: bytes, named: str
) -> None:
    with broken_endpoint(status, body) as url:
        finished = ask(run_weightmark, url)
    assert_ends(finished, 3, named, url)
    assert "\x1b" not in finished.stdout + finished.stderr
    assert "\u202e" not in finished.stdout + finished.stderr


def test_an_endpoint_that_sends_to_another_host(run_weightmark: Weightmark, node: Node) -> None:
    with broken_endpoint(307, b"", location=node.url) as url:
        assert_ends(ask(run_weightmark, url), 3, "HTTP status 307")


def test_an_endpoint_that_is_down(foreign_release: Release) -> None:
    finished = foreign_release.verify("--network", FOREIGN_NETWORK, "--rpc-url", NOBODY_LISTENS)
    assert_ends(finished, 3, NOBODY_LISTENS, "the connection failed")


def ask_impatiently(weightmark: Weightmark, url: str, module: str, bound: str) -> Finished:
    """Ask with one of the bounds lowered, as the real ones are meant for slow networks."""
    program = (
        "import weightmark.cli.main as main\n"
        f"import weightmark.adapters.{module} as bounding\n"
        f"bounding.{bound} = 0.3\nmain.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "network", "check", "sepolia", "--rpc-url", url],
        env=weightmark.environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_an_endpoint_that_never_answers(run_weightmark: Weightmark) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        finished = ask_impatiently(run_weightmark, url, "http.client", "READ_SECONDS")
    assert_ends(finished, 3, url, "did not answer in time")


def test_an_endpoint_that_answers_for_ever(run_weightmark: Weightmark) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n") as host:
        finished = ask_impatiently(
            run_weightmark, f"http://{host}", "chain.json_rpc", "TOTAL_SECONDS"
        )
    assert_ends(finished, 3, f"http://{host}", "took more than 0.3 seconds")


@pytest.mark.parametrize(
    "url", ["ftp://host", "file:///etc/passwd", "host:8545", "http://", "http://["]
)
def test_a_url_that_is_no_endpoint(run_weightmark: Weightmark, url: str) -> None:
    assert_ends(ask(run_weightmark, url), 4, "is not one of HTTP")


def test_a_network_without_an_endpoint(run_weightmark: Weightmark) -> None:
    finished = run_weightmark("network", "check", "sepolia")
    assert_ends(finished, 4, "no endpoint is known for 'sepolia'", "--rpc-url")


@pytest.mark.parametrize(
    "arguments", [("verify", "."), ("show", "anvil:me/acme/digits"), ("network", "check", "anvil")]
)
def test_another_machine_is_no_chain_of_this_one(
    release: Release, arguments: tuple[str, ...]
) -> None:
    """Its newest block would count as final."""
    publisher = release.publisher
    assert_ends(release.weightmark("trust", "add", "me", f"anvil:{publisher}", env={}), 0)
    options = ("--rpc-url", "http://rpc.example.org")
    if arguments[0] == "verify":
        arguments = ("verify", str(release.model), "--network", "anvil")
    finished = release.weightmark(*arguments, *options)
    assert_ends(finished, 4, "http://rpc.example.org is another machine's", "--chain-id")


BROKEN = {
    "busy": (429, b"", "HTTP status 429"),
    "failing": (503, b"<html>", "HTTP status 503"),
    "a page": (200, b"<html><b>Log in</b>", "is not JSON"),
    "cut off": (200, b'{"jsonrpc":"2.0","id":1,"resu', "is not JSON"),
}


@pytest.mark.parametrize(
    ("command", "kind"),
    [*(("verify", kind) for kind in BROKEN), ("show", "cut off"), ("publish", "cut off")],
)
def test_every_command_ends_where_an_endpoint_does_not_work(
    foreign_release: Release, node: Node, command: str, kind: str
) -> None:
    status, body, named = BROKEN[kind]
    arguments: dict[str, tuple[str | Path, ...]] = {
        "verify": ("verify", foreign_release.model),
        "show": ("show", foreign_release.reference),
        "publish": ("publish", foreign_release.model, "--name", "acme/digits", "--version", "9"),
    }
    with broken_endpoint(status, body) as url:
        options = ("--network", FOREIGN_NETWORK, "--rpc-url", url)
        send = node.send if command == "publish" else Weightmark.__call__
        finished = send(foreign_release.weightmark, *arguments[command], *options)
    assert_ends(finished, 3, named, url)
