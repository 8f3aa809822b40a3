"""Signing an artifact: its files, and its manifest where there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.domain.signatures.bundle import hint_of
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import Statement
from weightmark.domain.verdict import Verdict
from weightmark.errors import (
    InputError,
    MissingPathError,
    UsageError,
    VerificationFailedError,
)
from weightmark.ports.artifacts import Artifact, Listing, Start
from weightmark.ports.signing import Keyring, Signer
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.claims import Claim, check_claims
from weightmark.services.signatures.files import BUNDLE, SignedFile, encode_file, file_for
from weightmark.services.signatures.signing import (
    check_same,
    dated,
    holds,
    is_of_same_files,
    refused,
    sha256_entries,
    signed,
    statement_of,
    unsigned,
)
from weightmark.services.verification.identity import check_manifest


class Deed(StrEnum):
    """What became of a file of signatures."""

    CREATED = "created"
    ADDED = "added"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """What to sign, and how.

    Attributes:
        artifact: The files, and the sidecars beside them.
        subject: What an artifact without a manifest is called, for people.
        created: When it is signed.
        single_file: The path of an artifact that is one file; empty for a folder.
        anew: Whether what is signed already is left out of account.
        place: Where it is in a tree of models; what it is called then, with or without a manifest.
    """

    artifact: Artifact
    subject: str
    created: datetime
    single_file: str = ""
    anew: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """An artifact that is signed.

    Attributes:
        name: The canonical name of the file that holds the signature.
        envelope: What that file holds.
        statement: What is signed.
        evidence: The manifest, which is signed as well, if there is one.
        deed: What is to become of the file.
    """

    name: str
    envelope: Envelope
    statement: Statement
    evidence: Evidence | None
    deed: Deed

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return encode_file(self.name, self.envelope)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be signed, before time, keys and what was signed before are looked at.

    Attributes:
        order: What was asked for.
        name: The canonical name of the file that is to hold the signature.
        statement: What is to be signed.
        evidence: The manifest, which is signed as well, if there is one.
    """

    order: SigningOrder
    name: str
    statement: Statement
    evidence: Evidence | None


def draft(order: SigningOrder, signer: Signer, start: Start) -> Draft:
    """Read an artifact's files, and say what is to be signed.

    Args:
        order: What to sign.
        signer: The key, which is not used yet.
        start: Called before files are read.

    Raises:
        UsageError: The key has certificates, and its file can carry none.
        VerificationFailedError: The manifest beside the files is not true of them.
        ManifestError: The manifest is malformed.
        ArtifactError: A file cannot be accepted, or changed while it was read.
        MissingPathError: The artifact is not there.
        StorageError: What an earlier run left cannot be removed.
    """
    artifact, name = order.artifact, file_for(signer.identity.algorithm)
    if signer.certificates and name != BUNDLE:
        raise UsageError(
            f"{name} carries no certificates",
            hint="sign with a certificate of P-256, P-384 or P-521",
        )
    artifact.make_room(name)
    listing = artifact.list()
    evidence = Evidence.read(artifact) if MANIFEST in listing.sidecars else None
    entries = _entries(artifact, listing, evidence, start)
    subject = order.subject if evidence is None else evidence.manifest.name
    statement = statement_of(
        order.place or subject,
        entries,
        evidence,
        listing.sizes.keys() - {each.path for each in entries},
        single_file=bool(order.single_file),
    )
    return Draft(order, name, statement, evidence)


def sign(draft: Draft, signer: Signer, keyring: Keyring) -> Signing:
    """Sign what is to be signed, beside what was signed before; nothing is written.

    Whoever writes it holds a lock meanwhile: of two keys that sign at once, both are kept.

    Args:
        draft: What is to be signed.
        signer: The key.
        keyring: Makes the verifier of the key, which looks at what was signed before.

    Raises:
        AlreadyExistsError: There is a signature that says something else.
        KeyFileError: The key cannot be used.
        UnavailableError: What keeps the key is out of reach.
    """
    order, name, evidence = draft.order, draft.name, draft.evidence
    existing = None if order.anew else _existing(order.artifact, name)
    if existing is None:
        statement = dated(draft.statement, signer, order.created)
        envelope = signed(name, unsigned(statement), signer, keyring)
        return Signing(name, envelope, statement, evidence, Deed.CREATED)
    ours = next((each for each in existing.envelope.signatures if _is_by(each, signer)), None)
    is_held = ours is not None and holds(existing.envelope, ours, signer, keyring)
    if not (is_held and is_of_same_files(existing, draft.statement)):
        check_same(existing, draft.statement, order.created)
    if is_held:
        # Another tool may have told no sizes.
        statement = replace(existing.statement, resources=draft.statement.resources)
        return Signing(name, existing.envelope, statement, evidence, Deed.KEPT)
    if ours is not None or name == BUNDLE:
        raise refused(name, "it holds another signature, or one that does not hold")
    envelope = signed(name, existing.envelope, signer, keyring)
    return Signing(name, envelope, existing.statement, evidence, Deed.ADDED)


def _entries(
    artifact: Artifact, listing: Listing, evidence: Evidence | None, start: Start
) -> tuple[FileEntry, ...]:
    """Return the files with their sha2-256, after comparing them with the manifest."""
    if evidence is not None:
        manifest = evidence.manifest
        claim = Claim.of_manifest(MANIFEST, manifest)
        checks = (*check_manifest(evidence), *check_claims(artifact, listing, [claim], start))
        if problems := Verdict(checks).problems:
            raise VerificationFailedError(
                f"{MANIFEST} is not true of the files: "
                + "; ".join(each.summary for each in problems),
                hint="make a new one: weightmark manifest create",
            )
        return sha256_entries(artifact, manifest, start)
    advance = start(listing.total_size)
    return artifact.hash(listing.sizes, DigestAlgorithm.SHA2_256, advance).complete()


def _existing(artifact: Artifact, name: str) -> SignedFile | None:
    try:
        return SignedFile.read(artifact, name)
    except MissingPathError:
        return None
    except InputError as error:
        raise refused(name, error.message) from None


def _is_by(signature: Signature, signer: Signer) -> bool:
    if signature.fingerprint:
        return signature.fingerprint == signer.identity.fingerprint
    if signer.certificates:
        return signature.certificates == signer.certificates
    return signature.hint == hint_of(signer.public_key)
