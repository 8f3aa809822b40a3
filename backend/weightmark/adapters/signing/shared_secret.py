"""HMAC-SHA256: whoever can verify can sign as well, and so it proves nothing to others."""

from __future__ import annotations

import hmac
import secrets

from weightmark.domain.signing_keys import SHARED_SECRET_LABEL, KeyAlgorithm, KeyIdentity
from weightmark.errors import KeyFileError

SECRET_SIZE = 32
MAX_SECRET = 4096


class SharedSecret:
    """A secret that signs and verifies; it does not show itself."""

    public_key = b""
    certificates: tuple[bytes, ...] = ()

    def __init__(self, secret: bytes) -> None:
        """Take a secret.

        Raises:
            KeyFileError: It is shorter than its hash (RFC 2104, section 3), or very long.
        """
        if not SECRET_SIZE <= len(secret) <= MAX_SECRET:
            raise KeyFileError(
                f"a shared secret of {len(secret)} bytes cannot be used",
                hint=f"it must have {SECRET_SIZE} to {MAX_SECRET} bytes, all of them random",
            )
        self._secret = secret
        fingerprint = self.sign(SHARED_SECRET_LABEL).hex()
        self.identity = KeyIdentity(KeyAlgorithm.HMAC_SHA256, fingerprint)

    @classmethod
    def generate(cls) -> SharedSecret:
        """Make a secret from the operating system's randomness."""
        return cls(secrets.token_bytes(SECRET_SIZE))

    def sign(self, message: bytes) -> bytes:
        """Return the authentication code of a message: 32 bytes."""
        return hmac.digest(self._secret, message, "sha256")

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a code is that of a message, compared in constant time."""
        return hmac.compare_digest(self.sign(message), signature)

    def reveal(self) -> bytes:
        """Return the secret itself, for the one who keeps it."""
        return self._secret

    def __repr__(self) -> str:
        return "SharedSecret(…)"
