"""How many requests are answered at once."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from weightmark.api.problems import RETRY_SECONDS, problem
from weightmark.errors import UnavailableError


class Places:
    """Refuses requests beyond a number of those that are still being answered.

    Args:
        app: What answers the others.
        count: How many there may be.
    """

    def __init__(self, app: ASGIApp, *, count: int) -> None:
        self._app = app
        self._count = count
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, to its end."""
        if self._taken == self._count:
            message = f"the server answers {self._count} requests at once, and no more"
            error = UnavailableError(message, hint="ask again in a moment")
            headers = {"Retry-After": RETRY_SECONDS}
            refusal = problem(error, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
            await refusal(scope, receive, send)
            return
        self._taken += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._taken -= 1
