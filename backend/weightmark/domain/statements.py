"""What a publisher says to the registry, and what the registry says in its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from weightmark.domain.identifiers import commitment_of, model_id_of, release_id_of
from weightmark.domain.registry import Reason

NO_SUCCESSOR = bytes(32)


@dataclass(frozen=True, slots=True)
class ReleaseStatement:
    """A release to be registered. An expected sequence of 0 accepts any."""

    publisher: str
    name: str
    version: str
    artifact_root: bytes
    manifest_hash: bytes
    manifest_cid: bytes = b""
    expected_sequence: int = 0

    @property
    def release_id(self) -> bytes:
        """The id under which the registry keeps the release."""
        return release_id_of(self.publisher, self.name, self.version)

    @property
    def commitment(self) -> bytes:
        """The content word of the release."""
        return commitment_of(self.artifact_root, self.manifest_hash)


@dataclass(frozen=True, slots=True)
class RevocationStatement:
    """A release to be revoked. Only a superseded release names its successor's id."""

    publisher: str
    name: str
    version: str
    reason: Reason
    successor: bytes = NO_SUCCESSOR

    @property
    def release_id(self) -> bytes:
        """The id under which the registry keeps the release."""
        return release_id_of(self.publisher, self.name, self.version)


Statement: TypeAlias = ReleaseStatement | RevocationStatement


@dataclass(frozen=True, slots=True)
class Registration:
    """A ``ReleaseRegistered`` event, with the block that carries it.

    A version that no client accepts, which the contract lets pass, is shown with a space in it, so
    that no reference can mean it.
    """

    release_id: bytes
    publisher: str
    name: str
    version: str
    artifact_root: bytes
    manifest_hash: bytes
    manifest_cid: bytes
    registered_at: int
    sequence: int
    authority_index: int
    block_number: int
    transaction_hash: bytes

    @property
    def model_id(self) -> bytes:
        """The id of the model that the release belongs to."""
        return model_id_of(self.publisher, self.name)

    @property
    def commitment(self) -> bytes:
        """The content word that the registry stored."""
        return commitment_of(self.artifact_root, self.manifest_hash)
