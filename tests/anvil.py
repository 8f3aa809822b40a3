"""Anvil, npm's build of it, on a free port."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from weightmark.adapters.devnet.program import find_anvil
from weightmark.errors import MissingExtraError


def require_anvil() -> str:
    """Return the program of anvil; without it, skip or fail the test."""
    try:
        return str(find_anvil(os.environ))
    except MissingExtraError as error:
        message = f"{error.message}; {error.hint}"
    if os.environ.get("WEIGHTMARK_REQUIRE_ANVIL") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def anvil_url() -> Iterator[str]:
    """The URL of a fresh anvil that ends with the session."""
    with running_anvil() as url:
        yield url


@contextmanager
def running_anvil(*options: str) -> Iterator[str]:
    """Run an anvil, and yield its URL."""
    arguments = [require_anvil(), "--host", "127.0.0.1", "--port", "0", *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = _address(process)
            # Anvil tells of every request, and would wait for ever once nobody reads that.
            reader = threading.Thread(target=process.stdout.read, daemon=True)
            reader.start()
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Listening on "):
            return line.split()[-1]
    pytest.fail("anvil ended before it listened")
