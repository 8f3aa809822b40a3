"""A manifest as evidence: its values, its exact bytes, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from weightmark.domain.identifiers import commitment_of, model_id_of, release_id_of
from weightmark.domain.manifest import MAX_MANIFEST_SIZE, Manifest, decode, encode, manifest_hash
from weightmark.ports.artifacts import Artifact
from weightmark.services.sidecars import MANIFEST

if TYPE_CHECKING:
    from weightmark.domain.networks import Network
    from weightmark.domain.statements import ReleaseStatement
    from weightmark.ports.records import ReleaseDeed, ReleaseRecord


@dataclass(frozen=True, slots=True)
class Evidence:
    """A manifest that was read or made."""

    manifest: Manifest
    data: bytes

    @classmethod
    def of(cls, manifest: Manifest) -> Evidence:
        """Take a manifest that was made here."""
        return cls(manifest, encode(manifest))

    @classmethod
    def parse(cls, data: bytes) -> Evidence:
        """Take a manifest's bytes.

        Raises:
            ManifestError: They are malformed.
        """
        return cls(decode(data), data)

    @classmethod
    def read(cls, artifact: Artifact) -> Evidence:
        """Take the manifest beside an artifact's files.

        Raises:
            MissingPathError: There is no manifest.
            ArtifactError: It is not a regular file, or is too large.
            ManifestError: It is malformed.
        """
        return cls.parse(artifact.read_sidecar(MANIFEST, MAX_MANIFEST_SIZE))

    @property
    def manifest_hash(self) -> bytes:
        """The sha256 of the manifest."""
        return manifest_hash(self.data)

    @property
    def artifact_root(self) -> bytes:
        """The root that the manifest declares."""
        return bytes.fromhex(self.manifest.artifact_root[2:])

    @property
    def commitment(self) -> bytes:
        """The content word that the registry must hold."""
        return commitment_of(self.artifact_root, self.manifest_hash)

    @property
    def release_id(self) -> bytes:
        """The id under which the registry must hold it."""
        return release_id_of(self.manifest.publisher, self.manifest.name, self.manifest.version)

    @property
    def model_id(self) -> bytes:
        """The id under which the registry keeps the model's head."""
        return model_id_of(self.manifest.publisher, self.manifest.name)

    @property
    def statement(self) -> ReleaseStatement:
        """What the publisher says of the release to the registry."""
        from weightmark.domain.ipfs.documents import document_tree
        from weightmark.domain.statements import ReleaseStatement

        return ReleaseStatement(
            publisher=self.manifest.publisher,
            name=self.manifest.name,
            version=self.manifest.version,
            artifact_root=self.artifact_root,
            manifest_hash=self.manifest_hash,
            manifest_cid=document_tree(self.data, lambda _cid, _block: None).cid,
        )

    def reference_on(self, network: Network) -> str:
        """Return the REF with chain id and address."""
        manifest = self.manifest
        return f"{network.chain_id}:{manifest.publisher}/{manifest.name}@{manifest.version}"

    def record(self, network: Network, deed: ReleaseDeed, time: int) -> ReleaseRecord:
        """Return what this machine remembers of the release."""
        from weightmark.ports.records import ReleaseRecord

        return ReleaseRecord(
            chain_id=network.chain_id,
            publisher=self.manifest.publisher,
            name=self.manifest.name,
            version=self.manifest.version,
            artifact_root=self.artifact_root,
            manifest_hash=self.manifest_hash,
            deed=deed,
            time=time,
        )
