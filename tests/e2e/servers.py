"""The real ``weightmark`` as a server: ``serve`` and ``ipfs serve``."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx2

from tests.command import BINARIES, PATIENCE, Weightmark

LISTENING = "listening on "
WEB_API = ("serve",)
GATEWAY = ("ipfs", "serve")


def start(weightmark: Weightmark, *arguments: str) -> subprocess.Popen[str]:
    """Start a server on a port that is free.

    Args:
        weightmark: The command.
        arguments: Which server, and its options.
    """
    return subprocess.Popen(
        [BINARIES / "weightmark", *arguments, "--port", "0"],
        cwd=weightmark.directory,
        env=weightmark.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def address(server: subprocess.Popen[str]) -> str:
    """Return where a server listens, as soon as it does."""
    assert server.stderr
    line = server.stderr.readline()
    assert line.startswith(LISTENING), line
    return line.removeprefix(LISTENING).partition(";")[0]


@contextmanager
def serving(
    weightmark: Weightmark, *arguments: str, complaint: str = ""
) -> Iterator[httpx2.Client]:
    """Run a server, ask it, and end it by SIGTERM.

    Args:
        weightmark: The command.
        arguments: Which server, and its options.
        complaint: What it has to say until its end, on standard error: nothing, or this.
    """
    server = start(weightmark, *arguments)
    try:
        with httpx2.Client(base_url=address(server), timeout=PATIENCE, trust_env=False) as client:
            yield client
        server.terminate()
        output, complaints = server.communicate(timeout=PATIENCE)
        assert (server.returncode, output) == (0, "")
        assert complaint in complaints
        assert bool(complaint) is bool(complaints), complaints
        assert "Traceback" not in complaints
    finally:
        server.kill()
        server.communicate()


def assert_a_signal_ends(
    number: signal.Signals, weightmark: Weightmark, *arguments: str, statuses: Mapping[str, int]
) -> None:
    """Assert that a signal ends a server well, while a connection to it is open.

    Args:
        number: The signal.
        weightmark: The command.
        arguments: Which server, and its options.
        statuses: What it is asked for before, and the status that it answers with.
    """
    server = start(weightmark, *arguments, "--json")
    try:
        with httpx2.Client(base_url=address(server), trust_env=False, timeout=PATIENCE) as client:
            assert {url: client.get(url).status_code for url in statuses} == statuses
            server.send_signal(number)
            output, complaints = server.communicate(timeout=PATIENCE)
        assert (server.returncode, complaints) == (0, "")
        assert json.loads(output) == {"host": "127.0.0.1", "port": client.base_url.port}
    finally:
        server.kill()
        server.communicate()
