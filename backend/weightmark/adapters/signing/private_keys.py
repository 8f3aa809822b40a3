"""Private keys of NIST curves, Ed25519 and RSA that are in this process."""

from __future__ import annotations

from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from weightmark.adapters.signing.public_keys import CURVES, PublicKey, rsa_padding
from weightmark.errors import KeyFileError

# NIST SP 800-57 part 1: what is signed with 2048 bits counts until 2030 only.
MIN_SIGNING_BITS = 3072

SigningKey: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey


class PrivateKeySigner:
    """A key of a NIST curve, Ed25519 or RSA; it does not show itself."""

    certificates: tuple[bytes, ...] = ()

    def __init__(self, key: SigningKey) -> None:
        public = PublicKey(key.public_key())
        self._key = key
        self.identity = public.identity
        self.public_key = public.public_key

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message.

        Raises:
            KeyFileError: The key is too short to sign.
        """
        match self._key:
            case Ed25519PrivateKey():
                return self._key.sign(message)
            case RSAPrivateKey():
                check_signing_bits(self._key.key_size)
                return self._key.sign(message, rsa_padding(), hashes.SHA256())
            case EllipticCurvePrivateKey():
                _, scheme = CURVES[self._key.curve.name]
                return self._key.sign(message, scheme)


def check_signing_bits(bits: int) -> None:
    """Refuse a key of RSA that verifies and is too short to sign.

    Raises:
        KeyFileError: It has too few bits.
    """
    if bits < MIN_SIGNING_BITS:
        raise KeyFileError(
            f"a key of RSA with {bits} bits is too short to sign",
            hint=f"take one with {MIN_SIGNING_BITS} bits or more",
        )
