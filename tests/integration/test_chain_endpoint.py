"""The JSON-RPC client, against real sockets of this machine."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from weightmark.adapters.chain import json_rpc
from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.adapters.http import client
from weightmark.errors import ChainUnreachableError

REDIRECTING, SILENT, CUT, HUGE = "/redirecting", "/silent", "/cut", "/huge"
RESET_ONCE, BUSY, PACKED = "/reset-once", "/busy", "/packed"
ANSWER = b'{"jsonrpc":"2.0","id":%d,"result":"0x1"}'


class Handler(BaseHTTPRequestHandler):
    """Misbehaves as the path says."""

    protocol_version = "HTTP/1.1"
    visits: list[str] = []  # noqa: RUF012 - one list for one server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.visits.append(self.path)
        answer = ANSWER % json.loads(body)["id"]
        match self.path:
            case "/redirecting":
                self.send_response(307)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()
            case "/silent":
                self.close_connection = True
                self.server.released.wait()  # type: ignore[attr-defined]
            case "/cut":
                self.answer(answer[:10], len(answer))
                self.close_connection = True
            case "/huge":
                self.answer(b" " * 200 + answer, 200 + len(answer))
            case "/reset-once" if len(self.visits) == 1:
                self.answer(answer[:10], len(answer))
                self.close_connection = True
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case "/busy" if len(self.visits) == 1:
                self.send_response(429)
                self.send_header("retry-after", "7")
                self.send_header("content-length", "0")
                self.end_headers()
            case "/packed":
                packed = gzip.compress(answer)
                self.answer(packed, len(packed), ("content-encoding", "gzip"))
            case _:
                self.answer(answer, len(answer))

    def answer(self, content: bytes, length: int, *headers: tuple[str, str]) -> None:
        """Send an answer, of which there may be less than it says."""
        self.send_response(200)
        self.send_header("content-length", str(length))
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URL of a server."""
    monkeypatch.setattr(Handler, "visits", [])
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.released = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.released.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def ask(url: str) -> list[object]:
    return HttpTransport(url, sleep=lambda _: None).request([("eth_chainId", ())])


def test_an_endpoint_answers(url: str) -> None:
    assert ask(url) == ["0x1"]


def test_logs_hold_no_secret(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert ask(f"{url}/v3/secret-key-0123?token=secret-token") == ["0x1"]
    assert Handler.visits == ["/v3/secret-key-0123?token=secret-token"]
    assert "secret-" not in caplog.text


def test_a_redirect_is_not_followed(url: str) -> None:
    with pytest.raises(ChainUnreachableError, match="HTTP status 307"):
        ask(url + REDIRECTING)
    assert Handler.visits == [REDIRECTING]


def test_a_silent_endpoint_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.05)
    with pytest.raises(ChainUnreachableError, match="did not answer in time"):
        ask(url + SILENT)


def test_a_cut_answer_is_no_answer(url: str) -> None:
    with pytest.raises(ChainUnreachableError, match="RemoteProtocolError"):
        ask(url + CUT)


def test_a_connection_that_was_reset_is_made_again(url: str) -> None:
    assert ask(url + RESET_ONCE) == ["0x1"]
    assert len(Handler.visits) == 2


def test_what_was_sent_before_a_reset_is_not_sent_again(url: str) -> None:
    with pytest.raises(ChainUnreachableError, match="connection failed"):
        HttpTransport(url + RESET_ONCE).request([("eth_sendRawTransaction", ())], idempotent=False)
    assert len(Handler.visits) == 1


def test_an_endpoint_that_is_busy_says_how_long_to_wait(url: str) -> None:
    pauses: list[float] = []
    transport = HttpTransport(url + BUSY, sleep=pauses.append)
    assert transport.request([("eth_chainId", ())]) == ["0x1"]
    assert pauses == [7.0]


def test_a_packed_answer_is_not_unpacked(url: str) -> None:
    """What it unpacks to would have no bound."""
    with pytest.raises(ChainUnreachableError, match="is not JSON"):
        ask(url + PACKED)


def test_a_huge_answer_is_not_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "MAX_ANSWER_BYTES", 100)
    with pytest.raises(ChainUnreachableError, match="more than 100 bytes"):
        ask(url + HUGE)


def test_nobody_there_is_an_error_that_names_the_endpoint() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        name = f"http://127.0.0.1:{probe.getsockname()[1]}"
        with pytest.raises(ChainUnreachableError, match=f"{name} cannot be used") as caught:
            ask(f"{name}/v3/secret-key-0123")
    assert "secret-key" not in str(caught.value)
