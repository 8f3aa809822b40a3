"""Signing an artifact: its files, and its manifest where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import MAX_MANIFEST_SIZE, FileEntry
from weightmark.domain.signatures.bundle import hint_of
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import Statement
from weightmark.domain.verdict import Verdict
from weightmark.errors import (
    AlreadyExistsError,
    ArtifactChangedError,
    InputError,
    MissingPathError,
    VerificationFailedError,
)
from weightmark.ports.artifacts import Artifact, Listing, Start
from weightmark.ports.signing import Keyring, Signer
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.claims import Claim, check_claims, hash_claimed
from weightmark.services.signatures.files import BUNDLE, SignedFile, encode_file, file_for
from weightmark.services.signatures.keys import NOBODY, Examiner
from weightmark.services.signatures.signing import (
    check_room,
    check_same,
    dated,
    holds,
    is_of_same_files,
    refused,
    signed,
    statement_of,
    unsigned,
)
from weightmark.services.verification.identity import check_manifest


class SigningDeed(StrEnum):
    """What became of a file of signatures."""

    CREATED = "created"
    ADDED = "added"
    REPLACED = "replaced"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """What to sign, and how.

    Attributes:
        artifact: The files, and the sidecars beside them.
        subject: What an artifact without a manifest is called, for people.
        created: When it is signed.
        single_file: The path of an artifact that is one file; empty for a folder.
        anew: Whether what the key has signed, or what is not true any more, is replaced.
        place: Where it is in a tree of models; what it is called then, with or without a manifest.
        elsewhere: Reads what is where the signature is to be, if that is not beside the files.
    """

    artifact: Artifact
    subject: str
    created: datetime
    single_file: str = ""
    anew: bool = False
    place: str = ""
    elsewhere: Callable[[], SignedFile] | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """An artifact that is signed.

    Attributes:
        name: The canonical name of the file that holds the signature.
        envelope: What that file holds.
        statement: What is signed.
        evidence: The manifest, which is signed as well, if there is one.
        deed: What is to become of the file.
        dropped: How many signatures by others were in it, and are not any more.
    """

    name: str
    envelope: Envelope
    statement: Statement
    evidence: Evidence | None
    deed: SigningDeed
    dropped: int = 0

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
    check_room(name, signer)
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
        ArtifactChangedError: The manifest is not that of the draft any more.
        KeyFileError: The key cannot be used.
        UnavailableError: What keeps the key is out of reach.
    """
    order, name, evidence = draft.order, draft.name, draft.evidence
    _check_manifest(order.artifact, evidence)
    existing, deed = _existing(order, name)
    if existing is None:
        statement = dated(draft.statement, signer, order.created)
        envelope = signed(name, unsigned(statement), signer, keyring)
        return Signing(name, envelope, statement, evidence, deed)
    if order.anew:
        return _anew(draft, existing, signer, keyring)
    ours = _signature_by(signer, existing)
    is_held = ours is not None and holds(existing.envelope, ours, signer, keyring)
    if not (is_held and is_of_same_files(existing, draft.statement)):
        check_same(existing, draft.statement, order.created)
    if is_held:
        # Another tool may have told no sizes.
        statement = replace(existing.statement, resources=draft.statement.resources)
        return Signing(name, existing.envelope, statement, evidence, SigningDeed.KEPT)
    if ours is not None or name == BUNDLE or _broken(existing, keyring):
        raise refused(name, "it holds another signature, or one that does not hold")
    envelope = signed(name, existing.envelope, signer, keyring)
    return Signing(name, envelope, existing.statement, evidence, SigningDeed.ADDED)


def _signature_by(signer: Signer, existing: SignedFile) -> Signature | None:
    return next((each for each in existing.envelope.signatures if _is_by(each, signer)), None)


def _anew(draft: Draft, existing: SignedFile, signer: Signer, keyring: Keyring) -> Signing:
    """Sign in place of what the key has signed before."""
    before = existing.envelope
    others = tuple(each for each in before.signatures if not _is_by(each, signer))
    kept: tuple[Signature, ...] = ()
    if _is_true(existing, draft):
        broken = _broken(existing, keyring)
        kept = tuple(each for each in others if each not in broken)
    statement = existing.statement if kept else dated(draft.statement, signer, draft.order.created)
    payload = Envelope(before.payload, kept) if kept else unsigned(statement)
    envelope = signed(draft.name, payload, signer, keyring)
    deed = SigningDeed.ADDED if kept == before.signatures else SigningDeed.REPLACED
    dropped = len(others) - len(kept)
    return Signing(draft.name, envelope, statement, draft.evidence, deed, dropped)


def _broken(existing: SignedFile, keyring: Keyring) -> list[Signature]:
    """Return the signatures that hold for nobody: with one, no verification of the file passes."""
    examined = Examiner(keyring, NOBODY).examine(existing)
    return [each.signature for each in examined if each.is_broken]


def _is_true(existing: SignedFile, draft: Draft) -> bool:
    """Whether what others have signed can stay: a bundle has room for one signature."""
    try:
        check_same(existing, draft.statement, draft.order.created)
    except AlreadyExistsError:
        return False
    return draft.name != BUNDLE


def _entries(
    artifact: Artifact, listing: Listing, evidence: Evidence | None, start: Start
) -> tuple[FileEntry, ...]:
    """Return the files with their sha2-256, after comparing them with the manifest."""
    sha256 = DigestAlgorithm.SHA2_256
    if evidence is None:
        return artifact.hash(listing.sizes, sha256, start(listing.total_size)).complete()
    claims = (Claim.of_manifest(MANIFEST, evidence.manifest),)
    hashed = hash_claimed(artifact, listing, claims, start, (sha256,))
    checks = (*check_manifest(evidence), *check_claims(artifact, listing, claims, hashed))
    if problems := Verdict(checks).problems:
        raise VerificationFailedError(
            f"{MANIFEST} is not true of the files: " + "; ".join(each.summary for each in problems),
            hint="make a new one: weightmark manifest create",
        )
    return hashed[sha256].complete()


def _check_manifest(artifact: Artifact, evidence: Evidence | None) -> None:
    """Make sure that the manifest beside the files is still the one that they were compared with.

    Raises:
        ArtifactChangedError: It is not.
    """
    try:
        found = artifact.read_sidecar(MANIFEST, MAX_MANIFEST_SIZE)
    except MissingPathError:
        found = b""
    if found != (evidence.data if evidence else b""):
        raise ArtifactChangedError(
            f"{MANIFEST} changed while the files were read", hint="try again"
        )


def _existing(order: SigningOrder, name: str) -> tuple[SignedFile | None, SigningDeed]:
    """Return what is there and can be read, and what a file with none of it is."""
    try:
        file = order.elsewhere() if order.elsewhere else SignedFile.read(order.artifact, name)
    except MissingPathError:
        return None, SigningDeed.CREATED
    except InputError as error:
        if order.anew:
            return None, SigningDeed.REPLACED
        raise refused(name, error.message) from None
    return file, SigningDeed.REPLACED


def _is_by(signature: Signature, signer: Signer) -> bool:
    if signature.fingerprint:
        return signature.fingerprint == signer.identity.fingerprint
    if signer.certificates:
        return signature.certificates == signer.certificates
    return signature.hint == hint_of(signer.public_key)
