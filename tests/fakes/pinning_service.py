"""A pinning service over HTTP, and the ways in which one fails.

The messages and parameters are those of the OpenAPI document of the IPFS Pinning Service API,
version 1.0.0 (``ipfs-pinning-service.yaml`` of github.com/ipfs/pinning-services-api-spec); what
the document does not allow is refused with status 400, and so shows in tests of clients::

    with pinning_service() as service:
        service.course = ("queued", "failed")
        service.instead.append(refusing(429, headers={"retry-after": "7"}))
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

TOKEN = "planted-access-token"
BASE = "/psa"
DELEGATES = ("/ip4/203.0.113.1/tcp/4001/p2p/QmServicePeerId",)
_STARTED = datetime(2026, 1, 1, tzinfo=UTC)
_PIECE = b" " * 64 * 1024

Status = Literal["queued", "pinning", "pinned", "failed"]
Match = Literal["exact", "iexact", "partial", "ipartial"]
Name = Annotated[str, Meta(max_length=255)]
Addresses = Annotated[tuple[str, ...], Meta(max_length=20)]


class Pin(Struct, frozen=True, forbid_unknown_fields=True):
    """``Pin`` of the document, with nothing that it does not name."""

    cid: str
    name: Name | UnsetType = UNSET
    origins: Addresses | UnsetType = UNSET
    meta: dict[str, str] | UnsetType = UNSET


class PinStatus(Struct, frozen=True, forbid_unknown_fields=True):
    """``PinStatus`` of the document."""

    requestid: str
    status: Status
    created: datetime
    pin: Pin
    delegates: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)] = DELEGATES
    info: dict[str, str] | UnsetType = UNSET


class PinResults(Struct, frozen=True, forbid_unknown_fields=True):
    """``PinResults`` of the document."""

    count: Annotated[int, Meta(ge=0)]
    results: Annotated[tuple[PinStatus, ...], Meta(max_length=1000)]


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of a list; a list in one is separated by commas."""

    cid: Annotated[tuple[str, ...], Meta(min_length=1, max_length=10)] | None = None
    name: Name | None = None
    match: Match = "exact"
    status: Annotated[tuple[Status, ...], Meta(min_length=1)] = ("pinned",)
    before: datetime | None = None
    after: datetime | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 10
    meta: dict[str, str] | None = None

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what follows the question mark of a URL."""
        given: dict[str, object] = {}
        for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
            given[name] = value
            if name in ("cid", "status"):
                given[name] = unique(value.split(","))
            elif name == "meta":
                given[name] = msgspec.json.decode(value)
        return msgspec.convert(given, cls, strict=False)

    def allows(self, entry: PinStatus) -> bool:
        """Whether a pin is to be listed."""
        return (
            (self.cid is None or entry.pin.cid in self.cid)
            and (self.name is None or self._matches(entry.pin.name or ""))
            and entry.status in self.status
            and (self.before is None or entry.created < self.before)
            and (self.after is None or entry.created > self.after)
            and (self.meta or {}).items() <= (entry.pin.meta or {}).items()
        )

    def _matches(self, found: str) -> bool:
        wanted = self.name or ""
        if self.match.startswith("i"):
            found, wanted = found.lower(), wanted.lower()
        return wanted in found if self.match.endswith("partial") else wanted == found


def unique(values: list[str]) -> list[str]:
    """Refuse a list that the document wants to be one of different values."""
    if len(set(values)) != len(values):
        raise ValueError("values are repeated")
    return values


@dataclass
class RefusalError(Exception):
    """An answer that is none of success."""

    status: int
    reason: str
    details: str = ""

    @property
    def body(self) -> bytes:
        """``Failure`` of the document."""
        details = {"details": self.details} if self.details else {}
        return msgspec.json.encode({"error": {"reason": self.reason, **details}})


@dataclass
class FakePinningService:
    """What a service knows, and how it is to behave.

    Attributes:
        course: What becomes of a pin: its status at first, and after each look; the last one stays.
        info: What is said of every pin.
        answered_cid: The CID that pins are said to have, if it is another one.
        instead: What is answered to the next requests instead; each is asked once.
        pins: All pins, by their ids.
        requests: Method and path of each request.
        token: The one access token.
        ended: Set when the test is over.
    """

    course: tuple[Status, ...] = ("queued", "pinning", "pinned")
    info: dict[str, str] = field(default_factory=dict)
    answered_cid: str = ""
    instead: deque[Respond] = field(default_factory=deque)
    pins: dict[str, PinStatus] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    token: str = TOKEN
    ended: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def orders(self) -> int:
        """How many pins were asked for."""
        return sum(request.startswith("POST ") for request in self.requests)

    def answer(self, request: Request) -> tuple[int, bytes]:
        """Carry out what the API has, and return status and body."""
        with self._lock:
            if request.headers.get("authorization") != f"Bearer {self.token}":
                raise RefusalError(401, "UNAUTHORIZED", "Access token is missing or invalid")
            try:
                return self._carried_out(request)
            except ValueError as error:
                raise RefusalError(400, "BAD_REQUEST", str(error)) from None

    def _carried_out(self, request: Request) -> tuple[int, bytes]:
        url = urlsplit(request.path)
        match request.command, *url.path.removeprefix(BASE).split("/")[1:]:
            case "GET", "pins":
                return 200, self._listed(Query.parse(url.query))
            case "POST", "pins":
                return 202, self._added(request)
            case "GET", "pins", text:
                return 200, self._encoded(self._looked_at(unquote(text)))
            case "POST", "pins", text:
                del self.pins[self._found(unquote(text)).requestid]
                return 202, self._added(request)
            case "DELETE", "pins", text:
                del self.pins[self._found(unquote(text)).requestid]
                return 202, b""
        raise RefusalError(404, "NOT_FOUND", "The specified resource was not found")

    def _listed(self, query: Query) -> bytes:
        found = [entry for entry in reversed(self.pins.values()) if query.allows(entry)]
        shown = tuple(map(self._shown, found[: query.limit]))
        return msgspec.json.encode(PinResults(len(found), shown))

    def _added(self, request: Request) -> bytes:
        if request.headers.get("content-type") != "application/json":
            raise RefusalError(415, "UNSUPPORTED_MEDIA_TYPE")
        pin = msgspec.json.decode(request.content, type=Pin)
        unique(list(pin.origins or ()))
        created = _STARTED + timedelta(seconds=len(self.requests))
        entry = PinStatus(f"{len(self.requests)}/? #%é", self.course[0], created, pin)
        self.pins[entry.requestid] = entry
        return self._encoded(entry)

    def _found(self, requestid: str) -> PinStatus:
        if requestid not in self.pins:
            raise RefusalError(404, "NOT_FOUND", "The specified resource was not found")
        return self.pins[requestid]

    def _looked_at(self, requestid: str) -> PinStatus:
        entry = self._found(requestid)
        after = self.course.index(entry.status) + 1 if entry.status in self.course else 0
        entry = msgspec.structs.replace(entry, status=self.course[min(after, len(self.course) - 1)])
        self.pins[requestid] = entry
        return entry

    def _encoded(self, entry: PinStatus) -> bytes:
        return msgspec.json.encode(self._shown(entry))

    def _shown(self, entry: PinStatus) -> PinStatus:
        pin = msgspec.structs.replace(entry.pin, cid=self.answered_cid or entry.pin.cid)
        return msgspec.structs.replace(entry, pin=pin, info=self.info or UNSET)


class Request(BaseHTTPRequestHandler):
    """A request to a service, and what a `Respond` can do about it.

    Attributes:
        service: What it is made to.
        content: Its body.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: FakePinningService

    def do_GET(self) -> None:
        self.respond()

    def do_POST(self) -> None:
        self.respond()

    def do_DELETE(self) -> None:
        self.respond()

    def respond(self) -> None:
        """Answer as the service does, or as the test wants it to."""
        self.content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.service.requests.append(f"{self.command} {urlsplit(self.path).path}")
        respond = self.service.instead.popleft() if self.service.instead else as_it_should
        # Whoever hangs up is no reason not to serve the next one.
        with suppress(OSError):
            respond(self)

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


Respond = Callable[[Request], None]
JSON: Mapping[str, str] = {"content-type": "application/json"}


def as_it_should(request: Request) -> None:
    """Answer as the API has it."""
    try:
        status, body = request.service.answer(request)
    except RefusalError as error:
        status, body = error.status, error.body
    request.answer(status, body, JSON)


def refusing(
    status: int, reason: str = "", details: str = "", headers: Mapping[str, str] = JSON
) -> Respond:
    """Refuse as the API has it."""
    body = RefusalError(status, reason or f"REASON_{status}", details).body
    return lambda request: request.answer(status, body, headers)


def saying(body: bytes, status: int = 200, headers: Mapping[str, str] = JSON) -> Respond:
    """Answer something else."""
    return lambda request: request.answer(status, body, headers)


def losing_the_answer(request: Request) -> None:
    """Do what is asked, and close the connection instead of telling."""
    request.service.answer(request)
    hanging_up(request)


def hanging_up(request: Request) -> None:
    """Close the connection instead of answering."""
    request.close_connection = True


def endless(request: Request) -> None:
    """Send space as fast as it is taken, and never end."""
    request.send_response(200)
    request.end_headers()
    while not request.service.ended.is_set():
        request.wfile.write(_PIECE)


@contextmanager
def pinning_service() -> Iterator[FakePinningService]:
    """Run a service on a port of loopback."""
    service = FakePinningService()
    handler = type("Handler", (Request,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}{BASE}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            service.ended.set()
            server.shutdown()
            thread.join()
