"""Signing a release: what its manifest names, and the signatures that belong beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from weightmark.domain import manifest as manifests
from weightmark.domain.signatures.envelope import Envelope
from weightmark.domain.signatures.statement import Statement
from weightmark.errors import AlreadyExistsError
from weightmark.ports.artifacts import Artifact, Start
from weightmark.ports.signing import Keyring, Signer, Verifier
from weightmark.services.evidence import Evidence
from weightmark.services.signatures.documents import Documents
from weightmark.services.signatures.files import (
    BUNDLE,
    ENVELOPE,
    SignedFile,
    encode_file,
    file_for,
)
from weightmark.services.signatures.signing import (
    check_room,
    check_same,
    dated,
    holds,
    refused,
    sha256_entries,
    signed,
    statement_of,
    unsigned,
)


@dataclass(frozen=True, slots=True)
class ReleaseSigner:
    """The keys with which a publisher signs a release.

    Attributes:
        keyring: Gives what makes verifiers; asked where there is a signature, and not before.
        created: When it is signed.
        signers: The keys. The manifest names each, and each signs it.
        others: Keys that the manifest names as well, and whose holders sign elsewhere.
        is_single_file: Whether the artifact is one file, and no folder.
    """

    keyring: Callable[[], Keyring]
    created: datetime
    signers: tuple[Signer, ...] = ()
    others: tuple[Verifier, ...] = ()
    is_single_file: bool = False

    @property
    def named(self) -> tuple[manifests.Signer, ...]:
        """The keys, as a manifest names them: the same for any order in which they are given."""
        keys: tuple[Signer | Verifier, ...] = (*self.signers, *self.others)
        identities = {each.identity for each in keys}
        pairs = sorted((each.fingerprint, each.algorithm.label) for each in identities)
        return tuple(manifests.Signer(label, fingerprint) for fingerprint, label in pairs)

    def sign(self, artifact: Artifact, evidence: Evidence, start: Start) -> Mapping[str, bytes]:
        """Return the files of signatures that are to be written: nothing where all have signed.

        A signature of the same by somebody else is kept, one of another manifest is replaced. A
        bundle holds one signature: where it is taken, its keys sign the envelope as well.

        Args:
            artifact: The files, and the sidecars beside them.
            evidence: The manifest, which is true of the files.
            start: Called before files are read, for a manifest with other digests than sha2-256.

        Raises:
            AlreadyExistsError: A file of signatures is in the way, and says something else.
            ArtifactError: A file cannot be read.
            UsageError: Certificates have no room in a file of signatures.
            KeyFileError: A key cannot be used.
            UnavailableError: What keeps a key is out of reach.
        """
        if not self.signers:
            return {}
        listing = artifact.list(evidence.manifest.ignored_patterns)
        documents = Documents.beside(artifact, listing, evidence)
        for problem in documents.checks:
            raise AlreadyExistsError(
                f"{problem.message}; it is left as it is", hint="remove it, or move it away"
            )
        entries = sha256_entries(artifact, evidence.manifest, start)
        statement = statement_of(
            evidence.manifest.name,
            entries,
            evidence,
            listing.ignored,
            single_file=self.is_single_file,
        )
        return self._missing(documents, statement)

    def _missing(self, documents: Documents, statement: Statement) -> Mapping[str, bytes]:
        keyring = self.keyring()
        taken = {each.name: each for each in documents.files if not _is_stale(each, statement)}
        made: dict[str, Envelope] = {}
        # The bundle has room for one signature, and nothing else for certificates.
        for signer in sorted(self.signers, key=lambda each: not each.certificates):
            found = [each.envelope for each in taken.values() if documents.covers_manifest(each)]
            if any(_has_signed(signer, each, keyring) for each in (*found, *made.values())):
                continue
            is_free = BUNDLE not in {*taken, *made}
            name = file_for(signer.identity.algorithm) if is_free else ENVELOPE
            check_room(name, signer)
            envelope = made.get(name) or self._envelope(taken.get(name), statement, signer)
            made[name] = signed(name, envelope, signer, keyring)
        return {name: encode_file(name, envelope) for name, envelope in made.items()}

    def _envelope(
        self, existing: SignedFile | None, statement: Statement, signer: Signer
    ) -> Envelope:
        if existing is None:
            return unsigned(dated(statement, signer, self.created))
        check_same(existing, statement, self.created)
        if any(
            each.fingerprint == signer.identity.fingerprint for each in existing.envelope.signatures
        ):
            raise refused(existing.name, "a signature in it does not hold")
        return existing.envelope


def _is_stale(file: SignedFile, statement: Statement) -> bool:
    """Whether a file is of another manifest, which this one takes the place of."""
    told = file.statement.manifest_hash
    return bool(told) and told != statement.manifest_hash


def _has_signed(signer: Signer, envelope: Envelope, keyring: Keyring) -> bool:
    """Whether a signer has signed, and with its certificates, if it has any now."""
    return any(
        holds(envelope, each, signer, keyring)
        for each in envelope.signatures
        if signer.certificates in ((), each.certificates)
    )
