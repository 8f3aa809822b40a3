"""Where the list of trusted publishers is kept."""

from __future__ import annotations

from typing import Protocol

from weightmark.domain.trust import TrustedPublisher, TrustList


class TrustStore(Protocol):
    """The trust file."""

    def load(self) -> TrustList:
        """Return all entries; none where there is no file.

        Raises:
            ConfigurationError: The file is malformed.
        """
        ...

    def add(self, publisher: TrustedPublisher) -> None:
        """Add an entry.

        Raises:
            AlreadyExistsError: The nickname stands for another address on that chain.
            ValueFormatError: The note is not UTF-8.
            ConfigurationError: The file is malformed.
            StorageError: The file cannot be written.
        """
        ...

    def remove(self, nickname: str, chain_id: int | None) -> TrustedPublisher:
        """Remove the one entry of a nickname, and return it.

        Raises:
            ValueFormatError: There is no such entry, or there are several.
            ConfigurationError: The file is malformed.
            StorageError: The file cannot be written.
        """
        ...
