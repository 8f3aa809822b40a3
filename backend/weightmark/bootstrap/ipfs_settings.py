"""The configuration of IPFS: gateways, a Kubo node, and a pinning service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct, field

from weightmark.errors import ConfigurationError

GATEWAYS_VARIABLE = "WEIGHTMARK_IPFS_GATEWAYS"
KUBO_URL_VARIABLE = "WEIGHTMARK_IPFS_KUBO_URL"
SERVICE_URL_VARIABLE = "WEIGHTMARK_IPFS_PINNING_SERVICE_URL"
SERVICE_TIMEOUT_VARIABLE = "WEIGHTMARK_IPFS_PINNING_SERVICE_TIMEOUT"

MAX_GATEWAYS = 64
# A service fetches what it pins from others, which may take its time; a week is more than any has.
DEFAULT_SERVICE_SECONDS = 600
MAX_SERVICE_SECONDS = 7 * 24 * 3600

# No path holds NUL; options and variables cannot.
Text = Annotated[str, Meta(pattern="^[^\0]*$")]


@dataclass(frozen=True, slots=True)
class NamedService:
    """A service whose URL a file names: what its table is called, and the variable for the URL."""

    name: str
    variable: str


class KuboTable(Struct, frozen=True, forbid_unknown_fields=True):
    """``[ipfs.kubo]``."""

    url: Text = ""


class PinningServiceTable(Struct, frozen=True, forbid_unknown_fields=True):
    """``[ipfs.pinning-service]``; its token is in no file of settings."""

    url: Text = ""
    timeout: Annotated[int, Meta(ge=1, le=MAX_SERVICE_SECONDS)] | None = None


class IpfsTable(Struct, frozen=True, forbid_unknown_fields=True):
    """``[ipfs]`` of a ``weightmark.toml``."""

    gateways: Annotated[tuple[Text, ...], Meta(max_length=MAX_GATEWAYS)] = ()
    kubo: KuboTable = KuboTable()
    pinning_service: PinningServiceTable = field(
        default=PinningServiceTable(), name="pinning-service"
    )

    @property
    def named_service(self) -> NamedService | None:
        """The first of the services whose URLs it names."""
        if self.kubo.url:
            return NamedService("kubo", KUBO_URL_VARIABLE)
        if self.pinning_service.url:
            return NamedService("pinning-service", SERVICE_URL_VARIABLE)
        return None


@dataclass(frozen=True, slots=True)
class IpfsSettings:
    """What is configured; empty where nothing is.

    Attributes:
        gateways: URLs of trustless gateways, which get nothing but CIDs.
        kubo_url: The URL of a Kubo node's RPC.
        pinning_service_url: The URL of a pinning service, which gets the token.
        pinning_service_seconds: How long to wait until the service has what it pins.
    """

    gateways: tuple[str, ...] = ()
    kubo_url: str = ""
    pinning_service_url: str = ""
    pinning_service_seconds: int = DEFAULT_SERVICE_SECONDS

    @classmethod
    def joined(cls, environment: Mapping[str, str], tables: Sequence[IpfsTable]) -> IpfsSettings:
        """Join variables and files, of which the first decides that has something.

        Raises:
            ConfigurationError: A variable is malformed.
        """
        services = [table.pinning_service for table in tables]
        listed = re.split(r"[,\s]+", environment.get(GATEWAYS_VARIABLE, ""))
        gateways = (tuple(filter(None, listed)), *(table.gateways for table in tables))
        kubo_urls = (environment.get(KUBO_URL_VARIABLE), *(table.kubo.url for table in tables))
        urls = (environment.get(SERVICE_URL_VARIABLE), *(service.url for service in services))
        seconds = (_seconds(environment), *(service.timeout for service in services))
        return cls(
            gateways=next(filter(None, gateways), ()),
            kubo_url=next(filter(None, kubo_urls), ""),
            pinning_service_url=next(filter(None, urls), ""),
            pinning_service_seconds=next(filter(None, seconds), DEFAULT_SERVICE_SECONDS),
        )


def _seconds(environment: Mapping[str, str]) -> int | None:
    text = environment.get(SERVICE_TIMEOUT_VARIABLE, "")
    if not text:
        return None
    if re.fullmatch("[0-9]{1,9}", text) and 1 <= int(text) <= MAX_SERVICE_SECONDS:
        return int(text)
    raise ConfigurationError(
        f"{SERVICE_TIMEOUT_VARIABLE} is no number of seconds from 1 to {MAX_SERVICE_SECONDS}: "
        f"{text[:40]!r}"
    )
