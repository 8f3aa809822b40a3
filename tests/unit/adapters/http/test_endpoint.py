"""URLs of endpoints."""

from __future__ import annotations

import pytest

from weightmark.adapters.http.endpoint import Endpoint
from weightmark.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("https://rpc.example/v3/0123456789abcdef", "https://rpc.example"),
        ("https://user:password@rpc.example:444/?key=secret", "https://rpc.example:444"),
        ("http://[::1]:8545/", "http://[::1]:8545"),
    ],
)
def test_only_scheme_host_and_port_are_shown(url: str, name: str) -> None:
    endpoint = Endpoint.parse(url)
    assert endpoint.public_name == name
    assert endpoint.url == url
    assert "0123456789abcdef" not in repr(endpoint)
    assert "password" not in repr(endpoint)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rpc.example",
        "file:///etc/passwd",
        "ftp://host",
        "ws://host",
        "http://",
        "http://h:x",
        "http://[",
        "http://a..b",
        "http://.",
        f"http://{'a' * 64}.example",
        " http://h",
        "http://h/a b",
        "http://h\n",
        "http://h/\udcff",
    ],
)
def test_only_http_is_accepted(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not one of HTTP"):
        Endpoint.parse(url)


def test_a_refused_url_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Endpoint.parse("htps://rpc.example/v3/0123456789abcdef")
    assert "0123456789abcdef" not in caught.value.message + caught.value.hint


def test_texts_are_shown_without_secrets() -> None:
    endpoint = Endpoint.parse(
        "https://someuser:pass%2Fword@h/v3/0123456789abcdef?token=t0ken-t0ken"
    )
    text = "no someuser pass/word pass%2Fword 0123456789abcdef t0ken-t0ken \x1b[31m"
    assert endpoint.shown(text) == "no … … … … … \\x1b[31m"


def test_a_secret_that_begins_another_one_hides_it_no_less() -> None:
    endpoint = Endpoint.parse("https://h/0123456789/0123456789abcdef")
    assert endpoint.shown("0123456789abcdef 0123456789") == "… …"


def test_a_long_text_is_shown_without_its_middle_and_without_halves_of_secrets() -> None:
    secret = "0123456789abcdef"
    endpoint = Endpoint.parse(f"https://h/{secret}")
    assert endpoint.shown("a" * 10_000 + "b" * 10_000) == f"{'a' * 98} … {'b' * 98}"
    for length in range(80, 120):
        shown = endpoint.shown("-" * length + secret + "-" * 500 + secret + "-" * length)
        assert not set(secret) & set(shown)
