"""Gateways of blocks over HTTP: one that serves what it holds, and those that one has to bear with.

Each is a `Respond`, which `gateway` runs on loopback until its context ends::

    with gateway(serving(stored.blocks)) as good, gateway(stalling) as bad:
        fetch(good.url, bad.url)
    assert good.requests[cid_text(root)] == 1
"""

from __future__ import annotations

import itertools
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.dripping import BETWEEN_BYTES
from weightmark.domain.content_address import parse_cid
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.walk import reachable

RAW = "application/vnd.ipld.raw"
CAR = "application/vnd.ipld.car; version=1; order=dfs; dups=n"
PROBE = "bafkqaaa"
_PIECE = bytes(64 * 1024)

NO_HEADERS: Mapping[str, str] = {}

Blocks = Mapping[bytes, bytes]
Headers = Mapping[str, str]


class Gateway(ThreadingHTTPServer):
    """A server on a port of loopback.

    Attributes:
        requests: How often each CID was asked for, as text.
        was_asked: Set once anything was asked for.
        ended: Set when the test is over.
    """

    daemon_threads = False

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.respond = respond
        self.requests: Counter[str] = Counter()
        self.was_asked = threading.Event()
        self.ended = threading.Event()
        self._counting = threading.Lock()
        self._connections: list[socket.socket] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, cid: str) -> int:
        """Count a request, and return how many there were before it."""
        with self._counting:
            self.requests[cid] += 1
            self.was_asked.set()
            return self.requests.total() - 1

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End all that is under way."""
        self.ended.set()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Request(BaseHTTPRequestHandler):
    """A request, and what a `Respond` can do about it.

    Attributes:
        cid: The CID that is asked for, as text.
        format: ``raw``, ``car`` or whatever else is asked for.
        number: How many requests came before it.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Gateway

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.cid = url.path.removeprefix("/ipfs/")
        accepted = self.headers.get("accept", "").partition(";")[0].rpartition(".")[2]
        self.format = parse_qs(url.query).get("format", [accepted])[0]
        self.number = self.server.count(self.cid)
        # Whoever hangs up is no reason not to serve the next one.
        with suppress(OSError):
            self.server.respond(self)

    def answer(
        self, body: bytes, kind: str = RAW, status: int = 200, headers: Headers = NO_HEADERS
    ) -> None:
        """Send a whole answer."""
        self.begin(kind, status, {"content-length": str(len(body)), **headers})
        self.wfile.write(body)

    def begin(self, kind: str = RAW, status: int = 200, headers: Headers = NO_HEADERS) -> None:
        """Send the headers of an answer, after which the connection will be closed."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


Respond = Callable[[Request], None]


@contextmanager
def gateway(respond: Respond) -> Iterator[Gateway]:
    """Run a gateway."""
    with Gateway(respond) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()


def serving(blocks: Blocks) -> Respond:
    """Serve what there is, as raw blocks or CAR files; `blocks` may be added to."""
    return lambda request: _serve(request, blocks, bytes)


def lying(blocks: Blocks) -> Respond:
    """Serve other bytes, as many as there should be."""
    return lambda request: _serve(request, blocks, _altered)


def failing(status: int, retry_after: str = "") -> Respond:
    """Refuse everything: 429, 500 and the like."""
    headers = {"retry-after": retry_after} if retry_after else {}
    return lambda request: request.answer(b"no", "text/plain", status, headers)


def redirecting(url: str, status: int = 302) -> Respond:
    """Send everybody to another host, which is asked for the same."""
    return lambda request: request.answer(b"", RAW, status, {"location": url + request.path})


def misjudging(blocks: Blocks, difference: int) -> Respond:
    """Say that blocks are longer or shorter than what is sent, by so many bytes."""

    def respond(request: Request) -> None:
        block = blocks[parse_cid(request.cid)]
        request.answer(block, headers={"content-length": str(len(block) + difference)})

    return respond


def changing(count: int, before: Respond, after: Respond) -> Respond:
    """Respond in one way to so many requests, and in another way to those that follow."""
    return lambda request: (before if request.number < count else after)(request)


def endless(request: Request) -> None:
    """Send zeros as fast as they are taken, and never end."""
    request.begin()
    while not request.server.ended.is_set():
        request.wfile.write(_PIECE)


def stalling(request: Request) -> None:
    """Promise a block, and send nothing of it."""
    request.begin(headers={"content-length": "1024"})
    request.server.ended.wait()


def silent(request: Request) -> None:
    """Send nothing at all."""
    request.server.ended.wait()


def dripping(request: Request, kind: str = RAW) -> None:
    """Send a byte of something small from time to time, and never the last."""
    request.begin(kind, headers={"content-length": str(2**20)})
    for _ in itertools.takewhile(lambda _: not request.server.ended.wait(BETWEEN_BYTES), _PIECE):
        request.wfile.write(b"\0")


def hanging_up(request: Request) -> None:
    """Close the connection instead of answering."""
    request.close_connection = True


def html(request: Request) -> None:
    """Show a page with status 200, as portals and error pages do."""
    request.answer(b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8")


def oversized(request: Request) -> None:
    """Send one byte more than a block may have, and say so."""
    request.answer(bytes(MAX_BLOCK_SIZE + 1))


def _serve(request: Request, blocks: Blocks, sent: Callable[[bytes], bytes]) -> None:
    if request.cid == PROBE:
        request.answer(b"")
        return
    cid = parse_cid(request.cid)
    if cid not in blocks:
        request.answer(b"not here", "text/plain", 404)
    elif request.format == "raw":
        request.answer(sent(blocks[cid]))
    elif request.format == "car":
        found = {each: sent(blocks[each]) for each in reachable(cid, blocks.__getitem__)}
        sections = (section_head(each, len(block)) + block for each, block in found.items())
        request.answer(header(cid) + b"".join(sections), CAR)
    else:
        request.answer(b"raw or car", "text/plain", 400)


def _altered(block: bytes) -> bytes:
    return bytes((block[0] ^ 1,)) + block[1:] if block else b"!"
