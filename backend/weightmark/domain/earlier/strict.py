"""Reading JSON of which a signature is checked: every byte of it has one meaning."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from weightmark.domain.unambiguous import check_depth, check_unambiguous
from weightmark.errors import ManifestError

# A file of 100,000 entries as HashTraceAI writes them; nothing that is read takes many times that.
MAX_EARLIER_SIZE = 16 * 2**20

Text = Annotated[str, Meta(max_length=4096)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
# A signature with the largest key of RSA that is accepted (16,384 bits) has 2,048 bytes.
Hex = Annotated[str, Meta(pattern=r"^([0-9a-f]{2})+\Z", max_length=4096)]
Base64 = Annotated[str, Meta(pattern=r"^[0-9A-Za-z+/]+={0,2}\Z", max_length=4096)]
Size = Annotated[int, Meta(ge=0, lt=2**53)]

_S = TypeVar("_S", bound=Struct)


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """Frozen; unknown members are refused."""


def members_of(data: bytes) -> frozenset[str]:
    """Return the names of an object's members.

    Raises:
        ManifestError: The data is too large, or no object.
    """
    if len(data) > MAX_EARLIER_SIZE:
        raise ManifestError(f"the file is larger than {MAX_EARLIER_SIZE} bytes")
    try:
        check_depth(data)
        return frozenset(msgspec.json.decode(data, type=dict[str, msgspec.Raw]))
    except ValueError as error:
        raise ManifestError(f"the file is no JSON object: {error}") from None


def decode(data: bytes, shape: type[_S]) -> _S:
    """Read an object of a known shape, no member of which occurs twice.

    Raises:
        ManifestError: It has another shape.
    """
    try:
        value = msgspec.json.decode(data, type=shape)
        # After the shape is known, which bounds what this takes.
        check_unambiguous(data)
    except ValueError as error:
        raise ManifestError(f"the file cannot be read: {error}") from None
    return value


def base64_bytes(text: str) -> bytes:
    """Decode base64 with its padding.

    Raises:
        ManifestError: It is not written as base64 is.
    """
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise ManifestError(f"the file holds what is no base64: {error}") from None


def shown(members: dict[str, str | None]) -> dict[str, str]:
    """Return the members that say something."""
    return {name: text for name, text in members.items() if text}
