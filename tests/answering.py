"""Endpoints over HTTP, and asking them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

JSON = {"content-type": "application/json"}

# Makes status and body of an answer from a request's path and body.
Answer = Callable[[str, bytes], tuple[int, bytes]]


@contextmanager
def answering(answer: Answer, headers: Mapping[str, str] = JSON) -> Iterator[str]:
    """Answer every request, and yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.respond(b"")

        def do_POST(self) -> None:
            self.respond(self.rfile.read(int(self.headers["content-length"])))

        def respond(self, given: bytes) -> None:
            status, body = answer(self.path, given)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def posted(url: str, body: bytes) -> bytes:
    """Return what an endpoint answers."""
    with urlopen(Request(url, body, JSON), timeout=30) as response:
        answer: bytes = response.read()
    return answer
