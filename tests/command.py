"""The real ``weightmark`` command, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import forked

BINARIES = Path(sys.executable).parent
WEIGHTMARK = BINARIES / "weightmark"
CHECKOUT = Path(__file__).resolve().parent.parent
SEARCH_PATH = os.pathsep.join([str(BINARIES), "/usr/local/bin", "/usr/bin", "/bin"])
PATIENCE = 120.0


def clean_environment(user: Path, data: Path, *, covered: bool = False) -> dict[str, str]:
    """Return an environment that has nothing of the machine's user.

    Args:
        user: The home directory.
        data: The data directory.
        covered: Whether coverage sees the process.
    """
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {
        **(coverage if covered else {}),
        "PATH": SEARCH_PATH,
        "HOME": str(user),
        "LANG": "C.UTF-8",
        "WEIGHTMARK_HOME": str(data),
    }


@dataclass(frozen=True)
class Weightmark:
    """Runs ``weightmark``, or another Python program that does its work, as a process of its own.

    Attributes:
        user: The home directory that it sees.
        home: Its data directory, unless a call names another.
        directory: Its working directory, unless a call names another.
        covered: Whether coverage sees it.
        program: What is run.
    """

    user: Path
    home: Path
    directory: Path
    covered: bool = False
    program: Path = WEIGHTMARK

    def __call__(
        self,
        *arguments: str | Path,
        home: Path | None = None,
        input: str | None = None,  # noqa: A002 - as in subprocess.run
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = PATIENCE,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end, and return its exit status and what it printed."""
        environment = self.environment(home, env)
        if forked.is_possible(environment):
            return forked.run(
                self.program,
                [str(each) for each in arguments],
                given=input or "",
                directory=cwd or self.directory,
                environment=environment,
                timeout=timeout,
            )
        return subprocess.run(
            [self.program, *arguments],
            input=input or "",
            cwd=cwd or self.directory,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    @contextmanager
    def started(
        self,
        *arguments: str | Path,
        home: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Iterator[forked.Running]:
        """Start a command, which is killed when the block ends, if it has not ended."""
        with forked.started(
            self.program,
            [str(each) for each in arguments],
            directory=self.directory,
            environment=self.environment(home, env),
        ) as running:
            yield running

    def environment(
        self, home: Path | None = None, env: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Return what a command's process gets, for tests that start it themselves."""
        return {
            **clean_environment(self.user, home or self.home, covered=self.covered),
            **(env or {}),
        }
