"""The IPFS Pinning Service API, version 1.0.0, as far as it takes to have something pinned.

It is described at https://ipfs.github.io/pinning-services-api-spec/. Of what a service answers,
nothing is fetched, and ``delegates``, the addresses of its nodes, are not even read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from weightmark.adapters.ipfs.http import HttpService, Request
from weightmark.domain.unambiguous import check_depth
from weightmark.errors import ConfigurationError, IpfsServiceError

TOKEN_VARIABLE: Final = "WEIGHTMARK_IPFS_PINNING_SERVICE_TOKEN"  # noqa: S105 - its name

# What the API allows of a name, and of addresses.
MAX_NAME: Final = 255
MAX_ORIGINS: Final = 20

_OUT_OF_REACH = "check its URL and the network, or try again later"
_CHECK_TOKEN = f"check {TOKEN_VARIABLE}: the service has to know that token"
_SET_TOKEN = f"set {TOKEN_VARIABLE} or {TOKEN_VARIABLE}_FILE to a token of that service"
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_META = {"app_id": "weightmark"}


class _Content(Struct, frozen=True):
    cid: str


class Pin(Struct, frozen=True):
    """What a service says of a pin, which the API calls PinStatus.

    Attributes:
        requestid: What the service calls the request; never a step to another path.
        status: How far it is.
        pin: What is pinned.
        created: When the request came in, as text that nobody checked.
        info: What else there is to say.
    """

    requestid: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^(?!\.\.?$)")]
    status: Literal["queued", "pinning", "pinned", "failed"]
    pin: _Content
    created: str = ""
    info: dict[str, object] | None = None

    @property
    def details(self) -> str:
        """What else there is to say, as text that nobody checked."""
        info = self.info or {}
        each = (f"{name}: {value}" for name, value in info.items())
        return str(info.get("status_details") or ", ".join(each))


class _Pins(Struct, frozen=True):
    results: tuple[Pin, ...]


class _Reason(Struct, frozen=True):
    reason: str
    details: str = ""


class _Failure(Struct, frozen=True):
    error: _Reason


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer, though there may be one later.

    Attributes:
        error: What to raise if there is not.
        seconds: How long the service asks to be left alone.
    """

    error: IpfsServiceError
    seconds: float = 0.0


_Form = TypeVar("_Form", Pin, _Pins)


class PinningApi:
    """A pinning service, and the access token by which it knows us.

    Attributes:
        name: What messages call it: scheme, host and port of its URL.

    Raises:
        ConfigurationError: The URL or the token cannot be used.
    """

    def __init__(self, url: str, token: str) -> None:
        if not re.fullmatch("[!-~]+", token):
            reason = "holds characters that no token has" if token else "is not set"
            raise ConfigurationError(
                f"the access token of the pinning service {reason}", hint=_SET_TOKEN
            )
        authorization = f"Bearer {token}"
        self._http = HttpService(
            url, what="the pinning service", hint=_OUT_OF_REACH, authorization=authorization
        )
        self.name = self._http.name

    def check(self) -> None:
        """Make sure that the service answers, and knows the token.

        Raises:
            IpfsServiceError: It does not.
        """
        found = self._ask(Request(path="/pins", query={"limit": "1"}), _Pins)
        if isinstance(found, Trouble):
            raise found.error

    def find(self, cid: str) -> Pin | Trouble | None:
        """Return the pin of a CID that is there or on its way, if there is one.

        Raises:
            IpfsServiceError: The service refuses, or answers nonsense.
        """
        # Without statuses only what is pinned is listed.
        query = {"cid": cid, "status": "queued,pinning,pinned"}
        found = self._ask(Request(path="/pins", query=query), _Pins)
        if isinstance(found, Trouble):
            return found
        # Some services list what they were not asked for.
        ours = [pin for pin in found.results if pin.pin.cid == cid and pin.status != "failed"]
        return next((pin for pin in ours if pin.status == "pinned"), ours[0] if ours else None)

    def order(self, cid: str, name: str, origins: Sequence[str]) -> Pin | Trouble:
        """Ask for a pin.

        Args:
            cid: Of what.
            name: What lists are to call it.
            origins: Multiaddresses of nodes that provide it.

        Raises:
            IpfsServiceError: The service refuses, or answers nonsense.
        """
        document: dict[str, object] = {"cid": cid, "name": name[:MAX_NAME], "meta": _META}
        if origins:
            document["origins"] = list(dict.fromkeys(origins))[:MAX_ORIGINS]
        content = json.dumps(document).encode()
        headers = {"content-type": "application/json"}
        request = Request(method="POST", path="/pins", headers=headers, content=content)
        return self._same(cid, self._ask(request, Pin))

    def look(self, cid: str, requestid: str) -> Pin | Trouble:
        """Return what has become of a pin.

        Raises:
            IpfsServiceError: The service refuses, or answers nonsense.
        """
        request = Request(path=f"/pins/{quote(requestid, safe='')}")
        return self._same(cid, self._ask(request, Pin))

    def shown(self, text: str) -> str:
        """Return a text of the service's, without what is secret, bounded and printable."""
        return self._http.shown(text)

    def _same(self, cid: str, pin: Pin | Trouble) -> Pin | Trouble:
        if isinstance(pin, Pin) and pin.pin.cid != cid:
            raise self._http.error(f"asked for {cid}, it answered for {self.shown(pin.pin.cid)!r}")
        return pin

    def _ask(self, request: Request, form: type[_Form]) -> _Form | Trouble:
        try:
            with self._http.exchange(request) as answer:
                status, body = answer.status, answer.body()
                wait = answer.retry_after
        except IpfsServiceError as error:
            return Trouble(error)
        if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Trouble(self._refusal(status, body, wait), wait)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(status, body)
        try:
            return _decoded(body, form)
        except ValueError:
            # Cut last: half a token would not be known for one.
            start = self.shown(body.decode("utf-8", "replace"))[:60]
            raise self._http.error(f"it answers other than the API does: {start!r}") from None

    def _refusal(self, status: int, body: bytes, wait: float = 0.0) -> IpfsServiceError:
        text = f"{self.name} refuses with HTTP status {status}"
        try:
            error = _decoded(body, _Failure).error
            text += f": {self.shown(': '.join(filter(None, (error.reason, error.details))))}"
        except ValueError:
            pass
        if wait:
            text += f"; it asks to be left alone for {wait:g} seconds"
        return IpfsServiceError(
            text, hint=_CHECK_TOKEN if status in _UNAUTHORIZED else _OUT_OF_REACH
        )


_Document = TypeVar("_Document", Pin, _Pins, _Failure)


def _decoded(body: bytes, form: type[_Document]) -> _Document:
    """Read a document.

    Raises:
        ValueError: It is malformed.
    """
    check_depth(body)
    return msgspec.json.decode(body, type=form)
