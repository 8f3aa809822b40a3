"""Public keys of NIST curves, Ed25519 and RSA, and what makes a verifier of any public key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from weightmark.adapters.signing.ethereum import EthereumVerifier, recovered_public_key
from weightmark.domain.signing_keys import KeyAlgorithm, KeyIdentity
from weightmark.errors import KeyFileError
from weightmark.ports.signing import Verifier

# A key of 16,384 bits takes 2,086 bytes.
MAX_PUBLIC_KEY = 4096
# NIST SP 800-131A Rev. 2: fewer bits are disallowed.
MIN_RSA_BITS = 2048
# OpenSSL verifies with no more (OPENSSL_RSA_MAX_MODULUS_BITS).
MAX_RSA_BITS = 16_384
# FIPS 186-5, section A.1.1: the exponent is above 2^16, and odd, which is checked as it is loaded.
MIN_RSA_EXPONENT = 65_537

SALT_LENGTH = 32

CURVES: dict[str, tuple[KeyAlgorithm, hashes.HashAlgorithm]] = {
    SECP256R1.name: (KeyAlgorithm.ECDSA_P256_SHA256, hashes.SHA256()),
    SECP384R1.name: (KeyAlgorithm.ECDSA_P384_SHA384, hashes.SHA384()),
    SECP521R1.name: (KeyAlgorithm.ECDSA_P521_SHA512, hashes.SHA512()),
}

# Takes a signature and a message.
_Check: TypeAlias = Callable[[bytes, bytes], None]


def rsa_padding() -> PSS:
    """Return the one padding of signatures with RSA."""
    return PSS(MGF1(hashes.SHA256()), SALT_LENGTH)


def encoded(key: PublicKeyTypes) -> bytes:
    """Return the SubjectPublicKeyInfo of a key in DER: the one form that has a fingerprint."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class PublicKey:
    """A key of a NIST curve, Ed25519 or RSA."""

    def __init__(self, key: PublicKeyTypes) -> None:
        """Take a key.

        Raises:
            KeyFileError: It is of no kind or size that counts.
        """
        algorithm, self._check = _scheme(key)
        self.public_key = encoded(key)
        self.identity = KeyIdentity.of_public_key(algorithm, self.public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature of a message is one of this key, and is well formed."""
        try:
            self._check(signature, message)
        except InvalidSignature:
            return False
        return True


class PublicKeyring:
    """Makes verifiers of what signatures carry."""

    def verifier(self, public_key: bytes) -> Verifier:
        """Return the verifier of a key, by its SubjectPublicKeyInfo in DER.

        Raises:
            KeyFileError: It is none, is not in its usual form, or is of no kind or size that
                counts.
        """
        return verifier_of(_load(public_key))

    def recovered(self, message: bytes, signature: bytes) -> Verifier | None:
        """Return the Ethereum key that signed a message, or None for a malformed signature."""
        public_key = recovered_public_key(message, signature)
        return None if public_key is None else EthereumVerifier(public_key)


def verifier_of(key: PublicKeyTypes) -> Verifier:
    """Return the verifier of a key.

    Raises:
        KeyFileError: It is of no kind or size that counts.
    """
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256K1):
        return EthereumVerifier(encoded(key))
    return PublicKey(key)


def _scheme(key: PublicKeyTypes) -> tuple[KeyAlgorithm, _Check]:
    match key:
        case Ed25519PublicKey():
            return KeyAlgorithm.ED25519, key.verify
        case RSAPublicKey():
            _check_rsa(key)
            return KeyAlgorithm.RSA_PSS_SHA256, lambda signature, message: key.verify(
                signature, message, rsa_padding(), hashes.SHA256()
            )
        case EllipticCurvePublicKey() if key.curve.name in CURVES:
            algorithm, hashing = CURVES[key.curve.name]
            return algorithm, lambda signature, message: key.verify(
                signature, message, ECDSA(hashing)
            )
        case _:
            raise unknown_kind()


def unknown_kind() -> KeyFileError:
    """Return the error for a key of a kind that is none of ours."""
    return KeyFileError(
        "this kind of key signs nothing here",
        hint="take a key of P-256, P-384, P-521, secp256k1, Ed25519 or RSA",
    )


def _check_rsa(key: RSAPublicKey) -> None:
    exponent = key.public_numbers().e
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise KeyFileError(
            f"a key of RSA with {key.key_size} bits does not count",
            hint=f"it must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits",
        )
    if exponent < MIN_RSA_EXPONENT:
        raise KeyFileError(f"a key of RSA with the exponent {exponent} does not count")


def _load(public_key: bytes) -> PublicKeyTypes:
    try:
        key = load_der_public_key(public_key) if len(public_key) <= MAX_PUBLIC_KEY else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    # One key has one fingerprint: another form of it would have another one.
    if key is None or encoded(key) != public_key:
        raise KeyFileError("this is no SubjectPublicKeyInfo in DER, or not in its usual form")
    return key
