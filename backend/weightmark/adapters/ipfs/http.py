"""A client of IPFS services over HTTP, which believes nothing: bounded in time and in size.

Gateways, Kubo nodes and pinning services are all spoken to through it. Every failure is an
`IpfsServiceError` that names the service by scheme, host and port: the rest of its URL, and what
authorizes us, are shown to nobody. No redirect is followed, and no proxy of the environment used.
"""

from __future__ import annotations

import json
import re
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from weightmark.adapters.http.client import CONNECT_SECONDS, READ_SECONDS, failure, open_client
from weightmark.adapters.http.deadline import Deadline
from weightmark.adapters.http.endpoint import Endpoint
from weightmark.domain.hosts import is_loopback
from weightmark.domain.unambiguous import check_depth
from weightmark.errors import ConfigurationError, IpfsServiceError

if TYPE_CHECKING:
    import httpx2

# Of an answer that only says something, as documents in JSON do.
MAX_DOCUMENT_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a service.

    Attributes:
        method: Of HTTP.
        path: Below the service's URL, with a slash at its beginning.
        query: Parameters, by name.
        headers: Further headers.
        content: The body, in pieces if it is large.
        limit: How many bytes the answer's body may have.
        seconds: How long the whole exchange may take, from connecting to the last byte.
        silence: How long each single step of it may take, in seconds.
    """

    method: str = "GET"
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | Iterable[bytes] = b""
    limit: int = MAX_DOCUMENT_BYTES
    seconds: float = 60.0
    silence: float = READ_SECONDS


class HttpService:
    """A service, for any number of threads and exchanges at once.

    Attributes:
        name: What messages call it: ``what`` and scheme, host and port of the URL.

    Args:
        url: Where it is; a path is put before those of requests.
        what: What kind of service it is: "the IPFS gateway".
        hint: What to do when it does not serve.
        authorization: The ``Authorization`` header that it gets.

    Raises:
        ConfigurationError: The URL is not one of HTTP, holds a password or a query, or would have
            the authorization sent over a network without encryption; or that is no header.
    """

    def __init__(self, url: str, *, what: str, hint: str, authorization: str = "") -> None:
        endpoint = Endpoint.parse(url, what)
        self.name = f"{what} {endpoint.public_name}"
        self._refuse_unsafe(url, authorization)
        secrets = (*endpoint.secrets, *filter(None, (authorization, *authorization.split()[1:])))
        self._endpoint = Endpoint(url.rstrip("/"), endpoint.public_name, secrets)
        self._headers = {"authorization": authorization} if authorization else {}
        self._hint = hint
        self._idle: list[_Line] = []

    @contextmanager
    def exchange(self, request: Request) -> Iterator[Answer]:
        """Send a request, and yield its answer, whatever its status, while its body comes in.

        Raises:
            IpfsServiceError: The service is out of reach, too slow, or sends too much.
        """
        import httpx2

        line = self._line()
        try:
            with (
                line.deadline.at(time.monotonic() + request.seconds),
                line.stream(self._endpoint.url, request) as response,
            ):
                yield Answer(self, line.deadline, response, request)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # Not chained, and not quoted: the text of the foreign error may hold the whole URL.
            if line.deadline.is_over:
                raise self.late(request) from None
            if isinstance(error, httpx2.TimeoutException):
                raise self.error("it did not answer in time") from None
            raise self.error(failure(error)) from None
        finally:
            self._idle.append(line)

    def shown(self, text: str) -> str:
        """Return a text of the service's, without what is secret, bounded and printable."""
        return self._endpoint.shown(text)

    def error(self, reason: str, *, hint: str = "") -> IpfsServiceError:
        """Return an error that names the service, and says what happened: "it …"."""
        return IpfsServiceError(f"{self.name} cannot be used: {reason}", hint=hint or self._hint)

    def late(self, request: Request) -> IpfsServiceError:
        """Return the error for an exchange that took too long."""
        return self.error(f"its answer took more than {request.seconds:g} seconds")

    def _refuse_unsafe(self, url: str, authorization: str) -> None:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise ConfigurationError(f"the URL of {self.name} holds a password or a user's name")
        if {"?", "#"} & {*url}:
            raise ConfigurationError(f"the URL of {self.name} goes on after its path")
        if not re.fullmatch("([!-~]+( [!-~]+)*)?", authorization):
            raise ConfigurationError(f"the authorization for {self.name} holds what no header can")
        if authorization and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ConfigurationError(
                f"{self.name} would get its authorization without encryption", hint="use https://"
            )

    def _line(self) -> _Line:
        try:
            return self._idle.pop()
        except IndexError:
            return _Line(self._endpoint, self._headers)


class Answer:
    """An answer, whose body is still to be read, once.

    Attributes:
        status: Of HTTP.
    """

    def __init__(
        self, service: HttpService, deadline: Deadline, response: httpx2.Response, request: Request
    ) -> None:
        self.status: int = response.status_code
        self._service = service
        self._deadline = deadline
        self._response = response
        self._request = request

    @property
    def kind(self) -> str:
        """The media type of the body, in lower case and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> float:
        """How long the service asks to be left alone, in seconds; 0 where it does not."""
        text = self.header("retry-after")
        # The other form, a date, is not worth trusting two clocks.
        return float(text) if re.fullmatch("[0-9]{1,6}", text) else 0.0

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return str(self._response.headers.get(name, ""))

    def pieces(self) -> Iterator[bytes]:
        """Give the body as it comes in.

        Raises:
            IpfsServiceError: It has more bytes than the request allows, or takes too long.
        """
        received = 0
        for piece in self._response.iter_raw():
            received += len(piece)
            if received > self._request.limit:
                raise self._service.error(f"it answered with more than {self._request.limit} bytes")
            if self._deadline.is_over:
                raise self._service.late(self._request)
            yield piece

    def body(self) -> bytes:
        """Return the whole body.

        Raises:
            IpfsServiceError: It has more bytes than the request allows, or takes too long.
        """
        body = bytearray()
        # Not joined at the end: any number of short pieces would take many times their bytes.
        for piece in self.pieces():
            body += piece
        return bytes(body)

    def document(self) -> object:
        """Return what the body says in JSON.

        Raises:
            IpfsServiceError: It is not JSON, or what `body` raises.
        """
        body = self.body()
        try:
            check_depth(body)
            return json.loads(body)
        except ValueError:
            # Cut last: half a token would not be known for one.
            start = self._service.shown(body.decode("utf-8", "replace"))[:60]
            raise self._service.error(f"its answer is not JSON: {start!r}") from None


class _Line:
    """A connection to a service, for one exchange at a time; closed when the service is gone."""

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self.deadline = Deadline()
        self._client = open_client(endpoint, headers, use_proxies=False)
        weakref.finalize(self, self._client.close)

    @contextmanager
    def stream(self, url: str, request: Request) -> Iterator[httpx2.Response]:
        """Send a request below a URL."""
        import httpx2

        with self._client.stream(
            request.method,
            url + request.path,
            params=dict(request.query) or None,
            headers=dict(request.headers),
            content=request.content or None,
            timeout=httpx2.Timeout(request.silence, connect=CONNECT_SECONDS),
            extensions={"trace": self.deadline.trace},
        ) as response:
            yield response
