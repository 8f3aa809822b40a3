"""The client of IPFS services, against real sockets of this machine."""

from __future__ import annotations

import pytest

from tests.dripping import dripping
from weightmark.adapters.ipfs.http import HttpService, Request
from weightmark.errors import IpfsServiceError

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "beginning", [HEAD, HEAD + b"content-length: 1000000\r\n\r\n"], ids=["headers", "body"]
)
def test_a_dripping_service_is_given_up_each_time(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with dripping(beginning) as host:
        service = HttpService(f"http://{host}", what="the IPFS gateway", hint="")
        for _ in range(2):
            with (
                pytest.raises(IpfsServiceError, match=r"took more than 0\.2 seconds"),
                service.exchange(Request(path="/", seconds=0.2)) as answer,
            ):
                answer.body()


def test_a_silent_service_is_given_up() -> None:
    with dripping(b"") as host:
        service = HttpService(f"http://{host}", what="the IPFS gateway", hint="")
        with (
            pytest.raises(IpfsServiceError, match="did not answer in time"),
            service.exchange(Request(path="/", silence=0.001)),
        ):
            pass


def failing(url: str) -> str:
    """Return what is told of a service that cannot be connected to."""
    service = HttpService(url, what="the Kubo node", hint="start it")
    with pytest.raises(IpfsServiceError) as raised, service.exchange(Request(path="/")):
        pass
    return raised.value.message


def test_what_keeps_from_connecting_is_told() -> None:
    node = "the Kubo node http{}://{} cannot be used: the connection failed ({})"
    refused = node.format("", "127.0.0.1:1", "connection refused")
    assert failing("http://127.0.0.1:1") == refused
    with dripping(HEAD) as host:
        assert failing(f"https://{host}") == node.format(
            "s", host, "no TLS, or a certificate that is not trusted"
        )
