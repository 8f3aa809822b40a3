"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.command import PATIENCE
from weightmark.adapters.state.locks import file_lock
from weightmark.errors import LockTimeoutError, StorageError

HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from weightmark.adapters.state.locks import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_waits_and_gives_up(tmp_path: Path) -> None:
    path = tmp_path / "folder/one.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(LockTimeoutError, match=r"somebody else has held .*one\.lock"),
            file_lock(path, timeout=0.05),
        ):
            pytest.fail("two processes hold the lock")
        holder.kill()
        holder.wait()
        with file_lock(path, timeout=5):
            assert path.exists()


def test_another_thread_waits_and_gives_up(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"

    def wait(seconds: float) -> str:
        with file_lock(path, seconds):
            return "held"

    with ThreadPoolExecutor(2) as pool:
        with file_lock(path):
            waiting = pool.submit(wait, PATIENCE)
            with pytest.raises(LockTimeoutError, match=r"somebody else has held .*one\.lock"):
                pool.submit(wait, 0.05).result()
            assert not waiting.done()
        assert waiting.result() == "held"


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with pytest.raises(KeyError), file_lock(path):
        raise KeyError
    with file_lock(path, timeout=0):
        pass


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "one.lock").mkdir()
    with pytest.raises(StorageError, match="cannot be used"), file_lock(tmp_path / "one.lock"):
        pytest.fail("a folder was locked")
