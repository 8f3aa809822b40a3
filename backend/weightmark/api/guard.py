"""What holds for every request and answer, before any route is looked at."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weightmark.api.problems import SECURITY_HEADERS, problem
from weightmark.domain.hosts import is_loopback
from weightmark.errors import NotAuthorizedError, UsageError

MAX_QUERY_LENGTH: Final = 256


class Guard:
    """Bounds requests, and puts on answers those of `SECURITY_HEADERS` that they do not have.

    Args:
        app: What answers the requests that pass.
        local_only: Whether the server listens on loopback. A page in a browser of this machine
            could otherwise read the answers, by a host name of its own that it lets stand for
            127.0.0.1 (DNS rebinding).
        max_path_length: How long a path may be, in bytes.
    """

    def __init__(self, app: ASGIApp, *, local_only: bool, max_path_length: int) -> None:
        self._app = app
        self._max_path_length = max_path_length
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> ASGIApp | None:
        path, query = request.scope["raw_path"], request.scope["query_string"]
        if len(path) > self._max_path_length or len(query) > MAX_QUERY_LENGTH:
            message = (
                f"a path has at most {self._max_path_length} bytes, a query {MAX_QUERY_LENGTH}"
            )
            return problem(UsageError(message), status=HTTPStatus.REQUEST_URI_TOO_LONG)
        if self._local_only and not is_loopback(_host(request)):
            message = "this server listens on loopback, and answers to no other host name"
            hint = "ask for 127.0.0.1 or localhost, or start the server with --host"
            error = NotAuthorizedError(message, hint=hint)
            return problem(error, status=HTTPStatus.MISDIRECTED_REQUEST)
        return None


def _host(request: Request) -> str:
    # Not `request.url`: what a client writes into this header need not be a host.
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
