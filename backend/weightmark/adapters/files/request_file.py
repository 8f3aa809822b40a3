"""Signing requests as files, and signatures that wallets gave."""

from __future__ import annotations

from pathlib import Path

from weightmark.adapters.state.atomic import read_regular, write_private
from weightmark.domain.signing_requests import (
    MAX_REQUEST_SIZE,
    SigningRequest,
    decode,
    encode,
    parse_signature,
)
from weightmark.domain.text import printable
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    MissingPathError,
    SigningRequestError,
)


def read_request(path: Path) -> SigningRequest:
    """Read a request.

    Raises:
        MissingPathError: It is not there.
        SigningRequestError: It cannot be read, or is refused.
    """
    return decode(_read(path))


def check_place(path: Path) -> None:
    """Make sure that nothing but a request is replaced at a path.

    Raises:
        AlreadyExistsError: Something else is there.
    """
    try:
        decode(_read(path))
    except MissingPathError:
        return
    except SigningRequestError:
        raise AlreadyExistsError(
            f"{path} is there, and is no signing request", hint="choose another --request FILE"
        ) from None


def write_request(path: Path, request: SigningRequest) -> None:
    """Write a request; an earlier one is replaced.

    Raises:
        AlreadyExistsError: Something else is there.
        StorageError: It cannot be written.
    """
    check_place(path)
    write_private(path, encode(request), replace=True)


def read_signature(text_or_path: str) -> bytes:
    """Read a signature in hex, or the file that holds it.

    Raises:
        MissingPathError: It is neither.
        SigningRequestError: It is no signature.
    """
    if text_or_path.startswith("0x"):
        return parse_signature(text_or_path)
    return parse_signature(_read(Path(text_or_path)).decode("utf-8", "replace").strip())


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_REQUEST_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingPathError(f"there is no file '{printable(str(path)[:200])}'") from None
    except (OSError, ConfigurationError) as error:
        raise SigningRequestError(f"{path} cannot be read: {error}") from None
