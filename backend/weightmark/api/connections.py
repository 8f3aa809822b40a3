"""Connections that cannot be held open by doing nothing."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

# How many connections there may be. Each is a file, of which a process has 1,024 in many places.
MAX_CONNECTIONS: Final = 256

# How long a request may take to arrive, its body aside, from the connection or the last answer on.
REQUEST_SECONDS: Final = 30.0

# How long a client may take to read what it was sent, which are one or two blocks. It is for lines
# of more than 35 KB/s.
READING_SECONDS: Final = 60.0

# How long requests that are being answered may take when the server is asked to end.
FAREWELL_SECONDS: Final = 5.0


class BoundedConnection(H11Protocol):
    """A connection that is closed when its client is too slow, or when there are too many.

    It waits either for a request, or for its client to read: for a bounded time. The time that an
    answer takes to be made is the server's own affair.
    """

    _limit: float = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._watch()
        if len(self.connections) > MAX_CONNECTIONS:
            self.transport.abort()

    def handle_events(self) -> None:
        """Take what has arrived."""
        super().handle_events()
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Stop waiting for that."""
        super().resume_writing()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._stop()

    def shutdown(self) -> None:
        """End the connection, soon if it is idle, and otherwise after a while."""
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)

    def _watch(self) -> None:
        """Start or stop the clock if what is waited for has changed."""
        limit = self._time_limit()
        if limit != self._limit:
            self._stop()
            self._limit = limit
            if limit:
                self._timer = self.loop.call_later(limit, self.transport.abort)

    def _stop(self) -> None:
        self._limit = 0
        if self._timer:
            self._timer.cancel()

    def _time_limit(self) -> float:
        if self.flow.write_paused:
            return READING_SECONDS
        # Before the first request there is no cycle, whatever its annotation says.
        is_idle = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        return REQUEST_SECONDS if is_idle else 0
