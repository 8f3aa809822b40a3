"""What a connection waits for, and for how long: with a clock that tests move."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from weightmark.api.connections import (
    FAREWELL_SECONDS,
    MAX_CONNECTIONS,
    READING_SECONDS,
    REQUEST_SECONDS,
    BoundedConnection,
)

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
OURS = {REQUEST_SECONDS, READING_SECONDS, FAREWELL_SECONDS}


@dataclass
class Timer:
    delay: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """An event loop on which time does not pass."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(delay, callback))
        return self.timers[-1]

    def create_task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)

    @property
    def running(self) -> list[Timer]:
        return [each for each in self.timers if each.delay in OURS and not each.cancelled]


class Wire(asyncio.Transport):
    """A transport that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.end = ""
        self.sent = b""

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return bool(self.end)

    def close(self) -> None:
        self.end = self.end or "closed"

    def abort(self) -> None:
        self.end = "aborted"

    def pause_reading(self) -> None:
        """Nothing is read anyway."""

    resume_reading = pause_reading


class Connection:
    """A connection to an application that answers when it is told to."""

    def __init__(self, state: ServerState | None = None) -> None:
        self.answered = asyncio.Event()
        self.clock, self.wire = Clock(), Wire()
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            timeout_keep_alive=1,
        )
        loop: Any = self.clock
        self.protocol = BoundedConnection(config, state or ServerState(), {}, loop)
        self.protocol.connection_made(self.wire)

    async def _answer(self, _: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        await self.answered.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def answer(self) -> None:
        self.answered.set()
        await asyncio.gather(*self.protocol.tasks)

    @property
    def waits(self) -> list[float]:
        return [each.delay for each in self.clock.running]

    def end_after(self) -> str:
        """Let the time run out, and return how the connection ended."""
        (timer,) = self.clock.running
        timer.callback()
        return self.wire.end


def test_a_request_has_to_arrive_in_time() -> None:
    async def main() -> None:
        connection = Connection()
        assert connection.waits == [REQUEST_SECONDS]
        for byte in REQUEST[:-1]:
            connection.protocol.data_received(bytes((byte,)))
        assert connection.waits == [REQUEST_SECONDS]
        assert [each.delay for each in connection.clock.timers] == [REQUEST_SECONDS]
        assert connection.end_after() == "aborted"

    asyncio.run(main())


def test_making_an_answer_takes_as_long_as_it_takes() -> None:
    async def main() -> None:
        connection = Connection()
        for _ in range(2):
            connection.protocol.data_received(REQUEST)
            assert connection.waits == []
            await connection.answer()
            assert connection.waits == [REQUEST_SECONDS]
        assert connection.wire.sent.count(b"HTTP/1.1 204") == 2

    asyncio.run(main())


def test_a_client_has_to_read_what_it_asked_for() -> None:
    async def main() -> None:
        connection = Connection()
        connection.protocol.data_received(REQUEST)
        for _ in range(2):
            connection.protocol.pause_writing()
            assert connection.waits == [READING_SECONDS]
            connection.protocol.resume_writing()
            assert connection.waits == []
        connection.protocol.pause_writing()
        assert connection.end_after() == "aborted"
        connection.protocol.connection_lost(None)
        await connection.answer()

    asyncio.run(main())


def test_nothing_is_waited_for_when_a_connection_is_gone() -> None:
    async def main() -> None:
        connection = Connection()
        connection.protocol.connection_lost(None)
        assert connection.waits == []

    asyncio.run(main())


@pytest.mark.parametrize(
    ("others", "end"), [(MAX_CONNECTIONS - 1, ""), (MAX_CONNECTIONS, "aborted")]
)
def test_there_are_not_too_many(others: int, end: str) -> None:
    async def main() -> None:
        state = ServerState()
        there: list[Any] = [object() for _ in range(others)]
        state.connections.update(there)
        assert Connection(state).wire.end == end

    asyncio.run(main())


def test_the_end_of_the_server_is_waited_for_by_what_is_under_way() -> None:
    async def main() -> None:
        idle, busy = Connection(), Connection()
        busy.protocol.data_received(REQUEST)
        for each in (idle, busy):
            each.protocol.shutdown()
        assert (idle.wire.end, busy.wire.end) == ("closed", "")
        assert busy.waits == [FAREWELL_SECONDS]
        assert busy.end_after() == "aborted"
        await busy.answer()

    asyncio.run(main())
