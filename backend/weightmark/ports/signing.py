"""What signs messages, and what checks their signatures.

A message is always the pre-authentication encoding of an envelope (DSSE, PAE). The algorithm comes
from the key, never from what carries the signature:

- NIST curves: ECDSA in DER, over SHA-256, SHA-384 or SHA-512 by the curve (P-256, P-384, P-521).
- Ed25519: RFC 8032, without a context.
- RSA: PSS with SHA-256, MGF1 of SHA-256, a salt of 32 bytes; at least 3072 bits to sign and 2048 to
  verify.
- HMAC-SHA256: 32 bytes, compared in constant time.
- Ethereum: EIP-191 over the message, 65 bytes: r, s (low) and v (27 or 28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from weightmark.domain.signing_keys import KeyIdentity


class Signer(Protocol):
    """A private key, or a shared secret, wherever it is kept."""

    @property
    def identity(self) -> KeyIdentity:
        """Its algorithm and fingerprint."""
        ...

    @property
    def public_key(self) -> bytes:
        """Its SubjectPublicKeyInfo in DER; empty for a shared secret."""
        ...

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """What vouches for it, in DER: its own certificate first; mostly empty."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return a signature of a message.

        Raises:
            KeyFileError: The key cannot be used for it.
            UnavailableError: What keeps the key is out of reach.
        """
        ...


class Verifier(Protocol):
    """A public key, or a shared secret."""

    @property
    def identity(self) -> KeyIdentity:
        """Its algorithm and fingerprint."""
        ...

    @property
    def public_key(self) -> bytes:
        """Its SubjectPublicKeyInfo in DER; empty for a shared secret."""
        ...

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature of a message is one of this key, and is well formed."""
        ...


class Keyring(Protocol):
    """Makes verifiers of what signatures carry. That they verify is no reason to trust them."""

    def verifier(self, public_key: bytes) -> Verifier:
        """Return the verifier of a key, by its SubjectPublicKeyInfo in DER.

        Raises:
            KeyFileError: It is none, or of no kind or size that counts.
        """
        ...

    def recovered(self, message: bytes, signature: bytes) -> Verifier | None:
        """Return the Ethereum key that signed a message, or None where the signature is malformed.

        Each well-formed signature is one of some key.
        """
        ...


@dataclass(frozen=True, slots=True)
class Certified:
    """A key for which somebody vouches who is trusted.

    Attributes:
        verifier: The key.
        subject: Whom the certificate names (RFC 4514), or which one it is; never empty.
    """

    verifier: Verifier
    subject: str


class Roots(Protocol):
    """The certificates that are trusted."""

    def certified(self, certificates: Sequence[bytes], at: datetime) -> Certified:
        """Return the key of the first certificate, if the others lead from it to a root.

        Args:
            certificates: In DER; the signer's own first, the others in any order.
            at: When all of them have to be valid.

        Raises:
            KeyFileError: One of them is malformed, or the key is of no kind that counts.
            UntrustedCertificateError: No chain leads to a root, or one is not valid at that time,
                or not for signatures.
        """
        ...
