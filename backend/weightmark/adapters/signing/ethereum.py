"""Ethereum keys that sign messages: EIP-191, version 0x45, as wallets sign them.

Every well-formed signature recovers to some key, so that whoever knows the account needs no key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from weightmark.adapters.imports import kept_recursion_limit
from weightmark.domain.keccak import keccak256
from weightmark.domain.signing_keys import KeyAlgorithm, KeyIdentity
from weightmark.errors import KeyFileError

if TYPE_CHECKING:
    from eth_keys.datatypes import PrivateKey as Secp256k1

# SubjectPublicKeyInfo (RFC 5480) of an uncompressed point of secp256k1, up to its coordinates.
_INFO = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a03420004")
_SIGNATURE_SIZE = 65
# The order of the group (SEC 2, section 2.4.1): a private key lies below it. Of the two forms of a
# signature, the one with s up to its half counts (EIP-2).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# The parity of a signature's point counts from here (Ethereum yellow paper, appendix F).
_FIRST_V = 27
PRIVATE_KEY = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")


class PrivateKey:
    """A 32-byte private key that does not show itself."""

    __slots__ = ("_key", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._key: Secp256k1 | None = None

    @classmethod
    def parse(cls, text: str) -> PrivateKey:
        """Read a key in hex.

        Raises:
            KeyFileError: It is not a key of secp256k1. The message does not repeat it.
        """
        match = PRIVATE_KEY.fullmatch(text.strip())
        if match is None or not 0 < int(match[1], 16) < _ORDER:
            raise KeyFileError("the private key is malformed", hint="a key is 64 hex digits")
        return cls(bytes.fromhex(match[1]))

    @classmethod
    def generate(cls) -> PrivateKey:
        """Make a key from the operating system's randomness."""
        import secrets

        return cls((secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big"))

    @property
    def address(self) -> str:
        """The checksummed address of the account that the key is of."""
        address: str = self._secp256k1.public_key.to_checksum_address()
        return address

    def point(self) -> bytes:
        """Return the coordinates of the public key: 64 bytes."""
        point: bytes = self._secp256k1.public_key.to_bytes()
        return point

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of 32 bytes as contracts take it: r, s (low) and v (27 or 28)."""
        *numbers, parity = self._secp256k1.sign_msg_hash(digest).to_bytes()
        return bytes((*numbers, parity + _FIRST_V))

    def reveal(self) -> bytes:
        """Return the secret itself, for the one who signs."""
        return self._secret

    @property
    def _secp256k1(self) -> Secp256k1:
        if self._key is None:
            with kept_recursion_limit():
                from eth_keys.datatypes import PrivateKey as Secp256k1

            self._key = Secp256k1(self._secret)
        return self._key

    def __repr__(self) -> str:
        return "PrivateKey(…)"


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
    if len(signature) != _SIGNATURE_SIZE or signature[-1] - _FIRST_V not in (0, 1):
        return None
    if not (0 < r < _ORDER and 0 < s <= _ORDER // 2):
        return None
    with kept_recursion_limit():
        from eth_keys.datatypes import Signature
        from eth_keys.exceptions import BadSignature
    try:
        recoverable = Signature(signature[:64] + bytes((signature[-1] - _FIRST_V,)))
        return _INFO + recoverable.recover_public_key_from_msg_hash(_digest(message)).to_bytes()
    except BadSignature:
        return None


def _digest(message: bytes) -> bytes:
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(message) + message)
