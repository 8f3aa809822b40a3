"""The client of IPFS services, against answers of every kind."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import httpx2
import pytest

from weightmark.adapters.ipfs import http
from weightmark.adapters.ipfs.http import HttpService, Request
from weightmark.errors import ConfigurationError, ContentError, IpfsServiceError

URL = "https://ipfs.example/base-path-0123"
TOKEN = "planted-token-0123"
BLOCK = Request(path="/ipfs/bafkqaaa", limit=4)

Handler = Callable[[httpx2.Request], httpx2.Response]
Connect = Callable[[Handler], HttpService]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Return a function that connects a service to a handler of its requests."""

    def connect(handler: Handler) -> HttpService:
        def open_client(_: object, headers: dict[str, str], *, use_proxies: bool) -> httpx2.Client:
            assert not use_proxies
            return httpx2.Client(headers=headers, transport=httpx2.MockTransport(handler))

        monkeypatch.setattr(http, "open_client", open_client)
        return HttpService(
            URL, what="the IPFS gateway", hint="name another", authorization=f"Bearer {TOKEN}"
        )

    return connect


def streamed(*pieces: bytes, status: int = 200, kind: str = "") -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": kind}, content=iter(pieces))


def body(service: HttpService, request: Request = BLOCK) -> bytes:
    with service.exchange(request) as answer:
        return answer.body()


def test_a_request_is_sent_and_answered(connect: Connect) -> None:
    asked: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        request.read()
        asked.append(request)
        return streamed(b"ab", b"cd", status=206, kind="Application/X; a=b")

    request = Request(
        method="POST",
        path="/pins",
        query={"name": "a b&c"},
        headers={"accept": "text/x"},
        content=iter([b"one", b"two"]),
    )
    with connect(handle).exchange(request) as answer:
        assert (answer.status, answer.kind) == (206, "application/x")
        assert answer.header("content-type") == "Application/X; a=b"
        assert answer.header("retry-after") == ""
        assert list(answer.pieces()) == [b"ab", b"cd"]
    (sent,) = asked
    assert (sent.method, str(sent.url)) == ("POST", f"{URL}/pins?name=a+b%26c")
    assert sent.headers["accept"] == "text/x"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.content == b"onetwo"


def test_a_body_may_be_as_long_as_was_said_and_no_longer(connect: Connect) -> None:
    assert body(connect(lambda _: streamed(b"ab", b"cd"))) == b"abcd"
    with pytest.raises(
        IpfsServiceError, match=r"gateway https://ipfs\.example cannot be used.* 4 bytes"
    ):
        body(connect(lambda _: streamed(b"ab", b"cd", b"e")))


def test_a_body_in_short_pieces_takes_no_more_memory(connect: Connect) -> None:
    pieces = (number.to_bytes(2) for number in range(2**13))
    request = Request(path="/", limit=2**14)
    service = connect(lambda _: httpx2.Response(200, content=pieces))
    tracemalloc.start()
    try:
        assert len(body(service, request)) == request.limit
        assert tracemalloc.get_traced_memory()[1] < 8 * request.limit
    finally:
        tracemalloc.stop()


def test_a_redirect_is_an_answer_and_nothing_more(connect: Connect) -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        assert request.url.host == "ipfs.example"
        return httpx2.Response(302, headers={"location": "https://elsewhere.example/"})

    with connect(handle).exchange(BLOCK) as answer:
        assert answer.status == 302


@pytest.mark.parametrize(
    ("failure", "named"),
    [
        (httpx2.ConnectError(f"no {URL}"), r"failed \(ConnectError\)"),
        (httpx2.ReadError("reset"), r"failed \(ReadError\)"),
        (httpx2.RemoteProtocolError("cut"), r"failed \(RemoteProtocolError\)"),
        (httpx2.ReadTimeout("late"), "did not answer in time"),
        (httpx2.ConnectTimeout("late"), "did not answer in time"),
    ],
)
def test_a_failure_names_the_service_and_no_secret(
    connect: Connect, failure: Exception, named: str
) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        raise failure

    with pytest.raises(IpfsServiceError, match=named) as raised:
        body(connect(handle))
    assert raised.value.hint == "name another"
    assert raised.value.__suppress_context__
    assert not {TOKEN, "base-path-0123"} & set(raised.value.message.split())


def test_a_failure_within_a_body_is_the_service_s(connect: Connect) -> None:
    def broken() -> Iterator[bytes]:
        yield b"ab"
        raise httpx2.ReadError("reset")

    with pytest.raises(IpfsServiceError, match="ReadError"):
        body(connect(lambda _: httpx2.Response(200, content=broken())))


def test_a_failure_of_what_is_sent_is_not_the_service_s(connect: Connect) -> None:
    def changed() -> Iterator[bytes]:
        yield b"ab"
        raise ContentError("the block has changed")

    def handle(request: httpx2.Request) -> httpx2.Response:
        return streamed(request.read())

    with pytest.raises(ContentError, match="has changed"):
        body(connect(handle), Request(method="POST", path="/", content=changed()))


def test_time_is_up_for_a_body_that_goes_on(connect: Connect) -> None:
    request = Request(path="/", limit=2**20, seconds=0)
    with pytest.raises(IpfsServiceError, match="took more than 0 seconds"):
        body(connect(lambda _: streamed(b"a", b"b")), request)


def test_exchanges_may_be_within_each_other(connect: Connect) -> None:
    service = connect(lambda request: streamed(request.url.path[-1:].encode()))
    with service.exchange(Request(path="/a")) as outer:
        assert body(service, Request(path="/b")) == b"b"
        assert outer.body() == b"a"


def test_a_document(connect: Connect) -> None:
    with (
        connect(lambda _: streamed(b'{"a":', b"[1]}")).exchange(BLOCK) as answer,
        pytest.raises(IpfsServiceError, match="more than 4 bytes"),
    ):
        answer.document()
    with connect(lambda _: streamed(b'{"a":', b"[1]}")).exchange(Request(path="/")) as answer:
        assert answer.document() == {"a": [1]}


@pytest.mark.parametrize(
    "answered",
    [
        b"",
        b"<html>\x1b[1m",
        b'"\xff"',
        b"[" * 99,
        f"no: {TOKEN}".encode(),
        f"{TOKEN:_>60}".encode(),
    ],
)
def test_a_document_that_is_none(connect: Connect, answered: bytes) -> None:
    with (
        connect(lambda _: streamed(answered)).exchange(Request(path="/")) as answer,
        pytest.raises(IpfsServiceError, match="is not JSON") as raised,
    ):
        answer.document()
    assert TOKEN[:8] not in raised.value.message
    assert "\x1b" not in raised.value.message


def service(url: str, authorization: str = "") -> HttpService:
    return HttpService(url, what="the node", hint="", authorization=authorization)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("ftp://ipfs.example", "URL of the node is not one of HTTP"),
        ("//ipfs.example", "not one of HTTP"),
        ("https://", "not one of HTTP"),
        ("https://user:hunter22@ipfs.example", "holds a password"),
        ("https://hunter22@ipfs.example", "holds a password"),
        ("https://ipfs.example/?token=hunter22", "goes on after its path"),
        ("https://ipfs.example/#hunter22", "goes on after its path"),
        ("https://ipfs.example?", "goes on after its path"),
        ("https://ipfs.example#", "goes on after its path"),
    ],
)
def test_a_url_that_is_refused(url: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        service(url)
    assert "hunter22" not in raised.value.message


def test_authorizations_are_sent_encrypted_or_to_this_machine() -> None:
    for url in ("https://ipfs.example", "http://127.0.0.1:5001", "http://localhost:5001/a"):
        assert service(url, f"Bearer {TOKEN}").name.startswith("the node http")
    with pytest.raises(ConfigurationError, match="without encryption") as raised:
        service("http://ipfs.example", f"Bearer {TOKEN}")
    assert TOKEN not in raised.value.message


@pytest.mark.parametrize(
    "authorization", ["Bearer a\nb", "Bearer ä", "Bearer \0", " ", " Bearer a", "Bearer a "]
)
def test_an_authorization_that_no_header_can_hold(authorization: str) -> None:
    with pytest.raises(ConfigurationError, match="no header"):
        service("https://ipfs.example", authorization)
