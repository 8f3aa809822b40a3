"""Making a release manifest of an artifact, and checking files against one, with no chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import UNSET

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import (
    SCHEMA,
    Manifest,
    Metadata,
    artifact_root_text,
    check,
    format_timestamp,
    sorted_entries,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, Start
from weightmark.services.evidence import Evidence
from weightmark.services.verification.files import FileSelection, check_files
from weightmark.services.verification.identity import check_root
from weightmark.services.verification.signatures import check_manifest_beside, check_signatures


@dataclass(frozen=True, slots=True)
class ManifestDraft:
    """What a publisher says of a release, before its files are read.

    Attributes:
        publisher: The publisher's checksummed address.
        name: The model's name.
        version: The release's version.
        created: When the release was made.
        algorithm: The digest that decides a verdict.
        created_by: Free text: who or what made it.
        metadata: What people may want to know.
        ignores: Patterns of files to leave out.
    """

    publisher: str
    name: str
    version: str
    created: datetime
    algorithm: DigestAlgorithm = DigestAlgorithm.SHA2_256
    created_by: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    ignores: tuple[str, ...] = ()


def create_manifest(artifact: Artifact, draft: ManifestDraft, start: Start) -> Manifest:
    """Hash an artifact's files, and describe them.

    Raises:
        MissingPathError: The artifact is not there.
        ArtifactError: It holds something that cannot be accepted, or changed while it was read.
        ManifestError: A value of the draft breaks its rule.
    """
    artifact.discard_partials()
    listing = artifact.list(draft.ignores)
    hashed = artifact.hash(listing.sizes, draft.algorithm, start(listing.total_size))
    for _, error in sorted(hashed.errors.items()):
        raise error
    entries = sorted_entries(hashed.entries.values())
    manifest = Manifest(
        schema=SCHEMA,
        publisher=draft.publisher,
        name=draft.name,
        version=draft.version,
        created=format_timestamp(draft.created),
        created_by=draft.created_by or UNSET,
        digest=draft.algorithm,
        artifact_root=artifact_root_text(MerkleTree.of(entry.leaf for entry in entries).root),
        files=entries,
        ignores=draft.ignores or UNSET,
        metadata=draft.metadata if draft.metadata != Metadata() else UNSET,
    )
    check(manifest)
    return manifest


def verify_manifest(
    artifact: Artifact, selection: FileSelection, start: Start, beside: Artifact | None = None
) -> Verdict:
    """Check files against a manifest alone: it proves that they belong together, not who says so.

    Args:
        artifact: The files.
        selection: Which files to check.
        start: Called before files are read.
        beside: The same files with the manifest that may lie beside them, where ``artifact`` has
            one from elsewhere.
    """
    try:
        evidence = Evidence.read(artifact)
        listing = artifact.list(evidence.manifest.ignored_patterns)
    except WeightmarkError as error:
        return Verdict((Check.of_error(1, "manifest", error),))
    manifest = evidence.manifest
    message = "no chain was read: the manifest proves the files, not who published them"
    checks = (
        Check(1, "manifest", Outcome.PASSED, "the manifest is well-formed and canonical"),
        check_root(evidence),
        Check(4, "chain", Outcome.NOT_APPLICABLE, message),
        *check_files(artifact, listing, manifest, selection, start),
        *check_signatures(listing, manifest),
        *check_manifest_beside(beside, listing, manifest),
    )
    return Verdict(checks, release=_label(manifest), partial=selection.is_partial)


def _label(manifest: Manifest) -> str:
    return f"{manifest.publisher}/{manifest.name}@{manifest.version}"
