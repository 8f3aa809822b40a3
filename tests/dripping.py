"""An endpoint that sends something all the time, and never comes to an end."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Less than any bound on one read, and less than any deadline of a test.
BETWEEN_BYTES = 0.005

Wrap = Callable[[socket.socket], socket.socket]


@contextmanager
def dripping(beginning: bytes, wrap: Wrap = lambda each: each) -> Iterator[str]:
    """Answer everybody with a beginning and then with a byte at a time, and yield host and port."""
    stopped = threading.Event()

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while not stopped.is_set():
                drip(listener.accept()[0])

    def drip(accepted: socket.socket) -> None:
        # Whoever is cut off is no reason not to serve the next one.
        with suppress(OSError), accepted, wrap(accepted) as connection:
            connection.recv(65_536)
            connection.sendall(beginning)
            for number in itertools.count():
                if stopped.wait(BETWEEN_BYTES):
                    return
                connection.sendall(b"x: y\r\n"[number % 6 :][:1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
