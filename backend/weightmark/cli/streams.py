"""The standard streams, which may break while a command runs.

What a command found out, and so its exit status, does not depend on who reads what it prints: a
reader that goes away (``weightmark verify ./model | head -1``) has what it wanted. Output that is
lost for another reason, as on a full disk, is a failure of its own.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from weightmark.cli import output
from weightmark.errors import UnavailableError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Stream(io.FileIO):
    """A descriptor that takes everything, and remembers why it could not pass something on.

    Attributes:
        failure: The first error; nothing is written after it.
    """

    failure: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        """Write what can be written, and return the size of all of it, in bytes."""
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def guard() -> Stream:
    """Put streams that never fail in the place of the standard ones, and return the output's.

    One that is closed leads nowhere: or the next file that is opened would have its number.
    """
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout, output_stream = _guarded(sys.stdout)
    sys.stderr, _ = _guarded(sys.stderr)
    return output_stream


def final_status(status: int, stream: Stream) -> int:
    """Return a command's exit status, which says as well whether its output was lost."""
    if stream.failure is None or isinstance(stream.failure, BrokenPipeError):
        return status
    output.complain(
        f"standard output cannot be written: {stream.failure.strerror}",
        "free space there, or send it elsewhere; only what was printed is lost",
    )
    return status or UnavailableError.exit_status


def _guarded(stream: TextIO | None) -> tuple[TextIO, Stream]:
    stream = stream or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", closefd=False)
    guarded = Stream(stream.fileno(), "w", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(guarded), stream.encoding, stream.errors, line_buffering=True
    )
    return text, guarded
