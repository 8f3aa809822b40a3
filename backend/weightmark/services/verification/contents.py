"""Steps 7 and 8: the files and what lies beside them are what the manifest says, and no more."""

from __future__ import annotations

from weightmark.domain.verdict import Check
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, Start
from weightmark.services.evidence import Evidence
from weightmark.services.signatures.documents import Documents
from weightmark.services.verification.files import FileSelection, check_files, hash_selected
from weightmark.services.verification.signatures import (
    SignatureMeans,
    check_manifest_beside,
    check_others,
    check_signatures,
)


def check_contents(
    artifact: Artifact,
    evidence: Evidence,
    selection: FileSelection,
    means: SignatureMeans,
    start: Start,
) -> tuple[Check, ...]:
    """Compare an artifact with its manifest.

    Args:
        artifact: The files, and the sidecars beside them.
        evidence: The manifest, which may be from elsewhere.
        selection: Which files to check.
        means: What signatures are checked with.
        start: Called before files are read.
    """
    manifest = evidence.manifest
    try:
        listing = artifact.list(manifest.ignored_patterns)
    except WeightmarkError as error:
        return (Check.of_error(7, "files", error),)
    documents = Documents.beside(artifact, listing, evidence)
    algorithms = documents.algorithms | {manifest.algorithm}
    hashed = hash_selected(artifact, listing, manifest, selection, algorithms, start)
    return (
        *check_files(listing, manifest, selection, hashed[manifest.algorithm]),
        *check_signatures(artifact, listing, evidence, documents, means, hashed),
        *check_others(listing),
        *check_manifest_beside(artifact.beside, listing, evidence),
    )
