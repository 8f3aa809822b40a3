"""What every way to sign is made of: the statement of files, and signatures of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from hmac import compare_digest

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry, Manifest, format_timestamp, parse_timestamp
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.signatures.bundle import hint_of
from weightmark.domain.signatures.envelope import (
    MAX_CERTIFICATES,
    MAX_SIGNATURES,
    Envelope,
    Signature,
)
from weightmark.domain.signatures.statement import (
    SINGLE_FILE,
    Resource,
    Statement,
    encode_statement,
    sorted_resources,
)
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import AlreadyExistsError, ArtifactChangedError, KeyFileError, UsageError
from weightmark.ports.artifacts import SIDECAR_NAMES, Artifact, Start
from weightmark.ports.signing import Keyring, Signer
from weightmark.services.evidence import Evidence
from weightmark.services.signatures.files import BUNDLE, SignedFile


def sha256_entries(artifact: Artifact, manifest: Manifest, start: Start) -> tuple[FileEntry, ...]:
    """Return a manifest's files with their sha2-256, which the reference demands.

    Args:
        artifact: The files, of which the manifest is true.
        manifest: The manifest.
        start: Called before files are read, where its digests are others.

    Raises:
        ArtifactError: A file cannot be read, or changed since it was listed or described.
    """
    if manifest.algorithm is DigestAlgorithm.SHA2_256:
        return manifest.files
    advance = start(sum(each.size for each in manifest.files))
    paths = [each.path for each in manifest.files]
    algorithms = (manifest.algorithm, DigestAlgorithm.SHA2_256)
    hashed = artifact.hash_together(paths, algorithms, advance)
    if hashed[manifest.algorithm].complete() != manifest.files:
        raise ArtifactChangedError("the files are not those that were described", hint="try again")
    return hashed[DigestAlgorithm.SHA2_256].complete()


def statement_of(
    subject: str,
    entries: tuple[FileEntry, ...],
    evidence: Evidence | None,
    left_out: Iterable[str],
    *,
    single_file: bool,
) -> Statement:
    """Return what is to be signed, without time and keys.

    Args:
        subject: What the artifact is called.
        entries: Its files, with their sha2-256.
        evidence: Its manifest, if it has one.
        left_out: Files that the manifest leaves out.
        single_file: Whether it is one file, and no folder.
    """
    resources = (Resource(each.path, each.digest, each.size) for each in entries)
    if single_file:
        resources = (dataclasses.replace(each, name=SINGLE_FILE) for each in resources)
    return Statement(
        subject=subject,
        resources=sorted_resources(resources),
        # The reference would refuse them as unsigned files. We take none of them for signed.
        ignored_paths=() if single_file else (*SIDECAR_NAMES, *sorted(left_out)),
        artifact_root=MerkleTree.of(each.leaf for each in entries).root
        if evidence is None
        else evidence.artifact_root,
        manifest_hash=b"" if evidence is None else evidence.manifest_hash,
    )


def dated(statement: Statement, signer: Signer, created: datetime) -> Statement:
    """Return a statement with the time at which it is signed, and the key of who signs first."""
    keys = (signer.public_key,) if signer.public_key else ()
    return dataclasses.replace(statement, signed=format_timestamp(created), keys=keys)


def unsigned(statement: Statement) -> Envelope:
    """Return an envelope that nobody has signed yet.

    Raises:
        SignatureFileError: The statement is too large to be read again.
    """
    return Envelope(encode_statement(statement), ())


def check_room(name: str, signer: Signer) -> None:
    """Make sure that a file has room for a signer's certificates.

    Raises:
        UsageError: The signer has some, and the file carries none, or not as many.
    """
    count = len(signer.certificates)
    if count > MAX_CERTIFICATES:
        raise UsageError(
            f"{count} certificates are given, and {name} carries {MAX_CERTIFICATES}",
            hint="give the key's own, and those that lead from it to one root",
        )
    if count and name != BUNDLE:
        raise UsageError(
            f"{name} carries no certificates",
            hint=f"{BUNDLE} carries those of one key of P-256, P-384 or P-521",
        )


def signed(name: str, envelope: Envelope, signer: Signer, keyring: Keyring) -> Envelope:
    """Return an envelope with one more signature, which holds.

    Args:
        name: The file that it is for, which says how a signature names its key.
        envelope: What is signed.
        signer: The key.
        keyring: Makes the key's verifier.

    Raises:
        AlreadyExistsError: There are as many signatures as whoever verifies accepts.
        KeyFileError: The key cannot be used.
        UnavailableError: What keeps the key is out of reach.
    """
    if len(envelope.signatures) == MAX_SIGNATURES:
        raise AlreadyExistsError(
            f"{name} holds {MAX_SIGNATURES} signatures, and has no room for another",
            hint="remove it, or move it away, and sign with the keys that count",
        )
    identity, value = signer.identity, signer.sign(envelope.message)
    if name == BUNDLE:
        hint = "" if signer.certificates else hint_of(signer.public_key)
        signature = Signature(value, hint=hint, certificates=signer.certificates)
    else:
        is_recovered = identity.algorithm is KeyAlgorithm.ETHEREUM
        public_key = b"" if is_recovered else signer.public_key
        signature = Signature(
            value, identity.algorithm, identity.fingerprint, public_key=public_key
        )
    if not holds(envelope, signature, signer, keyring):
        raise KeyFileError("the key gave a signature that is none of its own")
    return Envelope(envelope.payload, (*envelope.signatures, signature))


def holds(envelope: Envelope, signature: Signature, signer: Signer, keyring: Keyring) -> bool:
    """Whether a signature is one by a key."""
    if not signer.public_key:
        return compare_digest(signer.sign(envelope.message), signature.value)
    verifier = keyring.verifier(signer.public_key)
    return verifier.verify(envelope.message, signature.value)


def is_of_same_files(existing: SignedFile, statement: Statement) -> bool:
    """Whether a file that another tool made is of the files, where these are all that is signed."""
    found = existing.statement
    told, wanted = (
        {each.name: each.digest for each in one.resources} for one in (found, statement)
    )
    covers_manifest = found.manifest_hash or statement.manifest_hash
    is_alike = found.subject == statement.subject and told == wanted
    is_root_true = found.artifact_root in (b"", statement.artifact_root)
    return is_alike and is_root_true and not (found.signed or covers_manifest)


def check_same(existing: SignedFile, statement: Statement, now: datetime) -> None:
    """Make sure that a file is of what would be signed now, and of no time to come.

    Raises:
        AlreadyExistsError: It is not.
    """
    found = existing.statement
    if not found.signed:
        raise refused(existing.name, "it was made by another tool")
    if dataclasses.replace(found, signed="", keys=()) != statement:
        raise refused(existing.name, "it is not of these files and this manifest")
    if parse_timestamp(found.signed) > now:
        raise refused(existing.name, f"its time, {found.signed}, is still to come")


def refused(name: str, reason: str) -> AlreadyExistsError:
    """Return the error for a file of signatures that is in the way."""
    return AlreadyExistsError(
        f"{name} is there, and is left as it is: {reason}",
        hint="'weightmark signature create --replace' signs anew, or remove it",
    )
