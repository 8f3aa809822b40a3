"""The keys that sign manifests, as the registry knows them: a fingerprint and an algorithm."""

from __future__ import annotations

import re
from enum import IntEnum

from weightmark.domain.text import printable
from weightmark.errors import ValueFormatError

_FINGERPRINT = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")


class KeyAlgorithm(IntEnum):
    """What a signing key signs with; the numbers are those of the registry's words."""

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


ALGORITHMS_BY_LABEL = {algorithm.label: algorithm for algorithm in KeyAlgorithm}

_LABELS = {int(algorithm): algorithm.label for algorithm in KeyAlgorithm}


def algorithm_label(number: int) -> str:
    """Return the word for the number of an algorithm, or the number where none is known."""
    return _LABELS.get(number, str(number))


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
