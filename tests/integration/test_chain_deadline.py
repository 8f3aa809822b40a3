"""Endpoints that send something all the time, and never come to an end."""

from __future__ import annotations

import ssl

import httpx2
import pytest

from tests.dripping import dripping
from weightmark.adapters.chain import json_rpc
from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.errors import ChainUnreachableError

HEAD = b"HTTP/1.1 200 OK\r\n"
DEADLINE = 0.2


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
