"""REF: ``[<chain>:]<publisher>/<name>[@<version>]``, as people and manifests write it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weightmark.domain.identifiers import check_name, check_version, checksum_address
from weightmark.domain.text import printable
from weightmark.errors import ValueFormatError

_FORM = re.compile(
    r"(?:(?P<chain>[a-z0-9-]{1,64}):)?(?P<publisher>[^/:@]+)/(?P<name>[^@]+)(?:@(?P<version>.+))?"
)
# What begins with 0x is an address, or a mistake in one.
_NICKNAME = re.compile(r"(?!0x)[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A release, or the newest release of a model when ``version`` is empty.

    Attributes:
        chain: A network's name or a chain id, or empty.
        publisher: A checksummed address, or a nickname from the trust file.
        name: The model's name.
        version: The release's version, or empty.
    """

    chain: str
    publisher: str
    name: str
    version: str

    @property
    def has_address(self) -> bool:
        """Whether the publisher is given by address, which is a trust decision by itself."""
        return self.publisher.startswith("0x")

    def __str__(self) -> str:
        chain = f"{self.chain}:" if self.chain else ""
        version = f"@{self.version}" if self.version else ""
        return f"{chain}{self.publisher}/{self.name}{version}"


def parse_reference(text: str) -> Reference:
    """Read a REF.

    Raises:
        ValueFormatError: The text is not a REF.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueFormatError(
            f"'{printable(text[:200])}' is not a reference",
            hint="write [chain:]publisher/name[@version]: me/acme/digits@1.0.0",
        )
    version = match["version"] or ""
    return Reference(
        chain=match["chain"] or "",
        publisher=check_publisher(match["publisher"]),
        name=check_name(match["name"]),
        version=check_version(version) if version else "",
    )


def check_publisher(publisher: str) -> str:
    """Return an address with its checksum, or a nickname as it is.

    Raises:
        ValueFormatError: The text is neither.
    """
    if publisher.startswith("0x"):
        return checksum_address(publisher)
    return check_nickname(publisher)


def check_nickname(nickname: str) -> str:
    """Return ``nickname`` if a trusted publisher may have it.

    Raises:
        ValueFormatError: It may not.
    """
    if _NICKNAME.fullmatch(nickname) is None:
        raise ValueFormatError(
            f"'{printable(nickname[:80])}' is not a nickname",
            hint="a nickname is made of a-z, 0-9 and '-', at most 64 characters, and is no address",
        )
    return nickname
