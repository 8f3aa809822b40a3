"""Public keys as earlier tools used them: RSA with the paddings that they had."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import (
    MGF1,
    PSS,
    AsymmetricPadding,
    PKCS1v15,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from weightmark.adapters.signing.public_keys import PublicKey, encoded
from weightmark.domain.earlier.values import Scheme
from weightmark.domain.signing_keys import KeyIdentity
from weightmark.errors import KeyFileError

# HashTraceAI signs with the longest salt that fits.
_PADDINGS: dict[Scheme, AsymmetricPadding] = {
    Scheme.RSA_PSS: PSS(MGF1(hashes.SHA256()), PSS.MAX_LENGTH),
    Scheme.RSA_PKCS1: PKCS1v15(),
}


class EarlierPublicKey:
    """A key of P-256, Ed25519 or RSA, of a kind and size that counts today.

    Args:
        data: The key in PEM.
        label: How messages name it.
    """

    def __init__(self, data: bytes, label: str) -> None:
        """Take a key.

        Raises:
            KeyFileError: It is none, or of no kind or size that counts.
        """
        loaded = _load(data)
        if loaded is None:
            raise KeyFileError(
                f"'{label}' is no public key in PEM", hint="it begins with -----BEGIN PUBLIC KEY"
            )
        self._loaded = loaded
        self._key = PublicKey(loaded)

    @property
    def identity(self) -> KeyIdentity:
        """Its algorithm and fingerprint."""
        return self._key.identity

    def holds(self, public_key: bytes) -> bool:
        """Whether that, in PEM, is this key."""
        loaded = _load(public_key)
        return loaded is not None and encoded(loaded) == self._key.public_key

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        """Whether a signature of that scheme is one of this key, over a message."""
        if scheme.algorithm is not self.identity.algorithm:
            return False
        if not isinstance(self._loaded, RSAPublicKey):
            return self._key.verify(message, signature)
        try:
            self._loaded.verify(signature, message, _PADDINGS[scheme], hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def _load(data: bytes) -> PublicKeyTypes | None:
    try:
        return load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return None
