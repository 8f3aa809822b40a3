"""Verifying the signatures of an artifact; see `weightmark.services.signatures` for the steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import UsageError, WeightmarkError
from weightmark.ports.artifacts import Artifact, Listing, Start
from weightmark.ports.signing import Keyring
from weightmark.services.evidence import Evidence
from weightmark.services.signatures.claims import check_claims, hash_claimed
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.files import SIGNATURE_FILES
from weightmark.services.signatures.keys import STEP, ExaminedSignature, Examiner, TrustedSigners
from weightmark.services.signatures.signers import check_coverage, check_signers, is_trusted, tell

# The name of the check that finds no signature at all.
MISSING = "no-signature"


@dataclass(frozen=True, slots=True)
class SignatureRequest:
    """What to verify.

    Attributes:
        artifact: The files, and the sidecars beside them.
        trust: Whom the caller trusts.
        single_file: The path of an artifact that is one file; empty for a folder.
        given: Files of signatures, by name, in place of those beside the files.
        ignores: Patterns of files that may be there and are not signed.
        name: The name that has to be signed, or empty.
        version: The version that has to be signed, or empty.
        place: Where it is in a tree of models, which has to be what it is called; or empty.
        is_place_optional: Whether another place is a warning.
    """

    artifact: Artifact
    trust: TrustedSigners
    single_file: str = ""
    given: Mapping[str, bytes] | None = None
    ignores: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    place: str = ""
    is_place_optional: bool = False


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """Every check that was made, and what is proven if they pass.

    Attributes:
        verdict: The checks.
        trusted: The valid signatures of those whom the caller trusts.
        evidence: The manifest, if one of these covers it.
    """

    verdict: Verdict
    trusted: tuple[ExaminedSignature, ...] = ()
    evidence: Evidence | None = None


def verify_signatures(
    request: SignatureRequest, keyring: Keyring, start: Start
) -> SignatureVerdict:
    """Verify the signatures of an artifact.

    Args:
        request: What to verify, and whom to trust.
        keyring: Makes verifiers of the keys that signatures carry.
        start: Called before files are read.

    Raises:
        UsageError: Nobody is trusted.
    """
    trust, artifact = request.trust, request.artifact
    _check_trust(trust)
    try:
        listing = artifact.list(request.ignores)
    except WeightmarkError as error:
        return SignatureVerdict(Verdict((Check.of_error(7, "files", error),)))
    # 1. What is said.
    documents = Documents.read(artifact, listing, request.given)
    # 2. Whether it is true of the files.
    compared = _compare(documents, request, listing, start)
    # 3. Who says so.
    examiner = Examiner(keyring, trust)
    findings = tuple(finding for file in documents.files for finding in examiner.examine(file))
    # 4. Whether all have said so who have to.
    trusted = tuple(each for each in findings if is_trusted(each, trust))
    covering = any(documents.covers_manifest(each.file) for each in trusted)
    evidence = documents.evidence if covering else None
    # A manifest that nobody signed who is trusted vouches for no key.
    vouching = replace(documents, evidence=evidence)
    checks = (
        *documents.checks,
        *compared,
        *(tell(each, vouching, trust) for each in findings),
        *check_signers(findings, documents, trust),
        *check_coverage(documents, trusted),
        *_check_expected(request, evidence),
        *_check_place(request, documents),
        *_check_ignores(request, listing),
    )
    return _concluded(checks, trusted, evidence)


def _check_trust(trust: TrustedSigners) -> None:
    if not trust.keys and trust.roots is None:
        raise UsageError(
            "a signature by a key that nobody vouches for proves nothing",
            hint="name the signer: --public-key, --fingerprint, --address, --hmac-key or "
            "--certificate-chain",
        )


def _compare(
    documents: Documents, request: SignatureRequest, listing: Listing, start: Start
) -> tuple[Check, ...]:
    if not documents.files and documents.is_complete:
        message = f"there is no {' or '.join(SIGNATURE_FILES)} beside the files"
        hint = "" if request.place else "--signature FILE names one"
        return (Check(STEP, MISSING, Outcome.FAILED, message, hint),)
    claims = documents.claims(request.single_file)
    hashed = hash_claimed(request.artifact, listing, claims, start)
    compared = check_claims(request.artifact, listing, claims, hashed)
    if not Verdict(compared).verified:
        return compared
    return (*compared, *documents.check_roots(listing, request.single_file))


def _check_expected(request: SignatureRequest, evidence: Evidence | None) -> Iterator[Check]:
    """Compare what is signed with the name and the version that the caller wants."""
    for what, wanted in (("name", request.name), ("version", request.version)):
        found: str = getattr(evidence.manifest, what) if evidence is not None else ""
        if not wanted:
            continue
        if found == wanted:
            yield Check(STEP, what, Outcome.PASSED, f"the {what} that is signed is {found}")
        else:
            message = f"the {what} that is signed is {found}, not {wanted}"
            if not found:
                message = (
                    f"no {what} is signed by whom you trust: it may be any other than {wanted}"
                )
            yield Check(STEP, what, Outcome.FAILED, message)


def _check_place(request: SignatureRequest, documents: Documents) -> Iterator[Check]:
    """Compare what an artifact is called with where it is: two may have been swapped."""
    outcome = Outcome.WARNED if request.is_place_optional else Outcome.FAILED
    for file in documents.files if request.place else ():
        subject = file.statement.subject
        if subject == request.place:
            yield Check(STEP, "place", Outcome.PASSED, f"{file.name} is of '{subject}'")
        else:
            message = f"{file.name} is of '{subject}', and not of '{request.place}'"
            yield Check(STEP, "place", outcome, message, "'create --each' signs models in place")


def _check_ignores(request: SignatureRequest, listing: Listing) -> Iterator[Check]:
    if request.ignores:
        message = f"you leave out {', '.join(request.ignores)}: {len(listing.ignored)} not checked"
        yield Check(7, "ignored", Outcome.WARNED, message, paths=listing.ignored)


def _concluded(
    checks: Collection[Check], trusted: tuple[ExaminedSignature, ...], evidence: Evidence | None
) -> SignatureVerdict:
    """Return the verdict; what is not verified is not shown as if it were."""
    verdict = Verdict(tuple(checks))
    if not verdict.verified:
        return SignatureVerdict(verdict)
    release = ""
    if evidence is not None:
        manifest = evidence.manifest
        release = f"{manifest.publisher}/{manifest.name}@{manifest.version}"
    return SignatureVerdict(Verdict(verdict.checks, release), trusted, evidence)
