"""A ``weightmark`` for shells that is a fork, as that of `tests.forked`.

A shell that finds this one first starts a stand-in, which asks the test for the fork, through a
socket, and ends as that does, with what it printed.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from tempfile import TemporaryDirectory
from threading import Thread

from tests import forked
from tests.command import PATIENCE, WEIGHTMARK

_STAND_IN = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as test:
    test.connect(sys.argv[1])
    asked = [sys.argv[2:], os.getcwd(), dict(os.environ), sys.stdin.read()]
    with test.makefile("rw", encoding="utf-8") as stream:
        print(json.dumps(asked), file=stream, flush=True)
        status, printed, told = json.loads(stream.readline())
sys.stdout.write(printed)
sys.stderr.write(told)
sys.exit(status)
"""


@contextmanager
def forking_weightmark() -> Iterator[Path]:
    """Yield a folder for ``PATH``, with a ``weightmark`` in it, for as long as the block runs."""
    with TemporaryDirectory() as folder:
        address, program = Path(folder, "socket"), Path(folder, "weightmark")
        starter = [sys.executable, "-IS", "-c", _STAND_IN, str(address)]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(starter)} "$@"\n')
        program.chmod(0o700)
        with ThreadingUnixStreamServer(str(address), _Answer) as server:
            Thread(target=server.serve_forever, args=(0.05,)).start()
            try:
                yield program.parent
            finally:
                server.shutdown()


class _Answer(StreamRequestHandler):
    def handle(self) -> None:
        arguments, directory, environment, given = json.loads(self.rfile.readline())
        finished = forked.run(
            WEIGHTMARK,
            arguments,
            given=given,
            directory=Path(directory),
            environment=environment,
            timeout=PATIENCE,
        )
        answer = [finished.returncode, finished.stdout, finished.stderr]
        self.wfile.write(json.dumps(answer).encode() + b"\n")
