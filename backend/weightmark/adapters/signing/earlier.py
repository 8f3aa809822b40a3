"""Public keys as earlier tools used them: RSA with the paddings that they had."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import (
    MGF1,
    PSS,
    AsymmetricPadding,
    PKCS1v15,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from weightmark.adapters.signing.public_key_files import read_public_key
from weightmark.domain.earlier.values import Scheme
from weightmark.domain.signing_keys import KeyIdentity
from weightmark.errors import KeyFileError
from weightmark.ports.signing import Verifier

# HashTraceAI signs with the longest salt that fits.
_PADDINGS: dict[Scheme, AsymmetricPadding] = {
    Scheme.RSA_PSS: PSS(MGF1(hashes.SHA256()), PSS.MAX_LENGTH),
    Scheme.RSA_PKCS1: PKCS1v15(),
}


class EarlierPublicKey:
    """A public key of a kind and size that counts today.

    Args:
        verifier: The key, as it verifies what is signed today.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    @property
    def identity(self) -> KeyIdentity:
        """Its algorithm and fingerprint."""
        return self._verifier.identity

    def holds(self, public_key: bytes) -> bool:
        """Whether that, in PEM, is this key."""
        try:
            return read_public_key(public_key, "").public_key == self._verifier.public_key
        except KeyFileError:
            return False

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        """Whether a signature of that scheme is one of this key, over a message."""
        if scheme.algorithm is not self.identity.algorithm:
            return False
        key = load_der_public_key(self._verifier.public_key)
        if not isinstance(key, RSAPublicKey):
            return self._verifier.verify(message, signature)
        try:
            key.verify(signature, message, _PADDINGS[scheme], hashes.SHA256())
        except InvalidSignature:
            return False
        return True
