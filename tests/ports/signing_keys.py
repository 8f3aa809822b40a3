"""A signer of each kind, with what verifies its signatures."""

from __future__ import annotations

from functools import cache

from weightmark.adapters.signing.ethereum import EthereumSigner, PrivateKey
from weightmark.adapters.signing.generation import generate_key
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.ports.signing import Signer, Verifier


@cache
def signer_of(algorithm: KeyAlgorithm, number: int = 0) -> Signer:
    """Return a key of an algorithm, the same for the same number."""
    key = generate_key(algorithm)
    return EthereumSigner(key) if isinstance(key, PrivateKey) else key


def verifier_of(signer: Signer) -> Verifier:
    """Return what those use who verify."""
    if isinstance(signer, SharedSecret):
        return signer
    return PublicKeyring().verifier(signer.public_key)
