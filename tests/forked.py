"""Python programs as processes that need not import ``weightmark``, which takes most of their time.

The standard library's fork server imports the package once; each program is then a fork of it, with
arguments, environment, directory and standard streams of its own. Coverage sees those of whose
environment it is a part. What a program imports, and when, is for tests that execute it; and so is
what a password costs to try, which is next to nothing here.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

PRELOADED = [
    "coverage",
    "eth_account",
    "httpx2",
    "rich.progress",
    "tests.forked",
    "weightmark.adapters.chain.embedded.machine",
    "weightmark.adapters.chain.embedded.reader",
    "weightmark.adapters.chain.rpc_reader",
    "weightmark.adapters.chain.rpc_writer",
    "weightmark.adapters.files.local_artifact",
    "weightmark.adapters.ipfs.gateway",
    "weightmark.adapters.ipfs.store",
    "weightmark.adapters.key_files.pem",
    "weightmark.adapters.signing.public_keys",
    "weightmark.adapters.state.records",
    "weightmark.bootstrap.requests",
    "weightmark.bootstrap.signing",
    "weightmark.bootstrap.signatures",
    "weightmark.cli.commands.fetch",
    "weightmark.cli.commands.publish",
    "weightmark.cli.commands.verify",
    "weightmark.services.fetch",
    "weightmark.services.pinning",
    "weightmark.services.publish",
    "weightmark.services.signatures.create",
    "weightmark.services.signatures.inspect",
    "weightmark.services.signatures.reports",
    "weightmark.services.verification.procedure",
]

_STREAMS = ((0, os.O_RDONLY), (1, os.O_WRONLY | os.O_CREAT), (2, os.O_WRONLY | os.O_CREAT))

# What the interpreter itself goes by, before it runs anything.
_FOR_THE_INTERPRETER = ("PYTHON", "LANG", "LC_")

# As Python starts with it: importing py-evm raises it.
_RECURSION_LIMIT = 1000

_context = get_context("forkserver")


def is_possible(environment: Mapping[str, str]) -> bool:
    """Whether a fork is like the program: nothing unusual is told to the interpreter itself."""
    told = {name for name in environment if name.startswith(_FOR_THE_INTERPRETER)}
    return told == {"LANG"} and environment["LANG"] == "C.UTF-8"


class Running:
    """A program that was started."""

    def __init__(
        self, process: ForkServerProcess, command: Sequence[str | Path], streams: Sequence[Path]
    ) -> None:
        self._process = process
        self._command = command
        self._streams = streams

    def ends_within(self, seconds: float) -> bool:
        """Whether it is over, or will be soon."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def finish(self, timeout: float) -> subprocess.CompletedProcess[str]:
        """Wait for its end, and return its exit status and what it printed.

        Raises:
            subprocess.TimeoutExpired: It took longer than ``timeout`` seconds.
        """
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self._command, timeout)
        printed, told = (each.read_bytes().decode() for each in self._streams[1:])
        return subprocess.CompletedProcess(self._command, status, printed, told)


@contextmanager
def started(
    program: Path,
    arguments: Sequence[str],
    *,
    directory: Path,
    environment: dict[str, str],
    given: str = "",
) -> Iterator[Running]:
    """Start a program, which is killed when the block ends, if it has not ended."""
    _start_server()
    with TemporaryDirectory() as folder:
        streams = [Path(folder, str(number)) for number, _ in _STREAMS]
        streams[0].write_text(given)
        process = _context.Process(
            target=_run, args=(program, arguments, streams, directory, environment), daemon=False
        )
        process.start()
        running = Running(process, [program, *arguments], streams)
        try:
            yield running
        finally:
            running.kill()


def run(
    program: Path,
    arguments: Sequence[str],
    *,
    given: str,
    directory: Path,
    environment: dict[str, str],
    timeout: float,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and return its exit status and what it printed.

    Raises:
        subprocess.TimeoutExpired: It took longer than ``timeout`` seconds.
    """
    with started(
        program, arguments, directory=directory, environment=environment, given=given
    ) as running:
        return running.finish(timeout)


def _start_server() -> None:
    """Start the server, unless it runs, hidden from coverage, which would take as long again."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COV")}
    try:
        _context.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()
    finally:
        os.environ.update(hidden)


def _run(
    program: Path,
    arguments: Sequence[str],
    streams: Sequence[Path],
    directory: Path,
    environment: dict[str, str],
) -> None:
    for (number, flags), path in zip(_STREAMS, streams, strict=True):
        stream = os.open(path, flags, 0o600)
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    sys.setrecursionlimit(_RECURSION_LIMIT)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    _cheapen_passwords()
    sys.argv = [str(program), *arguments]
    with _coverage():
        runpy.run_path(str(program), run_name="__main__")


def _cheapen_passwords() -> None:
    """Encrypt new files of keys at the least cost that their formats have."""
    from weightmark.adapters.key_files import keystore, pbes2

    keystore.COST, pbes2.ITERATIONS = 2, 1


@contextmanager
def _coverage() -> Iterator[None]:
    """Measure what is run, if the environment asks for it, as where Python starts."""
    from coverage import process_startup

    measuring = process_startup()
    try:
        yield
    finally:
        if measuring:
            measuring.stop()
            measuring.save()
