"""What it takes to check the files of earlier tools: their keys, and the contents of files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from weightmark.domain.earlier.values import Scheme
from weightmark.domain.signing_keys import KeyIdentity
from weightmark.ports.artifacts import Advance


class EarlierKey(Protocol):
    """A public key that somebody trusts."""

    @property
    def identity(self) -> KeyIdentity:
        """Its algorithm and fingerprint."""
        ...

    def holds(self, public_key: bytes) -> bool:
        """Whether that, in PEM, is this key."""
        ...

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        """Whether a signature of that scheme is one of this key, over a message."""
        ...


class Contents(Protocol):
    """The contents of an artifact's files, as of its last listing."""

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a small file.

        Raises:
            MissingPathError: It is not there any more.
            ArtifactError: It is larger than ``limit`` bytes, or is no regular file any more.
        """
        ...

    def authenticate(self, paths: Collection[str], key: bytes, advance: Advance) -> dict[str, str]:
        """Return the HMAC-SHA256 of files under a key, in hex, by their paths.

        Raises:
            ArtifactError: A file cannot be read, or is not the one that was listed.
        """
        ...
