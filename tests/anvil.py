"""Anvil, npm's build of it, on a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_INSTALLED = _ROOT / "node_modules" / ".bin" / "anvil"


def find_anvil() -> str | None:
    """Return the command of anvil, from $ANVIL or node_modules."""
    found = os.environ.get("ANVIL") or shutil.which(str(_INSTALLED))
    return found if found and Path(found).exists() else None


def require_anvil() -> str:
    """Return the command of anvil; without it, skip or fail the test."""
    command = find_anvil()
    if command is None:
        message = f"no anvil in {_INSTALLED} or $ANVIL; run: npm ci"
        if os.environ.get("WEIGHTMARK_REQUIRE_ANVIL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return command


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
