"""What tests of fetching have in common: a release, and what is checked of a download."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import gateways
from tests.command import BINARIES, Weightmark
from tests.e2e.pinned import Pinned
from tests.e2e.releases import Finished
from tests.gateways import Gateway, Request


def noise(size: int) -> bytes:
    """Return bytes of which no two pieces are alike."""
    pieces = (hashlib.sha256(b"%d" % number).digest() for number in range(-(-size // 32)))
    return b"".join(pieces)[:size]


# A file with a node, one that is a leaf, an empty one, names beyond ASCII, and many leaves.
FILES = {
    "config.json": b"{}",
    "empty": b"",
    "weights/重み.bin": noise(3 * 2**20 + 17),
    **{f"shards/{number:02}": b"%d" % number for number in range(60)},
}


def fetch(reader: Weightmark, reference: str, out: Path, *servers: Gateway | str) -> Finished:
    options = [each if isinstance(each, str) else f"--gateway={each.url}" for each in servers]
    return reader("fetch", reference, "--out", out, *options)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_fetched(out: Path, files: Mapping[str, bytes]) -> None:
    """Check that the files are there, with their manifest, and nothing else is beside them."""
    found = files_in(out)
    assert found.pop("weightmark.json")
    assert found == files
    assert list(out.parent.iterdir()) == [out]


def assert_nowhere(out: Path) -> None:
    """Check that nothing is at the place, nor is anything kept."""
    assert list(out.parent.iterdir()) == []


class Held:
    """Serves blocks, and after some of them nothing until it is let go."""

    def __init__(self, pinned: Pinned, count: int) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        self._serve = gateways.serving(pinned.blocks)
        self._count = count

    def __call__(self, request: Request) -> None:
        if request.number >= self._count:
            self.reached.set()
            self.released.wait()
        self._serve(request)


@contextmanager
def fetching(reader: Weightmark, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [BINARIES / "weightmark", "fetch", *arguments],
        env=reader.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()
