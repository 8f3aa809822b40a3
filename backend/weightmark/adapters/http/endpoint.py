"""URLs of endpoints, which may hold credentials, and what may be shown of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

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
