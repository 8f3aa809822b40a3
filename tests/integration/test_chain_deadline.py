"""Endpoints that send something all the time, and never come to an end."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest

from weightmark.adapters.chain import json_rpc
from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.errors import ChainUnreachableError

HEAD = b"HTTP/1.1 200 OK\r\n"
# Less than the bound on one read, and long enough for many of them before the deadline.
BETWEEN_BYTES = 0.005
DEADLINE = 0.2

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


@pytest.fixture(autouse=True)
def _short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "TOTAL_SECONDS", DEADLINE)


@pytest.mark.parametrize(
    "beginning",
    [
        HEAD[:13],
        HEAD,
        HEAD + b"content-length: 1000000\r\n\r\n",
        HEAD.replace(b"200", b"102") + b"\r\n",
    ],
    ids=["status", "headers", "body", "after an interim answer"],
)
def test_a_dripping_endpoint_is_given_up(beginning: bytes) -> None:
    with (
        dripping(beginning) as host,
        pytest.raises(ChainUnreachableError, match=r"took more than 0\.2 s"),
    ):
        HttpTransport(f"http://{host}").request([("eth_chainId", ())])


def test_a_dripping_endpoint_is_given_up_behind_encryption() -> None:
    server, client = (
        anonymous(each) for each in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)
    )
    with dripping(HEAD, lambda each: server.wrap_socket(each, server_side=True)) as host:
        transport = HttpTransport(f"https://{host}")
        with httpx2.Client(verify=client) as opened:
            transport.__dict__["_client"] = opened
            with pytest.raises(ChainUnreachableError, match=r"took more than 0\.2 s"):
                transport.request([("eth_chainId", ())])


def test_a_connection_that_was_cut_is_not_used_again() -> None:
    with dripping(HEAD) as host:
        transport = HttpTransport(f"http://{host}")
        for _ in range(2):
            with pytest.raises(ChainUnreachableError, match=r"took more than 0\.2 s"):
                transport.request([("eth_chainId", ())])


def anonymous(protocol: int) -> ssl.SSLContext:
    """Return a context for encryption without certificates, which a test need not have then."""
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context
