"""Connections to endpoints: each step bounded in time; no redirects, compression or cookies."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from weightmark.adapters.http.endpoint import Endpoint

if TYPE_CHECKING:
    import ssl

    import httpx2

CONNECT_SECONDS = 5.0
# For each single read and write.
READ_SECONDS = 15.0

# Without compression, so that the bound on an answer is the bound on what it unpacks to.
_UNPACKED = {"accept-encoding": "identity"}

# They write whole URLs, which may hold keys, to whoever asks for more than warnings.
_LOGGERS_OF_URLS = ("httpx2", "httpcore2")


def open_client(
    endpoint: Endpoint, headers: Mapping[str, str], *, use_proxies: bool = True
) -> httpx2.Client:
    """Return a client for one endpoint, whose connections stay open until it is closed.

    Args:
        endpoint: Whom it will talk to.
        headers: What each request carries.
        use_proxies: Whether the proxies that the environment names are used.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx2

    for logger in _LOGGERS_OF_URLS:
        logging.getLogger(logger).setLevel(logging.WARNING)
    return httpx2.Client(
        verify=_certificates(of_everybody=endpoint.public_name.startswith("https:")),
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        headers={**_UNPACKED, **headers},
        # Any number of them would be kept, and looked through for each request.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=use_proxies,
    )


def failure(error: BaseException) -> str:
    """Return what is told of a connection that failed: what the system has against it, if it has.

    Texts are not told, which may hold the whole URL.
    """
    cause: BaseException | None = error
    while cause and not isinstance(cause, OSError):
        cause = cause.__context__
    return f"the connection failed ({_reason(cause or error)})"


def _reason(error: BaseException) -> str:
    from socket import gaierror
    from ssl import SSLError

    if isinstance(error, gaierror):
        return "its name cannot be resolved"
    if isinstance(error, SSLError):
        return "no TLS, or a certificate that is not trusted"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return type(error).__name__


@cache
def _certificates(*, of_everybody: bool) -> ssl.SSLContext:
    """Return whom to trust, once: reading it takes longer than a request to this machine.

    Without TLS nobody is needed, and so nobody is trusted.
    """
    import ssl

    import httpx2

    if of_everybody:
        return httpx2.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
