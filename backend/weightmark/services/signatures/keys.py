"""Which keys are trusted, and who made a signature."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from weightmark.domain.signatures.bundle import ALGORITHMS, hint_of
from weightmark.domain.signatures.envelope import Signature
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import WeightmarkError
from weightmark.ports.signing import Keyring, Roots, Verifier
from weightmark.services.signatures.files import SignedFile

STEP = 8


@dataclass(frozen=True, slots=True)
class RequiredKey:
    """A key that has to sign.

    Attributes:
        label: How messages name it.
        verifier: The key, where it is at hand.
        fingerprint: Its fingerprint in hex, where only that is known.
        address: Its Ethereum account, where only that is known.
        algorithm: What it has to sign with; None for whatever it does sign with.
    """

    label: str
    verifier: Verifier | None = None
    fingerprint: str = ""
    address: str = ""
    algorithm: str | None = None

    def is_(self, verifier: Verifier) -> bool:
        """Whether a key is this one."""
        if self.verifier is not None:
            return verifier.identity == self.verifier.identity
        if self.address:
            return self.address == address_of(verifier)
        return self.fingerprint == verifier.identity.fingerprint


@dataclass(frozen=True, slots=True)
class TrustedSigners:
    """Whom the caller trusts.

    Attributes:
        keys: Keys, each of which has to sign.
        roots: Certificates, one of which has to vouch for a signature.
        at: When the signers' certificates have to be valid.
    """

    keys: tuple[RequiredKey, ...]
    roots: Roots | None
    at: datetime


# Whoever asks what a file itself says of who signed it, which proves nothing.
NOBODY: Final = TrustedSigners((), None, datetime.fromtimestamp(0, UTC))


@dataclass(frozen=True, slots=True)
class ExaminedSignature:
    """What was found of one signature.

    Attributes:
        file: The file that it is in.
        signature: The signature.
        result: Whose it is, if it is valid; or what keeps it from being that.
        subject: Whom a trusted certificate names as the signer.
    """

    file: SignedFile
    signature: Signature
    result: Verifier | Check
    subject: str = ""

    @property
    def verifier(self) -> Verifier | None:
        """Whose it is, if it is valid."""
        return None if isinstance(self.result, Check) else self.result

    @property
    def is_broken(self) -> bool:
        """Whether it is nobody's, whatever keys there are."""
        return self.verifier is None and not self.is_unknown

    @property
    def is_unknown(self) -> bool:
        """Whether it is by somebody whose key is not at hand, so that it may be valid or not."""
        result = self.result
        return isinstance(result, Check) and result.outcome is Outcome.NOT_APPLICABLE


def address_of(verifier: Verifier) -> str:
    """Return the Ethereum account of a key, or an empty text."""
    is_ethereum = verifier.identity.algorithm is KeyAlgorithm.ETHEREUM
    return ethereum_address(verifier.public_key) if is_ethereum else ""


def describe(verifier: Verifier) -> str:
    """Return what a key is called in messages: its algorithm, its fingerprint and its account."""
    identity = verifier.identity
    address = address_of(verifier)
    account = f" ({address})" if address else ""
    secret = "shared secret" if identity.algorithm.is_shared_secret else "key"
    return f"{identity.algorithm.label} {secret} {identity.fingerprint}{account}"


class Examiner:
    """Finds out who made signatures.

    Args:
        keyring: Makes verifiers of the keys that signatures carry.
        trust: The keys that are at hand, and the certificates that are trusted.
    """

    def __init__(self, keyring: Keyring, trust: TrustedSigners) -> None:
        self._keyring = keyring
        self._trust = trust

    def examine(self, file: SignedFile) -> Iterator[ExaminedSignature]:
        """Check the signatures of a file, one after the other."""
        # It is as long as the payload, and the same for all of them.
        message = file.envelope.message
        for signature in file.envelope.signatures:
            try:
                yield self._examine(file, signature, message)
            except WeightmarkError as error:
                yield ExaminedSignature(file, signature, Check.of_error(STEP, "signature", error))

    def _examine(self, file: SignedFile, signature: Signature, message: bytes) -> ExaminedSignature:
        if signature.certificates:
            return self._certified(file, signature, message)
        if signature.algorithm is KeyAlgorithm.ETHEREUM:
            return self._recovered(file, signature, message)
        candidates = tuple(self._candidates(file, signature))
        if candidates:
            return _verified(file, signature, message, candidates)
        what = f"{file.name} holds a signature that is unchecked: nobody here knows its key"
        return _problem(file, signature, Outcome.NOT_APPLICABLE, what)

    def _certified(
        self, file: SignedFile, signature: Signature, message: bytes
    ) -> ExaminedSignature:
        if self._trust.roots is None:
            what = f"{file.name} is signed with a certificate, which is unchecked: "
            what += "no certificates are trusted"
            return _problem(file, signature, Outcome.NOT_APPLICABLE, what)
        certified = self._trust.roots.certified(signature.certificates, self._trust.at)
        return _verified(file, signature, message, (certified.verifier,), certified.subject)

    def _recovered(
        self, file: SignedFile, signature: Signature, message: bytes
    ) -> ExaminedSignature:
        """Tell whose a signature by Ethereum is: its key follows from it, which is the proof."""
        verifier = self._keyring.recovered(message, signature.value)
        if verifier is None or not _is_named(signature, verifier):
            return _not_its_own(file, signature)
        return ExaminedSignature(file, signature, verifier)

    def _candidates(self, file: SignedFile, signature: Signature) -> Iterator[Verifier]:
        """Give the keys that the signature may be of, as it says itself.

        Raises:
            KeyFileError: One that it carries is malformed, or of no kind or size that counts.
        """
        given = [key.verifier for key in self._trust.keys if key.verifier is not None]
        known = [each for each in given if _is_named(signature, each)]
        yield from known
        if known:
            return
        for public_key in {signature.public_key, *file.statement.keys} - {b""}:
            if _is_named_key(signature, public_key, hashlib.sha256(public_key).hexdigest()):
                yield self._keyring.verifier(public_key)


def _verified(
    file: SignedFile,
    signature: Signature,
    message: bytes,
    candidates: Iterable[Verifier],
    subject: str = "",
) -> ExaminedSignature:
    for verifier in candidates:
        if not _may_be_of(signature, verifier):
            said = signature.algorithm.label if signature.algorithm is not None else file.name
            what = f"{file.name} holds a signature by a {describe(verifier)} that it calls {said}"
            return _problem(file, signature, Outcome.FAILED, what)
        if verifier.verify(message, signature.value):
            return ExaminedSignature(file, signature, verifier, subject)
    return _not_its_own(file, signature)


def _not_its_own(file: SignedFile, signature: Signature) -> ExaminedSignature:
    what = f"a signature in {file.name} is not one of the key that it names"
    return _problem(file, signature, Outcome.FAILED, what)


def _is_named(signature: Signature, verifier: Verifier) -> bool:
    """Whether a signature says that it is by a key that is at hand; a bundle need say nothing."""
    if signature.names_its_key:
        return _is_named_key(signature, verifier.public_key, verifier.identity.fingerprint)
    return verifier.identity.algorithm in ALGORITHMS


def _is_named_key(signature: Signature, public_key: bytes, fingerprint: str) -> bool:
    if signature.fingerprint:
        return signature.fingerprint == fingerprint
    return signature.hint == hint_of(public_key)


def _may_be_of(signature: Signature, verifier: Verifier) -> bool:
    """Whether a key signs with what the file says: the key decides, and the file must agree."""
    algorithm = verifier.identity.algorithm
    return (
        algorithm in ALGORITHMS if signature.algorithm is None else algorithm is signature.algorithm
    )


def _problem(
    file: SignedFile, signature: Signature, outcome: Outcome, message: str
) -> ExaminedSignature:
    return ExaminedSignature(file, signature, Check(STEP, "signature", outcome, message))
