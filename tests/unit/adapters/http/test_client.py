"""Connections to endpoints."""

from __future__ import annotations

import httpx2

from weightmark.adapters.http.client import open_client
from weightmark.adapters.http.endpoint import Endpoint


def test_cookies_are_not_kept() -> None:
    with open_client(Endpoint.parse("http://h.example"), {}) as client:
        request = client.build_request("GET", "http://h.example/")
        headers = {"set-cookie": "a=b; Path=/"}
        client.cookies.extract_cookies(httpx2.Response(200, headers=headers, request=request))
        assert len(client.cookies) == 0
