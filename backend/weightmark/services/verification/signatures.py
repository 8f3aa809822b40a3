"""Step 8: every key that the manifest names has signed, and no sidecar says what is not true.

What signatures cover is the manifest, and the manifest names who has to sign: so whoever counts is
decided there. A signature by another key is told, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import MAX_MANIFEST_SIZE, Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, HashedFiles, Listing
from weightmark.ports.signing import Keyring
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST, UNCHECKED
from weightmark.services.signatures.claims import listed_sidecars
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.keys import STEP, ExaminedSignature, Examiner, TrustedSigners
from weightmark.services.signatures.signers import (
    check_coverage,
    check_signers,
    counts,
    tell,
)

_HINT = "this version cannot check receipts or certificates of hardware; a later one does"


@dataclass(frozen=True, slots=True)
class SignatureMeans:
    """What signatures are checked with.

    Attributes:
        keyring: Gives what makes verifiers; asked where there is a signature, and not before.
        trust: Who has to sign beside those whom the manifest names, and when certificates count.
    """

    keyring: Callable[[], Keyring]
    trust: TrustedSigners


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is compared: the files, and what their manifest says of them."""

    artifact: Artifact
    listing: Listing
    evidence: Evidence
    hashed: Mapping[DigestAlgorithm, HashedFiles]

    @property
    def manifest(self) -> Manifest:
        return self.evidence.manifest

    @property
    def single_file(self) -> str:
        """The path of the only file, which a statement may call by another name; or nothing."""
        files = self.manifest.files
        return files[0].path if len(files) == 1 else ""


def check_signatures(
    artifact: Artifact,
    listing: Listing,
    evidence: Evidence,
    documents: Documents,
    means: SignatureMeans,
    hashed: Mapping[DigestAlgorithm, HashedFiles],
) -> tuple[Check, ...]:
    """Carry out step 8.

    Args:
        artifact: The files, and the sidecars beside them.
        listing: What it holds.
        evidence: The manifest, which names who has to sign.
        documents: What lies beside them.
        means: What signatures are checked with.
        hashed: The files that are checked, where statements have digests that the manifest lacks.
    """
    subject = _Subject(artifact, listing, evidence, hashed)
    findings = _examined(documents, means)
    counted = tuple(each for each in findings if counts(each, documents, means.trust))
    return (
        *documents.checks,
        *_check_statements(documents, subject),
        *(tell(each, documents, means.trust) for each in findings),
        *check_coverage(documents, counted),
        *_check_all(findings, documents, subject.manifest, means.trust),
    )


def _examined(documents: Documents, means: SignatureMeans) -> tuple[ExaminedSignature, ...]:
    if not documents.files:
        return ()
    examiner = Examiner(means.keyring(), means.trust)
    return tuple(finding for file in documents.files for finding in examiner.examine(file))


def _check_statements(documents: Documents, subject: _Subject) -> Iterator[Check]:
    """Compare what is signed with the manifest, or with the files where that says nothing."""
    manifest = subject.manifest
    entries = HashedFiles({each.path: each for each in manifest.files})
    hashed = {**subject.hashed, manifest.algorithm: entries}
    for file in documents.files:
        found = hashed[file.statement.algorithm]
        for path, error in sorted(found.errors.items()):
            yield replace(Check.of_error(STEP, "sidecar", error), paths=(path,))
        if paths := _contradicted(documents, file, subject, found):
            count = "1 file" if len(paths) == 1 else f"{len(paths)} files"
            message = f"{file.name} says something else than the manifest of {count}"
            yield Check(STEP, "sidecar", Outcome.FAILED, message, paths=paths)
        else:
            sizes = {each.path: each.size for each in manifest.files}
            for check in documents.check_root(file, Listing(sizes), subject.single_file):
                yield replace(check, step=STEP)


def _contradicted(
    documents: Documents, file: SignedFile, subject: _Subject, hashed: HashedFiles
) -> tuple[str, ...]:
    """Return the files of which a statement says something else, or which it does not know."""
    claim = documents.claim_of(file, subject.single_file)
    sidecars = listed_sidecars(subject.artifact.beside, subject.listing, (claim,))
    told, listed = claim.files, {each.path: each for each in subject.manifest.files} | sidecars
    true = {**hashed.entries, **sidecars}
    differing = {
        path
        for path in told.keys() & listed.keys()
        if told[path].size not in (None, listed[path].size)
        or (path in true and told[path].digest != true[path].digest)
    }
    unknown = told.keys() ^ listed.keys()
    if not documents.covers_manifest(file):
        # Somebody else's view of the files: the manifest vouches for what it passes by.
        unknown -= file.statement.leaves_out(listed.keys() - told.keys())
    return tuple(sorted(differing | unknown))


def _check_all(
    findings: tuple[ExaminedSignature, ...],
    documents: Documents,
    manifest: Manifest,
    trust: TrustedSigners,
) -> tuple[Check, ...]:
    if problems := tuple(check_signers(findings, documents, trust)):
        return problems
    count = len(manifest.required_signers)
    if not count:
        message = "the manifest names no key that must sign"
        return (Check(STEP, "signers", Outcome.NOT_APPLICABLE, message),)
    keys = "the key" if count == 1 else f"all {count} keys"
    message = f"{keys} that the manifest names signed it"
    return (Check(STEP, "signers", Outcome.PASSED, message),)


def check_others(listing: Listing) -> Iterator[Check]:
    """Say which sidecars cannot be checked: none of them passes."""
    for name in listing.sidecars:
        if name in UNCHECKED:
            message = f"{name} is present, and cannot be checked"
            yield Check(STEP, "sidecar", Outcome.UNCHECKED, message, _HINT)


def check_manifest_beside(
    beside: Artifact, listing: Listing, evidence: Evidence
) -> tuple[Check, ...]:
    """Say what is not true in the manifest that lies beside the files, where another one is used.

    It is outside the files' tree, and must not become a place where anything can be hidden.
    """
    if MANIFEST not in listing.sidecars:
        return ()
    try:
        data = beside.read_sidecar(MANIFEST, MAX_MANIFEST_SIZE)
        found = evidence if data == evidence.data else Evidence.parse(data)
    except WeightmarkError as error:
        problem = Check.of_error(STEP, "sidecar", error)
        return (replace(problem, message=f"{MANIFEST} beside the files: {error.message}"),)
    told, true = found.manifest, evidence.manifest
    if (told.files, told.artifact_root) == (true.files, true.artifact_root):
        return ()
    message = f"the {MANIFEST} beside the files is not true of them"
    return (Check(STEP, "sidecar", Outcome.FAILED, message, "remove it, or do without --manifest"),)
