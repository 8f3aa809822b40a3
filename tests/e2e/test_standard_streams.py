"""What a command ends with does not depend on who reads what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import BINARIES, PATIENCE, Weightmark
from tests.e2e.releases import Release, assert_ends

FULL = Path("/dev/full")


@contextmanager
def broken_pipe() -> Iterator[int]:
    """Give a pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


def run_into(
    descriptor: int, weightmark: Weightmark, *arguments: str | Path, both: bool = False
) -> tuple[int, str]:
    """Run a command with its output into a descriptor; return its status and standard error."""
    finished = subprocess.run(
        [BINARIES / "weightmark", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=descriptor,
        stderr=descriptor if both else subprocess.PIPE,
        cwd=weightmark.directory,
        env=weightmark.environment(),
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return finished.returncode, finished.stderr or ""


@pytest.mark.parametrize("both", [False, True], ids=["output", "output and errors"])
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "JSON"])
def test_a_reader_that_goes_away_changes_no_verdict(
    release: Release, both: bool, as_json: tuple[str, ...]
) -> None:
    verify: tuple[str | Path, ...] = ("verify", release.model, *as_json)
    with broken_pipe() as pipe:
        assert run_into(pipe, release.weightmark, *verify, both=both) == (0, "")
        (release.model / "config.json").write_text("tampered")
        assert run_into(pipe, release.weightmark, *verify, both=both) == (1, "")
        release.manifest.write_text("{")
        assert run_into(pipe, release.weightmark, *verify, both=both) == (4, "")


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--help"], 0), (["--version"], 0), (["vrify", "--json"], 2)]
)
def test_a_reader_that_goes_away_from_anything_else(
    run_weightmark: Weightmark, arguments: list[str], status: int
) -> None:
    with broken_pipe() as pipe:
        assert run_into(pipe, run_weightmark, *arguments) == (status, "")


def test_output_that_is_lost_is_a_failure(release: Release) -> None:
    with FULL.open("wb") as full:
        for as_json in ((), ("--json",)):
            verify = ("verify", release.model, *as_json)
            status, errors = run_into(full.fileno(), release.weightmark, *verify)
            assert status == 3
            assert "standard output cannot be written: No space left on device" in errors
            assert "hint:" in errors
            assert "Traceback" not in errors
        (release.model / "config.json").write_text("tampered")
        assert run_into(full.fileno(), release.weightmark, "verify", release.model)[0] == 1


def test_closed_streams(release: Release) -> None:
    """Nor may what the command opens take their places, and be written to."""
    script = 'exec "$0" "$@" <&- >&- 2>&-'
    named = ("--name", "acme/digits", "--version", "1.1.0")
    for command in (("publish", release.model, *named), ("verify", release.model)):
        finished = subprocess.run(
            ["/bin/sh", "-c", script, BINARIES / "weightmark", *command],
            env=release.weightmark.environment(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert finished.returncode == 0
    assert_ends(release.verify(), 0, "1.1.0")


# The command, to which the user's interrupt comes at the first bytes that it reads of a file.
INTERRUPTED = """
import os, signal
from weightmark.cli.main import main
read = os.readv
def interrupted(*arguments):
    signal.raise_signal(signal.SIGINT)
    return read(*arguments)
os.readv = interrupted
main()
"""


def test_an_interrupt_is_told_in_one_line_and_loses_nothing(release: Release) -> None:
    before = release.manifest.read_bytes()
    create = ("manifest", "create", release.model, "--name", "acme/other", "--version", "1")
    for as_json in ((), ("--json",)):
        finished = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, *create, *as_json],
            env=release.weightmark.environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert_ends(finished, 130)
        assert (finished.stdout, finished.stderr) == ("", "\nerror: interrupted\n")
    assert release.manifest.read_bytes() == before
    assert_ends(release.verify(), 0)
