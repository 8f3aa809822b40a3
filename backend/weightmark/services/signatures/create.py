"""Signing an artifact: its files, and its manifest where there is one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import (
    FileEntry,
    format_timestamp,
    parse_timestamp,
    sorted_entries,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.signatures.bundle import hint_of
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import (
    SINGLE_FILE,
    Resource,
    Statement,
    encode_statement,
    sorted_resources,
)
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.verdict import Verdict
from weightmark.errors import (
    AlreadyExistsError,
    InputError,
    KeyFileError,
    MissingPathError,
    UsageError,
    VerificationFailedError,
)
from weightmark.ports.artifacts import SIDECAR_NAMES, Artifact, Listing, Start
from weightmark.ports.signing import Keyring, Signer
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.claims import Claim, check_claims
from weightmark.services.signatures.files import BUNDLE, SignedFile, encode_file, file_for
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


def sign(order: SigningOrder, signer: Signer, keyring: Keyring, start: Start) -> Signing:
    """Sign an artifact; nothing is written.

    Args:
        order: What to sign.
        signer: The key.
        keyring: Makes the verifier of the key, which looks at what was signed before.
        start: Called before files are read.

    Raises:
        UsageError: The key has certificates, and its file can carry none.
        VerificationFailedError: The manifest beside the files is not true of them.
        AlreadyExistsError: There is a signature that says something else.
        ManifestError: The manifest is malformed.
        ArtifactError: A file cannot be accepted, or changed while it was read.
        MissingPathError: The artifact is not there.
        KeyFileError: The key cannot be used.
        UnavailableError: What keeps the key is out of reach.
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
    statement = _statement(order, listing, entries, evidence)
    existing = None if order.anew else _existing(artifact, name)
    if existing is None:
        keys = (signer.public_key,) if signer.public_key else ()
        statement = dataclasses.replace(
            statement, signed=format_timestamp(order.created), keys=keys
        )
        envelope = _signed(Envelope(encode_statement(statement), ()), signer, keyring)
        return Signing(name, envelope, statement, evidence, Deed.CREATED)
    _check_same(existing, statement, order.created)
    ours = next((each for each in existing.envelope.signatures if _is_by(each, signer)), None)
    if ours is not None and _holds(existing.envelope, ours, signer, keyring):
        return Signing(name, existing.envelope, existing.statement, evidence, Deed.KEPT)
    if ours is not None or name == BUNDLE:
        raise _refused(name, "it holds another signature, or one that does not hold")
    envelope = _signed(existing.envelope, signer, keyring)
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
        if manifest.algorithm is DigestAlgorithm.SHA2_256:
            return manifest.files
        listing = Listing({each.path: each.size for each in manifest.files})
    advance = start(listing.total_size)
    hashed = artifact.hash(listing.sizes, DigestAlgorithm.SHA2_256, advance)
    for _, error in sorted(hashed.errors.items()):
        raise error
    return sorted_entries(hashed.entries.values())


def _statement(
    order: SigningOrder,
    listing: Listing,
    entries: tuple[FileEntry, ...],
    evidence: Evidence | None,
) -> Statement:
    """Return what is to be signed, without time and keys."""
    name = order.subject if evidence is None else evidence.manifest.name
    resources = (Resource(each.path, each.digest, each.size) for each in entries)
    if order.single_file:
        resources = (dataclasses.replace(each, name=SINGLE_FILE) for each in resources)
    left_out = sorted(listing.sizes.keys() - {each.path for each in entries})
    return Statement(
        subject=order.place or name,
        resources=sorted_resources(resources),
        # The reference would refuse them as unsigned files. We take none of them for signed.
        ignored_paths=() if order.single_file else (*SIDECAR_NAMES, *left_out),
        artifact_root=MerkleTree.of(each.leaf for each in entries).root
        if evidence is None
        else evidence.artifact_root,
        manifest_hash=b"" if evidence is None else evidence.manifest_hash,
    )


def _existing(artifact: Artifact, name: str) -> SignedFile | None:
    try:
        return SignedFile.read(artifact, name)
    except MissingPathError:
        return None
    except InputError as error:
        raise _refused(name, error.message) from None


def _check_same(existing: SignedFile, statement: Statement, now: datetime) -> None:
    """Make sure that a file is of what would be signed now, and of no time to come."""
    found = existing.statement
    if dataclasses.replace(found, signed="", keys=()) != statement or not found.signed:
        raise _refused(existing.name, "it is not of these files and this manifest")
    if parse_timestamp(found.signed) > now:
        raise _refused(existing.name, f"its time, {found.signed}, is still to come")


def _is_by(signature: Signature, signer: Signer) -> bool:
    if signature.fingerprint:
        return signature.fingerprint == signer.identity.fingerprint
    if signer.certificates:
        return signature.certificates == signer.certificates
    return signature.hint == hint_of(signer.public_key)


def _holds(envelope: Envelope, signature: Signature, signer: Signer, keyring: Keyring) -> bool:
    if not signer.public_key:
        return compare_digest(signer.sign(envelope.message), signature.value)
    verifier = keyring.verifier(signer.public_key)
    return verifier.verify(envelope.message, signature.value)


def _signed(envelope: Envelope, signer: Signer, keyring: Keyring) -> Envelope:
    """Return an envelope with one more signature, which holds."""
    identity, value = signer.identity, signer.sign(envelope.message)
    if file_for(identity.algorithm) == BUNDLE:
        hint = "" if signer.certificates else hint_of(signer.public_key)
        signature = Signature(value, hint=hint, certificates=signer.certificates)
    else:
        is_recovered = identity.algorithm is KeyAlgorithm.ETHEREUM
        public_key = b"" if is_recovered else signer.public_key
        signature = Signature(
            value, identity.algorithm, identity.fingerprint, public_key=public_key
        )
    if not _holds(envelope, signature, signer, keyring):
        raise KeyFileError("the key gave a signature that is none of its own")
    return Envelope(envelope.payload, (*envelope.signatures, signature))


def _refused(name: str, reason: str) -> AlreadyExistsError:
    return AlreadyExistsError(
        f"{name} is there, and is left as it is: {reason}", hint="--replace signs anew"
    )
