"""Reading JSON and base64 so that nobody else can read the same bytes differently."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

import msgspec

from weightmark.domain.manifest import MAX_FILES
from weightmark.domain.unambiguous import check_unambiguous
from weightmark.errors import SignatureFileError

# A statement holds one object for each file.
MAX_CONTAINERS = MAX_FILES + 1_000

_Form = TypeVar("_Form")


def decode_json(data: bytes, form: type[_Form], limit: int, what: str) -> _Form:
    """Read one JSON document in UTF-8.

    Args:
        data: The document.
        form: What it has to be.
        limit: Its largest size, in bytes.
        what: How messages name it.

    Raises:
        SignatureFileError: It is too large, malformed or of another form, or a member occurs twice.
    """
    if len(data) > limit:
        raise SignatureFileError(f"{what} is larger than {limit} bytes")
    if data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
        raise SignatureFileError(f"{what} holds more than {MAX_CONTAINERS} objects and lists")
    try:
        check_unambiguous(data)
        return msgspec.json.decode(data, type=form)
    except ValueError as error:
        raise SignatureFileError(f"{what} cannot be read: {error}") from None


def decode_base64(text: str, what: str) -> bytes:
    """Read base64 of the standard alphabet, in its one form: ``encode(decode(text)) == text``.

    Raises:
        SignatureFileError: It is not that.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if encode_base64(data) != text:
        raise SignatureFileError(f"{what} is not base64")
    return data


def encode_base64(data: bytes) -> str:
    """Write base64 of the standard alphabet, padded."""
    return base64.b64encode(data).decode()
