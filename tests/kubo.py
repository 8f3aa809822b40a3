"""A Kubo node of the tests' own: offline, on loopback, with an empty repository."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.command import CHECKOUT

# From <linux/prctl.h>.
_SET_SIGNAL_OF_PARENTS_DEATH = 1

# Found before any test has an environment of its own.
_PATH, _ENVIRONMENT = os.environ.get("PATH", ""), dict(os.environ)


@dataclass(frozen=True)
class KuboNode:
    """A node that runs.

    Attributes:
        program: The program ``ipfs``.
        repository: Where it keeps what it has.
        url: Of its RPC.
        gateway: URL of its gateway.
        process: The node itself.
    """

    program: str
    repository: Path
    url: str
    gateway: str
    process: subprocess.Popen[str]

    def ipfs(self, *arguments: str | Path, stdin: bytes = b"") -> str:
        """Run a command of Kubo's to its end, and return what it printed."""
        done = subprocess.run(
            [self.program, *arguments],
            env=environment_of(self.repository),
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def pins(self) -> set[str]:
        """Return what it keeps with all that is below, as the texts of CIDs."""
        return set(self.ipfs("pin", "ls", "--type", "recursive", "--quiet").split())


@cache
def find_kubo() -> str:
    """Return the program ``ipfs``, or an empty string.

    ``IPFS_BINARY`` decides, then comes PATH, on which npm's package ``kubo`` is if it is installed,
    and then what ``scripts/build-kubo`` has built.
    """
    named = _ENVIRONMENT.get("IPFS_BINARY") or shutil.which("ipfs", path=_PATH)
    return named or shutil.which(place_of_what_is_built(_ENVIRONMENT).stdout.strip()) or ""


def place_of_what_is_built(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Ask ``scripts/build-kubo`` where it puts the program, which without a home is nowhere."""
    script = CHECKOUT / "scripts/build-kubo"
    return subprocess.run(
        [script, "--path"], env=environment, capture_output=True, text=True, check=False
    )


def require_kubo() -> str:
    """Return the program ``ipfs``; without it, skip or fail the test."""
    program = find_kubo()
    if program:
        return program
    message = "Kubo is not here, and nothing is shown of it; scripts/build-kubo builds it with Go"
    if os.environ.get("WEIGHTMARK_REQUIRE_KUBO") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KuboNode]:
    """Return a node that all tests of a worker share."""
    with running_kubo(new_repository(tmp_path_factory.mktemp("kubo"))) as node:
        yield node


def new_repository(folder: Path, profile: str = "unixfs-v1-2025") -> Path:
    """Make a repository for a node of this machine alone, or for commands without a node.

    Args:
        folder: Where it is made.
        profile: How files are addressed.
    """
    repository = folder / "repository"
    folder.mkdir(exist_ok=True)
    init = [require_kubo(), "init", "--profile", f"test,{profile}"]
    subprocess.run(init, env=environment_of(repository), capture_output=True, check=True)
    return repository


@contextmanager
def running_kubo(repository: Path) -> Iterator[KuboNode]:
    """Run a node with a repository, and end it."""
    program = require_kubo()
    log_file = repository.parent / "log"
    with (
        log_file.open("w") as log,
        subprocess.Popen(
            [program, "daemon", "--offline"],
            env=environment_of(repository),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - it takes no lock
        ) as process,
    ):
        try:
            assert _is_ready(process), log_file.read_text()
            api = (repository / "api").read_text().rpartition("/")[2]
            gateway = (repository / "gateway").read_text().strip()
            yield KuboNode(program, repository, f"http://127.0.0.1:{api}", gateway, process)
        finally:
            process.kill()


def _end_with_the_tests() -> None:
    """Have the kernel end this process if the tests are killed, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL)


def environment_of(repository: Path) -> Mapping[str, str]:
    """Return what Kubo's program is told about where its repository is."""
    return {"IPFS_PATH": str(repository), "HOME": str(repository.parent), "PATH": _PATH}


def _is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return any("Daemon is ready" in line for line in process.stdout)
