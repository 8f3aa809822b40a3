"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from weightmark.adapters.state.locks import file_lock
from weightmark.errors import LockTimeoutError, StorageError

HOLD = """
import sys
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
            pytest.raises(LockTimeoutError, match=r"another process has held .*one\.lock"),
            file_lock(path, timeout=0.05),
        ):
            pytest.fail("two processes hold the lock")
        holder.kill()
        holder.wait()
        with file_lock(path, timeout=5):
            assert path.exists()


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
