"""Private keys of NIST curves, Ed25519 and RSA that are in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from weightmark.adapters.signing.public_keys import (
    CURVES,
    PublicKey,
    rsa_padding,
    unknown_kind,
)
from weightmark.errors import KeyFileError

# NIST SP 800-57 part 1: what is signed with 2048 bits counts until 2030 only.
MIN_SIGNING_BITS = 3072

_Sign: TypeAlias = Callable[[bytes], bytes]


class PrivateKeySigner:
    """A key of a NIST curve, Ed25519 or RSA; it does not show itself."""

    certificates: tuple[bytes, ...] = ()

    def __init__(self, key: PrivateKeyTypes) -> None:
        """Take a key.

        Raises:
            KeyFileError: It is of no kind that counts, or too short to sign.
        """
        self._key = key
        self._sign = _scheme(key)
        public = PublicKey(key.public_key())
        self.identity = public.identity
        self.public_key = public.public_key

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message."""
        return self._sign(message)

    def reveal(self) -> bytes:
        """Return the PrivateKeyInfo in DER, for the one who keeps it."""
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _scheme(key: PrivateKeyTypes) -> _Sign:
    match key:
        case Ed25519PrivateKey():
            return key.sign
        case RSAPrivateKey():
            check_signing_bits(key.key_size)
            return lambda message: key.sign(message, rsa_padding(), hashes.SHA256())
        case EllipticCurvePrivateKey() if key.curve.name in CURVES:
            _, hashing = CURVES[key.curve.name]
            return lambda message: key.sign(message, ECDSA(hashing))
        case _:
            raise unknown_kind()


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
