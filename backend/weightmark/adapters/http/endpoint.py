"""URLs of endpoints, which may hold credentials, and what may be shown of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from weightmark.domain.text import printable
from weightmark.errors import ConfigurationError

# Of a text, so many characters from its beginning, and as many from its end.
_SHOWN_CHARACTERS = 98

# Shorter parts of a URL, such as "v3" and "rpc", are no keys.
_MIN_SECRET_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint's URL. User, password, path and query may be secrets, and are never shown."""

    url: str = field(repr=False)
    public_name: str
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def parse(cls, url: str, what: str = "the endpoint") -> Self:
        """Read a URL.

        Args:
            url: The URL.
            what: What messages call whom it leads to.

        Raises:
            ConfigurationError: It is not one of HTTP.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            # With an empty or a long label it is none that can be looked up.
            host.encode("idna")
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        # What is blank or no text at all, `urlsplit` leaves out in places, and clients do not.
        is_clean = url.isprintable() and " " not in url
        if parts.scheme not in ("http", "https") or not host or not is_clean:
            raise ConfigurationError(
                f"the URL of {what} is not one of HTTP", hint="http://HOST:PORT or https://HOST/…"
            )
        shown_host = f"[{host}]" if ":" in host else host
        name = f"{parts.scheme}://{shown_host}{f':{port}' if port else ''}"
        return cls(url, printable(name), _secrets_in(parts))

    def shown(self, text: str) -> str:
        """Return a text of the endpoint's, without what is secret, bounded and printable.

        A long one is without its middle: what failed stands before it, and the reason after it.
        """
        # A secret may be the beginning of a longer one; half of one would not be known for one.
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        if len(text) > 2 * _SHOWN_CHARACTERS:
            text = f"{text[:_SHOWN_CHARACTERS]} … {text[-_SHOWN_CHARACTERS:]}"
        return printable(text)


def _secrets_in(parts: SplitResult) -> tuple[str, ...]:
    """Return what may be secret of a URL: all but scheme, host and port, also as it is written."""
    userinfo = parts.netloc.rpartition("@")[0]
    pieces = re.split(r"[/:&=?#]", f"{userinfo}/{parts.path}/{parts.query}/{parts.fragment}")
    secrets = {each for piece in pieces for each in (piece, unquote(piece))}
    return tuple(sorted(each for each in secrets if len(each) >= _MIN_SECRET_LENGTH))
