"""What may be shown of a key, and who is asked for its password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError

# Gives a password, when asked with a sentence that names the key.
Ask = Callable[[str], str]


class Protection(StrEnum):
    """What keeps a key from those who have its file."""

    ENCRYPTED = "password"
    NONE = "none"
    # There is nothing to protect.
    PUBLIC = "public key alone"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key's file tells before it is opened.

    Attributes:
        name: How it is named on the command line.
        path: Its file.
        protection: What keeps the key from those who have the file.
        algorithm: What it signs with, or None where only opening tells.
        address: The account of an Ethereum key.
        fingerprint: That of any other key, where the file tells it.
        public_key: Its SubjectPublicKeyInfo in DER, where the file has it.
    """

    name: str
    path: Path
    protection: Protection
    algorithm: KeyAlgorithm | None
    address: str = ""
    fingerprint: str = ""
    public_key: bytes = b""

    @property
    def is_encrypted(self) -> bool:
        """Whether the file is of no use without a password."""
        return self.protection is Protection.ENCRYPTED


def new_password(password: str) -> bytes:
    """Return the bytes of a password that is to protect a key.

    Raises:
        KeyFileError: It is empty, or not UTF-8.
    """
    if not password:
        raise KeyFileError("an empty password does not protect a key")
    try:
        return password.encode()
    except UnicodeEncodeError:
        raise KeyFileError("the password is not UTF-8") from None


def given_password(password: str) -> bytes:
    """Return the bytes of a password as it was given, in whatever encoding."""
    return password.encode("utf-8", "surrogateescape")
