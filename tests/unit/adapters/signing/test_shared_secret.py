"""Shared secrets: the codes of RFC 4231, and what is too short to be one."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.errors import KeyFileError


def test_a_code_of_the_rfc() -> None:
    """RFC 4231, test case 7: its key alone is as long as ours must be."""
    message = (
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm."
    )
    code = bytes.fromhex("9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")
    assert SharedSecret(b"\xaa" * 131).sign(message) == code


def test_a_fingerprint_tells_nothing_and_differs_by_key() -> None:
    secret = b"\x07" * 32
    expected = hmac.new(secret, b"weightmark/hmac-key-id/v1", hashlib.sha256).hexdigest()
    assert SharedSecret(secret).identity.fingerprint == expected
    assert SharedSecret(b"\x08" * 32).identity.fingerprint != expected
    assert "07" not in repr(SharedSecret(secret))


@pytest.mark.parametrize("size", [0, 31, 4097])
def test_sizes_that_are_refused(size: int) -> None:
    with pytest.raises(KeyFileError, match=f"of {size} bytes cannot be used"):
        SharedSecret(bytes(size))
