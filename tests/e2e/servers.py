"""The real ``weightmark`` as a server: ``serve`` and ``ipfs serve``."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
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
