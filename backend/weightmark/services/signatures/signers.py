"""Who has signed, and whether all have who have to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from weightmark.domain.verdict import Check, Outcome
from weightmark.ports.signing import Verifier
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.keys import (
    STEP,
    ExaminedSignature,
    RequiredKey,
    TrustedSigners,
    describe,
)


def is_trusted(finding: ExaminedSignature, trust: TrustedSigners) -> bool:
    """Whether a signature is valid, and by a key that the caller trusts."""
    return bool(finding.subject) or _is_by_any(finding, trust.keys)


def counts(finding: ExaminedSignature, documents: Documents, trust: TrustedSigners) -> bool:
    """Whether a signature is valid, and by a key that the caller trusts or the manifest names."""
    return is_trusted(finding, trust) or _is_by_any(finding, manifest_signers(documents))


def tell(finding: ExaminedSignature, documents: Documents, trust: TrustedSigners) -> Check:
    """Say what was found of a signature."""
    match finding.result:
        case Check() as problem:
            return problem
        case verifier:
            message = _deed(finding, verifier)
    if not counts(finding, documents, trust):
        message += ": nobody here vouches for that key, and it decides nothing"
        return Check(STEP, "signature", Outcome.NOT_APPLICABLE, message)
    if verifier.identity.algorithm.is_shared_secret:
        message += ": whoever can verify it could have signed it"
        return Check(STEP, "signature", Outcome.WARNED, message)
    if not finding.signature.names_its_key:
        message += "; the file does not say by which key it is"
        return Check(STEP, "signature", Outcome.WARNED, message)
    return Check(STEP, "signature", Outcome.PASSED, message)


def check_signers(
    findings: Collection[ExaminedSignature], documents: Documents, trust: TrustedSigners
) -> Iterator[Check]:
    """Say which of the keys that have to sign have not, or may have."""
    # Whoever signed the files alone did not sign for the release that names them.
    of_release = [each for each in findings if documents.covers_manifest(each.file)]
    for key in trust.keys:
        yield from _check_signer(key, findings, documents)
    for key in manifest_signers(documents):
        yield from _check_signer(key, of_release, documents)
    if trust.roots is not None and not any(each.subject for each in findings):
        message = "nobody has signed for whom a trusted certificate vouches"
        outcome = Outcome.FAILED if documents.is_complete else Outcome.UNCHECKED
        yield Check(STEP, "signers", outcome, message)


def check_coverage(documents: Documents, trusted: Collection[ExaminedSignature]) -> Iterator[Check]:
    """Say whether what is signed is the manifest as well, or the files alone."""
    is_signed = {each.file.name for each in trusted}
    for file in documents.files:
        if file.statement.manifest_hash and not documents.covers_manifest(file):
            yield _uncovered(file.name, documents)
        elif file.name not in is_signed:
            continue
        elif file.statement.manifest_hash:
            message = f"{file.name} covers the manifest: name, version and all else that it says"
            yield Check(STEP, "coverage", Outcome.PASSED, message)
        else:
            message = f"{file.name} covers the files alone: no name, no version"
            yield Check(STEP, "coverage", Outcome.WARNED, message)


def _check_signer(
    key: RequiredKey, candidates: Collection[ExaminedSignature], documents: Documents
) -> Iterator[Check]:
    found = [each.verifier for each in candidates if each.verifier and key.is_(each.verifier)]
    labels = {each.identity.algorithm.label for each in found}
    if not found:
        yield _missing(key, candidates, documents)
    elif key.algorithm not in (None, *labels):
        message = f"{key.label} is one of {', '.join(labels)}"
        yield Check(STEP, "signers", Outcome.FAILED, message)


def _uncovered(name: str, documents: Documents) -> Check:
    if documents.evidence is not None:
        message = f"{name} was made for another manifest than the one beside the files"
        return Check(STEP, "coverage", Outcome.FAILED, message, "do not use these files")
    message = f"{name} covers a manifest that is not there"
    hint = "get the publisher's weightmark.json"
    return Check(STEP, "coverage", Outcome.UNCHECKED, message, hint)


def _missing(
    key: RequiredKey, candidates: Collection[ExaminedSignature], documents: Documents
) -> Check:
    if not documents.is_complete:
        message = f"{key.label} may have signed in what cannot be read"
        return Check(STEP, "signers", Outcome.UNCHECKED, message)
    if unknown := [each.signature for each in candidates if _may_be_by(key, each)]:
        message = f"{key.label} may have signed, which cannot be checked"
        hint = "--public-key FILE gives the key"
        if any(each.certificates for each in unknown):
            hint = "--certificate-chain FILE says whose certificates count"
        return Check(STEP, "signers", Outcome.UNCHECKED, message, hint)
    return Check(STEP, "signers", Outcome.FAILED, f"{key.label} has not signed")


def _may_be_by(key: RequiredKey, finding: ExaminedSignature) -> bool:
    """Whether a signature by somebody who is not known here may be by a key.

    By one that is at hand only where a certificate has to count before any key does.
    """
    signature = finding.signature
    may_be = key.verifier is None or bool(signature.certificates)
    return finding.is_unknown and may_be and signature.fingerprint in ("", key.fingerprint)


def manifest_signers(documents: Documents) -> tuple[RequiredKey, ...]:
    """Return the keys that the manifest names: they have to sign, and are not trusted for it."""
    if documents.evidence is None:
        return ()
    return tuple(
        RequiredKey(
            f"the {each.algorithm} key {each.key}, which the manifest names,",
            fingerprint=each.key,
            algorithm=each.algorithm,
        )
        for each in documents.evidence.manifest.required_signers
    )


def _is_by_any(finding: ExaminedSignature, keys: Collection[RequiredKey]) -> bool:
    return finding.verifier is not None and any(key.is_(finding.verifier) for key in keys)


def _deed(finding: ExaminedSignature, verifier: Verifier) -> str:
    who = f"{describe(verifier)} of {finding.subject}" if finding.subject else describe(verifier)
    return f"the {who} has signed {finding.file.name}{_time(finding.file.statement.signed)}"


def _time(signed: str) -> str:
    return (
        f", made at {signed} by its first signer's clock"
        if signed
        else ", at a time that is unknown"
    )
