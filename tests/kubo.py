"""A Kubo node of the tests' own: offline, on loopback, with an empty repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.command import CHECKOUT

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
    """

    program: str
    repository: Path
    url: str
    gateway: str

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
    named = _ENVIRONMENT.get("IPFS_BINARY")
    if named:
        return named
    script = CHECKOUT / "scripts/build-kubo"
    built = subprocess.run(
        [script, "--path"], env=_ENVIRONMENT, capture_output=True, text=True, check=True
    ).stdout.strip()
    return shutil.which("ipfs", path=_PATH) or shutil.which(built) or ""


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
    with running_kubo(tmp_path_factory.mktemp("kubo")) as node:
        yield node


@contextmanager
def running_kubo(folder: Path) -> Iterator[KuboNode]:
    """Run a node, and end it."""
    program = require_kubo()
    repository = folder / "repository"
    environment = environment_of(repository)
    init = [program, "init", "--profile", "test,unixfs-v1-2025"]
    subprocess.run(init, env=environment, capture_output=True, check=True)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [program, "daemon", "--offline"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert _is_ready(process), (folder / "log").read_text()
            api = (repository / "api").read_text().rpartition("/")[2]
            gateway = (repository / "gateway").read_text().strip()
            yield KuboNode(program, repository, f"http://127.0.0.1:{api}", gateway)
        finally:
            process.kill()


def environment_of(repository: Path) -> Mapping[str, str]:
    """Return what Kubo's program is told about where its repository is."""
    return {"IPFS_PATH": str(repository), "HOME": str(repository.parent), "PATH": _PATH}


def _is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return any("Daemon is ready" in line for line in process.stdout)
