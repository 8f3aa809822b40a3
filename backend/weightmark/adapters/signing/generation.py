"""New keys, from the operating system's randomness."""

from __future__ import annotations

from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.signing.private_keys import (
    MIN_SIGNING_BITS,
    PrivateKeySigner,
    check_signing_bits,
)
from weightmark.adapters.signing.public_keys import MIN_RSA_EXPONENT
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.signing_keys import KeyAlgorithm

Key: TypeAlias = PrivateKey | PrivateKeySigner | SharedSecret

_CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {
    KeyAlgorithm.ECDSA_P256_SHA256: ec.SECP256R1(),
    KeyAlgorithm.ECDSA_P384_SHA384: ec.SECP384R1(),
    KeyAlgorithm.ECDSA_P521_SHA512: ec.SECP521R1(),
}


def generate_key(algorithm: KeyAlgorithm, bits: int = MIN_SIGNING_BITS) -> Key:
    """Make a key.

    Args:
        algorithm: What it signs with.
        bits: How long a key of RSA is.

    Raises:
        KeyFileError: A key of RSA would be too short to sign.
    """
    match algorithm:
        case KeyAlgorithm.ETHEREUM:
            return PrivateKey.generate()
        case KeyAlgorithm.HMAC_SHA256:
            return SharedSecret.generate()
        case KeyAlgorithm.ED25519:
            return PrivateKeySigner(Ed25519PrivateKey.generate())
        case KeyAlgorithm.RSA_PSS_SHA256:
            check_signing_bits(bits)
            return PrivateKeySigner(rsa.generate_private_key(MIN_RSA_EXPONENT, bits))
        case _:
            return PrivateKeySigner(ec.generate_private_key(_CURVES[algorithm]))
