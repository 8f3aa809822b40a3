"""A deadline for a whole HTTP exchange.

An HTTP client bounds each single read. An endpoint that sends a byte now and then is never late by
that measure, be it in the headers or in the body; here its connection is cut when the time is over.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from httpcore2 import NetworkStream

# After these events of httpcore2's trace, `return_value` is the stream that carries the exchange.
_OPENED = (".connect_tcp.complete", ".start_tls.complete")


class Deadline:
    """Cuts the newest connection of a client that one thread uses, if an exchange is late."""

    def __init__(self) -> None:
        self._stream: NetworkStream | None = None
        self._end = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the time of the newest exchange is over."""
        return time.monotonic() >= self._end

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of a connection; the ``trace`` extension of a request."""
        if event.endswith(_OPENED):
            self._stream = info["return_value"]
            if self.is_over:
                self._cut()

    @contextmanager
    def at(self, end: float) -> Iterator[None]:
        """Bound what is done inside by ``end``, in seconds of the monotonic clock."""
        self._end = end
        timer = Timer(max(0.0, end - time.monotonic()), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        connection = self._stream and self._stream.get_extra_info("socket")
        if isinstance(connection, socket.socket):
            # Not `SSLSocket.shutdown`, which forgets the encryption while the other thread reads.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
