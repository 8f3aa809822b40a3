"""Releases whose manifests say where their files are on IPFS, or say anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tests.e2e.releases import NAME
from tests.fakes.artifact import entry_of
from tests.fakes.blocks import Stored
from weightmark.bootstrap.application import Application
from weightmark.domain.actions import Register
from weightmark.domain.content_address import cid_text
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.documents import document_tree
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.manifest import (
    SCHEMA,
    FileEntry,
    Manifest,
    artifact_root_text,
    sorted_entries,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.services.evidence import Evidence


@dataclass(frozen=True)
class Pinned:
    """A release that is registered, and the blocks that it consists of.

    Attributes:
        reference: The REF with chain id, address and version.
        files: Its files.
        stored: The blocks of its files and of its manifest.
        manifest: The CID of its manifest.
        artifact_cid: The CID of its files, or empty.
    """

    reference: str
    files: Mapping[str, bytes]
    stored: Stored
    manifest: bytes
    artifact_cid: str

    @property
    def blocks(self) -> dict[bytes, bytes]:
        """Every block by its CID."""
        return self.stored.blocks


class Registrar:
    """Registers manifests on the embedded chain of a data directory, as they are."""

    def __init__(self, home: Path) -> None:
        self._application = Application.load({"data_dir": str(home)}, {}, home)
        network = self._application.network
        self._chain_id = network.chain_id
        self._writer = self._application.writer(network)
        self.publisher = self._application.accounts.address(network)

    def pinned(self, version: str, files: Mapping[str, bytes]) -> Pinned:
        """Register a directory of files as it should be."""
        stored = Stored()
        root = stored.add_files(files, UNIXFS_V1_2025)
        return self.registered(self.manifest(version, files, cid_text(root)), files, stored)

    def manifest(self, version: str, files: Mapping[str, bytes], artifact_cid: str) -> Manifest:
        """Return a manifest of files."""
        algorithm = DigestAlgorithm.SHA2_256
        entries = sorted_entries(entry_of(path, data, algorithm) for path, data in files.items())
        root = MerkleTree.of(entry.leaf for entry in entries).root
        return Manifest(
            publisher=self.publisher,
            name=NAME,
            version=version,
            created="2026-11-21T09:00:00Z",
            digest=algorithm,
            artifact_root=artifact_root_text(root),
            files=entries,
            schema=SCHEMA,
            artifact_cid=artifact_cid or msgspec.UNSET,
        )

    def with_files(self, manifest: Manifest, *files: FileEntry) -> Manifest:
        """Return a manifest with other files, which may have any paths."""
        root = MerkleTree.of(entry.leaf for entry in files).root
        return msgspec.structs.replace(
            manifest, files=files, artifact_root=artifact_root_text(root)
        )

    def registered(
        self,
        manifest: Manifest,
        files: Mapping[str, bytes],
        stored: Stored,
        manifest_cid: bytes | None = None,
    ) -> Pinned:
        """Register a manifest, whatever it says, and add it to the blocks.

        Args:
            manifest: What to register.
            files: The files that it lists.
            stored: Their blocks.
            manifest_cid: The address that is registered; its own by default.
        """
        evidence = Evidence.of(manifest)
        cid = document_tree(evidence.data, stored.put).cid
        statement = replace(evidence.statement, manifest_cid=manifest_cid or cid)
        self._writer.send(Register(statement))
        reference = f"{self._chain_id}:{self.publisher}/{manifest.name}@{manifest.version}"
        return Pinned(reference, files, stored, cid, manifest.artifact_cid or "")
