"""An interrupt by the user ends hashing at once, on however many threads."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Two files of 64 GiB, all holes: nobody waits for their end.
SIZE = 2**36
PROGRAM = """
import itertools
import sys
from pathlib import Path

from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.digests import DigestAlgorithm

total = 0
calls = itertools.count()

def advance(count):
    global total
    total += count
    if next(calls) == 0:
        print("reading", flush=True)

artifact = LocalArtifact(Path(sys.argv[1]), workers=int(sys.argv[2]))
try:
    artifact.hash(artifact.list().sizes, DigestAlgorithm.SHA2_256, advance)
except KeyboardInterrupt:
    print(total)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_hashing(tmp_path: Path, workers: int) -> None:
    for name in ("one.bin", "two.bin"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(SIZE)
    command = (sys.executable, "-c", PROGRAM, str(tmp_path), str(workers))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "reading\n"
            process.send_signal(signal.SIGINT)
            total = int(process.stdout.readline())
        finally:
            process.kill()
    assert 0 < total < SIZE
