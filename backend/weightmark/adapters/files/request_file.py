"""Signing requests as files, and signatures that wallets gave."""

from __future__ import annotations

import re
from pathlib import Path

from weightmark.adapters.state.atomic import read_regular, write_private
from weightmark.domain.signing_requests import (
    MAX_REQUEST_SIZE,
    SigningRequest,
    decode,
    encode,
    parse_signature,
)
from weightmark.domain.statements import Statement
from weightmark.domain.text import printable
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    MissingPathError,
    SigningRequestError,
)

_SIGNATURE_TEXT = re.compile(r"(?:0x.*)?|[0-9a-fA-F]+", re.DOTALL)
_HINT = "choose another --request FILE, or remove it"


def read_request(path: Path) -> SigningRequest:
    """Read a request.

    Raises:
        MissingPathError: It is not there.
        SigningRequestError: It cannot be read, or is refused.
    """
    return decode(_read(path))


def earlier_request(path: Path) -> SigningRequest | None:
    """Return the request that is at a path; None where nothing is.

    Raises:
        AlreadyExistsError: Something else is there.
    """
    try:
        return read_request(path)
    except MissingPathError:
        return None
    except SigningRequestError:
        raise AlreadyExistsError(
            f"{path} is there, and is no signing request", hint=_HINT
        ) from None


def check_place(path: Path, request: SigningRequest) -> None:
    """Make sure that a request may be written: only one for the same is there, if any is.

    Raises:
        AlreadyExistsError: Something else is there, or a signature would be lost.
    """
    earlier = earlier_request(path)
    if earlier and _subject(earlier) != _subject(request):
        raise AlreadyExistsError(
            f"{path} is a signing request for something else: {earlier.reference}", hint=_HINT
        )
    if earlier and earlier.is_signed and not request.is_signed:
        raise AlreadyExistsError(f"{path} is signed, and the new request is not", hint=_HINT)


def write_request(path: Path, request: SigningRequest) -> None:
    """Write a request; an earlier one for the same is replaced, unless a signature would be lost.

    Raises:
        AlreadyExistsError: Something else is there.
        StorageError: It cannot be written.
    """
    check_place(path, request)
    write_private(path, encode(request), replace=True)


def read_signature(text_or_path: str) -> bytes:
    """Read a signature in hex, or the file that holds it, whose name is no hex.

    Raises:
        MissingPathError: It is neither.
        SigningRequestError: It is no signature.
    """
    if _SIGNATURE_TEXT.fullmatch(text_or_path):
        return parse_signature(text_or_path)
    return parse_signature(_read(Path(text_or_path)).decode("utf-8", "replace").strip())


def _subject(request: SigningRequest) -> tuple[type[Statement], str]:
    return type(request.statement), request.reference


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_REQUEST_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingPathError(f"there is no file '{printable(str(path)[:200])}'") from None
    except (OSError, ConfigurationError) as error:
        raise SigningRequestError(f"{path} cannot be read: {error}") from None
