"""What programs read of signatures. Only what is verified is in it."""

from __future__ import annotations

from typing_extensions import TypedDict

from weightmark.domain.documents import VerdictDocument, hex_text, verdict_document
from weightmark.domain.signatures.statement import Statement
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.ports.signing import Signer
from weightmark.services.evidence import Evidence
from weightmark.services.signatures.create import Signing
from weightmark.services.signatures.keys import ExaminedSignature, address_of
from weightmark.services.signatures.verify import SignatureVerdict


class CoverageDocument(TypedDict):
    """The release whose manifest is signed as well."""

    publisher: str
    name: str
    version: str
    manifest_hash: str
    artifact_root: str


class SignerDocument(TypedDict):
    """Who signed; ``address`` of an Ethereum key, ``subject`` of one with a certificate.

    What there is not, or is not known, is None.
    """

    algorithm: str
    shared_secret: bool
    key: str
    address: str | None


class SignatureDocument(SignerDocument):
    """A valid signature by somebody who is trusted; when, is known of the file's first signer."""

    file: str
    subject: str | None
    first_signed: str | None


class SignatureVerdictDocument(VerdictDocument):
    """A verification of signatures; what is not verified has none, and covers nothing."""

    signatures: list[SignatureDocument]
    covers: CoverageDocument | None


class SigningDocument(SignerDocument):
    """An artifact that was signed; ``dropped`` counts signatures by others that are gone."""

    signature: str
    deed: str
    dropped: int
    first_signed: str | None
    files: int
    size: int
    covers: CoverageDocument | None


def signature_verdict_document(found: SignatureVerdict) -> SignatureVerdictDocument:
    """Return a verification of signatures for programs."""
    return {
        **verdict_document(found.verdict),
        "signatures": [document for each in found.trusted if (document := _signature(each))],
        "covers": _coverage(found.evidence),
    }


def signing_document(signing: Signing, signer: Signer, place: str) -> SigningDocument:
    """Return what was signed for programs.

    Args:
        signing: What was signed.
        signer: By whom.
        place: Where the signature is.
    """
    statement: Statement = signing.statement
    is_ethereum = signer.identity.algorithm is KeyAlgorithm.ETHEREUM
    return {
        "signature": place,
        "deed": signing.deed,
        "dropped": signing.dropped,
        "algorithm": signer.identity.algorithm.label,
        "shared_secret": signer.identity.algorithm.is_shared_secret,
        "key": signer.identity.fingerprint,
        "address": ethereum_address(signer.public_key) if is_ethereum else None,
        "first_signed": statement.signed or None,
        "files": len(statement.resources),
        "size": sum(each.size or 0 for each in statement.resources),
        "covers": _coverage(signing.evidence),
    }


def _signature(finding: ExaminedSignature) -> SignatureDocument | None:
    verifier = finding.verifier
    if verifier is None:
        return None
    return {
        "file": finding.file.name,
        "algorithm": verifier.identity.algorithm.label,
        "shared_secret": verifier.identity.algorithm.is_shared_secret,
        "key": verifier.identity.fingerprint,
        "address": address_of(verifier) or None,
        "subject": finding.subject or None,
        "first_signed": finding.file.statement.signed or None,
    }


def _coverage(evidence: Evidence | None) -> CoverageDocument | None:
    if evidence is None:
        return None
    manifest = evidence.manifest
    return {
        "publisher": manifest.publisher,
        "name": manifest.name,
        "version": manifest.version,
        "manifest_hash": hex_text(evidence.manifest_hash),
        "artifact_root": manifest.artifact_root,
    }
