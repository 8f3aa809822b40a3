"""A signer of each kind, with what verifies its signatures."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from weightmark.adapters.signing.ethereum import EthereumSigner
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.adapters.state.keys import PrivateKey
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.ports.signing import Signer, Verifier

MAKERS: dict[KeyAlgorithm, Callable[[], Signer]] = {
    KeyAlgorithm.HMAC_SHA256: SharedSecret.generate,
    KeyAlgorithm.ECDSA_P256_SHA256: lambda: on_curve(ec.SECP256R1()),
    KeyAlgorithm.ECDSA_P384_SHA384: lambda: on_curve(ec.SECP384R1()),
    KeyAlgorithm.ECDSA_P521_SHA512: lambda: on_curve(ec.SECP521R1()),
    KeyAlgorithm.ED25519: lambda: PrivateKeySigner(Ed25519PrivateKey.generate()),
    KeyAlgorithm.RSA_PSS_SHA256: lambda: PrivateKeySigner(rsa.generate_private_key(65537, 3072)),
    KeyAlgorithm.ETHEREUM: lambda: EthereumSigner(PrivateKey.generate()),
}


def on_curve(curve: ec.EllipticCurve) -> Signer:
    return PrivateKeySigner(ec.generate_private_key(curve))


@cache
def signer_of(algorithm: KeyAlgorithm, number: int = 0) -> Signer:
    """Return a key of an algorithm, the same for the same number."""
    return MAKERS[algorithm]()


def verifier_of(signer: Signer) -> Verifier:
    """Return what those use who verify."""
    if isinstance(signer, SharedSecret):
        return signer
    return PublicKeyring().verifier(signer.public_key)
