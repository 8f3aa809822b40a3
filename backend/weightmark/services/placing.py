"""Putting what belongs to a release beside its files: the manifest, and then its signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from weightmark.domain.manifest import MAX_MANIFEST_SIZE, Manifest
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE
from weightmark.domain.verdict import Outcome, Verdict
from weightmark.errors import (
    MissingPathError,
    RefusedError,
    VerificationFailedError,
    WeightmarkError,
)
from weightmark.ports.artifacts import Artifact, Start
from weightmark.services.evidence import Evidence
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.files import SIGNATURE_FILES
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners, describe
from weightmark.services.signatures.release import ReleaseSigner
from weightmark.services.verification.files import FileSelection, hash_selected
from weightmark.services.verification.signatures import SignatureMeans, check_signatures

_LIMITS = {MANIFEST: MAX_MANIFEST_SIZE} | dict.fromkeys(SIGNATURE_FILES, MAX_SIGNATURE_FILE_SIZE)


def place_manifest(
    artifact: Artifact, draft: ManifestDraft, signer: ReleaseSigner, start: Start
) -> tuple[Evidence, str]:
    """Make a manifest, write it with the signatures of it, and return it, and where it is.

    Others may have to sign it still, and so nothing is verified.

    Raises:
        WeightmarkError: As `create_manifest` and `ReleaseSigner.sign` have it.
    """
    evidence = Evidence.of(create_manifest(artifact, draft, start))
    with artifact.locked():
        signatures = signer.sign(artifact, evidence, start)
        path = artifact.write_sidecar(MANIFEST, evidence.data)
        _write_signatures(artifact, signatures)
    return evidence, path


def place_imported(artifact: Artifact, manifest: Manifest) -> tuple[Evidence, str]:
    """Write a manifest that was made of what an earlier tool wrote; return it, and where it is.

    Raises:
        LockTimeoutError: Somebody else here signs for too long.
        ManifestError: Another file, which is not ours to replace, is in its place.
        StorageError: It cannot be written.
    """
    evidence = Evidence.of(manifest)
    with artifact.locked():
        return evidence, artifact.write_sidecar(MANIFEST, evidence.data)


@contextmanager
def placed(
    artifact: Artifact, evidence: Evidence, signer: ReleaseSigner, start: Start
) -> Iterator[str]:
    """Write a manifest, and the signatures of it, and say where the manifest is.

    What was there before may be of a release: where this one is refused, it is put back. Nobody
    else signs here until then.

    Args:
        artifact: The files, of which the manifest is true.
        evidence: The manifest.
        signer: Who signs it.
        start: Called before files are read.

    Raises:
        VerificationFailedError: With what is beside the files, nobody could verify the release.
        AlreadyExistsError: A file of signatures is in the way, and says something else.
        LockTimeoutError: Somebody else here signs for too long.
        StorageError: A file cannot be written.
        WeightmarkError: As `ReleaseSigner.sign` has it.
    """
    with artifact.locked():
        before = _read(artifact)
        signatures = signer.sign(artifact, evidence, start)
        try:
            path = artifact.write_sidecar(MANIFEST, evidence.data)
            _write_signatures(artifact, signatures)
            if signatures or before.keys() - {MANIFEST} or evidence.manifest.required_signers:
                _check(artifact, evidence, signer, start)
            yield path
        except RefusedError:
            _put_back(artifact, before, signatures)
            raise


def _read(artifact: Artifact) -> Mapping[str, bytes]:
    found = {}
    for name, limit in _LIMITS.items():
        try:
            found[name] = artifact.read_sidecar(name, limit)
        except MissingPathError:
            continue
        except WeightmarkError:
            # Another manifest takes its place. A signature would stay.
            if name != MANIFEST:
                raise
    return found


def _write_signatures(artifact: Artifact, signatures: Mapping[str, bytes]) -> None:
    for name, data in signatures.items():
        artifact.write_sidecar(name, data)


def _check(artifact: Artifact, evidence: Evidence, signer: ReleaseSigner, start: Start) -> None:
    """Verify as everybody else will: what is registered is for ever."""
    listing = artifact.list(evidence.manifest.ignored_patterns)
    # A signature that may be anybody's is compared with the keys that have to have signed.
    keys = tuple(RequiredKey(f"the {describe(each)}", each) for each in signer.others)
    means = SignatureMeans(signer.keyring, TrustedSigners(keys, None, signer.created))
    manifest, documents = evidence.manifest, Documents.beside(artifact, listing, evidence)
    # The manifest is known to be true of the files.
    others = documents.algorithms - {manifest.algorithm}
    hashed = hash_selected(artifact, listing, manifest, FileSelection(), others, start)
    checks = check_signatures(artifact, listing, evidence, documents, means, hashed)
    # What others can check with a key or a certificate of theirs is not wrong.
    wrong = [each for each in Verdict(checks).problems if each.outcome is not Outcome.UNCHECKED]
    if wrong:
        raise VerificationFailedError(
            "what lies beside the files would keep everybody from verifying them: "
            + "; ".join(each.summary for each in wrong),
            hint="--sign-key signs anew; whoever else is named signs what 'weightmark manifest "
            "create' writes; remove what is of another release",
        )


def _put_back(
    artifact: Artifact, before: Mapping[str, bytes], written: Mapping[str, bytes]
) -> None:
    if MANIFEST not in before:
        return
    for name in (MANIFEST, *written):
        if name in before:
            artifact.write_sidecar(name, before[name])
        else:
            artifact.remove_sidecar(name)
