"""Running one whole process, and what it cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CommandFailedError(Exception):
    """A command that is measured ended with an error."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run of a process cost.

    Attributes:
        seconds: From start to end.
        peak_mib: The most memory that it, or a child of its own, held at once, in MiB. No process
            shows less than the benchmark itself holds, about 15 MiB.
    """

    seconds: float
    peak_mib: float


def run(command: Sequence[str], variables: Mapping[str, str]) -> Sample:
    """Run a command without output to its end.

    Args:
        command: The program and its arguments.
        variables: Environment variables besides our own.

    Raises:
        CommandFailedError: It ended with another status than 0.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **variables},
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise CommandFailedError(f"status {process.returncode}: {' '.join(command)}")
    return Sample(seconds, usage.ru_maxrss / 1024)
