"""URLs of endpoints, which may hold credentials, and what may be shown of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from weightmark.domain.hosts import is_loopback
from weightmark.domain.networks import Network
from weightmark.domain.text import printable
from weightmark.errors import ConfigurationError

_SHOWN_CHARACTERS = 200

# Shorter parts of a URL, such as "v3" and "rpc", are no keys.
_MIN_SECRET_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint's URL. User, password, path and query may be secrets, and are never shown."""

    url: str = field(repr=False)
    public_name: str
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a URL.

        Raises:
            ConfigurationError: It is not one of HTTP.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme not in ("http", "https") or not host:
            raise ConfigurationError(
                "the endpoint's URL is not one of HTTP", hint="http://HOST:PORT or https://HOST/…"
            )
        shown_host = f"[{host}]" if ":" in host else host
        name = f"{parts.scheme}://{shown_host}{f':{port}' if port else ''}"
        userinfo = parts.netloc.rpartition("@")[0]
        pieces = re.split(r"[/:&=?#]", f"{userinfo}/{parts.path}/{parts.query}/{parts.fragment}")
        secrets = {each for piece in pieces for each in (piece, unquote(piece))}
        long_enough = (each for each in secrets if len(each) >= _MIN_SECRET_LENGTH)
        return cls(url, printable(name), tuple(sorted(long_enough)))

    def shown(self, text: str) -> str:
        """Return a text of the endpoint's, without what is secret, bounded and printable."""
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return printable(text[:_SHOWN_CHARACTERS])


def check_endpoint(network: Network) -> None:
    """Make sure that a network's endpoint may be used for it.

    The newest block of a local chain counts as final, so that only what this machine runs can be
    one: with its id, any other endpoint could pass off a block that it takes back.

    Raises:
        ConfigurationError: The URL is not one of HTTP, or is another machine's.
    """
    endpoint = Endpoint.parse(network.rpc_url)
    if network.is_local and not is_loopback(urlsplit(network.rpc_url).hostname or ""):
        raise ConfigurationError(
            f"{endpoint.public_name} is another machine's: the chain {network.chain_id} is one of "
            "this machine, whose newest block counts as final",
            hint="give that node a chain id of its own (anvil --chain-id ID), and add it: "
            "weightmark network add NAME --chain-id ID --rpc-url URL",
        )
