"""Making a release manifest of an artifact, and checking files against one, with no chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from msgspec import UNSET

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import (
    SCHEMA,
    FileEntry,
    Manifest,
    Metadata,
    Signer,
    artifact_root_text,
    check,
    format_timestamp,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, Listing, Start
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.verification.contents import check_contents
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.identity import check_manifest
from weightmark.services.verification.signatures import SignatureMeans


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
        signers: The keys that have to sign.
    """

    publisher: str
    name: str
    version: str
    created: datetime
    algorithm: DigestAlgorithm = DigestAlgorithm.SHA2_256
    created_by: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    ignores: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()


# Reads the files of a listing with some hash functions, and returns their entries by the first of
# these, and the artifact's CID or "".
Describe = Callable[[Listing, Sequence[DigestAlgorithm], Start], tuple[tuple[FileEntry, ...], str]]


def create_manifest(
    artifact: Artifact, draft: ManifestDraft, start: Start, describe: Describe | None = None
) -> Manifest:
    """Hash an artifact's files, and describe them.

    Args:
        artifact: The artifact.
        draft: What the publisher says of it.
        start: Called before files are read.
        describe: Reads its files, where more than digests are wanted.

    Raises:
        MissingPathError: The artifact is not there.
        ArtifactError: It holds something that cannot be accepted, or changed while it was read.
        ManifestError: A value of the draft breaks its rule, or another file is in the manifest's
            place.
        StorageError: What an earlier run left cannot be removed.
    """
    artifact.make_room(MANIFEST)
    listing = artifact.list(draft.ignores)
    # Signatures have sha2-256: where digests are remembered, no large file is read again for them.
    signed = (DigestAlgorithm.SHA2_256,) if draft.signers else ()
    algorithms = tuple(dict.fromkeys((draft.algorithm, *signed)))
    read = describe or partial(_hashed, artifact)
    entries, artifact_cid = read(listing, algorithms, start)
    manifest = Manifest(
        schema=SCHEMA,
        publisher=draft.publisher,
        name=draft.name,
        version=draft.version,
        created=format_timestamp(draft.created),
        created_by=draft.created_by or UNSET,
        digest=draft.algorithm,
        artifact_root=artifact_root_text(MerkleTree.of(entry.leaf for entry in entries).root),
        artifact_cid=artifact_cid or UNSET,
        files=entries,
        ignores=draft.ignores or UNSET,
        signers=draft.signers or UNSET,
        metadata=draft.metadata if draft.metadata != Metadata() else UNSET,
    )
    check(manifest)
    return manifest


def _hashed(
    artifact: Artifact, listing: Listing, algorithms: Sequence[DigestAlgorithm], start: Start
) -> tuple[tuple[FileEntry, ...], str]:
    hashed = artifact.hash_together(listing.sizes, algorithms, start(listing.total_size))
    return hashed[algorithms[0]].complete(), ""


def verify_manifest(
    artifact: Artifact, selection: FileSelection, means: SignatureMeans, start: Start
) -> Verdict:
    """Check files against a manifest alone: it proves that they belong together, not who says so.

    Args:
        artifact: The files.
        selection: Which files to check.
        means: What signatures are checked with.
        start: Called before files are read.
    """
    try:
        evidence = Evidence.read(artifact)
    except WeightmarkError as error:
        return Verdict((Check.of_error(1, "manifest", error),))
    manifest = evidence.manifest
    message = "no chain was read: the manifest proves the files, not who published them"
    checks = (
        *check_manifest(evidence),
        Check(4, "chain", Outcome.NOT_APPLICABLE, message),
        *check_contents(artifact, evidence, selection, means, start),
    )
    release = f"{manifest.publisher}/{manifest.name}@{manifest.version}"
    return Verdict(checks, release=release, partial=selection.is_partial)
