"""Who has signed, and whether all have who have to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from weightmark.domain.verdict import Check, Outcome
from weightmark.ports.signing import Verifier
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.keys import (
    STEP,
    Finding,
    SignatureTrust,
    TrustedKey,
    describe,
)


def is_trusted(finding: Finding, trust: SignatureTrust) -> bool:
    """Whether a signature is valid, and by a key that the caller trusts."""
    return bool(finding.subject) or _is_by_any(finding, trust.keys)


def tell(finding: Finding, documents: Documents, trust: SignatureTrust) -> Check:
    """Say what was found of a signature."""
    match finding.result:
        case Check() as problem:
            return problem
        case verifier:
            message = _deed(finding, verifier)
    keys = (*trust.keys, *manifest_signers(documents))
    if not (finding.subject or _is_by_any(finding, keys)):
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
    findings: Collection[Finding], documents: Documents, trust: SignatureTrust
) -> Iterator[Check]:
    """Say which of the keys that have to sign have not."""
    # What could not be read may hold what is missed.
    outcome = Outcome.FAILED if documents.is_complete else Outcome.UNCHECKED
    # Whoever signed the files alone did not sign for the release that names them.
    of_release = [each for each in findings if documents.covers_manifest(each.file)]
    demands = (
        *((key, findings) for key in trust.keys),
        *((key, of_release) for key in manifest_signers(documents)),
    )
    for key, candidates in demands:
        found = [each.verifier for each in candidates if each.verifier and key.is_(each.verifier)]
        labels = {each.identity.algorithm.label for each in found}
        if not found:
            yield Check(STEP, "signers", outcome, f"{key.label} has not signed")
        elif key.algorithm not in (None, *labels):
            message = f"{key.label} is one of {', '.join(labels)}"
            yield Check(STEP, "signers", Outcome.FAILED, message)
    if trust.roots is not None and not any(each.subject for each in findings):
        message = "nobody has signed for whom a trusted certificate vouches"
        yield Check(STEP, "signers", outcome, message)


def manifest_signers(documents: Documents) -> tuple[TrustedKey, ...]:
    """Return the keys that the manifest names: they have to sign, and are not trusted for it."""
    if documents.evidence is None:
        return ()
    return tuple(
        TrustedKey(
            f"the {each.algorithm} key {each.key}, which the manifest names,",
            fingerprint=each.key,
            algorithm=each.algorithm,
        )
        for each in documents.evidence.manifest.required_signers
    )


def _is_by_any(finding: Finding, keys: Collection[TrustedKey]) -> bool:
    return finding.verifier is not None and any(key.is_(finding.verifier) for key in keys)


def _deed(finding: Finding, verifier: Verifier) -> str:
    who = f"{describe(verifier)} of {finding.subject}" if finding.subject else describe(verifier)
    return f"the {who} has signed {finding.file.name}{_time(finding.file.statement.signed)}"


def _time(signed: str) -> str:
    return f" at {signed}, by the signer's clock" if signed else ", at a time that is unknown"
