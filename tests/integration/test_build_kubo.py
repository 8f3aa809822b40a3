"""``scripts/build-kubo``, with something in the place of Go that is done at once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import CHECKOUT

# All that is on PATH: a machine may have Go beside them, which would take minutes.
TOOLS = ["cat", "chmod", "cut", "date", "dirname", "mkdir", "mv", "rm", "sed", "sha256sum", "wc"]

# Writes the file that ``-o`` names, as Go does, and then does what is in the place of the braces.
GO = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo built >"$2"
chmod +x "$2"
{}
"""


class Build:
    """The script, in the home of somebody who has nothing."""

    def __init__(self, folder: Path) -> None:
        self._home, self._go = folder / "a home", folder / "bin/go"
        self._go.parent.mkdir()
        for tool in TOOLS:
            (self._go.parent / tool).symlink_to(shutil.which(tool) or tool)

    def __call__(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CHECKOUT / "scripts/build-kubo"],
            env={"PATH": str(self._go.parent), "HOME": str(self._home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def with_go(self, then: str) -> subprocess.CompletedProcess[str]:
        self._go.write_text(GO.format(then))
        self._go.chmod(0o755)
        return self()

    def files(self) -> list[str]:
        return [path.name for path in self._home.rglob("*") if path.is_file()]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def test_it_is_built_once(build: Build) -> None:
    for said in ("Building", ""):
        finished = build.with_go("exit 0")
        assert (finished.returncode, finished.stderr[:8]) == (0, said), finished.stderr
        assert build.files() == ["ipfs"]


@pytest.mark.parametrize("then", ["exit 1", "kill -TERM $PPID"])
def test_what_is_not_finished_is_not_kept(build: Build, then: str) -> None:
    assert build.with_go(then).returncode == 1
    assert build.files() == []
    assert build.with_go("exit 0").returncode == 0
    assert build.files() == ["ipfs"]


def test_without_go_it_says_so(build: Build) -> None:
    finished = build()
    assert finished.returncode == 1
    assert finished.stderr.startswith("Go is needed to build Kubo v")
    assert build.files() == []
