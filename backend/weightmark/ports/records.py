"""What this machine remembers: releases that it published, verified or drafted, and heads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ReleaseDeed(StrEnum):
    """Why a release is remembered."""

    PUBLISHED = "published"
    VERIFIED = "verified"
    DRAFTED = "drafted"


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A release that was published or verified here, or drafted: others may register it.

    Attributes:
        chain_id: The chain on which it is registered.
        publisher: The publisher's address.
        name: The model's name.
        version: The release's version.
        artifact_root: The 32-byte root of its files.
        manifest_hash: The sha256 of its manifest.
        deed: What was done with it here.
        time: When, in seconds since 1970.
    """

    chain_id: int
    publisher: str
    name: str
    version: str
    artifact_root: bytes
    manifest_hash: bytes
    deed: ReleaseDeed
    time: int

    @property
    def reference(self) -> str:
        """The REF with chain id and address."""
        return f"{self.chain_id}:{self.publisher}/{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a remembered release."""

    release: ReleaseRecord
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class HeadKey:
    """Which model's head, on which chain: an id alone does not tell two chains apart."""

    chain_id: int
    genesis_hash: bytes
    contract: str
    model_id: bytes


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A model's head that was seen in a final block."""

    word: int
    block_number: int


class Records(Protocol):
    """The memory of this machine. Every method raises `StorageError` when it cannot be used."""

    def remember(self, record: ReleaseRecord, manifest: bytes) -> None:
        """Keep a release and its manifest. A repeated deed on the same release changes nothing."""
        ...

    def manifests(
        self, chain_id: int, publisher: str, name: str, version: str
    ) -> tuple[bytes, ...]:
        """Return the manifests of a remembered release: those first that are surely registered.

        That of a publish comes first, and of those of one deed the newest.
        """
        ...

    def releases(
        self, *, artifact_root: bytes = b"", publisher: str = ""
    ) -> tuple[ReleaseRecord, ...]:
        """Return remembered releases, the oldest deed first; an empty value matches any."""
        ...

    def files(self, digest: str) -> tuple[FileRecord, ...]:
        """Return the remembered files that have a digest (a multihash in hex)."""
        ...

    def seen_head(self, key: HeadKey) -> SeenHead | None:
        """Return the newest head that was seen final, if one was."""
        ...

    def genesis_hashes(self, chain_id: int) -> frozenset[bytes]:
        """Return the first blocks with which a chain id was seen."""
        ...

    def remember_head(self, key: HeadKey, head: SeenHead) -> None:
        """Keep a head that was seen final, unless a newer one is kept already."""
        ...
