"""The commands that say whether a change is good cannot lie."""

from __future__ import annotations

import os
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError

from tests.architecture.sources import CHECKOUT
from tests.conftest import TEST_SWITCHES
from tests.kubo import place_of_what_is_built

PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())


def in_environment(command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command with the PATH of the scripts."""
    return subprocess.run(
        ["/bin/sh", "-c", f". scripts/environment.sh; {command}"],
        cwd=CHECKOUT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_sockets_are_closed_here() -> None:
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(SocketBlockedError),
    ):
        socket.socket()


def test_the_user_is_not_the_machines(user_home: Path) -> None:
    assert Path.home() == user_home
    assert list(user_home.iterdir()) == []
    configured = [name for name in os.environ if name.startswith("WEIGHTMARK_")]
    assert set(configured) <= TEST_SWITCHES


def test_forge_reports_failure() -> None:
    assert in_environment("forge --version").returncode == 0
    assert in_environment("forge no-such-command").returncode != 0


def test_a_check_that_does_not_exist_is_refused() -> None:
    finished = in_environment("scripts/check no-such-check")
    assert finished.returncode == 2
    assert "usage: scripts/check" in finished.stderr


def test_warnings_are_errors_and_branches_are_counted() -> None:
    assert PYPROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    assert PYPROJECT["tool"]["coverage"]["run"]["branch"]
    assert PYPROJECT["tool"]["coverage"]["report"]["fail_under"] >= 95


def test_pre_commit_runs_every_check() -> None:
    hooks = (CHECKOUT / ".pre-commit-config.yaml").read_text()
    usage = in_environment("scripts/check no-such-check").stderr
    checks = usage.partition("[")[2].partition("]")[0].split("|")
    assert "format" in checks
    assert [check for check in checks if f"entry: scripts/check {check}\n" not in hooks] == []


@pytest.mark.parametrize(
    ("environment", "cache"),
    [
        ({"HOME": "/a b"}, "/a b/.cache"),
        ({"HOME": "/a b", "XDG_CACHE_HOME": "/c d"}, "/c d"),
        ({"XDG_CACHE_HOME": "/c d"}, "/c d"),
        ({"HOME": "/a b", "XDG_CACHE_HOME": "here"}, "/a b/.cache"),
    ],
)
def test_kubo_is_built_outside_of_the_checkout(environment: dict[str, str], cache: str) -> None:
    asked = place_of_what_is_built({"PATH": os.environ["PATH"], **environment})
    assert asked.stdout.startswith(f"{cache}/weightmark/kubo/v")
    assert asked.stdout.endswith("/ipfs\n")


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}])
def test_kubo_is_built_nowhere_without_a_home(environment: dict[str, str]) -> None:
    asked = place_of_what_is_built({"PATH": os.environ["PATH"], **environment})
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "HOME: has to name" in asked.stderr
