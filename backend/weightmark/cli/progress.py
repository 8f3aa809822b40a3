"""Progress on standard error, where it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from weightmark.ports.artifacts import Advance, Start, no_progress


@contextmanager
def progress(label: str) -> Iterator[Start]:
    """Show a bar with rate and time left while files are read."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def start(total: int) -> Advance:
            # A tree of a thousand models is read in as many parts, one after the other.
            for done in bar.task_ids:
                bar.remove_task(done)
            task = bar.add_task(label, total=total)
            return lambda count: bar.advance(task, count)

        yield start


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Show one line that changes while something is waited for."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:
        yield line.update
