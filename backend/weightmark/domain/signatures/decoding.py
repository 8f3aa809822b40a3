"""Reading JSON and base64 so that nobody else can read the same bytes differently."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

import msgspec

from weightmark.domain.unambiguous import check_depth, check_unambiguous, count_values
from weightmark.errors import SignatureFileError

# What a document holds beside its form is passed by, but has to be looked through: one value takes
# up to 300 bytes while that is done.
MAX_UNKNOWN_VALUES = 500_000

_Form = TypeVar("_Form")


def decode_json(data: bytes, form: type[_Form], limit: int, max_values: int, what: str) -> _Form:
    """Read one JSON document in UTF-8. That takes a few times the memory of the document.

    Args:
        data: The document.
        form: What it has to be.
        limit: Its largest size, in bytes.
        max_values: How many values it may hold.
        what: How messages name it.

    Raises:
        SignatureFileError: It is too large, malformed or of another form, or a member occurs twice.
    """
    if len(data) > limit:
        raise SignatureFileError(f"{what} is larger than {limit} bytes")
    values = count_values(data)
    if values > max_values:
        raise SignatureFileError(f"{what} holds more than {max_values} values")
    try:
        check_depth(data)
        found = msgspec.json.decode(data, type=form)
        if values > count_values(msgspec.json.encode(found)) + MAX_UNKNOWN_VALUES:
            raise SignatureFileError(
                f"{what} holds more than {MAX_UNKNOWN_VALUES} values that nobody here knows"
            )
        check_unambiguous(data)
    except ValueError as error:
        raise SignatureFileError(f"{what} cannot be read: {error}") from None
    return found


def decode_base64(text: str, what: str) -> bytes:
    """Read base64 of the standard alphabet, in its one form: ``encode(decode(text)) == text``.

    Raises:
        SignatureFileError: It is not that.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    # Of what holds no other characters, only the last group of three bytes can have several forms.
    groups = -(-len(data) // 3)
    last = data[3 * (groups - 1) :] if groups else b""
    if len(text) != 4 * groups or not text.endswith(encode_base64(last)):
        raise SignatureFileError(f"{what} is not base64")
    return data


def encode_base64(data: bytes) -> str:
    """Write base64 of the standard alphabet, padded."""
    return base64.b64encode(data).decode()
