"""The keys that sign artifacts: a fingerprint and an algorithm."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum

from weightmark.domain.identifiers import checksum_address
from weightmark.domain.keccak import keccak256
from weightmark.domain.text import printable
from weightmark.errors import UsageError, ValueFormatError

_FINGERPRINT = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")


class KeyAlgorithm(IntEnum):
    """What a signing key signs with; the numbers are those of the registry's words.

    The registry refuses 0, and so it never holds a secret that those who verify have to share.
    """

    HMAC_SHA256 = 0
    ECDSA_P256_SHA256 = 1
    ECDSA_P384_SHA384 = 2
    ECDSA_P521_SHA512 = 3
    ED25519 = 4
    RSA_PSS_SHA256 = 5
    ETHEREUM = 6

    @property
    def label(self) -> str:
        """The word that manifests and the command line use."""
        return self.name.lower().replace("_", "-")

    @property
    def is_shared_secret(self) -> bool:
        """Whether everybody who can verify can sign as well: it proves nothing to others."""
        return self is KeyAlgorithm.HMAC_SHA256


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """What a key is known by.

    Attributes:
        algorithm: What it signs with.
        fingerprint: The sha256 of its SubjectPublicKeyInfo in DER, in hex; of a shared secret,
            HMAC-SHA256 of `SHARED_SECRET_LABEL` under it.
    """

    algorithm: KeyAlgorithm
    fingerprint: str

    @classmethod
    def of_public_key(cls, algorithm: KeyAlgorithm, public_key: bytes) -> KeyIdentity:
        """Return the identity of a key, by its SubjectPublicKeyInfo in DER."""
        return cls(algorithm, hashlib.sha256(public_key).hexdigest())


SHARED_SECRET_LABEL = b"weightmark/hmac-key-id/v1"

ALGORITHMS_BY_LABEL = {algorithm.label: algorithm for algorithm in KeyAlgorithm}

_LABELS = {int(algorithm): algorithm.label for algorithm in KeyAlgorithm}


def algorithm_label(number: int) -> str:
    """Return the word for the number of an algorithm, or the number where none is known."""
    return _LABELS.get(number, str(number))


def refuse_shared_secret(algorithm: KeyAlgorithm) -> None:
    """Refuse a key that a publisher cannot name: whoever could check it could sign as well.

    Raises:
        UsageError: It is a shared secret.
    """
    if algorithm.is_shared_secret:
        raise UsageError(
            f"{algorithm.label} is a shared secret: a signature with it proves nothing to others",
            hint="take a key pair: 'weightmark keys generate NAME --algorithm ed25519' makes one",
        )


def parse_fingerprint(text: str) -> bytes:
    """Read the sha256 of a SubjectPublicKeyInfo in hex.

    Raises:
        ValueFormatError: It is not one.
    """
    match = _FINGERPRINT.fullmatch(text)
    if match is None:
        raise ValueFormatError(
            f"'{printable(text[:80])}' is not a fingerprint",
            hint="a fingerprint is the sha256 of a key's SubjectPublicKeyInfo: 64 hex digits",
        )
    return bytes.fromhex(match[1])


def ethereum_address(public_key: bytes) -> str:
    """Return the account of a key of secp256k1, by its SubjectPublicKeyInfo in DER.

    That ends in both coordinates of the point, 32 bytes each, as it is uncompressed.
    """
    return checksum_address(f"0x{keccak256(public_key[-64:])[-20:].hex()}")
