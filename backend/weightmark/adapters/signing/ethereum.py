"""Ethereum keys that sign messages: EIP-191, version 0x45, as wallets sign them.

Every well-formed signature recovers to some key, so that whoever knows the account needs no key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.keccak import keccak256
from weightmark.domain.signing_keys import KeyAlgorithm, KeyIdentity

if TYPE_CHECKING:
    from weightmark.adapters.state.keys import PrivateKey

# SubjectPublicKeyInfo (RFC 5480) of an uncompressed point of secp256k1, up to its coordinates.
_INFO = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a03420004")
_SIGNATURE_SIZE = 65
# The order of the group (SEC 2, section 2.4.1). With s above its half, the other form of a
# signature counts (EIP-2).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# v is 27 or 28 (Ethereum yellow paper, appendix F); a point's parity is 0 or 1.
_PARITIES = {b"\x1b": b"\0", b"\x1c": b"\1"}


class EthereumSigner:
    """An Ethereum account's key, as one that signs messages."""

    certificates: tuple[bytes, ...] = ()

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self.public_key = _INFO + key.point()
        self.identity = KeyIdentity.of_public_key(KeyAlgorithm.ETHEREUM, self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message: r, s (low) and v (27 or 28)."""
        return self._key.sign(_digest(message))


class EthereumVerifier:
    """The public key of an Ethereum account, by its SubjectPublicKeyInfo in DER."""

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key
        self.identity = KeyIdentity.of_public_key(KeyAlgorithm.ETHEREUM, public_key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature of a message is one of this key, and is well formed."""
        return recovered_public_key(message, signature) == self.public_key


def recovered_public_key(message: bytes, signature: bytes) -> bytes | None:
    """Return the SubjectPublicKeyInfo of who signed, or None for a malformed signature."""
    r, s = (int.from_bytes(part) for part in (signature[:32], signature[32:64]))
    parity = signature[-1:]
    is_well_formed = len(signature) == _SIGNATURE_SIZE and parity in _PARITIES
    if not (is_well_formed and 0 < r < _ORDER and 0 < s <= _ORDER // 2):
        return None
    with kept_recursion_limit():
        from eth_keys.datatypes import Signature
        from eth_keys.exceptions import BadSignature
    try:
        recoverable = Signature(signature[:64] + _PARITIES[parity])
        return _INFO + recoverable.recover_public_key_from_msg_hash(_digest(message)).to_bytes()
    except BadSignature:
        return None


def _digest(message: bytes) -> bytes:
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(message) + message)
