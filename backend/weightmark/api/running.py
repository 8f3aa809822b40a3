"""Running a web application until a signal ends it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import uvicorn
from fastapi import FastAPI

from weightmark.api.connections import FAREWELL_SECONDS, REQUEST_SECONDS, BoundedConnection
from weightmark.domain.hosts import is_loopback
from weightmark.errors import UnavailableError

# Headers of a request beyond this many bytes are refused.
_MAX_HEADER_SIZE: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens: an address, and the port that it got."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where the API is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return is_loopback(self.host)


def run(
    create: Callable[[Listening], FastAPI],
    host: str,
    port: int,
    announce: Callable[[Listening], None],
) -> None:
    """Answer requests until SIGINT or SIGTERM.

    Args:
        create: Makes what answers, once it is known where.
        host: A name or an address of this machine.
        port: A port; 0 for any that is free.
        announce: Called once connections are accepted.

    Raises:
        UnavailableError: The port is taken, or the address is not of this machine.
    """
    with _listener(host, port) as listener:
        listening = Listening(*listener.getsockname()[:2])
        server = uvicorn.Server(_configuration(create(listening)))
        with _ended_by_signals(server):
            announce(listening)
            server.run(sockets=[listener])


def _configuration(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # what is to be told, the application tells
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=_MAX_HEADER_SIZE,
        timeout_keep_alive=int(REQUEST_SECONDS),
        timeout_graceful_shutdown=int(FAREWELL_SECONDS) + 1,
    )


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        # `socket.create_server` repeats the address in brackets.
        reason = str(getattr(error, "strerror", "it is no host name")).partition(" (")[0]
        raise UnavailableError(
            f"cannot listen on port {port} of '{host}': {reason}",
            hint="choose another one: --port PORT, --host ADDRESS",
        ) from None


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    # uvicorn raises what it caught once more when it has ended: these handlers take it. They also
    # end a server that is still starting.
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, server.handle_exit) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
